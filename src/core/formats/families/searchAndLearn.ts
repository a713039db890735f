import { t } from '@vscode/l10n';
import { finalAnswer } from '../../grade/answer';
import { ok, type Result } from '../../result';
import type { Note, Trajectory } from '../../trajectory';
import { goldAnswer } from '../answers';
import { optionalNumber, readColumn } from '../candidates';
import { firstText, isTextList, requireText, requireTexts } from '../fields';
import type { Format, JsonObject } from '../format';
import type { SplitRule } from '../splitText';
import { textSteps } from '../wholeText';

/**
 * search-and-learn (huggingface/search-and-learn, best_of_n.py and utils/score.py): a MATH-500 row with the sampled
 * `completions`, their step `scores` (a list per completion, a step per blank-line block), and `agg_scores`, which
 * depend on the strategy that the run used. A completion may be empty and then has no scores. `pred` and the
 * `pred_*@n` columns are choices among the completions and say nothing about one of them.
 */
export const searchAndLearn: Format = {
  id: 'search-and-learn',
  title: t('search-and-learn'),
  signature: t('problem and completions (a list of texts), with scores or completion_tokens'),
  reads: [
    'problem',
    'completions',
    'scores',
    'agg_scores',
    'completion_tokens',
    'answer',
    'solution',
    'unique_id',
    'id',
  ],
  split: 'blank-line',
  recognise(row) {
    if (typeof row.problem !== 'string' || !isTextList(row.completions)) return undefined;
    const columns = ['scores', 'completion_tokens'].filter((name) => Array.isArray(row[name]));
    return columns.length === 0 ? undefined : t('problem, completions and {0}', columns.join(', '));
  },
  read,
};

function read(row: JsonObject, split?: SplitRule): Result<Trajectory[]> {
  const problem = requireText(row.problem, 'problem');
  if (!problem.ok) return problem;
  const texts = requireTexts(row.completions, 'completions', (n) => t('completion {0}', n));
  if (!texts.ok) return texts;
  const candidates = texts.value.length;
  const scores = readColumn(row.scores, 'scores', candidates);
  const aggregates = readColumn(row.agg_scores, 'agg_scores', candidates);
  const tokens = readColumn(row.completion_tokens, 'completion_tokens', candidates, 'tokens-not-read');
  const trajectories = texts.value.map((text, index): Trajectory => {
    const notes: Note[] = [...scores.notes, ...aggregates.notes, ...tokens.notes];
    const recorded = { value: scores.entries[index], name: `scores[${index}]` };
    const cutting = { usual: 'blank-line', chosen: split, scores: recorded } as const;
    const steps = textSteps(text, ['completions', index], cutting, notes);
    return {
      id: firstText(row.unique_id, row.id) ?? null,
      problem: problem.value,
      steps,
      gold: goldAnswer(row.answer, row.solution),
      answer: finalAnswer(steps),
      score: optionalNumber(aggregates.entries[index]),
      tokens: optionalNumber(tokens.entries[index]),
      notes,
    };
  });
  return ok(trajectories);
}
