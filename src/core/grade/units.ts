import { type Rational, whole } from './rational';
import type { Token } from './tokens';

/** A unit: what it measures, and how many of the base unit it is. Units of one dimension can be converted. */
export interface Unit {
  readonly dimension: string;
  readonly factor: Rational;
}

const over = (n: number, d: number): Rational => ({ n: BigInt(n), d: BigInt(d) });

/** Names of units in the singular, with the dimension and the exact factor. Angles stay in degrees. */
const UNITS = new Map<string, Unit>();

function define(dimension: string, units: { readonly [names: string]: Rational | number }): void {
  for (const [names, factor] of Object.entries(units)) {
    for (const name of names.split(' ')) {
      UNITS.set(name, { dimension, factor: typeof factor === 'number' ? whole(factor) : factor });
    }
  }
}

define('metre', {
  'mm millimeter millimetre': over(1, 1000),
  'cm centimeter centimetre': over(1, 100),
  'dm decimeter decimetre': over(1, 10),
  'm meter metre': 1,
  'km kilometer kilometre': 1000,
});
define('foot', { 'in inch': over(1, 12), 'ft foot feet': 1, 'yd yard': 3, 'mi mile': 5280 });
define('gram', { 'mg milligram': over(1, 1000), 'g gram': 1, 'kg kilogram': 1000 });
define('pound', { 'oz ounce': over(1, 16), 'lb lbs pound': 1 });
define('second', {
  's sec second': 1,
  'min minute': 60,
  'h hr hour': 3600,
  'd day': 86_400,
  'wk week': 604_800,
});
define('month', { month: 1, 'yr year': 12 });
define('litre', { 'ml milliliter millilitre': over(1, 1000), 'l liter litre': 1 });
define('dollar', { 'usd $ dollar buck': 1, '¢ cent': over(1, 100) });
define('euro', { '€ eur euro': 1 });
define('pound sterling', { '£ gbp': 1 });
define('yen', { '¥ yen jpy': 1 });
define('rupee', { '₹ rs inr rupee': 1 });
define('degree', { 'degree deg': 1 });

/** Signs that stand before a number or behind it. */
export const CURRENCY_SIGNS: ReadonlySet<string> = new Set(['$', '€', '£', '¥', '₹', '¢']);
/** Words that say that a unit follows, or that nobody said which. */
const FILLERS = new Set(['unit', 'of', 'the', 'a', 'an', 'in', 'total', 'about']);
/** Abbreviations for a distance per hour. */
const SPEEDS = new Map([
  ['mph', 'mile'],
  ['kph', 'km'],
  ['kmh', 'km'],
]);
/** Words for numbers that stand behind another one. */
const SCALES = new Map([
  ['dozen', 12],
  ['hundred', 100],
  ['thousand', 1000],
  ['million', 10 ** 6],
  ['billion', 10 ** 9],
  ['trillion', 10 ** 12],
]);
/** Words that do something to a number instead of saying what it measures. */
const OPERATIONS =
  /^(?:squared|cubed|factorial|times|plus|minus|over|mod|modulo|choose|pi|root|half|halves|third|quarter)$/u;
const POWERS = new Map([
  ['square', 2],
  ['sq', 2],
  ['cubic', 3],
]);

/** The number that a word such as "million" stands for; undefined for other tokens. */
export function scaleOf(token: Token | undefined): Rational | undefined {
  const scale = token?.kind === 'word' ? SCALES.get(singular(token.text.toLowerCase())) : undefined;
  return scale === undefined ? undefined : whole(scale);
}

/** True for the name of a unit that is known, in the singular or plural. */
export function isUnitName(word: string): boolean {
  return UNITS.has(singular(word.toLowerCase()));
}

/** A factor of a unit: "cm" to the power 2, or -1 for "per hour". */
interface Part {
  readonly name: string;
  readonly power: number;
}

/** The unit that tokens spell, such as "cm^2", "square feet" or "km/h"; undefined if they are no unit. */
export function readUnit(tokens: readonly Token[]): Unit | undefined {
  const parts: Part[] = [];
  let sign = 1;
  let power = 1;
  for (let at = 0; at < tokens.length; at++) {
    const { kind, text } = tokens[at]!;
    const name = singular(text.toLowerCase());
    if (kind === 'symbol' && text === '^') {
      const exponent = exponentAt(tokens, at + 1);
      const last = parts.pop();
      if (exponent === undefined || last === undefined) return undefined;
      parts.push({ name: last.name, power: last.power * exponent.value });
      at += exponent.tokens;
    } else if ((kind === 'symbol' && text === '/') || name === 'per') sign = -1;
    else if (SPEEDS.has(name)) parts.push({ name: SPEEDS.get(name)!, power: 1 }, { name: 'hour', power: -1 });
    else if (POWERS.has(name)) power = POWERS.get(name)!;
    else if (isNameOfUnit(tokens[at]!)) {
      parts.push({ name, power: sign * power });
      power = 1;
    } else if (kind !== 'symbol' || (text !== '.' && text !== '*')) return undefined;
  }
  // "12 apples in the basket" is a sentence; a unit has few words.
  return parts.length === 0 || parts.length > 4 ? undefined : product(parts);
}

function isNameOfUnit({ kind, text }: Token): boolean {
  if (kind === 'symbol') return CURRENCY_SIGNS.has(text);
  if (OPERATIONS.test(singular(text.toLowerCase()))) return false;
  return kind === 'word' || kind === 'letter' || (kind === 'command' && text === 'degree');
}

function product(parts: readonly Part[]): Unit {
  let { n, d } = whole(1);
  const dimensions: string[] = [];
  for (const { name, power } of parts) {
    if (FILLERS.has(name)) continue;
    const { dimension, factor } = UNITS.get(name) ?? { dimension: name, factor: whole(1) };
    const size = BigInt(Math.abs(power));
    n *= (power > 0 ? factor.n : factor.d) ** size;
    d *= (power > 0 ? factor.d : factor.n) ** size;
    dimensions.push(power === 1 ? dimension : `${dimension}^${power}`);
  }
  return { dimension: dimensions.join(' '), factor: { n, d } };
}

function exponentAt(tokens: readonly Token[], at: number): { value: number; tokens: number } | undefined {
  const plain = tokens[at];
  if (plain?.kind === 'number' && /^[23]$/u.test(plain.text)) return { value: Number(plain.text), tokens: 1 };
  const digit = tokens[at + 1];
  const isGroup = plain?.text === '{' && digit?.kind === 'number' && tokens[at + 2]?.text === '}';
  return isGroup && /^[23]$/u.test(digit.text) ? { value: Number(digit.text), tokens: 3 } : undefined;
}

function singular(word: string): string {
  if (UNITS.has(word) || FILLERS.has(word)) return word;
  if (word === 'inches') return 'inch';
  return word.length > 2 && word.endsWith('s') && !word.endsWith('ss') ? word.slice(0, -1) : word;
}
