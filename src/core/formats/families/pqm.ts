import { t } from '@vscode/l10n';
import { finalAnswer } from '../../grade/answer';
import { fail, ok, type Result } from '../../result';
import { counted } from '../../trace/words';
import type { Note, Trajectory } from '../../trajectory';
import { goldAnswer } from '../answers';
import { optionalNumber } from '../candidates';
import { firstText, isObject, kindOf, optionalText, requireText, withPrefixes } from '../fields';
import type { Format, Json, JsonObject } from '../format';
import type { SplitRule } from '../splitText';
import { splitAtTag, textSteps } from '../wholeText';

const TAG = '[PRM]';
const USUAL: SplitRule = 'step-marker';

/**
 * PQM, the process Q-value model (WindyLee0822/Process_Q_Model). Test sets hold a question and its sampled
 * responses. Scored rows (bon_eval_hf.py) hold one response: `answer` is its text as it was scored, with "[PRM]"
 * after each step, `step_reward` one logit per tag and `reward` the least of them.
 *
 * That code scores in batches and does not cut the rewards back: a `step_reward` that is longer than the steps was
 * filled up from another place of the text, so only its first entries count.
 */
export const pqm: Format = {
  id: 'pqm',
  title: t('PQM (process Q-value model)'),
  signature: t('question and responses (a list with text), or prompt, response and step_reward'),
  reads: withPrefixes([
    'question',
    'responses.text',
    'responses.model_name',
    'prompt',
    'response',
    'answer',
    'solution',
    'step_reward',
    'reward',
    'idx',
    'id',
  ]),
  split: USUAL,
  recognise(row) {
    const { question, responses } = row;
    if (typeof question === 'string' && Array.isArray(responses)) {
      const first = responses[0];
      return isObject(first) && typeof first.text === 'string' ? t('question and responses') : undefined;
    }
    const scored =
      typeof row.prompt === 'string' && typeof row.response === 'string' && Array.isArray(row.step_reward);
    return scored ? t('prompt, response and step_reward') : undefined;
  },
  read(row, split) {
    return row.responses === undefined ? readScored(row, split) : readTestSet(row, split);
  },
};

function readTestSet(row: JsonObject, split: SplitRule | undefined): Result<Trajectory[]> {
  const problem = requireText(row.question, 'question');
  if (!problem.ok) return problem;
  const { responses } = row;
  if (!Array.isArray(responses)) {
    return fail(t('responses is {0}, but a list of objects with text is expected.', kindOf(responses)));
  }
  const trajectories: Trajectory[] = [];
  for (const [index, response] of responses.entries()) {
    const name = `responses[${index}]`;
    if (!isObject(response)) {
      return fail(t('{0} is {1}, but an object with text is expected.', name, kindOf(response)));
    }
    const text = requireText(response.text, `${name}.text`);
    if (!text.ok) return text;
    const notes: Note[] = [];
    const cutting = { usual: USUAL, chosen: split, tag: TAG };
    const steps = textSteps(text.value, ['responses', index, 'text'], cutting, notes);
    trajectories.push({
      id: firstText(row.id, row.idx) ?? null,
      problem: problem.value,
      steps,
      answer: finalAnswer(steps),
      generator: optionalText(response.model_name),
      notes,
    });
  }
  return ok(trajectories);
}

function readScored(row: JsonObject, split: SplitRule | undefined): Result<Trajectory[]> {
  const problem = requireText(row.prompt, 'prompt');
  if (!problem.ok) return problem;
  const response = requireText(row.response, 'response');
  if (!response.ok) return response;
  const notes: Note[] = [];
  const tagged = typeof row.answer === 'string' ? splitAtTag(row.answer, TAG) : undefined;
  const [key, text] = tagged === undefined ? ['response', response.value] : ['answer', row.answer as string];
  const rewards = unpadded(row.step_reward, tagged?.length, notes);
  const scores = { value: rewards, name: 'step_reward' };
  const steps = textSteps(text, [key], { usual: USUAL, chosen: split, tag: TAG, scores }, notes);
  return ok([
    {
      id: firstText(row.id, row.idx) ?? null,
      problem: problem.value,
      steps,
      gold: goldAnswer(row.solution),
      answer: finalAnswer(steps),
      score: optionalNumber(row.reward),
      notes,
    },
  ]);
}

/** The rewards of the steps that the tags count, without what the batch filled up. */
function unpadded(rewards: Json | undefined, steps: number | undefined, notes: Note[]): Json | undefined {
  if (!Array.isArray(rewards) || steps === undefined || rewards.length <= steps) return rewards;
  const message = t(
    'step_reward has {0} for {1}: the last ones are padding of the batch and were not read.',
    counted(rewards.length, 'entry'),
    counted(steps, 'step'),
  );
  notes.push({ kind: 'scores-padded', isFact: true, message });
  return rewards.slice(0, steps);
}
