import { t } from '@vscode/l10n';
import { isExact, toComplex, type Value } from '../grade/evaluate';
import { counted } from '../trace/words';
import type { CheckedEquation, StepCheck } from './check';
import type { Side } from './sides';

/** Longer sides are cut. */
const MAX_SIDE = 120;

/**
 * An equation in words, units left out: "3 × 4 = 12", or "3 × 4 = 13: wrong, 3 × 4 is 12". Plain text that may hold what
 * the step holds.
 */
export function describeEquation({ left, right, isAbout, isTrue }: CheckedEquation): string {
  const sides = [left, right].map(sideText);
  const text = `${sides[0]} ${isAbout ? '≈' : '='} ${sides[1]}`;
  if (isTrue) return text;
  const worth = [left, right].flatMap((side, index) => {
    const value = valueText(side.value);
    return value === sides[index] ? [] : [t('{0} is {1}', sides[index]!, value)];
  });
  return t('{0}: wrong, {1}', text, worth.join(', '));
}

/** How much of a step could be checked: "2 of 3 equations decided". */
export function decidedWords({ decided, equations }: StepCheck): string {
  return t('{0} of {1} decided', decided.length, counted(equations, 'equation'));
}

/** A side as it stands in the text, without units. */
function sideText({ tokens }: Side): string {
  const text = tokens
    .map(({ kind, text, spaced }) => (spaced ? ' ' : '') + (kind === 'command' ? `\\${text}` : text))
    .join('')
    .replace(/\*/gu, '×')
    .trim()
    .replace(/^\{([^{}]*)\}$/u, '$1');
  return text.length > MAX_SIDE ? `${text.slice(0, MAX_SIDE)}…` : text;
}

/** A value: a whole number or a short decimal exactly, a fraction with its decimals. */
function valueText(value: Value): string {
  const decimal = toComplex(value).re;
  const short = decimal.toSignificantDigits(10);
  const digits = short.abs().gte(1e15) ? short.toString() : short.toFixed();
  if (!isExact(value)) return t('about {0}', digits);
  if (value.d === 1n) return value.n.toString().length <= 30 ? value.n.toString() : t('about {0}', digits);
  if (decimal.eq(short)) return digits;
  const fraction = `${value.n}/${value.d}`;
  return fraction.length <= 30 ? t('{0} (about {1})', fraction, digits) : t('about {0}', digits);
}
