import { Budget } from '../grade/budget';
import { evaluate, isExact, toComplex, type Value } from '../grade/evaluate';
import type { Expression } from '../grade/expression';
import { Real } from '../grade/complex';
import { parseExpression } from '../grade/parse';
import { same } from '../grade/rational';
import type { Token } from '../grade/tokens';
import type { Side } from './sides';

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
const CONVERSIONS = [7, 10, 12, 16, 24, 36, 52, 60, 100, 365, 1000, 3600];

/** A side's value; undefined where it has none that is certain. */
export function valueOf(side: Side): ValuedSide | undefined {
  const budget = new Budget(BUDGET);
  const expression = parseExpression(side.tokens, budget);
  if (typeof expression === 'string' || !isArithmetic(expression)) return undefined;
  const value = evaluate(expression, new Map(), budget);
  if (value === undefined || budget.isSpent || budget.isRounded) return undefined;
  if (!isExact(value) && !value.im.isZero()) return undefined;
  const isRounded = !isExact(value) || side.tokens.some(({ kind, text }) => kind === 'number' && text.includes('.'));
  return { ...side, value, digit: lastDigit(side.tokens), isRounded };
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

/** Whether two sides of a sign are equal; `isAbout` for a sign that says about equal. */
export function compareSides(left: ValuedSide, right: ValuedSide, isAbout: boolean): CheckState {
  if (isExact(left.value) && isExact(right.value) && same(left.value, right.value)) return 'true';
  const [a, b] = [numeral(left), numeral(right)];
  const difference = a.minus(b).abs();
  const largest = Real.max(a.abs(), b.abs());
  if (difference.lte(largest.times('1e-60'))) return 'true';
  const digit = Math.max(left.digit ?? 0, right.digit ?? 0);
  if (isRoundedTo(left, right, digit, isAbout) && difference.lt(digit)) return 'true';
  const tolerance = isAbout ? ABOUT : left.isRounded || right.isRounded ? ROUNDING : 0;
  if (difference.lte(largest.times(tolerance))) return 'unchecked';
  // 7 / 2 = 3: wrong, or rounded on purpose.
  if (digit > 0 && difference.lt(digit)) return 'unchecked';
  if (isPercentOf(a, b, left, right)) return 'true';
  if (left.isDoubtful || right.isDoubtful || hasOtherUnits(left, right, a, b)) return 'unchecked';
  return 'false';
}

function numeral({ value }: ValuedSide): Decimal {
  return toComplex(value).re;
}

/** True if a side shows its digits on purpose: behind a point, or behind a sign for about equal. */
function isRoundedTo(left: ValuedSide, right: ValuedSide, digit: number, isAbout: boolean): boolean {
  return digit > 0 && (isAbout || (digit < 1 && [left, right].some((side) => side.digit === digit && side.isRounded)));
}

/** "5 / 20 * 100 = 25%": the sign % names a unit instead of a hundredth. */
function isPercentOf(a: Decimal, b: Decimal, left: ValuedSide, right: ValuedSide): boolean {
  const has = ({ tokens }: Side): boolean => tokens.some(({ text }) => text === '%');
  if (has(left) === has(right)) return false;
  const [plain, percent, side] = has(left) ? [b, a, left] : [a, b, right];
  const digit = (side.digit ?? 0) * 100;
  return plain.minus(percent.times(100)).abs().lte(digit / 2);
}

/** True if the sides may be in different units. */
function hasOtherUnits(left: ValuedSide, right: ValuedSide, a: Decimal, b: Decimal): boolean {
  const isApart = left.units.length > 0 && right.units.length > 0 && !left.units.some((unit) => right.units.includes(unit));
  if (isApart && left.tokens.length <= 3) return true;
  if (left.units.length + right.units.length === 0 || a.isZero() || b.isZero()) return false;
  const ratio = a.gt(b) ? a.div(b) : b.div(a);
  return CONVERSIONS.some((factor) => ratio.eq(factor));
}
