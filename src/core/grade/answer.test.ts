import assert from 'node:assert/strict';
import fc from 'fast-check';
import type { Trajectory } from '../trajectory';
import { extractAnswer, verdict } from './answer';

describe('extracting the final answer', () => {
  const cases: [string, string | undefined][] = [
    ['so \\boxed{1} and then $\\boxed{\\frac{1}{2}}$.', '\\frac{1}{2}'],
    ['\\boxed{\\{1, 2\\}}', '\\{1, 2\\}'],
    ['\\boxed 7$', '7'],
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
});

describe('the verdict on the final answer', () => {
  const of = (gold?: string, answer?: string, finalCorrect?: boolean) =>
    verdict({ id: null, problem: 'p', steps: [], gold, answer, finalCorrect } satisfies Trajectory);

  it("is the row's own, if it has one", () => {
    assert.equal(of('7', '8', true), 'correct');
    assert.equal(of('7', '7', false), 'wrong');
  });

  it('is correct for equal texts and equal plain numbers, wrong for other plain numbers', () => {
    assert.equal(of(' x+1 ', '$x+1$'), 'correct');
    assert.equal(of('\\boxed{7}', '7'), 'correct');
    assert.equal(of('1,234.50', '1234.5'), 'correct');
    assert.equal(of('007', '7.'), 'correct');
    assert.equal(of('-0', '0.0'), 'correct');
    assert.equal(of('7', '-7'), 'wrong');
    assert.equal(of('9007199254740993', '9007199254740992'), 'wrong');
  });

  it('leaves other differences open, and missing answers unknown', () => {
    assert.equal(of('\\frac{1}{2}', '0.5'), 'differs');
    assert.equal(of('12,34', '1234'), 'differs');
    assert.equal(of(undefined, '7'), 'unknown');
    assert.equal(of('7', undefined), 'unknown');
  });
});
