// The yardstick: the conversion that anyone would write first. Usage: node naiveConvert.mjs FILE OUT
// Buffers of 1 MB, JSON.parse, other keys, JSON.stringify; no checks, no counts, no hash, no reading back.
import { closeSync, openSync, readSync, writeSync } from 'node:fs';

const [path, out] = process.argv.slice(2);
const source = openSync(path, 'r');
const target = openSync(out, 'w');
const chunk = Buffer.alloc(1 << 20);
let rest = Buffer.alloc(0);

for (;;) {
  const read = readSync(source, chunk);
  if (read === 0) break;
  const bytes = Buffer.concat([rest, chunk.subarray(0, read)]);
  const lines = [];
  let at = 0;
  for (let end = bytes.indexOf(10); end >= 0; end = bytes.indexOf(10, at)) {
    const { prompt, completions, labels } = JSON.parse(bytes.toString('utf8', at, end));
    lines.push(JSON.stringify({ problem: prompt, steps: completions, label: labels.indexOf(false) }));
    at = end + 1;
  }
  rest = Buffer.from(bytes.subarray(at));
  if (lines.length > 0) writeSync(target, `${lines.join('\n')}\n`);
}
closeSync(target);
