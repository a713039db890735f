import type { Token } from './tokens';

/** The exponent of "1.5e3" or "2E-4", from the letter on, and the tokens that it takes. */
export function powerOfTen(
  tokens: readonly Token[],
  at: number,
): { readonly value: number; readonly length: number } | undefined {
  const [letter, sign, digits] = [0, 1, 2].map((ahead) => tokens[at + ahead]);
  if (letter?.kind !== 'letter' || !/^e$/iu.test(letter.text) || letter.spaced) return undefined;
  const isSigned = sign?.kind === 'symbol' && (sign.text === '-' || sign.text === '+') && !sign.spaced;
  const exponent = isSigned ? digits : sign;
  if (exponent?.kind !== 'number' || exponent.spaced || !/^\d{1,4}$/u.test(exponent.text)) return undefined;
  const value = Number(exponent.text) * (isSigned && sign.text === '-' ? -1 : 1);
  return { value, length: isSigned ? 3 : 2 };
}

/**
 * The proper fraction behind a whole number, "1\frac{1}{2}" or "1 1/2", and the tokens that it takes. What is not
 * below 1 is no part of a mixed number.
 */
export function mixedFraction(
  tokens: readonly Token[],
  at: number,
): { readonly n: bigint; readonly d: bigint; readonly length: number } | undefined {
  const ahead = tokens.slice(at, at + 8);
  const shape = ahead.map(({ kind, text }) => (kind === 'number' ? 'n' : text)).join('');
  const digits = ahead.filter(({ kind }) => kind === 'number').map(({ text }) => text);
  let [above, below] = [digits[0] ?? '', digits[1] ?? ''];
  let length: number;
  if (shape.startsWith('frac{n}{n}')) length = 7;
  else if (/^frac(?:n\{n\}|\{n\}n)/u.test(shape)) length = 5;
  else if (/^fracn/u.test(shape) && above.length === 2) {
    [above, below] = [above[0]!, above[1]!];
    length = 2;
  } else if (/^n\/n/u.test(shape) && ahead[0]!.spaced && !ahead[1]!.spaced) length = 3;
  else return undefined;
  if (!/^\d{1,6}$/u.test(above) || !/^\d{1,6}$/u.test(below) || Number(above) >= Number(below))
    return undefined;
  return { n: BigInt(above), d: BigInt(below), length };
}
