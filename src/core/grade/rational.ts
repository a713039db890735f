import type { Budget } from './budget';

/** An exact fraction in lowest terms; the denominator is positive. */
export interface Rational {
  readonly n: bigint;
  readonly d: bigint;
}

/** Larger whole numbers are not computed exactly; 65,536 bits are 19,728 digits. */
const MAX_BITS = 65_536;
/** Fractions are reduced at every operation, which costs more. */
const MAX_FRACTION_BITS = 8_192;

/** A fraction of two whole numbers; undefined if the denominator is 0, or if they are too large or work runs out. */
export function rational(n: bigint, d: bigint, budget: Budget): Rational | undefined {
  if (d === 0n) return undefined;
  if (d === 1n) return fits(n, MAX_BITS, budget) ? { n, d } : undefined;
  if (n % d === 0n) return rational(n / d, 1n, budget);
  if (!fits(n, MAX_FRACTION_BITS, budget) || !fits(d, MAX_FRACTION_BITS, budget)) return undefined;
  const size = bitsOf(d);
  if (!budget.spend(8 + (size * size) / 1024)) return undefined;
  const divisor = gcd(n < 0n ? -n : n, d < 0n ? -d : d);
  const sign = d < 0n ? -1n : 1n;
  return { n: (sign * n) / divisor, d: (sign * d) / divisor };
}

/** A whole number as a fraction. */
export function whole(n: number | bigint): Rational {
  return { n: BigInt(n), d: 1n };
}

/**
 * The value of digits with at most one decimal point and maybe a part in brackets at the end that repeats, "0.1(6)";
 * undefined if there are too many of them.
 */
export function decimalValue(digits: string, budget: Budget): Rational | undefined {
  const bracket = digits.indexOf('(');
  if (bracket >= 0) return repeatingValue(digits.slice(0, bracket), digits.slice(bracket + 1, -1), budget);
  const point = digits.indexOf('.');
  const places = point < 0 ? 0 : digits.length - point - 1;
  if (digits.length > (places === 0 ? 19_000 : 2_400)) return undefined;
  return rational(BigInt(digits.replace('.', '') || '0'), 10n ** BigInt(places), budget);
}

function repeatingValue(start: string, repeated: string, budget: Budget): Rational | undefined {
  if (start.length + repeated.length > 1000) return undefined;
  const places = start.length - start.indexOf('.') - 1;
  const digits = start.replace('.', '');
  const n = BigInt(digits + repeated) - BigInt(digits);
  return rational(n, 10n ** BigInt(places) * (10n ** BigInt(repeated.length) - 1n), budget);
}

/** The sum. Undefined as in `rational`. */
export function add(a: Rational, b: Rational, budget: Budget): Rational | undefined {
  return rational(a.n * b.d + b.n * a.d, a.d * b.d, budget);
}

/** The product. Undefined as in `rational`. */
export function multiply(a: Rational, b: Rational, budget: Budget): Rational | undefined {
  return rational(a.n * b.n, a.d * b.d, budget);
}

/** The quotient. Undefined as in `rational`. */
export function divide(a: Rational, b: Rational, budget: Budget): Rational | undefined {
  return rational(a.n * b.d, a.d * b.n, budget);
}

/** A whole power; undefined for 0 to a power that is not positive, or as in `rational`. */
export function power(base: Rational, exponent: bigint, budget: Budget): Rational | undefined {
  if (base.n === 0n) return exponent > 0n ? base : undefined;
  const size = exponent < 0n ? -exponent : exponent;
  const bits = Math.max(bitsOf(base.n), bitsOf(base.d)) - 1;
  const most = base.d === 1n && exponent >= 0n ? MAX_BITS : MAX_FRACTION_BITS;
  if (bits > 0 && BigInt(bits) * size > BigInt(most)) return undefined;
  // The powers of 1 and -1 need no loop, however large the exponent is.
  const small = bits === 0 ? size % 2n : size;
  const [n, d] = [base.n ** small, base.d ** small];
  return exponent < 0n ? rational(d, n, budget) : rational(n, d, budget);
}

/** True for equal fractions. */
export function same(a: Rational, b: Rational): boolean {
  return a.n === b.n && a.d === b.d;
}

/** The largest whole number that is not above the fraction. */
export function floorOf({ n, d }: Rational): bigint {
  return n >= 0n || n % d === 0n ? n / d : n / d - 1n;
}

function bitsOf(n: bigint): number {
  return 4 * (n < 0n ? -n : n).toString(16).length;
}

function fits(n: bigint, most: number, budget: Budget): boolean {
  const bits = bitsOf(n);
  return bits <= most && budget.spend(1 + (bits * bits) / 65_536);
}

function gcd(a: bigint, b: bigint): bigint {
  while (b !== 0n) [a, b] = [b, a % b];
  return a;
}
