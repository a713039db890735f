import type { Trajectory } from '../trajectory';
import { extractAnswer } from './answer';

/** Marks of a text that states its answer somewhere, instead of being one. */
const STATES = /\\boxed|\\fbox|####|# Answer|answer is/iu;
/** A number as prose has it: sign, currency, thousands, decimals, a fraction, percent. */
const NUMBERS = /(?<![\w.])[-−]?[$€£]?\d+(?:,\d{3})*(?:\.\d+)?(?:\/\d+)?%?/gu;

/**
 * The answer that a text gives: what it states (`\boxed`, "####", "the answer is"), else the whole of it. Of a
 * text that may be a solution; for the steps of one see `answerOf`.
 */
export function statedAnswer(text: string): string {
  if (!STATES.test(text)) return text;
  return extractAnswer(text) ?? text;
}

/**
 * A solution's final answer: the recorded or stated one, else the last number of its last step that is not blank.
 * Undefined if there is none.
 */
export function answerOf({ answer, steps }: Trajectory): string | undefined {
  if (answer !== undefined && answer.trim() !== '') return answer;
  const last = steps.findLast((step) => step.text.trim() !== '');
  return last?.text.match(NUMBERS)?.at(-1);
}
