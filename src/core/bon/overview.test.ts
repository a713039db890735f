import assert from 'node:assert/strict';
import type { Trajectory } from '../trajectory';
import { selectionStrip } from './comparison';
import { bonNumbers, problemAt, problemHeads } from './overview';
import { CandidatePool, type Judged } from './pool';
import { showProblem } from './shown';

type Row = readonly [key: string, trajectory: Trajectory];

const solution = (
  key: string,
  scores: readonly (number | undefined)[],
  facts: Partial<Trajectory> = {},
): Row => [
  key,
  {
    id: key,
    problem: `Problem ${key}`,
    steps: scores.map((score, index) => ({ text: `${key}${index}`, score, place: { path: [] } })),
    ...facts,
  },
];
const JUDGED = { gold: '7', answer: '7' };
const OPTIONS = { weight: 'last', subset: 'all', verdicts: 'graded', seed: 0 } as const;

/** One candidate per row, in the order of the file. */
function judge(rows: readonly Row[]): Judged {
  const pool = new CandidatePool();
  for (const [index, [key, trajectory]] of rows.entries()) pool.add(key, index + 1, 0, trajectory);
  return pool.judge('graded');
}

const ROWS = [
  solution('a', [0.5], JUDGED),
  solution('b', [0.2, 0.4]),
  solution('a', [0.5, undefined], JUDGED),
  solution('b', [0.9]),
  solution('c', [undefined], JUDGED),
];

describe('the problems of a file', () => {
  it('are all listed, with every candidate, in whatever order the rows stand', () => {
    const heads = problemHeads(judge(ROWS));
    assert.deepEqual(
      heads.map(({ id, row, candidates }) => [id, row, candidates]),
      [
        ['a', 1, 2],
        ['b', 2, 2],
        ['c', 5, 1],
      ],
    );
  });

  it('name who is left out and why, and show the unjudged without a verdict', () => {
    const judged = judge(ROWS);
    assert.deepEqual(judged.excluded, { noVerdict: 2, noScores: 1, partialScores: 1 });
    const [a, b, c] = judged.gathered;
    assert.deepEqual(a!.leftOut, [{ row: 3, place: 0, why: 'partialScores' }]);
    assert.deepEqual([b!.isJudged, b!.problem.candidates.length, b!.leftOut.length], [false, 2, 0]);
    assert.deepEqual(c!.leftOut, [{ row: 5, place: 0, why: 'noScores' }]);
    assert.deepEqual([judged.problems.length, judged.emptyProblems], [1, 2]);
  });

  it('are found by place and by a row, a left-out one too', () => {
    const judged = judge(ROWS);
    assert.equal(problemAt(judged, { index: 1 }, 'last')?.index, 1);
    assert.equal(problemAt(judged, { row: 3 }, 'last')?.index, 0);
    assert.equal(problemAt(judged, { row: 3, place: 1 }, 'last'), undefined);
    assert.equal(problemAt(judged, { row: 9 }, 'last'), undefined);
  });

  it('have choices under their place in the file', () => {
    const rows = [
      solution('b', [0.9]),
      solution('a', [0.9], { ...JUDGED, answer: '8' }),
      solution('a', [0.1], JUDGED),
    ];
    const numbers = bonNumbers(judge(rows), OPTIONS);
    assert.ok(numbers.ok);
    assert.deepEqual(
      numbers.value.choices.map(({ problem, correct, missed }) => [problem, correct, missed.includes('min')]),
      [[1, 1, true]],
    );
  });
});

describe('a problem that is shown', () => {
  const at = (row: number): Trajectory | undefined => ROWS[row - 1]?.[1];

  it('has the texts of all of its candidates', () => {
    const shown = showProblem(problemAt(judge(ROWS), { index: 0 }, 'last')!, at);
    assert.equal(shown.comparison.candidates[0]!.steps[0]!.text, 'a0');
    assert.deepEqual(
      shown.leftOut.map(({ why, steps }) => [why, steps.map(({ text }) => text)]),
      [['partialScores', ['a0', 'a1']]],
    );
  });

  it('gives no verdict where nothing says who is right', () => {
    const shown = showProblem(problemAt(judge(ROWS), { index: 1 }, 'last')!, at);
    // None states an answer, so that there is nothing to vote for.
    assert.equal(
      selectionStrip(shown.comparison),
      'min → #2, product → #2, last → #2, mean → #2, first → #1',
    );
    assert.equal(shown.comparison.candidates[0]!.isCorrect, undefined);
  });

  it('tells its problem even if nobody takes part, and counts rows that are gone', () => {
    const found = problemAt(judge(ROWS), { index: 2 }, 'last')!;
    const shown = showProblem(found, at);
    assert.deepEqual([shown.comparison.problem, shown.comparison.gold, shown.missing], ['Problem c', '7', 0]);
    assert.equal(showProblem(found, () => undefined).missing, 1);
  });
});
