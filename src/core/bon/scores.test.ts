import assert from 'node:assert/strict';
import fc from 'fast-check';
import { AGGREGATES, aggregateOf, rankOf, summariseScores, voteWeight } from './scores';

const close = (actual: number, expected: number) =>
  assert.ok(Math.abs(actual - expected) < 1e-12, `${actual} instead of ${expected}`);

describe('aggregates of step scores', () => {
  it('of probabilities', () => {
    const scores = summariseScores([0.9, 0.5, 0.8])!;
    close(aggregateOf(scores, 'min', false), 0.5);
    close(aggregateOf(scores, 'product', false), 0.36);
    close(aggregateOf(scores, 'last', false), 0.8);
    close(aggregateOf(scores, 'mean', false), 2.2 / 3);
    assert.deepEqual([scores.minStep, scores.isOutside], [2, false]);
    close(voteWeight(scores, 'last', false), 0.8);
  });

  it('of logits are raw, but for the product and votes, which use the sigmoid', () => {
    const scores = summariseScores([2, -1, 0])!;
    assert.ok(scores.isOutside);
    assert.equal(aggregateOf(scores, 'min', true), -1);
    assert.equal(aggregateOf(scores, 'last', true), 0);
    close(aggregateOf(scores, 'mean', true), 1 / 3);
    // Python: sigmoid(2) * sigmoid(-1) * sigmoid(0)
    close(aggregateOf(scores, 'product', true), 0.11844140904495504);
    close(voteWeight(scores, 'last', true), 0.5);
    close(voteWeight(scores, 'min', true), 0.2689414213699951);
  });

  it('do not run out of digits in long solutions', () => {
    const better = summariseScores(new Array<number>(2000).fill(0.5))!;
    const worse = summariseScores(new Array<number>(2001).fill(0.5))!;
    assert.equal(aggregateOf(better, 'product', false), 0);
    assert.ok(rankOf(better, 'product', false) > rankOf(worse, 'product', false));
    assert.ok(Number.isFinite(rankOf(summariseScores([-900, 900])!, 'product', true)));
  });

  it('do not depend on the order of the steps, but for the last', () => {
    const scores = fc.array(fc.double({ min: 0, max: 1, noNaN: true }), { minLength: 1, maxLength: 12 });
    const property = fc.property(scores, (given) => {
      const [a, b] = [summariseScores(given)!, summariseScores([...given].reverse())!];
      for (const aggregate of AGGREGATES.filter((name) => name !== 'last')) {
        assert.equal(rankOf(a, aggregate, false), rankOf(b, aggregate, false));
      }
    });
    fc.assert(property);
  });

  it('of no scores are none', () => assert.equal(summariseScores([]), undefined));
});
