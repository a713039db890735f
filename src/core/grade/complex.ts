import { Decimal } from 'decimal.js';

/** Decimals with so many digits that two constants agree by chance in none of the compared ones. */
export const Real = Decimal.clone({ precision: 100, defaults: true });

/** A complex number; its parts have 100 digits. */
export interface Complex {
  readonly re: Decimal;
  readonly im: Decimal;
}

/** Of an angle or exponent above this too few digits would be left. */
const LARGEST_ARGUMENT = 1e12;
/** A part that is this much smaller than the other is what rounding left of 0. */
const NOISE = new Real('1e-90');
const ZERO = new Real(0);

/** A real number. */
export function real(value: Decimal | number | string): Complex {
  return { re: new Real(value), im: ZERO };
}

/** The circle constant. */
export const PI: Decimal = Real.acos(-1);
/** The imaginary unit. */
export const I: Complex = { re: ZERO, im: new Real(1) };

/** A number without rounding noise in a part; undefined if it is not finite. */
export function clean(re: Decimal, im: Decimal): Complex | undefined {
  if (!re.isFinite() || !im.isFinite()) return undefined;
  if (im.isZero() || im.abs().lte(re.abs().times(NOISE))) return { re, im: ZERO };
  return re.abs().lte(im.abs().times(NOISE)) ? { re: ZERO, im } : { re, im };
}

/** The sum. */
export function addComplex(a: Complex, b: Complex): Complex | undefined {
  return clean(a.re.plus(b.re), a.im.plus(b.im));
}

/** The product. */
export function multiplyComplex(a: Complex, b: Complex): Complex | undefined {
  if (a.im.isZero() && b.im.isZero()) return clean(a.re.times(b.re), ZERO);
  return clean(a.re.times(b.re).minus(a.im.times(b.im)), a.re.times(b.im).plus(a.im.times(b.re)));
}

/** The quotient; undefined for a divisor of 0. */
export function divideComplex(a: Complex, b: Complex): Complex | undefined {
  if (b.im.isZero()) return b.re.isZero() ? undefined : clean(a.re.div(b.re), a.im.div(b.re));
  const square = b.re.times(b.re).plus(b.im.times(b.im));
  const product = multiplyComplex(a, { re: b.re, im: b.im.neg() });
  return product && clean(product.re.div(square), product.im.div(square));
}

/** The absolute value. */
export function modulus({ re, im }: Complex): Decimal {
  return im.isZero() ? re.abs() : Real.sqrt(re.times(re).plus(im.times(im)));
}

/** e to a power; undefined if that is too large. */
export function exp({ re, im }: Complex): Complex | undefined {
  if (re.abs().gt(LARGEST_ARGUMENT) || im.abs().gt(LARGEST_ARGUMENT)) return undefined;
  const size = re.exp();
  return im.isZero() ? clean(size, ZERO) : clean(size.times(im.cos()), size.times(im.sin()));
}

/** The principal natural logarithm; undefined at 0. */
export function ln(z: Complex): Complex | undefined {
  if (z.re.isZero() && z.im.isZero()) return undefined;
  const angle = z.im.isZero() ? (z.re.isNegative() ? PI : ZERO) : Real.atan2(z.im, z.re);
  return clean(modulus(z).ln(), angle);
}

/**
 * A power with a rational exponent p/q. Of a negative number and an odd q it is the real one, as `\sqrt[3]{-8}` = -2
 * is meant; else the principal one.
 */
export function rationalPower(z: Complex, p: bigint, q: bigint): Complex | undefined {
  if (z.re.isZero() && z.im.isZero()) return p > 0n ? z : undefined;
  if (z.im.isZero() && (!z.re.isNegative() || q % 2n === 1n)) {
    const exponent = new Real(p.toString()).div(q.toString());
    const size = q === 2n && p === 1n ? z.re.abs().sqrt() : z.re.abs().pow(exponent);
    return clean(z.re.isNegative() && p % 2n !== 0n ? size.neg() : size, ZERO);
  }
  return complexPower(z, real(new Real(p.toString()).div(q.toString())));
}

/** The principal power; undefined for a base of 0 unless the exponent is real and positive. */
export function complexPower(z: Complex, w: Complex): Complex | undefined {
  if (z.re.isZero() && z.im.isZero()) return w.im.isZero() && w.re.gt(0) ? z : undefined;
  const log = ln(z);
  const exponent = log && multiplyComplex(log, w);
  return exponent && exp(exponent);
}

/** The sine; undefined if the argument is too large. */
export function sin({ re, im }: Complex): Complex | undefined {
  if (re.abs().gt(LARGEST_ARGUMENT) || im.abs().gt(LARGEST_ARGUMENT)) return undefined;
  if (im.isZero()) return clean(nearZero(re.sin()), ZERO);
  return clean(re.sin().times(im.cosh()), re.cos().times(im.sinh()));
}

/** The cosine; undefined if the argument is too large. */
export function cos({ re, im }: Complex): Complex | undefined {
  if (re.abs().gt(LARGEST_ARGUMENT) || im.abs().gt(LARGEST_ARGUMENT)) return undefined;
  if (im.isZero()) return clean(nearZero(re.cos()), ZERO);
  return clean(re.cos().times(im.cosh()), re.sin().times(im.sinh()).neg());
}

/** What the sine of a multiple of pi leaves is 0. */
function nearZero(value: Decimal): Decimal {
  return value.abs().lt('1e-80') ? ZERO : value;
}
