import assert from 'node:assert/strict';
import type { Trajectory } from '../trajectory';
import { CandidatePool } from './pool';
import { type BonOptions, bonReport } from './report';

interface Sketch {
  readonly texts?: readonly string[];
  readonly scores?: readonly (number | undefined)[];
  readonly gold?: string;
  readonly answer?: string;
  readonly correct?: boolean;
  readonly score?: number;
  readonly problem?: string;
}

function trajectory({
  texts = ['a', 'b'],
  scores = [],
  gold,
  answer,
  correct,
  score,
  problem = 'p',
}: Sketch): Trajectory {
  const steps = texts.map((text, index) => ({ text, score: scores[index], place: { path: [] } }));
  return { id: null, problem, steps, gold, answer, finalCorrect: correct, score };
}

function pool(sketches: readonly Sketch[]): CandidatePool {
  const made = new CandidatePool();
  for (const [index, sketch] of sketches.entries()) {
    made.add(sketch.problem ?? 'p', index + 1, 0, trajectory(sketch));
  }
  return made;
}

const OPTIONS: BonOptions = { weight: 'last', subset: 'all', verdicts: 'graded', seed: 0 };

describe('candidates of a problem', () => {
  it('are judged by the grader where there is a gold answer, else as recorded', () => {
    const judged = pool([
      { gold: '1/2', answer: '0.5', correct: false },
      { gold: '1/2', answer: '2', correct: false },
      { problem: 'q', answer: '7', correct: true },
    ]).judge('graded');
    assert.deepEqual(
      judged.problems.map(({ candidates }) => candidates.map(({ isCorrect }) => isCorrect)),
      [[true, false], [true]],
    );
    assert.deepEqual(judged.verdicts, { graded: 2, recorded: 1 });
    assert.equal(judged.disagreements, 1);
    assert.deepEqual(judged.disagreementList, [
      { row: 1, candidate: 1, gold: '1/2', answer: '0.5', recorded: false },
    ]);
  });

  it('are judged as recorded on demand; one without a verdict is left out and counted', () => {
    const judged = pool([
      { gold: '1/2', answer: '0.5', correct: false },
      { gold: '1/2', answer: '0.5' },
    ]).judge('recorded');
    assert.deepEqual([judged.problems[0]!.candidates.length, judged.read, judged.candidates], [1, 2, 1]);
    assert.equal(judged.problems[0]!.candidates[0]!.isCorrect, false);
    assert.deepEqual(judged.excluded, { noVerdict: 1, noScores: 0, partialScores: 0 });
    assert.equal(judged.disagreements, 1);
  });

  it('share a class of answers if these mean the same, and have none without an answer', () => {
    const answers = ['1/2', '0.5', 'x', undefined, '50\\%'];
    const judged = pool(answers.map((answer) => ({ gold: 'x', answer }))).judge('graded');
    const [{ candidates }] = judged.problems as [(typeof judged.problems)[number]];
    assert.deepEqual(
      candidates.map(({ answerClass }) => answerClass),
      [0, 0, 1, -1, 0],
    );
    assert.equal(judged.remarks.noAnswer, 1);
  });

  it('are counted if only a percent sign makes them wrong', () => {
    const judged = pool(['25%', '25', '26%'].map((answer) => ({ gold: '25', answer }))).judge('graded');
    assert.deepEqual(
      judged.problems[0]!.candidates.map(({ isCorrect }) => isCorrect),
      [false, true, false],
    );
    assert.equal(judged.remarks.percentSign, 1);
  });

  it('give the last number if they state no answer', () => {
    const judged = pool([{ gold: '12', texts: ['3 + 9', 'makes 12.'] }]).judge('graded');
    assert.equal(judged.problems[0]!.candidates[0]!.isCorrect, true);
  });

  it('take the gold answer of their problem, or their own if it is another', () => {
    const judged = pool([{ gold: '5', answer: '5' }, { answer: '5' }, { gold: '6', answer: '6' }]).judge(
      'graded',
    );
    assert.ok(judged.problems[0]!.candidates.every(({ isCorrect }) => isCorrect));
    assert.equal(judged.remarks.otherGold, 1);
  });

  it('without scores, or with some missing, are left out and counted where others have scores', () => {
    const judged = pool([
      { gold: '5', answer: '5', scores: [0.5, 0.6] },
      { gold: '5', answer: '5' },
      { gold: '5', answer: '5', scores: [0.5, undefined] },
      { gold: '5', answer: '5', score: 0.9 },
      { gold: '5', texts: [''], scores: [] },
      { problem: 'q', gold: '5', answer: '5' },
    ]).judge('graded');
    assert.deepEqual(judged.excluded, { noVerdict: 0, noScores: 3, partialScores: 1 });
    assert.deepEqual([judged.read, judged.candidates, judged.emptyProblems], [6, 2, 1]);
    // The empty one stays, as a wrong candidate that cannot be chosen by score.
    const [scored, empty] = judged.problems[0]!.candidates;
    assert.deepEqual([scored!.scores?.min, empty!.scores, empty!.isCorrect], [0.5, undefined, false]);
    assert.deepEqual([judged.remarks.empty, judged.scores, judged.areLogits], [1, 'steps', false]);
  });

  it('have the score of the whole solution where no step of the file has one', () => {
    const judged = pool([
      { gold: '5', answer: '5', score: 3.5 },
      { gold: '5', answer: '4', score: -1 },
    ]).judge('graded');
    assert.deepEqual([judged.scores, judged.areLogits], ['solutions', true]);
    assert.equal(judged.problems[0]!.candidates[0]!.scores?.last, 3.5);
  });

  it('count as wrong if the grader gives up on their answer', () => {
    const judged = pool([{ gold: '9^{9^{9^9}}', answer: '9^{9^{9^8}}', correct: true }]).judge('graded');
    assert.equal(judged.problems[0]!.candidates[0]!.isCorrect, false);
    assert.deepEqual([judged.remarks.undecided, judged.disagreements], [1, 0]);
    assert.deepEqual(judged.undecidedList, [{ row: 1, candidate: 1 }]);
  });
});

