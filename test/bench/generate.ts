import { closeSync, existsSync, openSync, renameSync, statSync, writeSync } from 'node:fs';
import { Random } from '../../src/core/merge/random';

const WORDS =
  'we have that the sum of all terms is equal to and then gives value times therefore answer number first second so since add divide multiply both sides by which means total per hour each left remaining'.split(
    ' ',
  );
const FORMULAS = [
  '$x$',
  '$3x - 5 = 16$',
  '\\frac{11}{3}',
  '\\boxed{63}',
  '6 * 12 = 72',
  '$\\alpha \\le 2$',
  '48/2',
];
const RARE = ['"quoted"', 'é', '→', 'naïve', '≤', '\t'];

/** Sentences of 60 to 260 characters, from which rows are put together. */
function sentences(random: Random): string[] {
  return Array.from({ length: 3000 }, () => {
    const length = 60 + random.below(200);
    let text = '';
    while (text.length < length) {
      const kind = random.below(100);
      const from = kind < 84 ? WORDS : kind < 98 ? FORMULAS : RARE;
      text += `${from[random.below(from.length)]} `;
    }
    return random.below(5) === 0 ? `${text.trim()}.\n` : `${text.trim()}.`;
  });
}

/**
 * A TRL file of about `megabytes` (10^6 bytes), the same one every time: rows of about 2 kB and 3 to 13 steps,
 * LaTeX, escapes, one row in seven in ASCII with \u escapes, three in ten with a nested column.
 */
export function generateTrl(path: string, megabytes: number): void {
  if (existsSync(path) && statSync(path).size >= megabytes * 1e6) return;
  const random = new Random(20);
  const pool = sentences(random);
  const text = () => pool[random.below(pool.length)]!;
  const file = openSync(`${path}.part`, 'w');
  let bytes = 0;
  for (let row = 1; bytes < megabytes * 1e6; ) {
    const batch: string[] = [];
    for (let k = 0; k < 500; k++, row++) {
      const steps = Array.from({ length: 3 + random.below(11) }, text);
      const wrong = random.below(16);
      const value = {
        prompt: `${text()} ${text()}`,
        completions: steps,
        labels: steps.map((_, step) => step < wrong),
        ...(random.below(10) < 3
          ? { meta: { source: 'bench', row, scores: [0.25, 1.5e-3], nested: { tags: ['a', 'b'] } } }
          : {}),
      };
      const line = JSON.stringify(value);
      batch.push(random.below(7) === 0 ? escaped(line) : line);
    }
    const chunk = Buffer.from(`${batch.join('\n')}\n`);
    writeSync(file, chunk);
    bytes += chunk.length;
  }
  closeSync(file);
  renameSync(`${path}.part`, path);
}

function escaped(line: string): string {
  return line.replace(/[\u0080-\uffff]/gu, (c) => `\\u${c.charCodeAt(0).toString(16).padStart(4, '0')}`);
}
