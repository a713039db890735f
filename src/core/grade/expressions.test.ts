import assert from 'node:assert/strict';
import fc from 'fast-check';
import { Grader } from './grader';

/** A random expression with its exact value, worked out beside the code under test. */
interface Sample {
  readonly n: bigint;
  readonly d: bigint;
  /** Fully bracketed, and as LaTeX with no more brackets than needed. */
  readonly plain: string;
  readonly latex: string;
  /** How tightly the LaTeX binds: 0 a sum, 1 a product or sign, 2 a power, 3 by itself. */
  readonly binds: number;
}

const leaf: fc.Arbitrary<Sample> = fc.integer({ min: 0, max: 12 }).map((value) => ({
  n: BigInt(value),
  d: 1n,
  plain: `${value}`,
  latex: `${value}`,
  binds: 3,
}));

const atLeast = (binds: number, { latex, binds: own }: Sample) =>
  own >= binds ? latex : `\\left(${latex}\\right)`;

/** The sum, difference, product or quotient of two; a divisor of 0 becomes 1. */
function join(op: number, a: Sample, given: Sample): Sample {
  const one = { n: 1n, d: 1n, plain: '1', latex: '1', binds: 3 };
  const b = op >= 3 && given.n === 0n ? one : given;
  const plain = `(${a.plain})${'+-*//'[op]}(${b.plain})`;
  if (op === 0)
    return { n: a.n * b.d + b.n * a.d, d: a.d * b.d, plain, latex: `${a.latex}+${atLeast(1, b)}`, binds: 0 };
  if (op === 1)
    return { n: a.n * b.d - b.n * a.d, d: a.d * b.d, plain, latex: `${a.latex}-${atLeast(1, b)}`, binds: 0 };
  if (op === 2) {
    return { n: a.n * b.n, d: a.d * b.d, plain, latex: `${atLeast(1, a)}\\cdot ${atLeast(2, b)}`, binds: 1 };
  }
  const value = { n: a.n * b.d, d: a.d * b.n, plain };
  if (op === 3) return { ...value, latex: `\\frac{${a.latex}}{${b.latex}}`, binds: 3 };
  return { ...value, latex: `${atLeast(1, a)}/${atLeast(2, b)}`, binds: 1 };
}

function raise(base: Sample, exponent: number): Sample {
  const size = BigInt(exponent);
  return {
    n: base.n ** size,
    d: base.d ** size,
    plain: `(${base.plain})^${exponent}`,
    // A fraction as a base needs brackets, too: \frac{a}{b}^2 is read as it stands, but nobody writes it.
    latex: `${/^\d+$/u.test(base.latex) ? base.latex : `(${base.latex})`}^{${exponent}}`,
    binds: 2,
  };
}

const negate = (of: Sample): Sample => ({
  n: -of.n,
  d: of.d,
  plain: `-(${of.plain})`,
  latex: `-${atLeast(2, of)}`,
  binds: 0,
});

const { sample } = fc.letrec<{ sample: Sample }>((tie) => ({
  sample: fc.oneof(
    { depthSize: 'small', withCrossShrink: true },
    leaf,
    fc
      .tuple(fc.integer({ min: 0, max: 4 }), tie('sample'), tie('sample'))
      .map(([op, a, b]) => join(op, a, b)),
    fc.tuple(tie('sample'), fc.integer({ min: 1, max: 3 })).map(([base, exponent]) => raise(base, exponent)),
    tie('sample').map(negate),
  ),
}));

const isSame = (a: Sample, b: Sample) => a.n * b.d === b.n * a.d;

describe('expressions of numbers', () => {
  it('have the value that arithmetic gives them, in plain text and in LaTeX', () => {
    const grader = new Grader();
    const property = fc.property(sample, ({ n, d, plain, latex }) => {
      const value = `${d < 0n ? -n : n}/${d < 0n ? -d : d}`;
      assert.equal(grader.equal(plain, value), true, `${plain} is ${value}`);
      assert.equal(grader.equal(latex, value), true, `${latex} is ${value}`);
      assert.equal(grader.equal(`$${latex}$`, `${value}+1`), false);
    });
    fc.assert(property, { numRuns: 500 });
  });

  it('are equal exactly if their values are', () => {
    const grader = new Grader();
    const property = fc.property(sample, sample, (a, b) => {
      assert.equal(grader.equal(a.latex, b.latex), isSame(a, b), `${a.latex} against ${b.latex}`);
    });
    fc.assert(property, { numRuns: 1000 });
  });

  it('are equal in a variable exactly if they are as polynomials', () => {
    const grader = new Grader();
    const coefficients = fc.array(fc.integer({ min: -2, max: 2 }), { minLength: 1, maxLength: 4 });
    const spell = (of: readonly number[]) => of.map((c, power) => `(${c})x^{${power}}`).join('+');
    const bare = (of: readonly number[]) => of.join().replace(/(?:,0)+$/u, '');
    const property = fc.property(coefficients, coefficients, (a, b) => {
      assert.equal(grader.equal(spell(a), spell(b)), bare(a) === bare(b), `${spell(a)} against ${spell(b)}`);
    });
    fc.assert(property, { numRuns: 1000 });
  });
});
