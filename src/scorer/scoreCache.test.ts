import assert from 'node:assert/strict';
import {
  appendFileSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { modelFolder, startScorer } from '../../test/support/models';
import { CachedScorer } from './cachedScorer';
import { ScoreCache, solutionKey } from './scoreCache';

const A = { name: 'a', family: 'cfprm', fingerprint: 'aa' } as const;
const B = { name: 'b', family: 'cfprm', fingerprint: 'bb' } as const;

describe('the cache of scores', () => {
  let folder: string;
  const open: ScoreCache[] = [];
  const troubles: string[] = [];
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'cfprm-cache-'));
    troubles.length = 0;
  });
  afterEach(async () => {
    for (const cache of open.splice(0)) await cache.close();
    rmSync(folder, { recursive: true, force: true });
  });
  async function cacheIn(where = folder, limitBytes = 1_000_000): Promise<ScoreCache> {
    const cache = await ScoreCache.open(where, {
      limitBytes,
      onTrouble: (message) => troubles.push(message),
    });
    open.push(cache);
    return cache;
  }
  const files = (): string[] => readdirSync(folder).map((name) => join(folder, name));

  it('gives scores back after a restart, of the model that gave them', async () => {
    const first = await cacheIn();
    first.put('k', A, 'cpu', [0.25, 1]);
    first.put('k', B, 'webgpu', [0.5, 0]);
    first.put('other', A, 'cpu', []);
    await first.close();
    const second = await cacheIn();
    assert.deepEqual(second.get('aa', 'k')?.scores, [0.25, 1]);
    assert.deepEqual(second.get('bb', 'k')?.scores, [0.5, 0]);
    assert.deepEqual(second.get('aa', 'other')?.scores, []);
    assert.equal(second.get('bb', 'other'), undefined);
    const latest = second.latest('k');
    assert.deepEqual([latest?.model, latest?.provider], ['b', 'webgpu']);
  });

  it('shares a folder between processes, each with files of its own', async () => {
    const [one, two] = [await cacheIn(), await cacheIn()];
    one.put('k1', A, 'cpu', [1]);
    two.put('k2', A, 'cpu', [0]);
    await Promise.all([one.flush(), two.flush()]);
    assert.equal(files().length, 2);
    const third = await cacheIn();
    assert.deepEqual(third.get('aa', 'k1')?.scores, [1]);
    assert.deepEqual(third.get('aa', 'k2')?.scores, [0]);
  });

  it('passes over a line that a crash cut off, without a word, and over spoilt ones with one', async () => {
    const first = await cacheIn();
    first.put('k1', A, 'cpu', [1]);
    first.put('k2', A, 'cpu', [0.5]);
    await first.close();
    const [file] = files();
    truncateSync(file!, statSync(file!).size - 3);
    const second = await cacheIn();
    assert.deepEqual(second.get('aa', 'k1')?.scores, [1]);
    assert.equal(second.get('aa', 'k2'), undefined);
    assert.deepEqual(troubles, []);
    writeFileSync(file!, readFileSync(file!, 'utf8').replace('"k":"k1"', '"k":7'));
    appendFileSync(file!, '\n{"no\n');
    const third = await cacheIn();
    assert.equal(third.get('aa', 'k1'), undefined);
    assert.equal(troubles.length, 1);
    assert.match(troubles[0]!, /computed again/);
  });

  it('stays below its limit on disk; the oldest scores go', async () => {
    const limit = 40_000;
    const first = await cacheIn(folder, limit);
    for (let index = 0; index < 2000; index++) {
      first.put(`key-${index}`, A, 'cpu', [0.123456, 0.5, 0.25]);
      if (index % 20 === 0) await first.flush();
    }
    await first.close();
    const total = files().reduce((sum, file) => sum + statSync(file).size, 0);
    assert.ok(total <= limit * 1.1, `${total} bytes`);
    const second = await cacheIn(folder, 1_000_000);
    assert.ok(second.get('aa', 'key-1999'));
    assert.equal(second.get('aa', 'key-0'), undefined);
  });

  it('stays below its limit in memory', async () => {
    const cache = await cacheIn(folder, 100_000);
    for (let index = 0; index < 5000; index++) cache.put(`key-${index}`, A, 'cpu', [0.5]);
    assert.equal(cache.get('aa', 'key-0'), undefined);
    assert.ok(cache.get('aa', 'key-4999'));
  });

  it('goes on in memory where it cannot write, and says so once', async () => {
    const file = join(folder, 'file');
    writeFileSync(file, '');
    const cache = await cacheIn(join(file, 'no-folder'));
    cache.put('k', A, 'cpu', [1]);
    await cache.flush();
    cache.put('l', A, 'cpu', [1]);
    await cache.flush();
    assert.deepEqual(cache.get('aa', 'k')?.scores, [1]);
    assert.equal(troubles.length, 1);
    assert.match(troubles[0]!, /this session/);
  });

  it('tells solutions apart by problem and steps', () => {
    const keys = [
      solutionKey({ problem: 'p', steps: ['a', 'b'] }),
      solutionKey({ problem: 'p', steps: ['ab'] }),
      solutionKey({ problem: 'pa', steps: ['b'] }),
      solutionKey({ problem: 'p', steps: [] }),
    ];
    assert.equal(new Set(keys).size, keys.length);
  });

  it('spares the model what it scored before', async () => {
    const scorer = await startScorer(modelFolder('cfprm'));
    try {
      const cached = new CachedScorer(scorer, await cacheIn());
      const solutions = [1, 2, 3].map((k) => ({ problem: `p${k}`, steps: ['1 + 1 = 2', 'so 2'] }));
      const first = await cached.score(solutions.slice(0, 2));
      const again = await cached.score([solutions[2]!, solutions[0]!]);
      const ran = again.map((result) => result.ok && result.value.tokens > 0);
      assert.deepEqual(ran, [true, false]);
      assert.deepEqual(again[1]?.ok && again[1].value.scores, first[0]?.ok && first[0].value.scores);
      const seen: number[] = [];
      await cached.score(solutions, { onScored: (index) => seen.push(index) });
      assert.deepEqual(seen.sort(), [0, 1, 2]);
    } finally {
      await scorer.stop();
    }
  });
});
