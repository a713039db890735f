import { isExact, toComplex, type Value } from '../grade/evaluate';
import type { Side } from './sides';

/** Longer sides are cut. */
const MAX_SIDE = 120;

/** A side as it stands in the text, without units. */
export function sideText({ tokens }: Side): string {
  const text = tokens
    .map(({ kind, text, spaced }) => (spaced ? ' ' : '') + (kind === 'command' ? `\\${text}` : text))
    .join('')
    .replace(/\*/gu, '×')
    .trim();
  return text.length > MAX_SIDE ? `${text.slice(0, MAX_SIDE)}…` : text;
}

/** A value: a whole number or a short decimal exactly, a fraction with its decimals. */
export function valueText(value: Value): string {
  const decimal = toComplex(value).re;
  const short = decimal.toSignificantDigits(10);
  const digits = short.abs().gte(1e15) ? short.toString() : short.toFixed();
  if (!isExact(value)) return `about ${digits}`;
  if (value.d === 1n) return value.n.toString().length <= 30 ? value.n.toString() : `about ${digits}`;
  if (decimal.eq(short)) return digits;
  const fraction = `${value.n}/${value.d}`;
  return fraction.length <= 30 ? `${fraction} (about ${digits})` : `about ${digits}`;
}
