import assert from 'node:assert/strict';
import fc from 'fast-check';
import type { Trajectory } from '../trajectory';
import { type ProblemCandidates, problemAt } from './overview';
import { CandidatePool } from './pool';
import { type ModelScoring, type ShownProblem, showByModel, showProblem } from './shown';

const solution = (scores: readonly (number | undefined)[], answer: string): Trajectory => ({
  id: 'p',
  problem: 'How many?',
  steps: scores.map((score, index) => ({ text: `step ${index}`, score, place: { path: [] } })),
  gold: '7',
  answer,
});
const SCORING = { weight: 'last', areLogits: false } as const;

function pooled(trajectories: readonly Trajectory[]): CandidatePool {
  const pool = new CandidatePool();
  for (const [index, trajectory] of trajectories.entries()) pool.add('p', index + 1, 0, trajectory);
  return pool;
}

/** The problem as if its file had no scores. */
function bare(trajectories: readonly Trajectory[]): ProblemCandidates {
  const found = pooled(trajectories).withoutScores(0, 'graded');
  assert.ok(found);
  return { ...found, index: 0, scoring: SCORING };
}

const MODEL: ModelScoring = { model: 'mini-prm', scored: 1, failed: 0, isAtWork: false, fault: undefined };

/** What is shown with the scores of a model. */
function computed(
  trajectories: readonly Trajectory[],
  scores: readonly (readonly number[] | undefined)[],
): ShownProblem {
  const shown = showProblem(bare(trajectories), (row) => trajectories[row - 1]);
  return showByModel(shown, scores, MODEL);
}

describe('a problem that is shown with the scores of a model', () => {
  const score = fc.double({ min: 0, max: 1, noNaN: true });
  const scored = fc.array(score, { minLength: 1, maxLength: 4 });
  const several = fc.array(fc.tuple(scored, fc.constantFrom('7', '8', '9')), { minLength: 1, maxLength: 6 });

  it('is the one that is shown where the file has the same scores, whatever it has itself', () => {
    const property = fc.property(several, fc.infiniteStream(fc.option(score)), (candidates, own) => {
      const recorded = candidates.map(([scores, answer]) => solution(scores, answer));
      const before = candidates.map(([scores, answer]) => {
        return solution(
          scores.map(() => own.next().value ?? undefined),
          answer,
        );
      });
      const shown = computed(
        before,
        candidates.map(([scores]) => scores),
      );
      const file = problemAt(pooled(recorded).judge('graded'), { index: 0 }, 'last')!;
      const same = showProblem(file, (row) => recorded[row - 1]);
      const comparison = { ...same.comparison, scoredBy: 'mini-prm' };
      assert.deepEqual(shown, { ...same, comparison, model: MODEL });
    });
    fc.assert(property);
  });

  it('leaves nobody out for want of scores, and ranks behind who has none yet', () => {
    const trajectories = [solution([0.9], '8'), solution([undefined], '7'), solution([0.1, undefined], '7')];
    const { comparison, leftOut } = computed(trajectories, [undefined, [0.2]]);
    assert.deepEqual(leftOut, []);
    assert.deepEqual(comparison.chosen.last, { number: 2, isCorrect: true });
    assert.deepEqual(
      comparison.candidates.map(({ steps }) => steps.map((step) => step.score)),
      [[undefined], [0.2], [undefined, undefined]],
    );
  });

  it('takes scores outside [0, 1] for logits, those of this problem alone', () => {
    const trajectories = [solution([3], '7'), solution([4], '8')];
    assert.equal(computed(trajectories, [[0.5], [0.5]]).candidates.scoring.areLogits, false);
    assert.equal(computed(trajectories, [undefined, [-2]]).candidates.scoring.areLogits, true);
  });
});
