import { t } from '@vscode/l10n';
import { finalAnswer } from '../../grade/answer';
import { ok, type Result } from '../../result';
import type { Trajectory } from '../../trajectory';
import { goldAnswer } from '../answers';
import { userText } from '../chatPrompt';
import { firstText, optionalText, requireText } from '../fields';
import type { Format, Json, JsonObject } from '../format';
import type { SplitRule } from '../splitText';
import { textSteps } from '../wholeText';

/**
 * verl's dumps of rollouts and validation (volcengine/verl, `_dump_generations`): one response per row, `score` its
 * reward. `input` is the decoded prompt, of which the last user turn is the problem. What the reward function
 * reports (`acc`, `pred`) is taken where it is there.
 */
export const verl: Format = {
  id: 'verl',
  title: t('verl rollouts'),
  signature: t('input, output, score and step (numbers)'),
  split: 'blank-line',
  reads: ['input', 'output', 'score', 'step', 'gts', 'acc', 'pred', 'uid', 'id'],
  recognise(row) {
    const texts = typeof row.input === 'string' && typeof row.output === 'string';
    const numbers = typeof row.score === 'number' && Number.isInteger(row.step);
    return texts && numbers ? t('input, output, score and step') : undefined;
  },
  read,
};

function read(row: JsonObject, chosen?: SplitRule): Result<Trajectory[]> {
  const input = requireText(row.input, 'input');
  if (!input.ok) return input;
  const output = requireText(row.output, 'output');
  if (!output.ok) return output;
  const steps = textSteps(output.value, ['output'], { usual: 'blank-line', chosen });
  return ok([
    {
      id: firstText(row.uid, row.id) ?? null,
      problem: userText(input.value),
      steps,
      gold: goldAnswer(row.gts),
      answer: predicted(row.pred) ?? finalAnswer(steps),
      finalCorrect: zeroOrOne(row.acc),
      score: typeof row.score === 'number' && Number.isFinite(row.score) ? row.score : undefined,
      notes: [],
    },
  ]);
}

/** The answer that the reward function found; "[INVALID]" (verl's math_dapo) is none. */
function predicted(value: Json | undefined): string | undefined {
  const text = optionalText(value);
  return text === undefined || text === '' || text.toLowerCase() === '[invalid]' ? undefined : text;
}

/** A metric as a verdict: true and 1, false and 0; anything between, or else, is none. */
export function zeroOrOne(value: Json | undefined): boolean | undefined {
  if (value === true || value === 1) return true;
  return value === false || value === 0 ? false : undefined;
}
