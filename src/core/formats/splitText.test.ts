import assert from 'node:assert/strict';
import fc from 'fast-check';
import { SPLIT_RULES, type SplitRule, splitText, splitToCount } from './splitText';

const texts = (text: string, rule: SplitRule) => splitText(text, rule).map((piece) => piece.text);

describe('splitting a whole text into steps', () => {
  it('at blank lines keeps single line breaks inside a step', () => {
    assert.deepEqual(texts('a\nb\n\nc\n \n\nd\n', 'blank-line'), ['a\nb', 'c', 'd']);
  });

  it('at line breaks makes no empty steps', () => {
    assert.deepEqual(texts('\na\r\n\n b \nc', 'line'), ['a', 'b', 'c']);
  });

  it('before step markers, on lines of their own or behind a sentence', () => {
    const text = 'Let us see.\nStep 1: 2 + 2 = 4.\nso\n**Step 2:** done. Step 3: 5';
    assert.deepEqual(texts(text, 'step-marker'), [
      'Let us see.',
      'Step 1: 2 + 2 = 4.\nso',
      '**Step 2:** done.',
      'Step 3: 5',
    ]);
    assert.deepEqual(texts('by Step 1 we know it', 'step-marker'), ['by Step 1 we know it']);
  });

  it('after sentences, but not at decimal points', () => {
    assert.deepEqual(texts('It costs 3.50 dollars. Then 2.5 more! So 6?', 'sentence'), [
      'It costs 3.50 dollars.',
      'Then 2.5 more!',
      'So 6?',
    ]);
  });

  it('after the sentences of Intl.Segmenter, although long texts are given to it in windows', () => {
    const whole = new Intl.Segmenter('en', { granularity: 'sentence' });
    const pieces = '. |! |a|A|b c|1|U.S. |"|) |\n|\r\n|。|3.14|... |e.g. |(x|?| |\u2029|é|😀|, and '.split(
      '|',
    );
    fc.assert(
      fc.property(
        fc.array(fc.constantFrom(...pieces), { minLength: 1000, maxLength: 3000, size: 'max' }),
        fc.nat(3000),
        (parts, numbers) => {
          // A sentence of more than a window stands in the middle.
          const text = `${parts.join('')}${'1 '.repeat(numbers)}${parts.slice(0, 100).join('')}`;
          const expected = Array.from(whole.segment(text), ({ segment }) => segment.trim()).filter(Boolean);
          assert.deepEqual(texts(text, 'sentence'), expected);
        },
      ),
      { numRuns: 60 },
    );
  });

  it('loses no visible character, and says where each step ends', () => {
    const part = fc.constantFrom(
      'a',
      'b. ',
      '\n',
      '\n\n',
      ' ',
      'Step 1: ',
      '\nStep 2: ',
      '3.5',
      '\\frac{1}{2}',
      '😀',
      '\r\n',
    );
    fc.assert(
      fc.property(fc.array(part), fc.constantFrom(...SPLIT_RULES.map(({ rule }) => rule)), (parts, rule) => {
        const text = parts.join('');
        const pieces = splitText(text, rule);
        const visible = (whole: string) => whole.replace(/\s+/gu, '');
        assert.equal(visible(pieces.map((piece) => piece.text).join('')), visible(text));
        for (const { text: step, end } of pieces) {
          assert.notEqual(step.trim(), '');
          assert.equal(text.slice(end - step.length, end), step);
        }
      }),
    );
  });

  it('takes the rule that gives as many steps as there are scores, unless the user chose one', () => {
    const text = 'a\nb\n\nc';
    assert.equal(splitToCount(text, 2, 'line').length, 2);
    assert.equal(splitToCount(text, 3, 'blank-line').length, 3);
    assert.equal(splitToCount(text, 7, 'blank-line').length, 2);
    assert.equal(splitToCount(text, 3, 'line', 'blank-line').length, 2);
  });
});
