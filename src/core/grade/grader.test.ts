import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import fc from 'fast-check';
import { Grader } from './grader';

interface Pair {
  readonly class: string;
  readonly gold: string;
  readonly pred: string;
  readonly equal: boolean;
  readonly why?: string;
}

const PAIRS = readFileSync(path.resolve(__dirname, '../../../test/grading/pairs.jsonl'), 'utf8')
  .trim()
  .split('\n')
  .map((line) => JSON.parse(line) as Pair);

describe('grading pairs written by hand', () => {
  it('are many, of every class, equal and unequal', () => {
    assert.ok(PAIRS.length >= 400);
    for (const name of new Set(PAIRS.map((pair) => pair.class))) {
      const own = PAIRS.filter((pair) => pair.class === name);
      const equal = own.filter((pair) => pair.equal).length;
      assert.ok(equal >= 3 && own.length - equal >= 3, `${name}: ${equal} of ${own.length} are equal`);
    }
  });

  for (const name of new Set(PAIRS.map((pair) => pair.class))) {
    it(`${name}: says of each what a person says, in both directions`, () => {
      const grader = new Grader();
      for (const { gold, pred, equal, why = '' } of PAIRS.filter((pair) => pair.class === name)) {
        assert.equal(grader.equal(gold, pred), equal, `${gold} against ${pred} ${why}`);
        assert.equal(new Grader().equal(pred, gold), equal, `${pred} against ${gold} ${why}`);
      }
    });
  }
});

const times = (text: string, count: number) => text.repeat(count);
const listed = (count: number, item: (index: number) => string) =>
  Array.from({ length: count }, (_, index) => item(index)).join(',');

/** Pairs that bring a grader without limits to its knees; none of them is equal. */
const HOSTILE: readonly [string, string, string][] = [
  ['a tower of powers', '9^{9^{9^{9}}}', '9^{9^{9^{8}}}'],
  ['a power of 84,510 digits', '7^{100000}', '7^{100000}+1'],
  ['10,000 digits', times('9', 10_000), `${times('9', 9_999)}8`],
  ['a fraction of 10,000 digits', `\\frac{${times('7', 10_000)}}{3}`, `\\frac{${times('7', 10_000)}}{4}`],
  ['10,000 decimals', `0.${times('3', 10_000)}`, '1/3'],
  ['deep brackets', `${times('(', 3000)}x${times(')', 3000)}`, 'y'],
  ['deep fractions', `${times('\\frac{1}{', 900)}x${times('}', 900)}`, 'y'],
  [
    'deep functions',
    `${times('\\sin(', 100)}x${times(')', 100)}`,
    `${times('\\cos(', 100)}x${times(')', 100)}`,
  ],
  ['many signs', `${times('-', 15_000)}1`, '2'],
  ['a power of a power', '((x+1)^{200}+(y+1)^{200})^{200}', '1'],
  ['many functions', times('+\\sin x', 900), times('+\\cos x', 900)],
  ['a large factorial', '100000!', '1'],
  ['a large angle', '\\sin(10^{100})', '0'],
  [
    'large sets',
    `\\{${listed(190, (k) => `\\sqrt{${k + 2}}`)}\\}`,
    `\\{${listed(190, (k) => `\\sqrt{${k + 3}}`)}\\}`,
  ],
  ['larger sets', `\\{${listed(1500, (k) => `${k}`)}\\}`, `\\{${listed(1500, (k) => `${k + 1}`)}\\}`],
  ['deep sets', `${times('\\{1,', 900)}${times('\\}', 900)}`, '1'],
  ['open braces', times('{', 15_000), '1'],
  ['open texts', times('\\text{', 3000), '1'],
  ['backslashes', times('\\', 15_000), '1'],
  ['dollar signs', times('$', 15_000), '1'],
  ['many fractions', times('+\\frac{1}{1000003+x}', 800), '1'],
  ['megabytes', times('1+', 2_000_000), '1'],
];

describe('the limit of a comparison', function () {
  // The limit is counted, so this is only there to fail a comparison that never ends.
  this.timeout(30_000);

  for (const [what, a, b] of HOSTILE) {
    it(`holds for ${what}: never equal, and no exception`, () =>
      assert.notEqual(new Grader().equal(a, b), true));
  }

  it('leaves open what it could not compute, unless it is the same text', () => {
    const grader = new Grader();
    assert.equal(grader.equal('9^{9^{9^{9}}}', '9^{9^{9^{8}}}'), undefined);
    assert.equal(grader.equal('7^{100000}', '7^{100000}+1'), undefined);
    assert.equal(grader.equal('9^{9^{9^{9}}}', ' 9^{9^{9^{9}}}'), true);
  });
});

