import assert from 'node:assert/strict';
import fc from 'fast-check';
import { FEATURE_SETS, STEP_FEATURES } from './stepFeatures';

/** The numbers of a solution's steps, by name; those that are 0 are left out. */
function named(problem: string, steps: readonly string[]): Record<string, number>[] {
  const { size, names } = STEP_FEATURES;
  const all = STEP_FEATURES.compute({ problem, steps });
  return steps.map((_, step) =>
    Object.fromEntries(
      names
        .map((name, column) => [name, all[step * size + column]!] as const)
        .filter(([, value]) => value !== 0),
    ),
  );
}

/** The columns of these groups alone. */
function only(row: Record<string, number>, ...names: string[]): Record<string, number> {
  return Object.fromEntries(Object.entries(row).filter(([name]) => names.includes(name)));
}

function assertClose(actual: Record<string, number>, expected: Record<string, number>): void {
  assert.deepEqual(Object.keys(actual).sort(), Object.keys(expected).sort());
  for (const [name, value] of Object.entries(expected)) {
    assert.ok(Math.abs(actual[name]! - value) < 1e-6, `${name}: ${actual[name]} instead of ${value}`);
  }
}

const ln = Math.log;

describe('step features', () => {
  it('are as many as their names, each name once', () => {
    const { size, names } = STEP_FEATURES;
    assert.equal(names.length, size);
    assert.equal(new Set(names).size, size);
    assert.ok(FEATURE_SETS.includes(STEP_FEATURES));
    assert.equal(STEP_FEATURES.compute({ problem: 'p', steps: ['a', 'b', ''] }).length, 3 * size);
    assert.equal(STEP_FEATURES.compute({ problem: 'p', steps: [] }).length, 0);
  });

  it('are those that were worked out by hand', () => {
    const problem = 'A crate holds 6 trays of 12 plums each; 9 are bruised. How many are not?';
    const [first, second] = named(problem, ['6 * 12 = 72 plums.', 'So 72 - 9 = 64 are left.']);
    // Tokens of the problem: A crate holds 6 trays of 1 2 plums each ; 9 are bruise d . How many are not ? = 21.
    const problemTokens = ln(1 + 21);
    assertClose(first!, {
      is_first: 1,
      chars: ln(1 + 18),
      // 6 * 1 2 = 7 2 plums .
      tokens: ln(1 + 9),
      words: ln(2),
      sentences: ln(2),
      problem_tokens: problemTokens,
      true: ln(2),
      is_checked: 1,
      decided_share: 1,
      numbers: ln(4),
      distinct_numbers: ln(4),
      // 6 and 12 are given, 72 is new, and a true equation has it.
      given_share: 2 / 3,
      fresh_share: 1 / 3,
      fresh: ln(2),
      // Of 6, 12 and 9 it has two.
      given_used: 2 / 3,
      given_numbers: ln(4),
      largest: Math.log10(73),
      equals: ln(2),
      times: ln(2),
      ends_with_stop: 1,
      letter_share: 5 / 18,
      digit_share: 5 / 18,
      asks_how_many: 1,
      words_of_problem: 1,
    });
    assertClose(second!, {
      index: ln(2),
      chars: ln(1 + 24),
      // So 7 2 - 9 = 6 4 are left .
      tokens: ln(1 + 11),
      words: ln(4),
      sentences: ln(2),
      earlier_tokens: ln(1 + 9),
      tokens_to_mean: ln(12 / 10),
      tokens_to_previous: ln(12 / 10),
      problem_tokens: problemTokens,
      has_false: 1,
      false: ln(2),
      decided_share: 1,
      earlier_true: ln(2),
      earlier_decided_share: 1,
      numbers: ln(4),
      distinct_numbers: ln(4),
      given_share: 1 / 3,
      earlier_share: 1 / 3,
      fresh_share: 1 / 3,
      fresh: ln(2),
      // 64 is the side of an equation that is false.
      unexplained: ln(2),
      has_unexplained: 1,
      reuses_previous: 1,
      given_used: 1,
      given_numbers: ln(4),
      largest: Math.log10(73),
      equals: ln(2),
      minus: ln(2),
      ends_with_stop: 1,
      letter_share: 9 / 24,
      digit_share: 5 / 24,
      says_therefore: 1,
      says_rest: 1,
      asks_how_many: 1,
      // "left"; "so" and "are" are too common to say anything.
      fresh_words: ln(2),
    });
  });

  it('know numbers that the problem has in words', () => {
    const [step] = named('Twice a week she runs half a mile.', ['2 * 0.5 = 1, and 7 days.']);
    assertClose(only(step!, 'given_share', 'fresh'), { given_share: 3 / 4, fresh: ln(2) });
  });

  it('see that a step repeats another one', () => {
    const [, , third] = named('p', ['Add the apples.', 'Then stop.', ' Add the apples. ']);
    assertClose(only(third!, 'is_repeated', 'words_of_earlier'), { is_repeated: 1, words_of_earlier: 1 });
  });

  const text = fc.oneof(
    fc.string({ unit: 'binary' }),
    fc
      .array(
        fc.constantFrom(
          '3',
          '12',
          '= ',
          ' + ',
          'apples ',
          '\\frac',
          '{',
          '}',
          '$',
          'so ',
          '.',
          '\n',
          '1,000',
          ' ',
        ),
        { maxLength: 30 },
      )
      .map((parts) => parts.join('')),
  );

  it('are causal: what comes later changes nothing, and the same again gives the same', () => {
    fc.assert(
      fc.property(
        text,
        fc.array(text, { minLength: 1, maxLength: 6 }),
        fc.array(text, { maxLength: 3 }),
        (problem, steps, more) => {
          const short = STEP_FEATURES.compute({ problem, steps });
          const long = STEP_FEATURES.compute({ problem, steps: [...steps, ...more] });
          assert.deepEqual(Array.from(long).slice(0, short.length), Array.from(short));
        },
      ),
    );
  });

  it('are finite and of moderate size, whatever the texts are', () => {
    fc.assert(
      fc.property(text, fc.array(text, { maxLength: 5 }), (problem, steps) => {
        for (const value of Array.from(STEP_FEATURES.compute({ problem, steps }))) {
          assert.ok(Math.abs(value) <= 20, String(value));
        }
      }),
    );
    const hostile = [
      '9'.repeat(200_000),
      ' '.repeat(200_000),
      '<<'.repeat(100_000),
      '1 2 3 4 5 6 7 8 9 '.repeat(6_000),
      'ab '.repeat(50_000),
      '1,234,567,'.repeat(10_000),
      '* step'.repeat(20_000),
    ];
    for (const value of Array.from(STEP_FEATURES.compute({ problem: hostile.join('\n'), steps: hostile })))
      assert.ok(Math.abs(value) <= 20);
  });
});
