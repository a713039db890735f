import assert from 'node:assert/strict';
import fc from 'fast-check';
import { extractAnswer } from './answer';

describe('extracting the final answer', () => {
  const cases: [string, string | undefined][] = [
    ['so \\boxed{1} and then $\\boxed{\\frac{1}{2}}$.', '\\frac{1}{2}'],
    ['\\boxed{\\{1, 2\\}}', '\\{1, 2\\}'],
    ['\\boxed 7$', '7'],
    ['$$\\boxed{$$7$$}$$ and $', '7'],
    ['answer is $$$', undefined],
    ['answer is $5$ or $6$', '$5$ or $6$'],
    ['good \\boxed{3} but \\boxed{4', '3'],
    ['So it is 29.\n\n# Answer\n\n29', '29'],
    ['3+4=7\n#### 7\n', '7'],
    ['in a year. The answer is: 13520', '13520'],
    ['Final Answer: The final answer is $0.5$. I hope it is correct.', '0.5'],
    ['So the answer is -121', '-121'],
    ['nothing here', undefined],
    ['The answer is ', undefined],
  ];
  for (const [text, expected] of cases) {
    it(`of ${JSON.stringify(text)} gives ${expected}`, () => assert.equal(extractAnswer(text), expected));
  }

  it('takes any text without throwing', () => {
    const pieces = fc.constantFrom(
      '\\boxed',
      '{',
      '}',
      '\\',
      '# Answer',
      '####',
      'answer is',
      ' ',
      '\n',
      '7',
      'İ',
    );
    fc.assert(fc.property(fc.array(pieces), (parts) => void extractAnswer(parts.join(''))));
  });

  it('finds the box that trying every one from the end would find', () => {
    const closeOf = (text: string, open: number): number => {
      let depth = 0;
      for (let at = open; at < text.length; at++) {
        if (text[at] === '\\') at++;
        else if (text[at] === '{') depth++;
        else if (text[at] === '}' && --depth === 0) return at;
      }
      return -1;
    };
    const pieces = fc.constantFrom('\\boxed{', '\\boxed {', '{', '}', '\\', 'a', '1', '\\{', '\\}', ' ');
    fc.assert(
      fc.property(fc.array(pieces, { maxLength: 30 }), (parts) => {
        const text = parts.join('');
        const boxes = [...text.matchAll(/\\boxed *\{/gu)].reverse();
        const closed = boxes.find((box) => closeOf(text, box.index + box[0].length - 1) >= 0);
        const open = closed === undefined ? 0 : closed.index + closed[0].length - 1;
        const content = closed && text.slice(open + 1, closeOf(text, open)).trim();
        assert.equal(extractAnswer(text), content === '' ? undefined : content);
      }),
      { numRuns: 2000 },
    );
  });
});
