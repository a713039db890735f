import assert from 'node:assert/strict';
import { Budget } from './budget';
import { sameAnswer } from './compare';
import { readAnswer } from './read';

const SINES = readAnswer('\\sin 1+\\sin 2+\\sin 3');
const SAME = readAnswer('\\sin 3+\\sin 1+\\sin 2');

/** Counts how often it is asked for more after its end. */
class Watched extends Budget {
  askedAfterEnd = 0;

  override spend(units: number): boolean {
    if (this.isSpent) this.askedAfterEnd++;
    return super.spend(units);
  }
}

describe('the budget of a comparison', () => {
  it('ends it undecided when it is spent, however equal the two are', () => {
    assert.equal(sameAnswer(SINES, SAME, new Budget()), true);
    const small = new Budget(25_000);
    assert.equal(sameAnswer(SINES, SAME, small), undefined);
    assert.ok(small.isSpent);
  });

  it('stops the work at once when it is spent', () => {
    const budget = new Watched(25_000);
    assert.equal(sameAnswer(SINES, SAME, budget), undefined);
    assert.ok(budget.askedAfterEnd <= 2, `${budget.askedAfterEnd}`);
  });

  it('proves nothing by numbers that were too large to be exact', () => {
    const [a, b] = [readAnswer('7^{100000}'), readAnswer('7^{100000}+1')];
    const budget = new Budget();
    assert.equal(sameAnswer(a, b, budget), undefined);
    assert.ok(budget.isRounded && !budget.isSpent);
  });
});
