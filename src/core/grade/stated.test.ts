import assert from 'node:assert/strict';
import { answerOf, statedAnswer } from './stated';

const of = (texts: readonly string[], answer?: string) =>
  answerOf({ id: null, problem: 'p', answer, steps: texts.map((text) => ({ text, place: { path: [] } })) });

describe("a solution's answer", () => {
  it('is the one that is recorded or stated, before any number', () =>
    assert.equal(of(['so 3 + 4 = 7'], 'x+1'), 'x+1'));

  it('else the last number of the last step', () => {
    assert.equal(of(['2 apples', 'so he pays $1,234.50 for 3 of 4.']), '4');
    assert.equal(of(['He pays $1,234.50.', ' \n']), '$1,234.50');
    assert.equal(of(['that is 25%.']), '25%');
    assert.equal(of(['x is -3/4']), '-3/4');
    assert.equal(of(['add x2 to 10, or 1,2']), '2');
  });

  it('is none without a number', () => {
    assert.equal(of(['no idea'], ' '), undefined);
    assert.equal(of([]), undefined);
  });
});

describe('the answer that a text gives', () => {
  it('is what it states, else all of it', () => {
    assert.equal(statedAnswer('so \\boxed{7}.'), '7');
    assert.equal(statedAnswer('3+4=7\n#### 7'), '7');
    assert.equal(statedAnswer('The answer is 7.'), '7');
    assert.equal(statedAnswer('x = 7'), 'x = 7');
    assert.equal(statedAnswer('\\boxed{7'), '\\boxed{7');
  });
});