describe('the report', () => {
  it('has every selector at every n, and every candidate is in it or counted as left out', () => {
    const judged = pool([
      { gold: '5', answer: '5', scores: [0.9, 0.2] },
      { gold: '5', answer: '4', scores: [0.5, 0.6] },
      { answer: '4', scores: [0.5, 0.6], problem: 'q' },
    ]).judge('graded');
    const report = bonReport(judged, OPTIONS);
    assert.ok(report.ok);
    const { n, candidates, excluded, problems, ties, missed, regrets, paired } = report.value;
    assert.deepEqual([problems, candidates, excluded.noVerdict], [1, 2, 1]);
    assert.deepEqual(Object.keys(n), ['1', '2']);
    // The exact means: one half at 1; at 2 the best by min and last is the second, by mean tied with 0.55, so the first.
    const at = (size: string) =>
      Object.entries(n[size]!).map(([name, estimate]) => [name, estimate?.accuracy]);
    assert.deepEqual(Object.fromEntries(at('1')), {
      ...{ min: 0.5, product: 0.5, last: 0.5, mean: 0.5, majority: 0.5, weighted: 0.5 },
      ...{ first: 1, random: 0.5, oracle: 0.5 },
    });
    assert.deepEqual(Object.fromEntries(at('2')), {
      ...{ min: 0, product: 0, last: 0, mean: 1, majority: 1, weighted: 0 },
      ...{ first: 1, random: 0.5, oracle: 1 },
    });
    assert.deepEqual(ties, { min: 0, product: 0, last: 0, mean: 1 });
    assert.deepEqual([missed.min, missed.mean, regrets.length], [1, 0, 1]);
    assert.equal(paired.find(({ a, b }) => a === 'min' && b === 'mean')!.difference, -1);
  });

  it('says why there is nothing to count', () => {
    const none = bonReport(pool([{ answer: '4' }]).judge('graded'), OPTIONS);
    assert.ok(!none.ok);
    assert.match(none.fault.message, /of 1, 1 have neither a gold answer nor a recorded verdict/);
    const few = bonReport(pool([{ gold: '4', answer: '4' }]).judge('graded'), { ...OPTIONS, ns: [8, 16] });
    assert.ok(!few.ok);
    assert.match(few.fault.message, /No problem has 8 candidates; the most that one has is 1/);
  });

  it('names sizes that no problem has', () => {
    const report = bonReport(pool([{ gold: '4', answer: '4' }]).judge('graded'), { ...OPTIONS, ns: [1, 8] });
    assert.ok(report.ok);
    assert.deepEqual([Object.keys(report.value.n), report.value.tooLarge], [['1'], [8]]);
  });
});
