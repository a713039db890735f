// The yardstick: the merge that anyone would write first. Usage: node naiveMerge.mjs FILE DIR MAX
// Buffers of 1 MB, JSON.parse, merge, JSON.stringify; no hashes, no checks, no manifest.
import { closeSync, mkdirSync, openSync, readSync, writeSync } from 'node:fs';

const [path, folder, largest] = process.argv.slice(2);
const max = Number(largest);
mkdirSync(folder, { recursive: true });
const blocks = Array.from({ length: max }, (_, k) => {
  return { size: max - k, file: openSync(`${folder}/window-${max - k}.jsonl`, 'w'), lines: [] };
});
const source = openSync(path, 'r');
const chunk = Buffer.alloc(1 << 20);
let rest = Buffer.alloc(0);
let number = 0;

/** @param {string} line */
function merge(line) {
  number++;
  const row = JSON.parse(line);
  const steps = row.completions.length;
  for (const { size, lines } of blocks) {
    if (size < max && steps <= size) continue;
    const completions = [];
    const labels = [];
    const spans = [];
    for (let from = 0; from < steps; from += size) {
      const to = Math.min(steps, from + size);
      completions.push(row.completions.slice(from, to).join('\n'));
      labels.push(row.labels[to - 1]);
      spans.push([from, to]);
    }
    lines.push(
      JSON.stringify({ ...row, completions, labels, cfprm: { row: number, id: null, window: size, spans } }),
    );
  }
}

for (;;) {
  const read = readSync(source, chunk);
  if (read === 0) break;
  const bytes = Buffer.concat([rest, chunk.subarray(0, read)]);
  let at = 0;
  for (let end = bytes.indexOf(10); end >= 0; end = bytes.indexOf(10, at)) {
    merge(bytes.toString('utf8', at, end));
    at = end + 1;
  }
  rest = Buffer.from(bytes.subarray(at));
  for (const block of blocks) {
    if (block.lines.length > 0) writeSync(block.file, `${block.lines.join('\n')}\n`);
    block.lines = [];
  }
}
for (const { file } of blocks) closeSync(file);
