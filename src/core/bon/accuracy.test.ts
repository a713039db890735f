import assert from 'node:assert/strict';
import fc from 'fast-check';
import { type AccuracyOptions, accuracyTable, doublingSizes } from './accuracy';
import { type Problem, SELECTORS } from './problem';
import { summariseScores } from './scores';
import { selectFirst } from './select';

type Sketch = readonly { readonly score?: number; readonly answer: number; readonly correct: boolean }[];

function problem(sketch: Sketch, row = 1): Problem {
  return {
    id: null,
    title: 'p',
    candidates: sketch.map(({ score, answer, correct }, place) => ({
      row,
      place,
      scores: score === undefined ? undefined : summariseScores([score]),
      answerClass: answer,
      isCorrect: correct,
      steps: 1,
      characters: 1,
    })),
  };
}

const OPTIONS: AccuracyOptions = {
  ns: [1, 2, 3],
  subset: 'all',
  weight: 'last',
  areLogits: false,
  seed: 0,
  hasScores: true,
};

/** Votes by the definition, apart from the code under test. */
function vote(sketch: Sketch, subset: readonly number[], weigh: (index: number) => number): boolean {
  const sums = new Map<number, number>();
  for (const index of subset) {
    const { answer } = sketch[index]!;
    if (answer >= 0) sums.set(answer, (sums.get(answer) ?? 0) + weigh(index));
  }
  let winner: number | undefined;
  // A Map keeps the order of first voters, so the first class with the largest sum wins.
  for (const [answer, sum] of sums) if (winner === undefined || sum > sums.get(winner)!) winner = answer;
  const first = subset.find((index) => sketch[index]!.answer === winner);
  return winner !== undefined && sketch[first!]!.correct;
}

function subsets(m: number, n: number): number[][] {
  const found: number[][] = [];
  for (let bits = 0; bits < 2 ** m; bits++) {
    const subset = Array.from({ length: m }, (_, index) => index).filter((index) => bits & (1 << index));
    if (subset.length === n) found.push(subset);
  }
  return found;
}

const sketch = fc.array(
  fc.record({
    // Sums of eighths are exact, so that the order of adding cannot part a tie.
    score: fc.integer({ min: 0, max: 8 }).map((eighths) => eighths / 8),
    answer: fc.integer({ min: -1, max: 2 }),
    correct: fc.boolean(),
  }),
  { minLength: 1, maxLength: 7 },
);

