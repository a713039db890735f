import assert from 'node:assert/strict';
import fc from 'fast-check';
import { Random } from '../merge/random';
import { bestOfN, bestPlaceChances, passAtN, rankingOf } from './estimators';
import { drawInFront, subsetCount, visitSubsets } from './subsets';

/** All n-subsets by recursion, written apart from the code under test. */
function subsets(m: number, n: number, from = 0): number[][] {
  if (n === 0) return [[]];
  const found: number[][] = [];
  for (let first = from; first <= m - n; first++) {
    for (const rest of subsets(m, n - 1, first + 1)) found.push([first, ...rest]);
  }
  return found;
}

const close = (actual: number, expected: number) =>
  assert.ok(Math.abs(actual - expected) < 1e-12, `${actual} instead of ${expected}`);

/** Solutions with few different scores, so that ties are common, and an n. */
const field = fc
  .array(fc.record({ score: fc.integer({ min: 0, max: 3 }), correct: fc.boolean() }), {
    minLength: 1,
    maxLength: 8,
  })
  .chain((solutions) => fc.tuple(fc.constant(solutions), fc.integer({ min: 1, max: solutions.length })));

describe('exact estimators', () => {
  it('best-of-n is the mean over all n-subsets, the lowest index winning ties', () => {
    const property = fc.property(field, ([solutions, n]) => {
      const all = subsets(solutions.length, n);
      const wins = all.filter((subset) => {
        let best = subset[0]!;
        for (const index of subset) if (solutions[index]!.score > solutions[best]!.score) best = index;
        return solutions[best]!.correct;
      });
      const ranking = rankingOf(solutions.map(({ score }) => score));
      const correct = solutions.map((solution) => solution.correct);
      close(bestOfN(ranking, correct, n), wins.length / all.length);
    });
    fc.assert(property);
  });

  it('pass@n is the share of n-subsets with a correct solution', () => {
    const property = fc.property(field, ([solutions, n]) => {
      const all = subsets(solutions.length, n);
      const hits = all.filter((subset) => subset.some((index) => solutions[index]!.correct));
      const right = solutions.filter(({ correct }) => correct).length;
      close(passAtN(solutions.length, right, n), hits.length / all.length);
    });
    fc.assert(property);
  });

  it('agrees with the definition in whole numbers', () => {
    // Python: 1 - comb(7, 3) / comb(10, 3), and 1 - comb(60, 8) / comb(64, 8).
    close(passAtN(10, 3, 3), 0.7083333333333334);
    close(passAtN(64, 4, 8), 0.4219328397673189);
    close(
      bestPlaceChances(64, 8).reduce((sum, chance) => sum + chance),
      1,
    );
  });

  it('is certain where the outcome is', () => {
    assert.equal(passAtN(5, 0, 3), 0);
    assert.equal(passAtN(5, 3, 3), 1);
    const ranking = Array.from({ length: 49 }, (_, index) => index);
    assert.equal(bestOfN(ranking, new Array<boolean>(49).fill(true), 7), 1);
    assert.equal(bestOfN(ranking, new Array<boolean>(49).fill(false), 7), 0);
  });
});

describe('subsets', () => {
  it('are all visited once', () => {
    for (const [m, n] of [
      [1, 1],
      [5, 1],
      [5, 3],
      [6, 6],
      [10, 4],
    ] as const) {
      const seen: number[][] = [];
      visitSubsets(m, n, (subset) => seen.push([...subset]));
      assert.deepEqual(seen, subsets(m, n));
      assert.equal(seen.length, subsetCount(m, n));
    }
  });

  it('are drawn evenly, whatever their order was before', () => {
    const order = Int32Array.from({ length: 6 }, (_, index) => index);
    const random = new Random(3);
    const seen = new Map<string, number>();
    for (let draw = 0; draw < 20_000; draw++) {
      drawInFront(order, 3, random);
      const key = [...order.subarray(0, 3)].sort().join();
      seen.set(key, (seen.get(key) ?? 0) + 1);
      assert.equal(new Set(order).size, 6);
    }
    // 20 subsets, 1,000 of each; the standard deviation is 31.
    assert.equal(seen.size, 20);
    for (const count of seen.values()) assert.ok(Math.abs(count - 1000) < 130, `${count}`);
  });

  it('are counted', () => {
    assert.deepEqual([subsetCount(64, 2), subsetCount(5, 5), subsetCount(64, 32)], [2016, 1, Infinity]);
    assert.equal(subsetCount(50, 6), 15_890_700);
  });
});
