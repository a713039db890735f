import assert from 'node:assert/strict';
import fc from 'fast-check';
import { levelOf } from '../scores/levels';
import {
  count,
  formatScore,
  glyph,
  isRightToLeft,
  labelKind,
  labelWords,
  printable,
  probability,
  shorten,
  size,
} from './words';

describe('untrusted text', () => {
  it('shows what could hide or turn round other text', () => {
    for (const [text, shown] of [
      ['plain é 日本 \u05d0 😀', 'plain é 日本 \u05d0 😀'],
      ['a\r\nb\rc\u2028d\u2029e\u0085f', 'a\nb\nc\nd\ne\nf'],
      ['\u001b[31mred\u0007', '␛[31mred␇'],
      ['\0\u007f\u009b', '␀␡\\u009b'],
      ['a\tb\u000bc\u000cd', 'a    b␋c␌d'],
      ['\u202eevil\u2066x\u2069\u200f\u061c', '\\u202eevil\\u2066x\\u2069\\u200f\\u061c'],
      ['\uFEFFa\u200bb\u2060c\u00ad', '\\ufeffa\\u200bb\\u2060c\\u00ad'],
      ['\ud800 \udc00 \udc00\ud800', '\\ud800 \\udc00 \\udc00\\ud800'],
      ['\u{e0041}\u{e007f}', '\\u{e0041}\\u{e007f}'],
      ['👨\u200d👩\u200d👧', '👨\u200d👩\u200d👧'],
    ] as const) {
      assert.equal(printable(text), shown);
    }
  });

  it('holds no control character, no override, no line end but a newline', () => {
    const unit = fc.integer({ min: 0, max: 0xffff }).map((code) => String.fromCharCode(code));
    const point = fc.integer({ min: 0, max: 0x10ffff }).map((code) => String.fromCodePoint(code));
    fc.assert(
      fc.property(fc.array(fc.oneof(unit, point)), (parts) => {
        const shown = printable(parts.join(''));
        assert.doesNotMatch(shown, /[^\P{Cc}\n]|\p{Bidi_Control}|\p{Surrogate}|[\u2028\u2029]/u);
        assert.equal(printable(shown), shown);
      }),
      { numRuns: 1000 },
    );
  });

  it('fits where it is shortened, in one line', () => {
    fc.assert(
      fc.property(
        fc.string({ unit: fc.constantFrom('a', ' ', '\n', '😀') }),
        fc.integer({ min: 1, max: 12 }),
        (text, limit) => {
          const short = shorten(text, limit);
          assert.ok(short.length <= limit + 1);
          assert.doesNotMatch(short, /\n| {2}/);
          const whole = text.replace(/\s+/g, ' ').trim();
          assert.ok(short === whole || (short.endsWith('…') && whole.startsWith(short.slice(0, -1).trim())));
          if (whole.length > limit) assert.ok(short.endsWith('…'));
        },
      ),
    );
  });
});

describe('labels in the trace view', () => {
  it('have a sign, a colour and a name', () => {
    const shown = [undefined, 'correct', 'neutral', 'incorrect', 0.2, 0.5, 0.8] as const;
    assert.deepEqual(
      shown.map((label) => [glyph(label), labelKind(label), labelWords(label)]),
      [
        ['?', 'dim', 'unlabelled'],
        ['✓', 'good', 'correct'],
        ['·', 'dim', 'neutral'],
        ['✗', 'bad', 'incorrect'],
        ['◔', 'bad', 'soft label 0.20'],
        ['◑', 'doubt', 'soft label 0.50'],
        ['◕', 'good', 'soft label 0.80'],
      ],
    );
  });
});

describe('scores in the trace view', () => {
  const thresholds = { low: 0.3, high: 0.7 };

  it('have a colour that follows the probability', () => {
    assert.deepEqual(
      [0, 0.124, 0.3, 0.5, 0.7, 0.99, 1].map((score) => levelOf(score, thresholds)),
      ['bad', 'bad', 'doubt', 'doubt', 'good', 'good', 'good'],
    );
    assert.deepEqual([formatScore(0.005), formatScore(-12.3456)], ['0.01', '-12.35']);
  });

  it('beyond 0 and 1 are logits', () => {
    assert.deepEqual([levelOf(-5, thresholds), levelOf(5, thresholds)], ['bad', 'good']);
    fc.assert(
      fc.property(fc.double({ noNaN: true }), (score) => {
        const p = probability(score);
        assert.ok(p >= 0 && p <= 1);
      }),
    );
  });
});

describe('the direction of a text', () => {
  it('is that of its first letter', () => {
    for (const text of ['שלום', '12. مرحبا x', '(نعم)']) assert.equal(isRightToLeft(text), true, text);
    for (const text of ['', '12 + 3', 'So x = שלום', '因此']) assert.equal(isRightToLeft(text), false, text);
  });
});

describe('numbers', () => {
  it('are grouped, and bytes are in the unit that suits them', () => {
    assert.deepEqual([0, 999, 1000, 1234567].map(count), ['0', '999', '1,000', '1,234,567']);
    assert.deepEqual([0, 999, 1000, 1500, 12_345, 999_499, 999_500, 999_999_999, 2.5e12, 5e15].map(size), [
      '0 bytes',
      '999 bytes',
      '1.0 KB',
      '1.5 KB',
      '12 KB',
      '999 KB',
      '1.0 MB',
      '1.0 GB',
      '2.5 TB',
      '5000 TB',
    ]);
  });
});
