import assert from 'node:assert/strict';
import fc from 'fast-check';
import type { Label, Step } from '../trajectory';
import { checkThreshold, Disagreements, disagreementsOf } from './disagreement';

function steps(...pairs: [Label | undefined, number | undefined][]): Step[] {
  return pairs.map(([label, score], k) => ({ text: '', label, score, place: { path: [k] } }));
}

describe('labels and scores', () => {
  it('disagree where the decision by the threshold is another than the label', () => {
    const found = disagreementsOf(
      steps(
        ['correct', 0.49],
        ['correct', 0.5],
        ['incorrect', 0.5],
        ['incorrect', 0.49],
        ['neutral', 0],
        [undefined, 1],
        ['correct', undefined],
        [0.75, 0.25],
        [0.25, 0.75],
        [0.5, 0.25],
        [0.5, 0.75],
      ),
      0.5,
    );
    assert.deepEqual(found, [
      { step: 1, label: 1, probability: 0.49, strength: 0.51 },
      { step: 3, label: 0, probability: 0.5, strength: 0.5 },
      { step: 8, label: 0.75, probability: 0.25, strength: 0.5 },
      { step: 9, label: 0.25, probability: 0.75, strength: 0.5 },
      { step: 10, label: 0.5, probability: 0.25, strength: 0.25 },
    ]);
  });

  it('follow the threshold, and take scores outside 0 to 1 as logits', () => {
    assert.deepEqual(
      disagreementsOf(steps(['correct', 0.6], ['incorrect', 0.6]), 0.7).map(({ step }) => step),
      [1],
    );
    assert.deepEqual(
      disagreementsOf(steps(['correct', 0.2], ['incorrect', 0.2]), 0.1).map(({ step }) => step),
      [2],
    );
    const [logit] = disagreementsOf(steps(['correct', -2]), 0.5);
    // 1 / (1 + e^2), by hand.
    assert.ok(Math.abs(logit!.probability - 0.11920292202211755) < 1e-15);
  });

  it('refuse a threshold that decides nothing', () => {
    for (const value of [0, 1, -0.1, 1.1, Number.NaN]) assert.ok(!checkThreshold(value).ok);
    assert.ok(checkThreshold(0.5).ok);
  });
});

describe('the strongest disagreements', () => {
  it('are kept in order and all are counted, as sorting all of them would', () => {
    const item = fc.record({
      row: fc.integer({ min: 1, max: 6 }),
      trajectory: fc.integer({ min: 1, max: 3 }),
      step: fc.integer({ min: 1, max: 9 }),
      strength: fc.constantFrom(0.1, 0.25, 0.5, 0.5, 1),
    });
    const items = fc.uniqueArray(item, {
      selector: ({ row, trajectory, step }) => `${row} ${trajectory} ${step}`,
      maxLength: 60,
    });
    fc.assert(
      fc.property(items, fc.integer({ min: 1, max: 20 }), (all, limit) => {
        const collected = new Disagreements(limit);
        for (const { row, trajectory, step, strength } of all) {
          collected.add(row, trajectory, [{ step, strength, label: 1, probability: 1 - strength }]);
        }
        const rank = ({ row, trajectory, step, strength }: (typeof all)[number]) =>
          -strength * 1e6 + row * 1e3 + trajectory * 100 + step;
        const expected = [...all].sort((a, b) => rank(a) - rank(b)).slice(0, limit);
        assert.equal(collected.count, all.length);
        const got = collected.strongest();
        assert.deepEqual(
          got.map(({ row, trajectory, step, strength }) => ({ row, trajectory, step, strength })),
          expected.map(({ row, trajectory, step, strength }) => ({ row, trajectory, step, strength })),
        );
      }),
    );
  });

  it('stay at ten thousand, however many come', () => {
    const collected = new Disagreements();
    for (let row = 1; row <= 30_000; row++) {
      const strength = (row % 10_007) / 10_007;
      collected.add(row, 1, [{ step: 1, label: 1, probability: 1 - strength, strength }]);
    }
    const kept = collected.strongest();
    assert.deepEqual([collected.count, kept.length], [30_000, 10_000]);
    assert.deepEqual(
      kept.slice(0, 4).map(({ row }) => row),
      [10_006, 20_013, 10_005, 20_012],
    );
  });
});
