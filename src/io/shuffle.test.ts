import assert from 'node:assert/strict';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { OutputFile } from './outputFile';
import { Shuffler } from './shuffle';

let folder: string;

/** Shuffles lines with this much memory; the lines in their new order. */
async function shuffled(
  lines: readonly string[],
  seed: number,
  expected: number,
  inMemory: number,
): Promise<string[]> {
  const shuffler = await Shuffler.create(folder, seed, expected, inMemory);
  for (const line of lines) shuffler.sink().text(`${line}\n`);
  const out = await OutputFile.create(join(folder, 'mixed'), 1000);
  assert.ok((await shuffler.finish(out)).ok);
  await out.finish();
  assert.deepEqual(readdirSync(folder), ['mixed']);
  return readFileSync(join(folder, 'mixed'), 'utf8').split('\n').slice(0, -1);
}

describe('shuffling lines on disk', () => {
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'cfprm-shuffle-'));
  });
  afterEach(() => {
    rmSync(folder, { recursive: true, force: true });
  });

  const lines = Array.from({ length: 5000 }, (_, k) => `line ${k}`);
  const bytes = lines.join('\n').length + 1;

  for (const [name, expected, inMemory] of [
    ['in one bucket', bytes, 10 * bytes],
    ['in many buckets', bytes, bytes / 10],
    ['in buckets that turn out too large and are dealt out again', 1, bytes / 10],
  ] as const) {
    it(`${name}: loses nothing, and gives the same order for the same seed`, async () => {
      const once = await shuffled(lines, 3, expected, inMemory);
      assert.deepEqual([...once].sort(), [...lines].sort());
      assert.notDeepEqual(once, lines);
      assert.deepEqual(await shuffled(lines, 3, expected, inMemory), once);
      assert.notDeepEqual(await shuffled(lines, 4, expected, inMemory), once);
    });

    it(`${name}: both orders of two lines are about equally likely`, async () => {
      let swapped = 0;
      for (let seed = 0; seed < 200; seed++) {
        const [first] = await shuffled(['a', 'b'], seed, expected / 12_000, inMemory / 12_000);
        if (first === 'b') swapped++;
      }
      assert.ok(Math.abs(swapped - 100) < 35, `${swapped}`);
    });
  }
});
