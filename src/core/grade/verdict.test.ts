import assert from 'node:assert/strict';
import type { Trajectory } from '../trajectory';
import { verdict } from './verdict';

describe('the verdict on the final answer', () => {
  const of = (gold?: string, answer?: string, finalCorrect?: boolean) =>
    verdict({ id: null, problem: 'p', steps: [], gold, answer, finalCorrect } satisfies Trajectory);

  it("is the row's own, if it has one", () => {
    assert.equal(of('7', '8', true), 'correct');
    assert.equal(of('7', '7', false), 'wrong');
  });

  it('goes by what the answers mean', () => {
    assert.equal(of(' x+1 ', '$x+1$'), 'correct');
    assert.equal(of('\\frac{1}{2}', '0.5'), 'correct');
    assert.equal(of('1,234.50', '1234.5'), 'correct');
    assert.equal(of('7', '-7'), 'wrong');
    assert.equal(of('9007199254740993', '9007199254740992'), 'wrong');
    assert.equal(of('x', 'y'), 'wrong');
  });

  it('is open where an answer is missing', () => {
    assert.equal(of(undefined, '7'), 'unknown');
    assert.equal(of('7', undefined), 'unknown');
  });
});
