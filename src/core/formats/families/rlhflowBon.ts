import { t } from '@vscode/l10n';
import { finalAnswer } from '../../grade/answer';
import { ok, type Result } from '../../result';
import type { Note, Trajectory } from '../../trajectory';
import { readColumn, readVerdicts } from '../candidates';
import { isTextList, optionalText, requireText, requireTexts } from '../fields';
import type { Format, JsonObject } from '../format';
import type { SplitRule } from '../splitText';
import { textSteps } from '../wholeText';

/**
 * RLHFlow's best-of-N data (RLHF-Reward-Modeling, math-rm/prm_evaluate.py): a prompt, N whole answers, a verdict on
 * each (`label` in its code, `labels` in its README), and after scoring `step_scores`, a list per answer. Its code
 * cuts answers at blank lines.
 */
export const rlhflowBon: Format = {
  id: 'rlhflow-bon',
  title: t('RLHFlow best of N'),
  signature: t('prompt and answers (a list of texts), with label or labels or step_scores'),
  reads: ['prompt', 'answers', 'label', 'labels', 'step_scores', 'id'],
  split: 'blank-line',
  recognise(row) {
    if (typeof row.prompt !== 'string' || !isTextList(row.answers)) return undefined;
    const columns = ['label', 'labels', 'step_scores'].filter((name) => Array.isArray(row[name]));
    return columns.length === 0 ? undefined : t('prompt, answers and {0}', columns.join(', '));
  },
  read,
};

function read(row: JsonObject, split?: SplitRule): Result<Trajectory[]> {
  const problem = requireText(row.prompt, 'prompt');
  if (!problem.ok) return problem;
  const answers = requireTexts(row.answers, 'answers', (n) => t('answer {0}', n));
  if (!answers.ok) return answers;
  const name = row.label === undefined || row.label === null ? 'labels' : 'label';
  const verdicts = readVerdicts(row[name], name, answers.value.length);
  if (!verdicts.ok) return verdicts;
  const scores = readColumn(row.step_scores, 'step_scores', answers.value.length);
  const trajectories = answers.value.map((text, index): Trajectory => {
    const notes: Note[] = [...scores.notes];
    const recorded = { value: scores.entries[index], name: `step_scores[${index}]` };
    const cutting = { usual: 'blank-line', chosen: split, scores: recorded } as const;
    const steps = textSteps(text, ['answers', index], cutting, notes);
    return {
      id: optionalText(row.id) ?? null,
      problem: problem.value,
      steps,
      gold: undefined,
      answer: finalAnswer(steps),
      finalCorrect: verdicts.value[index],
      generator: undefined,
      notes,
    };
  });
  return ok(trajectories);
}
