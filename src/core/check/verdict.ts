import { Budget } from '../grade/budget';
import { Real } from '../grade/complex';
import { evaluate, isExact, toComplex, type Value } from '../grade/evaluate';
import type { Expression } from '../grade/expression';
import { parseExpression } from '../grade/parse';
import { decimalValue, same } from '../grade/rational';
import type { Token } from '../grade/tokens';
import { isUnitName } from '../grade/units';
import type { Side } from './sides';
import { isForeign, unitKey } from './vocabulary';

/** What is known of an equation or a step. `unchecked`: nothing can be said with certainty. */
export type CheckState = 'true' | 'false' | 'unchecked';

/** A side with its value. */
export interface ValuedSide extends Side {
  readonly value: Value;
  /** What one unit of the last digit is worth, of a number that stands alone; else undefined. */
  readonly digit: number | undefined;
  /** True if digits behind a point, or a root, may have been rounded somewhere in it. */
  readonly isRounded: boolean;
}

type Decimal = InstanceType<typeof Real>;

/** Work for one side; more is not decided. */
const BUDGET = 20_000;
/** Relative difference up to which rounding on the way may be the reason. */
const ROUNDING = 0.015;
/** The same where the text says "about". */
const ABOUT = 0.06;
/** Factors between units of which an equation may name only one. */
const CONVERSIONS = [7, 10, 12, 16, 24, 36, 52, 60, 365, 3600];
/** Factors of cents, percent and "thousand", of which an equation may name neither. */
const SILENT_CONVERSIONS = [100, 1000, 1_000_000];

/** A side's value; undefined where it has none that is certain. */
export function valued(side: Side): ValuedSide | undefined {
  const budget = new Budget(BUDGET);
  const expression = parseExpression(side.tokens, budget);
  if (typeof expression === 'string' || !isArithmetic(expression)) return undefined;
  const value = evaluate(expression, new Map(), budget);
  if (value === undefined || budget.isSpent || budget.isRounded) return undefined;
  if (!isExact(value) && !value.im.isZero()) return undefined;
  const isRounded =
    !isExact(value) || side.tokens.some(({ kind, text }) => kind === 'number' && text.includes('.'));
  // Written out, because copying objects with `...` was most of what a check costs.
  const { tokens, units, isWhole, isDoubtful } = side;
  return { tokens, units, isWhole, isDoubtful, value, digit: lastDigit(tokens), isRounded };
}

/** True if nothing in it stands for an unknown number. */
function isArithmetic(expression: Expression): boolean {
  switch (expression.kind) {
    case 'number':
      return true;
    case 'variable':
      return false;
    case 'constant':
      return expression.name === 'pi';
    case 'call':
      return ['negate', 'abs', 'factorial'].includes(expression.name) && isArithmetic(expression.of);
    case 'binary':
      return expression.op !== 'log' && isArithmetic(expression.left) && isArithmetic(expression.right);
  }
}

function lastDigit(tokens: readonly Token[]): number | undefined {
  const bare = tokens[0]?.text === '-' ? tokens.slice(1) : tokens;
  const [number, percent, ...rest] = bare;
  if (number?.kind !== 'number' || rest.length > 0) return undefined;
  if (percent !== undefined && percent.text !== '%') return undefined;
  const [, places = ''] = number.text.split('.');
  return 10 ** -places.length / (percent === undefined ? 1 : 100);
}

/** True for a number that stands alone. */
export function isBareNumber({ tokens }: Side): boolean {
  return lastDigit(tokens) !== undefined;
}

/** What is known of the sign between two sides. */
export interface Sign {
  /** True if it says "about equal". */
  readonly isAbout: boolean;
  /** True if the words around it allow a whole result to be a rounded one. */
  readonly isRounding: boolean;
}

