import assert from 'node:assert/strict';
import fc from 'fast-check';
import { align } from './align';
import { pearson, ranksOf } from './correlation';
import { diagnose } from './diagnose';
import type { Problem } from './problem';
import { summariseScores } from './scores';

const SCORING = { weight: 'last', areLogits: false } as const;

function problem(title: string, solutions: readonly (readonly [number[], boolean])[]): Problem {
  return {
    id: null,
    title,
    candidates: solutions.map(([scores, isCorrect], place) => ({
      row: 1,
      place,
      scores: summariseScores(scores),
      answerClass: isCorrect ? 0 : 1,
      isCorrect,
      steps: scores.length,
      characters: 10 * scores.length,
    })),
  };
}

describe('what Best-of-N looks like', () => {
  const fine = problem('fine', [
    [[0.9, 0.9], true],
    [[0.1, 0.2], false],
  ]);
  // min picks #2 (wrong), last, mean and product pick #1 (right); the weights are 0.95 against 0.5 + 0.5.
  const flipped = problem('flipped', [
    [[0.4, 0.95], true],
    [[0.5, 0.5], false],
    [[0.6, 0.5], false],
  ]);
  const hopeless = problem('hopeless', [[[0.3], false]]);
  const { regrets, flips, ties, minimum, correlation } = diagnose([fine, flipped, hopeless], SCORING);

  it('lists problems that were missed although a right solution was there first', () => {
    assert.deepEqual(
      regrets.map(({ title, problem, missed }) => [title, problem, missed]),
      [
        ['flipped', 1, ['min', 'majority', 'weighted']],
        ['fine', 0, []],
        ['hopeless', 2, []],
      ],
    );
    assert.deepEqual(regrets[0]!.chosen.min, { index: 1, isCorrect: false });
    assert.deepEqual([regrets[0]!.candidates, regrets[0]!.correct], [3, 1]);
  });

  it('counts choices that differ between aggregates, and who is right then', () => {
    const flip = flips.find(({ a, b }) => a === 'min' && b === 'last');
    assert.deepEqual(flip, { a: 'min', b: 'last', differ: 1, onlyA: 0, onlyB: 1 });
    assert.equal(flips.length, 6);
  });

  it('counts problems with ties for the top', () => {
    // In "flipped" the solutions 2 and 3 share the best minimum.
    assert.deepEqual(ties, { min: 1, product: 0, last: 0, mean: 0 });
  });

  it('says where the minimum stands, against chance', () => {
    const { solutions, last, lastByChance, tenths } = minimum!;
    assert.deepEqual([solutions, last, lastByChance], [5, 1 / 5, 1 / 2]);
    assert.deepEqual([tenths[0], tenths[9]], [4 / 5, 1 / 5]);
  });

  it('correlates aggregates with length', () => {
    const short = problem('short', [
      [[0.9], true],
      [[0.8, 0.8], true],
      [[0.7, 0.7, 0.7], true],
    ]);
    const found = diagnose([short], SCORING).correlation!;
    assert.deepEqual(found.min, { steps: -1, characters: -1 });
    assert.ok(correlation!.min.steps! < 1);
    const bare = { ...short, candidates: short.candidates.map((c) => ({ ...c, scores: undefined })) };
    assert.deepEqual(
      [diagnose([bare], SCORING).minimum, diagnose([bare], SCORING).correlation],
      [null, null],
    );
  });
});

describe('correlations', () => {
  it('agree with the textbook formula', () => {
    const [xs, ys] = [
      [1, 2, 2, 3, 5, 8],
      [2, 1, 4, 4, 9, 7],
    ];
    // Python, of the values and of their ranks 1, 2.5, 2.5, 4, 5, 6 and 2, 1, 3.5, 3.5, 6, 5.
    assert.ok(Math.abs(pearson(xs, ys)! - 0.7812170937796872) < 1e-12, `${pearson(xs, ys)}`);
    assert.ok(Math.abs(pearson(ranksOf(xs), ranksOf(ys))! - 0.8088235294117647) < 1e-12);
  });

  it('are undefined where nothing varies', () => {
    assert.equal(pearson([1, 1, 1], [1, 2, 3]), undefined);
    assert.equal(pearson([], []), undefined);
  });
});

describe('alignment', () => {
  it('groups solutions that are the same so far, and finds the first divergence', () => {
    const { groups, firstDivergence } = align([
      ['a', 'b', 'c'],
      ['a ', 'b', 'd'],
      ['a', 'x', 'c'],
      ['a', ' b'],
    ]);
    assert.equal(firstDivergence, 2);
    assert.deepEqual(groups, [
      [0, 1, 3],
      [0, 1, 4],
      [0, 2, 5],
      [0, 1],
    ]);
  });

  it('calls an early end a divergence', () => {
    assert.equal(align([['a', 'b'], ['a']]).firstDivergence, 2);
    assert.equal(
      align([
        ['a', 'b'],
        ['a', 'b'],
      ]).firstDivergence,
      undefined,
    );
    assert.equal(align([[], ['a']]).firstDivergence, 1);
    assert.equal(align([]).firstDivergence, undefined);
  });

  it('puts two solutions into one group exactly if they agree up to there', () => {
    const steps = fc.array(fc.constantFrom('a', 'b'), { maxLength: 5 });
    const property = fc.property(fc.array(steps, { minLength: 2, maxLength: 5 }), (solutions) => {
      const { groups } = align(solutions);
      for (const [i, a] of solutions.entries()) {
        for (const [j, b] of solutions.entries()) {
          for (let step = 0; step < Math.min(a.length, b.length); step++) {
            const same = a.slice(0, step + 1).join() === b.slice(0, step + 1).join();
            assert.equal(groups[i]![step] === groups[j]![step], same);
          }
        }
      }
    });
    fc.assert(property);
  });
});
