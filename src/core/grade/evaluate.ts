import type { Budget } from './budget';
import {
  addComplex,
  type Complex,
  complexPower,
  cos,
  divideComplex,
  exp,
  I,
  ln,
  modulus,
  multiplyComplex,
  PI,
  Real,
  rationalPower,
  real,
  sin,
} from './complex';
import type { Expression, FunctionName } from './expression';
import { add, divide, floorOf, multiply, power, type Rational, rational, whole } from './rational';

/** A number: exact as long as it is a fraction, else to 100 digits. */
export type Value = Rational | Complex;

/** Values of variables. */
export type Point = ReadonlyMap<string, Rational>;

/** What a function of decimals costs, in units of the budget. */
const FUNCTION_COST = 10_000;
const ARITHMETIC_COST = 30;
const LARGEST_FACTORIAL = 1000n;

/** True for a number that is exact. */
export function isExact(value: Value): value is Rational {
  return 'n' in value;
}

/** A number to 100 digits. */
export function toComplex(value: Value): Complex {
  if (!isExact(value)) return value;
  const n = new Real(value.n.toString());
  return real(value.d === 1n ? n : n.div(value.d.toString()));
}

/**
 * The value of an expression at a point. Undefined where it has none (a division by 0, the logarithm of 0, infinity),
 * and where the budget is spent.
 */
export function evaluate(expression: Expression, point: Point, budget: Budget): Value | undefined {
  if (!budget.spend(1)) return undefined;
  switch (expression.kind) {
    case 'number':
      return expression.value;
    case 'variable':
      return point.get(expression.name);
    case 'constant':
      if (expression.name === 'pi') return { re: PI, im: I.re };
      if (expression.name === 'i') return I;
      return expression.name === 'e' ? exp(real(1)) : undefined;
    case 'call': {
      const of = evaluate(expression.of, point, budget);
      return of && call(expression.name, of, budget);
    }
    case 'binary': {
      const left = evaluate(expression.left, point, budget);
      const right = left && evaluate(expression.right, point, budget);
      return right && binary(expression.op, left, right, budget);
    }
  }
}

type Operator = Extract<Expression, { kind: 'binary' }>['op'];

function binary(op: Operator, left: Value, right: Value, budget: Budget): Value | undefined {
  if (op === '^') return raise(left, right, budget);
  if (op === 'log') return logarithm(left, right, budget);
  if (op === 'choose') return choose(left, right, budget);
  if (op === '-') return binary('+', left, negate(right), budget);
  if (isExact(left) && isExact(right)) {
    if (op === '/' && right.n === 0n) return undefined;
    const exact = { '+': add, '*': multiply, '/': divide }[op](left, right, budget);
    if (exact !== undefined || budget.isSpent) return exact;
    budget.round();
  }
  if (!budget.spend(ARITHMETIC_COST)) return undefined;
  const [a, b] = [toComplex(left), toComplex(right)];
  if (op === '+') return sum(a, b, budget);
  return op === '*' ? multiplyComplex(a, b) : divideComplex(a, b);
}

/** Digits of a sum that may be lost before two sums that agree prove nothing. */
const LOST = '1e40';
/** Numbers below this lose too few digits when they cancel each other. */
const LARGE = '1e20';

/** A sum; noted as rounded if one number is lost in the other, or if large ones cancel each other. */
function sum(a: Complex, b: Complex, budget: Budget): Complex | undefined {
  const result = addComplex(a, b);
  const [x, y] = [modulus(a), modulus(b)];
  const [small, large] = x.lt(y) ? [x, y] : [y, x];
  const isLost = !small.isZero() && large.gt(small.times(LOST));
  const isCancelled = result !== undefined && large.gt(LARGE) && large.gt(modulus(result).times(LOST));
  if (isLost || isCancelled) budget.round();
  return result;
}

function negate(value: Value): Value {
  return isExact(value) ? { n: -value.n, d: value.d } : { re: value.re.neg(), im: value.im.neg() };
}

