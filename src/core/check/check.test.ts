import assert from 'node:assert/strict';
import fc from 'fast-check';
import { checkOf, checkStep, firstFalseStep } from './check';
import { decidedWords, describeEquation } from './words';

/** Each decided equation as its verdict. */
const verdicts = (text: string): string => {
  return checkStep(text)
    .decided.map(({ isTrue }) => (isTrue ? 'T' : 'F'))
    .join('');
};

describe('the arithmetic check', () => {
  const decided: [string, [string, string][]][] = [
    [
      'plain arithmetic in prose',
      [
        ['6 * 12 = 72 plums.', 'T'],
        ['6 * 12 = 74 plums.', 'F'],
        ['So she has 3 + 5 = 8 apples, and 8 - 2 = 5 are left.', 'TF'],
        ['The total is (5 + 3) * 2 = 16.', 'T'],
        ['5 x 3 = 15 and 5 X 3 = 16', 'TF'],
        ['5 plus 3 = 8. 5 times 3 = 16. 6 divided by 2 = 3.', 'TFT'],
        ['2**3 = 8', 'T'],
        ['−3 + 5 = 2, and is -3 + 5 = 3', 'TF'],
      ],
    ],
    [
      'chains, also over several lines',
      [
        ['2 + 3 + 4 = 5 + 4 = 9', 'TT'],
        ['2 + 3 + 4 = 5 + 4 = 10', 'TF'],
        ['9 - 5\n= 4\n= 2 + 3', 'TF'],
        ['\\begin{align*} 2 \\cdot 3 &= 6 \\\\ &= 7 - 2 \\end{align*}', 'TF'],
        // What came out is taken further, which is careless but no mistake in the numbers.
        ['7 * 60 = 420 + 23 = 443', 'T'],
      ],
    ],
    [
      'LaTeX',
      [
        ['\\( 48 \\div 2 = 24 \\)', 'T'],
        ['$\\frac{3}{4} \\times 8 = 6$ and $\\dfrac{1}{2}+\\frac13=\\frac{5}{6}$', 'TT'],
        ['\\[ \\frac{15}{2} \\cdot \\frac{5}{6} = -16 \\]', 'F'],
        ['\\sqrt{16} = 4, \\sqrt{50} = 5\\sqrt{2}, \\sqrt{220} = 11', 'TTF'],
        ['\\binom{5}{2} = 10', 'T'],
        ['\\left(2 + 3\\right)^2 = \\boxed{25}', 'T'],
        ['2\\pi \\cdot 3 = 6\\pi', 'T'],
        ['3 \\text{ trays} \\times 80 \\text{ cookies/tray} = 250 \\text{ cookies}', 'F'],
      ],
    ],
    [
      'fractions, percent and rounding',
      [
        ['1/2 + 1/3 = 5/6', 'T'],
        ['20% of 50 = 10, 20% of 50 = 12', 'TF'],
        ['5 / 20 * 100 = 25%, 5 / 20 = 25%', 'TT'],
        ['2/3 = 0.67, 2/3 = 0.66, 2/3 ≈ 0.7', 'TTT'],
        ['2/3 = 0.76', 'F'],
        ['1/3 = 33.33%', 'T'],
        ['\\sqrt{2} \\approx 1.414', 'T'],
      ],
    ],
    [
      'money, thousands and units, which are left aside',
      [
        ['$5.50 + $3 = $8.50', 'T'],
        ['The sale brought $4200+$3000 = $8600', 'F'],
        ['1,200 + (3,400 - 400) = 4,200', 'T'],
        ['10{,}000 - 1 = 9\\,999', 'T'],
        ['€3 * 4 = €12 and £3 * 4 = £13', 'TF'],
        ['32 (total kids) - 12 (kids with allergies) = 20.', 'T'],
        ['5 cm * 4 cm = 20 cm^2', 'T'],
        ['90° + 45° = 145°', 'F'],
        ['60 miles/hour * 2 hours = 120 miles', 'T'],
      ],
    ],
    [
      'whole results that are wrong, where no word says that they are rounded',
      [
        ['7/2 = 3', 'F'],
        ['7/2 = 4 apples', 'F'],
        ['$\\frac{9}{2} = 4$', 'F'],
        ['9/2 - 1/2 = 4', 'T'],
      ],
    ],
    [
      'products in words',
      [
        ['10% of 50 is 6', 'F'],
        ['10% of 50 is 5, and 1/3 of 18 is equal to 7', 'TF'],
        ['20 percent of 50 apples is 11 apples', 'F'],
        ['15% of $80 equals $12', 'T'],
        ['5 times 3 is 16', 'F'],
      ],
    ],
    [
      "GSM8K's calculator marks",
      [
        ['She sold 48/2 = <<48/2=24>>24 clips.', 'TT'],
        ['That is $<<5*3=16>>16.', 'F'],
      ],
    ],
  ];
  for (const [what, texts] of decided) {
    it(`decides ${what}`, () => {
      for (const [text, expected] of texts) assert.equal(verdicts(text), expected, text);
    });
  }

  const open: [string, string[]][] = [
    [
      'unknown numbers',
      ['x + 3 = 5', '2xy + 1 = 3', '65 + 2xy = 105', 'f(2) = 3 + 4', 'a_3 + 5 = 9', '5AD^2 + 1 = 2'],
    ],
    ['functions of several', ['gcd(12, 18) = 5', 'max(3, 5) = 4', 'C(5,2) = 11', 'lcm(4+2) = 7']],
    ['a number that tells something apart', ['Day 2 = 5 + 3', 'On day 1 * 2 = 20', 'Step 3 + 4 = 8']],
    [
      'words that do something to a number',
      ['twice 5 + 3 = 14', 'half of 8 + 2 = 9', '5 + 3 = 2 less than 10'],
    ],
    ['a share of something unknown', ['1/3 of Solomon = 66/3']],
    [
      'other bases, remainders and congruences',
      ['7 + 8 = 3 (mod 12)', '7 + 8 = 3 \\pmod{12}', '17/5 = 3 remainder 2', '101_2 + 1 = 6'],
    ],
    [
      'spellings with two readings',
      ['6/2(3) = 1', '6/ 1/30 = 180', '4\\frac{1}{2} = 2', '200 + 5% = 210', '-2^2 = 4', '5 - 1 = 8!'],
    ],
    [
      'ranges, times and ratios',
      ['pages 5-10 = 6 pages', '0900-0130 = 0730 hours', '2:30 + 1:15 = 3:55', '3:4 = 0.7'],
    ],
    [
      'other units',
      [
        '90 minutes = 1.5',
        '1/2 inch = 20 miles',
        '4 pounds - 6 ounces = 58 ounces',
        '192 * 5 = 9.60 dollars',
        '8 batches = 5.5 * 8',
      ],
    ],
    [
      'whole numbers that rounding may have made',
      ['7 / 2 = 3, rounded down', '7 / 2 = 3 groups with 1 left over', '355 / 6 = 59', '355 / 6 ≈ 60'],
    ],
    ['mixed numbers', ['7 / 2 = 3 and 1/2', '17 / 3 = 5 and (2/3)']],
    [
      'products in words that say more than a number',
      ['An increase of 50% of 8 is 12', '20% of 50 is 10 more', 'Is 10% of 50 equal to 6?', '6 is 10% of 50'],
    ],
    ['a point that may part thousands', ['3.000 + 500 = 3.500', '12.500 - 1 = 12.499']],
    ['sums of rounded numbers', ['3.33 * 3 = 10', '0.33 * 30 = 10', '3.33 * 30 = 100.5', '5^3 ≈ 120']],
    ['ellipses', ['1 + 2 + ... + 10 = 56', '1 + 2 + \\cdots + 10 = 56', '0.333... = 1/4']],
    [
      'an equation that is denied or asked',
      ['2 + 2 = 5 is impossible.', 'Is 2 + 2 = 5?', '2 + 2 = 5, which does not hold'],
    ],
    ['other signs', ['5 + 3 => 9', '5 + 3 != 9', '5 + 3 \\equiv 9', '5 + 3 <= 9']],
    ['numbers alone', ['5 = 7', 'x = 5 = y']],
    ['vectors and lists', ['(1, 2) + (3, 4) = (4, 7)', '1,2+3=6', '{1} + 2 = 4 x']],
  ];
  for (const [what, texts] of open) {
    it(`leaves open ${what}`, () => {
      for (const text of texts) assert.equal(verdicts(text), '', text);
    });
  }

  it('says of a step: false if one equation is, true if some are and none is false, else not checked', () => {
    const states = ['1 + 1 = 2, 2 + 2 = 5', '1 + 1 = 2, x + 1 = 3', 'x + 1 = 3', 'No numbers.'].map(
      checkStep,
    );
    assert.deepEqual(
      states.map(({ state, decided, equations }) => [state, decided.length, equations]),
      [
        ['false', 2, 2],
        ['true', 1, 2],
        ['unchecked', 0, 1],
        ['unchecked', 0, 0],
      ],
    );
  });

  it('puts equations into words, with what each side is worth', () => {
    const words = (text: string) => checkStep(text).decided.map(describeEquation);
    assert.deepEqual(words('The 3 * 4 = 12 plums'), ['3 × 4 = 12']);
    assert.deepEqual(words('\\frac{1}{3} + 1 = \\boxed{2}'), [
      '\\frac{1}{3} + 1 = 2: wrong, \\frac{1}{3} + 1 is 4/3 (about 1.333333333)',
    ]);
    assert.deepEqual(words('\\sqrt{3} + 1 = 4 - 2'), [
      '\\sqrt{3} + 1 = 4 - 2: wrong, \\sqrt{3} + 1 is about 2.732050808, 4 - 2 is 2',
    ]);
    assert.equal(decidedWords(checkStep('1 + 1 = 2 and x = 3')), '1 of 2 equations decided');
  });

  it('finds the first step of a trajectory with a false equation, and looks at each step once', () => {
    const place = { path: [] };
    const steps = ['1 + 1 = 2', '1 + 2 = 4', '1 + 2 = 5'].map((text) => ({ text, place }));
    assert.equal(firstFalseStep({ steps }), 2);
    assert.equal(firstFalseStep({ steps: steps.slice(0, 1) }), undefined);
    assert.equal(checkOf(steps[1]!), checkOf(steps[1]!));
  });

  it('tells sums of any numbers from sums that are off, in every spelling', () => {
    const spellings: ((a: number, b: number, sum: number) => string)[] = [
      (a, b, sum) => `${a} + ${b} = ${sum}`,
      (a, b, sum) => `In all \\(${a}+${b}=${sum}\\) apples.`,
      (a, b, sum) =>
        `$${a.toLocaleString('en-US')} + $${b.toLocaleString('en-US')} = $${sum.toLocaleString('en-US')}`,
      (a, b, sum) => `= \\frac{${2 * a}}{2} + ${b}\n= ${sum}`,
      (a, b, sum) => `<<${a}+${b}=${sum}>>`,
    ];
    const amount = fc.integer({ min: 1, max: 99_999 });
    fc.assert(
      fc.property(
        amount,
        amount,
        fc.integer({ min: 1, max: 9 }),
        fc.constantFrom(...spellings),
        (a, b, off, spell) => {
          assert.equal(verdicts(spell(a, b, a + b)), 'T');
          assert.equal(verdicts(spell(a, b, a + b + off)), 'F');
        },
      ),
    );
  });

  it('never throws, and says the same twice, whatever the text is', () => {
    const pieces = fc.constantFrom(
      ...[
        '=',
        '≈',
        '<<',
        '>>',
        '(',
        ')',
        '{',
        '}',
        '[',
        '|',
        '!',
        '^',
        '_',
        '%',
        '$',
        '\\',
        '\\frac',
        '\\sqrt',
        '\\[',
        '\\\\',
        '&',
      ],
      ...[
        '+',
        '-',
        '*',
        '/',
        '.',
        ',',
        ' ',
        '\n',
        'of',
        'x',
        'apples',
        '1',
        '0',
        '23',
        '1,000',
        '.5',
        '10^10^10',
        '½',
        '\\text{',
        '**',
      ],
    );
    const texts = fc.oneof(
      fc.array(pieces, { maxLength: 40 }).map((all) => all.join('')),
      fc.string({ unit: 'binary' }),
    );
    fc.assert(
      fc.property(texts, (text) => {
        const first = checkStep(text);
        assert.ok(first.decided.length <= first.equations);
        assert.deepEqual(checkStep(text), first);
        for (const equation of first.decided) assert.ok(describeEquation(equation).length < 700);
      }),
      { numRuns: 500 },
    );
  });

  it('is done with hostile texts, and with numbers too large to compute, without deciding them', () => {
    for (const text of [
      `${' '.repeat(100_000)}=`,
      '='.repeat(100_000),
      `${'1 + '.repeat(50_000)}1 = 1`,
      `${'('.repeat(50_000)}1 = 1`,
      `${'\\frac{'.repeat(10_000)}1 = 1`,
      '<<'.repeat(50_000),
      '9^9^9^9 = 1',
      '99999999! = 1',
      `${'9'.repeat(50_000)} + 1 = 2`,
      `${'5 - ('.repeat(300)}1 = 2`,
      'a='.repeat(50_000),
      `${'$'.repeat(1_900)}= 1\n`.repeat(50),
      `5 ${'(ab) '.repeat(390)}= 1\n`.repeat(50),
      '2^(1/3)^100000 = 5',
    ])
      assert.equal(verdicts(text), '', text.slice(0, 20));
    assert.equal(checkStep('1 + 1 = 3. '.repeat(9_000)).decided.length, 400);
  });
});
