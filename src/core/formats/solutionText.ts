import { extractAnswer } from '../grade/answer';
import type { Step } from '../trajectory';
import { optionalText } from './fields';
import type { Json } from './format';
import { type SplitRule, splitToCount } from './splitText';

/** How a whole solution text becomes steps. */
export interface Splitting {
  /** The format's usual rule. */
  readonly usual: SplitRule;
  /** The user's rule; it is obeyed even if it does not give `count` steps. */
  readonly chosen?: SplitRule | undefined;
  /** The number of labels or scores that the row records for the steps. */
  readonly count?: number | undefined;
}

/** The unlabelled steps of a whole solution text, which stands at `path` in its row. */
export function textSteps(text: string, path: readonly (string | number)[], how: Splitting): Step[] {
  return splitToCount(text, how.count, how.usual, how.chosen).map((piece) => ({
    text: piece.text,
    label: undefined,
    score: undefined,
    place: { path, end: piece.end },
  }));
}

/**
 * The gold answer that a field holds: text or a number as it is; of a whole reference solution (with "####" or
 * `\boxed`) the answer that it states. Undefined for other values and for a solution that states none.
 */
export function goldAnswer(value: Json | undefined): string | undefined {
  const text = optionalText(value)?.trim();
  if (text === undefined || text === '') return undefined;
  return text.includes('####') || text.includes('\\boxed') ? extractAnswer(text) : text;
}

/**
 * The answer in the last line of a GSM8K solution: after "A:" (what OpenAI's sampled solutions have instead of
 * "####"), or a line that is nothing but a number, as where "####" was cleaned away. Undefined without one.
 */
export function lastLineAnswer(text: string): string | undefined {
  const line = text
    .trimEnd()
    .slice(text.trimEnd().lastIndexOf('\n') + 1)
    .trim();
  const stated = line.startsWith('A:') ? line.slice(2).trim() : undefined;
  if (stated !== undefined && stated !== '') return stated;
  return /^[-+]?\$?\d[\d,]*(?:\.\d+)?%?$/u.test(line) ? line : undefined;
}