describe('the grader', () => {
  it('knows a fraction in every spelling, exactly', () => {
    const grader = new Grader();
    const part = fc.integer({ min: 1, max: 10 ** 12 });
    const property = fc.property(part, part, fc.integer({ min: 1, max: 999 }), (n, d, factor) => {
      const plain = `${n}/${d}`;
      assert.equal(
        grader.equal(plain, `\\frac{${BigInt(n) * BigInt(factor)}}{${BigInt(d) * BigInt(factor)}}`),
        true,
      );
      assert.equal(grader.equal(plain, `-\\dfrac{-${n}}{${d}}`), true);
      assert.equal(grader.equal(plain, `${n + 1}/${d}`), false);
      assert.equal(grader.equal(plain, `${n}\\cdot${d}^{-1}\\cdot\\sqrt{2}^2/2`), true);
    });
    fc.assert(property);
  });

  it('knows a polynomial multiplied out, and one with another coefficient', () => {
    const grader = new Grader();
    const root = fc.integer({ min: -9, max: 9 });
    const property = fc.property(root, root, root, fc.integer({ min: 1, max: 9 }), (a, b, c, off) => {
      const factors = `(x-(${a}))(x-(${b}))(x-(${c}))`;
      const [two, one, zero] = [-(a + b + c), a * b + a * c + b * c, -a * b * c];
      assert.equal(grader.equal(factors, `x^3+(${two})x^2+(${one})x+(${zero})`), true);
      assert.equal(grader.equal(factors, `x^3+(${two})x^2+(${one})x+(${zero + off})`), false);
    });
    fc.assert(property);
  });

  it('takes any text: symmetric, itself equal, never an exception', () => {
    const pieces = fc.constantFrom(
      ...[
        '\\frac',
        '{',
        '}',
        '(',
        ')',
        '[',
        ']',
        '\\{',
        '\\}',
        ',',
        '=',
        '<',
        '\\le',
        '^',
        '_',
        '|',
        '%',
        '$',
        '\\$',
      ],
      ...[
        '1',
        '2.5',
        'x',
        'y',
        'cm',
        '\\text{cm}',
        '\\sqrt',
        '\\sin',
        '\\pi',
        '\\infty',
        '\\cup',
        '\\in',
        '\\pm',
        ':',
      ],
      ...[
        '-',
        '+',
        '/',
        '!',
        ' ',
        'or',
        'A',
        '\\begin{pmatrix}',
        '\\end{pmatrix}',
        '&',
        '\\\\',
        '\\degree',
        '\\overline{3}',
      ],
    );
    const text = fc.oneof(
      fc.array(pieces, { maxLength: 12 }).map((parts) => parts.join('')),
      fc.string({ unit: 'binary', maxLength: 20 }),
    );
    const answer = text.filter((given) => given.trim() !== '');
    const property = fc.property(answer, answer, (a, b) => {
      assert.equal(new Grader().equal(a, b), new Grader().equal(b, a));
      assert.equal(new Grader().equal(a, a), true);
      assert.notEqual(new Grader().equal(a, ` ${a} `), false);
    });
    fc.assert(property, { numRuns: 2000 });
  });

  it('takes a blank answer for none', () => {
    assert.deepEqual([new Grader().equal('', ''), new Grader().equal(' ', '0')], [false, false]);
  });

  it('puts answers of the same meaning into one class', () => {
    assert.deepEqual(new Grader().classes(['1/2', 'x', '0.5', '50%', 'x ', '2']), [0, 1, 0, 0, 1, 2]);
  });

  it('tells answers that differ by a percent sign alone', () => {
    const grader = new Grader();
    assert.equal(grader.differByPercentSign('25', '25\\%'), true);
    assert.equal(grader.differByPercentSign('25 percent', '$25.0$'), true);
    assert.equal(grader.differByPercentSign('25', '26%'), false);
    assert.equal(grader.differByPercentSign('25%', '25%'), false);
    assert.equal(grader.differByPercentSign('0.25', '25%'), false);
    assert.equal(grader.differByPercentSign('0%', '0'), false);
  });

  it('says the same whether it remembers or not', () => {
    const grader = new Grader();
    for (let round = 0; round < 2; round++) {
      for (let k = 0; k < 30_000; k++) grader.equal(`${k}`, `${k + 1}`);
      assert.equal(grader.equal('0.5', '1/2'), true);
      assert.equal(grader.equal('9^{9^{9^{9}}}', '1'), new Grader().equal('9^{9^{9^{9}}}', '1'));
    }
  });
});

describe('sums of numbers that differ much in size', () => {
  it('are never called equal because one number was lost in the other', () => {
    const grader = new Grader();
    for (const [a, b] of [
      ['e^{200}+1', 'e^{200}+2'],
      ['10^{100}+\\sqrt{2}-10^{100}', '0'],
      ['10^{100}+\\sqrt{2}-10^{100}', '10^{100}+\\sqrt{3}-10^{100}'],
      ['\\frac{10^{200}+\\sqrt{2}}{10^{200}}', '1'],
    ] as const) {
      assert.notEqual(grader.equal(a, b), true, `${a} against ${b}`);
    }
    assert.equal(grader.equal('e^{20}+1', '1+e^{10}\\cdot e^{10}'), true);
    assert.equal(grader.equal('\\sqrt{2}-\\sqrt{2}', '0'), true);
  });
});