describe('accuracy of selectors', () => {
  it('is the mean over all n-subsets, for votes too where those are few', () => {
    const property = fc.property(sketch, fc.integer({ min: 1, max: 7 }), (given, n) => {
      const table = accuracyTable([problem(given)], { ...OPTIONS, ns: [n] });
      const at = table.n.get(n);
      if (n > given.length) return assert.equal(at, undefined);
      const all = subsets(given.length, n);
      const share = (hit: (subset: number[]) => boolean) => all.filter(hit).length / all.length;
      const close = (actual: number, expected: number) => assert.ok(Math.abs(actual - expected) < 1e-9);
      close(
        at!.majority!.accuracy,
        share((subset) => vote(given, subset, () => 1)),
      );
      close(
        at!.weighted!.accuracy,
        share((subset) => vote(given, subset, (index) => given[index]!.score)),
      );
      close(at!.random!.accuracy, given.filter(({ correct }) => correct).length / given.length);
      close(at!.first!.accuracy, given[0]!.correct ? 1 : 0);
    });
    fc.assert(property);
  });

  it('draws subsets for votes where there are many, close to the truth and the same for the same seed', () => {
    // 20 of 32 vote for the right answer 0, 12 for 1. Majority of 5 is right if at least 3 of them vote right:
    // hypergeometric, sum over k = 3..5 of C(20,k) C(12,5-k) / C(32,5) = 0.7393333863022405 (Python).
    const given = Array.from({ length: 32 }, (_, index) => ({
      score: 1,
      answer: index % 8 < 5 ? 0 : 1,
      correct: index % 8 < 5,
    }));
    const run = (seed: number) => accuracyTable([problem(given)], { ...OPTIONS, ns: [5], seed }).n.get(5)!;
    const { majority } = run(1);
    assert.ok(Math.abs(majority!.accuracy - 0.7393333863022405) < 0.05, `${majority!.accuracy}`);
    assert.deepEqual(run(1), run(1));
    assert.notEqual(run(1).majority!.accuracy, run(2).majority!.accuracy);
  });

  it('of the first n is one draw', () => {
    const given = [
      { score: 0.2, answer: 0, correct: false },
      { score: 0.9, answer: 1, correct: true },
      { score: 0.95, answer: 0, correct: false },
    ];
    const { n } = accuracyTable([problem(given)], { ...OPTIONS, subset: 'first' });
    const numbers = (size: number) => SELECTORS.map((selector) => n.get(size)![selector]!.accuracy);
    //                         min prod last mean maj  wgt first rand oracle
    assert.deepEqual(numbers(1), [0, 0, 0, 0, 0, 0, 0, 0, 0]);
    assert.deepEqual(numbers(2), [1, 1, 1, 1, 0, 1, 0, 1 / 2, 1]);
    assert.deepEqual(numbers(3), [0, 0, 0, 0, 0, 0, 0, 1 / 3, 1]);
  });

  it('counts at each n the problems that have as many solutions', () => {
    const one = problem([{ score: 0.5, answer: 0, correct: true }]);
    const two = problem([
      { score: 0.5, answer: 0, correct: false },
      { score: 0.4, answer: 1, correct: true },
    ]);
    const { n, mean } = accuracyTable([one, two], { ...OPTIONS, ns: [1, 2, 3] });
    assert.deepEqual([...n.keys()], [1, 2]);
    assert.deepEqual([n.get(1)!.min!.problems, n.get(2)!.min!.problems], [2, 1]);
    assert.equal(n.get(1)!.random!.accuracy, 0.75);
    // Only the second problem has both sizes: min gives 0.5 at 1 and 0 at 2.
    assert.deepEqual([mean!.min!.accuracy, mean!.min!.problems], [0.25, 1]);
  });

  it('has none for selectors that need scores where there are none', () => {
    const given = [{ answer: 0, correct: true }];
    const table = accuracyTable([problem(given)], { ...OPTIONS, ns: [1], hasScores: false });
    const { min, weighted, majority, oracle } = table.n.get(1)!;
    assert.deepEqual([min, weighted], [null, null]);
    assert.deepEqual([majority!.accuracy, oracle!.accuracy], [1, 1]);
    assert.equal(table.compare(1, 'min', 'majority'), undefined);
    assert.equal(table.compare(1, 'first', 'majority')!.difference, 0);
  });

  it('doubles sizes up to the largest problem', () => {
    const sized = (count: number) =>
      problem(Array.from({ length: count }, () => ({ answer: 0, correct: true })));
    assert.deepEqual(doublingSizes([sized(3), sized(6)]), [1, 2, 4, 6]);
    assert.deepEqual(doublingSizes([sized(8)]), [1, 2, 4, 8]);
    assert.deepEqual(doublingSizes([sized(1)]), [1]);
    assert.deepEqual(doublingSizes([]), []);
  });
});

describe('the choice among the first n', () => {
  const scoring = { weight: 'last', areLogits: false } as const;

  it('follows the rules: lowest index on ties, first voter of the winning class', () => {
    const { candidates } = problem([
      { score: 0.5, answer: 1, correct: false },
      { score: 0.9, answer: 0, correct: true },
      { score: 0.9, answer: 1, correct: false },
      { score: 0.1, answer: 0, correct: true },
    ]);
    const chosen = (n: number) => {
      const { min, majority, weighted, first } = selectFirst(candidates, n, scoring);
      return [min, majority, weighted, first];
    };
    assert.deepEqual(chosen(1), [0, 0, 0, 0]);
    assert.deepEqual(chosen(2), [1, 0, 1, 0]);
    assert.deepEqual(chosen(3), [1, 0, 0, 0]);
    assert.deepEqual(chosen(4), [1, 0, 0, 0]);
  });

  it('is none where nothing can be chosen', () => {
    const { candidates } = problem([{ answer: -1, correct: false }]);
    const { min, majority, weighted, first } = selectFirst(candidates, 1, scoring);
    assert.deepEqual([min, majority, weighted, first], [undefined, undefined, undefined, 0]);
  });
});
