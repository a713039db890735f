import assert from 'node:assert/strict';
import { readdirSync } from 'node:fs';
import path from 'node:path';
import { root, rowsOf } from '../../../test/support/rows';
import { formatById } from './registry';

/** Formats that are known by keys of their own: none of them may claim a row of another. */
const STRICT = [
  'bigbench-mistake',
  'fg-prm',
  'gsm8k-solutions',
  'lm-eval',
  'mr-ben',
  'mr-gsm8k',
  'ovm',
  'reasoneval',
  'single-output',
  'step-dpo',
  'verify-then-generate',
  'verl',
  'versaprm',
];

describe('formats with keys of their own', () => {
  const names = readdirSync(path.join(root, 'test/fixtures')).filter((name) => /\.jsonl?$/u.test(name));

  for (const id of STRICT) {
    it(`${id} recognises all its rows and no row of another format`, () => {
      const format = formatById(id)!;
      for (const name of names) {
        const own = name.split(/--|\.jsonl?$/u)[0] === id;
        for (const row of rowsOf(`test/fixtures/${name}`)) {
          assert.equal(format.recognise(row) !== undefined, own, `${name}: ${Object.keys(row).join(', ')}`);
        }
      }
    });
  }
});