/** Whether the two sides of a sign are equal. */
export function compareSides(left: ValuedSide, right: ValuedSide, sign: Sign): CheckState {
  const { isAbout } = sign;
  if (isExact(left.value) && isExact(right.value) && same(left.value, right.value)) return 'true';
  const [a, b] = [numeral(left), numeral(right)];
  const difference = a.minus(b).abs();
  const largest = Real.max(a.abs(), b.abs());
  if (difference.lte(largest.times('1e-60'))) return 'true';
  const digit = Math.max(left.digit ?? 0, right.digit ?? 0);
  if (isRoundedTo(left, right, digit, isAbout)) {
    // To the nearest digit, or cut off behind it.
    const isCut = left.digit === digit ? a.abs().lt(b.abs()) : b.abs().lt(a.abs());
    if (difference.lte(digit / 2) || (isCut && difference.lt(digit))) return 'true';
  }
  const tolerance = isAbout ? ABOUT : left.isRounded || right.isRounded ? ROUNDING : 0;
  if (difference.lte(largest.times(tolerance))) return 'unchecked';
  // 7 / 2 = 3: wrong, unless it may be rounded on purpose.
  const isCutOff = digit > 0 && difference.lt(digit);
  const isMistaken = digit === 1 && difference.gt(largest.times(ROUNDING)) && isExactly(left, right);
  if (isCutOff && (!isMistaken || isAbout || sign.isRounding)) return 'unchecked';
  const percent = percentOf(a, b, left, right);
  if (percent !== undefined) return percent;
  const isOpen = left.isDoubtful || right.isDoubtful || isRunOn(left, right) || hasOtherUnits(left, right);
  return isOpen || isConversion(left, right, a, b) ? 'unchecked' : 'false';
}

function numeral({ value }: ValuedSide): Decimal {
  return toComplex(value).re;
}

/** True if nothing in it was rounded on the way: whole numbers and fractions of them, without percent. */
function isExactly(...sides: ValuedSide[]): boolean {
  return sides.every(({ tokens, isRounded }) => !isRounded && tokens.every(({ text }) => text !== '%'));
}

/** True if a side shows its digits on purpose: behind a point, or behind a sign for about equal. */
function isRoundedTo(left: ValuedSide, right: ValuedSide, digit: number, isAbout: boolean): boolean {
  return (
    digit > 0 &&
    (isAbout || (digit < 1 && [left, right].some((side) => side.digit === digit && side.isRounded)))
  );
}

/** "5 / 20 * 100 = 25%": the sign % names a unit instead of a hundredth. Undefined if it cannot be that. */
function percentOf(a: Decimal, b: Decimal, left: ValuedSide, right: ValuedSide): CheckState | undefined {
  const has = ({ tokens }: Side): boolean => tokens.some(({ text }) => text === '%');
  if (has(left) === has(right)) return undefined;
  const [plain, percent, side] = has(left) ? [b, a.times(100), left] : [a, b.times(100), right];
  const difference = plain.minus(percent).abs();
  if (difference.lte((side.digit ?? 0) * 50)) return 'true';
  return difference.lte(percent.abs().times(ROUNDING)) ? 'unchecked' : undefined;
}

/** "7 * 60 = 420 + 23 = 443": the second sign goes on from a result instead of being equal to what came before. */
function isRunOn(left: ValuedSide, right: ValuedSide): boolean {
  const [first, second] = right.tokens;
  if (first?.kind !== 'number' || second === undefined || !isExact(left.value)) return false;
  const value = decimalValue(first.text, new Budget(BUDGET));
  return value !== undefined && same(value, left.value);
}

/** True if the sides, or the parts of one, may be in different units. */
function hasOtherUnits(left: ValuedSide, right: ValuedSide): boolean {
  const others = new Set(right.units.map(unitKey));
  const shares = left.units.some((unit) => others.has(unitKey(unit)));
  // "8 batches = 5.5 * 8" tells what a batch is; "1/2 inch = 20 miles" is a scale.
  const isNamed =
    left.units.length > 0 &&
    (left.digit !== undefined || (left.tokens.length <= 3 && right.units.length > 0));
  return (isNamed && !shares) || isMixed(left) || isMixed(right);
}

/** "4 pounds - 6 ounces". */
function isMixed({ tokens, units }: Side): boolean {
  const measures = new Set(units.filter((unit) => isUnitName(unit) || isForeign(unit)).map(unitKey));
  return measures.size > 1 && tokens.some(({ text }) => text === '+' || text === '-');
}

/** True if a factor between units is all that the sides differ by. */
function isConversion(left: Side, right: Side, a: Decimal, b: Decimal): boolean {
  if (a.isZero() || b.isZero()) return false;
  const ratio = a.abs().gt(b.abs()) ? a.div(b) : b.div(a);
  if (SILENT_CONVERSIONS.some((factor) => ratio.eq(factor))) return true;
  return left.units.length + right.units.length > 0 && CONVERSIONS.some((factor) => ratio.eq(factor));
}
