import { extractAnswer } from '../grade/answer';
import { firstText } from './fields';
import type { Json } from './format';

/**
 * The gold answer that fields hold: the first of the values that is text or a number; of a whole reference solution
 * (with "####" or `\boxed`) the answer that it states. Undefined if there is none.
 */
export function goldAnswer(...values: readonly (Json | undefined)[]): string | undefined {
  const gold = optionalAnswer(firstText(...values))?.trim();
  return gold?.includes('####') || gold?.includes('\\boxed') ? extractAnswer(gold) : gold;
}

/** A recorded answer: text that is not blank, or a number as text; undefined for everything else. */
export function optionalAnswer(value: Json | undefined): string | undefined {
  const text = firstText(value);
  return text === undefined || text.trim() === '' ? undefined : text;
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
