import { t } from '@vscode/l10n';
import { ok, type Result } from '../../result';
import type { Trajectory } from '../../trajectory';
import { optionalAnswer } from '../answers';
import { optionalNumber } from '../candidates';
import { firstVerdict, optionalText, requireText } from '../fields';
import type { Format, JsonObject } from '../format';

/**
 * PRM800K's scored samples (openai/prm800k, prm800k/eval/eval.py): one sampled solution per row, of which only the
 * answer, the verdict and two models' scores are kept. The trajectory has no steps. `prm_score` is its score;
 * `orm_score` is that only in a row without one, because a trajectory has one score.
 */
export const prm800kScored: Format = {
  id: 'prm800k-scored',
  title: t('PRM800K scored samples'),
  signature: t('problem and answer or given_answer, with prm_score or orm_score'),
  reads: ['problem', 'answer', 'given_answer', 'prm_score', 'orm_score', 'is_correct', 'id'],
  recognise(row) {
    if (typeof row.problem !== 'string' || row.steps !== undefined) return undefined;
    const scores = ['prm_score', 'orm_score'].filter((name) => typeof row[name] === 'number');
    return scores.length === 0 ? undefined : t('problem and {0}', scores.join(', '));
  },
  read,
};

function read(row: JsonObject): Result<Trajectory[]> {
  const problem = requireText(row.problem, 'problem');
  if (!problem.ok) return problem;
  const trajectory: Trajectory = {
    id: optionalText(row.id) ?? null,
    problem: problem.value,
    steps: [],
    answer: optionalAnswer(row.answer) ?? optionalAnswer(row.given_answer),
    finalCorrect: firstVerdict(row.is_correct),
    score: optionalNumber(row.prm_score) ?? optionalNumber(row.orm_score),
    notes: [],
  };
  return ok([trajectory]);
}
