import type { Budget } from './budget';
import { type Complex, divideComplex, modulus } from './complex';
import { evaluate, isExact, type Point, toComplex, type Value } from './evaluate';
import { collectVariables, type Expression, infinityOf } from './expression';
import { divide, type Rational, same } from './rational';

/** Whether two things are equal; undefined if that could not be found out within the budget. */
export type Decision = boolean | undefined;

/** Numbers that agree in so many digits are equal; 100 are computed. */
const TOLERANCE = '1e-60';
/** Below this, relative to nothing, a number is what rounding left of 0. */
const ZERO = '1e-80';
/** Points where both sides must have a value for their agreement to count. */
const POINTS_NEEDED = 2;

/**
 * Whether two expressions are equal for all values of their variables. Numbers are computed, exactly where they are
 * fractions and else to 100 digits; expressions with variables are computed at several points. Two polynomials of
 * degree g that differ agree at all points with a chance of less than (g / 10,000)^4 (Schwartz and Zippel).
 */
export function sameExpression(a: Expression, b: Expression, budget: Budget): Decision {
  const [endA, endB] = [infinityOf(a), infinityOf(b)];
  if (endA !== undefined || endB !== undefined) return endA === endB;
  return agree(a, b, budget, (left, right) => sameValue(left, right, budget));
}

/**
 * Whether one expression is the other times a constant that is not 0: then "= 0" says the same of both. With
 * `positive` the constant must be above 0: then "< 0" says the same.
 */
export function proportional(a: Expression, b: Expression, positive: boolean, budget: Budget): Decision {
  let ratio: Value | undefined;
  return agree(a, b, budget, (left, right) => {
    const [zeroLeft, zeroRight] = [isZero(left), isZero(right)];
    if (zeroLeft || zeroRight) return zeroLeft && zeroRight;
    const own =
      isExact(left) && isExact(right)
        ? divide(left, right, budget)
        : divideComplex(toComplex(left), toComplex(right));
    if (own === undefined) return undefined;
    if (positive && !isPositive(own)) return false;
    if (ratio !== undefined) return sameValue(ratio, own, budget);
    ratio = own;
    return true;
  });
}

/** Asks about the values of both at several points, until one gives another answer than yes. */
function agree(
  a: Expression,
  b: Expression,
  budget: Budget,
  ask: (left: Value, right: Value) => Decision,
): Decision {
  const names = new Set<string>();
  collectVariables(a, names);
  collectVariables(b, names);
  let agreed = 0;
  const points = names.size === 0 ? [new Map<string, Rational>()] : pointsFor([...names].sort());
  for (const [index, point] of points.entries()) {
    // Whole numbers are only tried where others give no value, as for n!.
    if (index >= RATIONAL_POINTS && agreed >= POINTS_NEEDED) break;
    const left = evaluate(a, point, budget);
    const right = evaluate(b, point, budget);
    if (budget.isSpent) return undefined;
    if (left === undefined || right === undefined) {
      // A number against something without a value, such as 1/0; where neither has one, nothing is known.
      if (names.size === 0) return left === undefined && right === undefined ? undefined : false;
      continue;
    }
    const answer = ask(left, right);
    if (answer !== true) return answer;
    agreed++;
  }
  return agreed >= Math.min(POINTS_NEEDED, points.length) ? true : undefined;
}

function sameValue(a: Value, b: Value, budget: Budget): Decision {
  if (isExact(a) && isExact(b)) return same(a, b);
  const [x, y] = [toComplex(a), toComplex(b)];
  const distance = modulus({ re: x.re.minus(y.re), im: x.im.minus(y.im) });
  const size = [modulus(x), modulus(y)].reduce((most, one) => (one.gt(most) ? one : most));
  if (distance.gt(size.times(TOLERANCE)) && distance.gt(ZERO)) return false;
  return budget.isRounded ? undefined : true;
}

function isZero(value: Value): boolean {
  return isExact(value) ? value.n === 0n : modulus(value).lt(ZERO);
}

function isPositive(value: Value): boolean {
  if (isExact(value)) return value.n > 0n;
  const { re, im }: Complex = value;
  return im.isZero() && re.gt(0);
}

const RATIONAL_POINTS = 5;
const WHOLE_POINTS = 3;

/** Points that depend on nothing but the variables' places in the alphabet. */
function pointsFor(names: readonly string[]): Point[] {
  const points: Point[] = [];
  for (let k = 0; k < RATIONAL_POINTS + WHOLE_POINTS; k++) {
    points.push(new Map(names.map((name, place) => [name, coordinate(k, place)])));
  }
  return points;
}

function coordinate(k: number, place: number): Rational {
  const mixed = Math.imul((k + 1) * 7919 + (place + 1) * 104729, 0x9e3779b1) >>> 0;
  if (k >= RATIONAL_POINTS) return { n: BigInt(2 + (mixed % 11)), d: 1n };
  // The first two points lie in (0, 1), where arcsin has values; one is mixed, one positive, one negative.
  if (k < 2) return { n: BigInt(1 + (mixed % 10_006)), d: 10_007n };
  const isNegative = k === 4 || (k === 2 && (mixed >>> 16) % 2 === 1);
  const size = 101 + (mixed % 10_000);
  // 4001 is a prime: the fraction is in lowest terms unless it is whole.
  const n = BigInt(size % 4_001 === 0 ? size + 1 : size);
  return { n: isNegative ? -n : n, d: 4_001n };
}