function raise(base: Value, exponent: Value, budget: Budget): Value | undefined {
  if (isExact(exponent)) {
    if (isExact(base) && exponent.d === 1n) {
      if (base.n === 0n && exponent.n <= 0n) return undefined;
      const exact = power(base, exponent.n, budget);
      if (exact !== undefined || budget.isSpent) return exact;
      budget.round();
    }
    if (!budget.spend(FUNCTION_COST)) return undefined;
    if (sizeOf(exponent) > 1e9) return undefined;
    return rationalPower(toComplex(base), exponent.n, exponent.d);
  }
  return budget.spend(3 * FUNCTION_COST) ? complexPower(toComplex(base), exponent) : undefined;
}

function sizeOf({ n, d }: Rational): number {
  return Math.abs(Number(n) / Number(d));
}

function logarithm(base: Value, of: Value, budget: Budget): Value | undefined {
  if (!budget.spend(2 * FUNCTION_COST)) return undefined;
  const [bottom, top] = [ln(toComplex(base)), ln(toComplex(of))];
  return bottom && top && divideComplex(top, bottom);
}

function choose(of: Value, taken: Value, budget: Budget): Value | undefined {
  if (!isExact(of) || !isExact(taken) || of.d !== 1n || taken.d !== 1n) return undefined;
  if (of.n < 0n || taken.n < 0n || of.n > LARGEST_FACTORIAL) return undefined;
  if (taken.n > of.n) return whole(0);
  const top = factorial(of.n, budget);
  const [a, b] = [factorial(taken.n, budget), factorial(of.n - taken.n, budget)];
  const bottom = a && b && multiply(a, b, budget);
  return top && bottom && rational(top.n, bottom.n, budget);
}

function factorial(n: bigint, budget: Budget): Rational | undefined {
  if (n < 0n || n > LARGEST_FACTORIAL || !budget.spend(Number(n) * 4)) return undefined;
  let product = 1n;
  for (let factor = 2n; factor <= n; factor++) product *= factor;
  return whole(product);
}

function call(name: FunctionName | 'negate', of: Value, budget: Budget): Value | undefined {
  if (name === 'negate') return negate(of);
  if (isExact(of)) {
    if (name === 'abs') return { n: of.n < 0n ? -of.n : of.n, d: of.d };
    if (name === 'floor') return whole(floorOf(of));
    if (name === 'ceil') return whole(-floorOf({ n: -of.n, d: of.d }));
    if (name === 'factorial') return of.d === 1n ? factorial(of.n, budget) : undefined;
  }
  if (name === 'factorial') return undefined;
  return budget.spend(FUNCTION_COST) ? transcendental(name, toComplex(of)) : undefined;
}

function transcendental(name: Exclude<FunctionName, 'factorial'>, z: Complex): Complex | undefined {
  const ratio = (a: Complex | undefined, b: Complex | undefined) => a && b && divideComplex(a, b);
  switch (name) {
    case 'sin':
      return sin(z);
    case 'cos':
      return cos(z);
    case 'tan':
      return ratio(sin(z), cos(z));
    case 'cot':
      return ratio(cos(z), sin(z));
    case 'sec':
      return ratio(real(1), cos(z));
    case 'csc':
      return ratio(real(1), sin(z));
    case 'ln':
      return ln(z);
    case 'exp':
      return exp(z);
    case 'abs':
      return real(modulus(z));
    default:
      return z.im.isZero() ? realFunction(name, z) : undefined;
  }
}

/** Functions that are only known for real numbers. */
function realFunction(name: FunctionName, { re }: Complex): Complex | undefined {
  const inDomain = re.abs().lte(1) || (name !== 'arcsin' && name !== 'arccos');
  if (!inDomain || re.abs().gt(1e12)) return undefined;
  if (name === 'arcsin') return real(re.asin());
  if (name === 'arccos') return real(re.acos());
  if (name === 'arctan') return real(re.atan());
  if (name === 'sinh') return real(re.sinh());
  if (name === 'cosh') return real(re.cosh());
  if (name === 'tanh') return real(re.tanh());
  // A number that rounding moved off a whole one is that whole one.
  const nearest = re.round();
  if (re.minus(nearest).abs().lt('1e-60')) return real(nearest);
  return real(name === 'floor' ? re.floor() : re.ceil());
}
