import { t } from '@vscode/l10n';
import { finalAnswer } from '../../grade/answer';
import { ok, type Result } from '../../result';
import type { Note, Trajectory } from '../../trajectory';
import { optionalText, requireText } from '../fields';
import type { Format, JsonObject } from '../format';
import type { SplitRule } from '../splitText';
import { textSteps } from '../wholeText';

/** Keys of other files in which a problem and a response are only a part of what matters. */
const OTHERS = ['steps', 'label', 'labels', 'completions'];

/**
 * Skywork-o1's PRM (SkyworkAI/skywork-o1-prm-inference): a problem and a response, whose steps are its lines, and
 * after scoring `step_rewards`, one number per step.
 */
export const skywork: Format = {
  id: 'skywork',
  title: t('Skywork-o1 PRM'),
  signature: t('problem and response (a text), with step_rewards after scoring'),
  reads: ['problem', 'response', 'step_rewards', 'id'],
  split: 'line',
  recognise(row) {
    if (typeof row.problem !== 'string' || typeof row.response !== 'string') return undefined;
    if (Array.isArray(row.step_rewards)) return t('problem, response and step_rewards');
    return OTHERS.some((key) => row[key] !== undefined) ? undefined : t('problem and response');
  },
  read,
};

function read(row: JsonObject, split?: SplitRule): Result<Trajectory[]> {
  const problem = requireText(row.problem, 'problem');
  if (!problem.ok) return problem;
  const response = requireText(row.response, 'response');
  if (!response.ok) return response;
  const notes: Note[] = [];
  const scores = { value: row.step_rewards, name: 'step_rewards' };
  const steps = textSteps(response.value, ['response'], { usual: 'line', chosen: split, scores }, notes);
  const id = optionalText(row.id) ?? null;
  return ok([{ id, problem: problem.value, steps, answer: finalAnswer(steps), notes }]);
}
