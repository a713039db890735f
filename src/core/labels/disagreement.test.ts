import assert from 'node:assert/strict';
import fc from 'fast-check';
import type { Computed } from '../scores/computed';
import type { Label, Step, Trajectory } from '../trajectory';
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
      { step: 1, label: 1, probability: 0.49, isComputed: false, strength: 0.51 },
      { step: 3, label: 0, probability: 0.5, isComputed: false, strength: 0.5 },
      { step: 8, label: 0.75, probability: 0.25, isComputed: false, strength: 0.5 },
      { step: 9, label: 0.25, probability: 0.75, isComputed: false, strength: 0.5 },
      { step: 10, label: 0.5, probability: 0.25, isComputed: false, strength: 0.25 },
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

  it('are those of computed scores too; of two that disagree the further one counts', () => {
    const found = disagreementsOf(
      steps(
        ['incorrect', undefined],
        ['correct', 0.4],
        ['correct', 0.1],
        ['incorrect', 0.2],
        [undefined, 0.9],
      ),
      0.5,
      [0.93, 0.2, 0.3, 0.1, 0.1],
    );
    assert.deepEqual(
      found.map(({ step, probability, isComputed }) => [step, probability, isComputed]),
      [
        [1, 0.93, true],
        [2, 0.2, true],
        [3, 0.1, false],
      ],
    );
  });
});

const REST = { label: 1, probability: 0, isComputed: false, id: null, excerpt: '' };

describe('the disagreements of trajectories', () => {
  const trajectory: Trajectory = {
    id: 'a',
    problem: '',
    steps: steps(
      ['incorrect', undefined],
      ['correct', 0.9],
      ['neutral', 0.1],
      [undefined, 0.1],
      ['correct', 0.2],
    ),
  };
  const by = { model: 'm', fingerprint: 'f', provider: 'cpu', time: 0 };
  const scored = (stale: boolean): Computed => ({
    state: 'scored',
    scores: [0.93, 0.9, 0, 0, 0.9],
    by,
    stale,
  });

  it('count which scores were compared, and steps with a label but no score', () => {
    const all = new Disagreements();
    all.addTrajectory(7, 2, trajectory, { threshold: 0.5, computed: () => scored(false) });
    assert.deepEqual(all.compared, { recorded: 2, computed: 3, none: 0 });
    assert.deepEqual(
      all.strongest().map(({ row, trajectory: number, step, id }) => [row, number, step, id]),
      [
        [7, 2, 1, 'a'],
        [7, 2, 5, 'a'],
      ],
    );
  });

  it('are of recorded scores alone without a model, or with scores of another one', () => {
    for (const computed of [undefined, () => undefined, () => scored(true)]) {
      const all = new Disagreements();
      all.addTrajectory(1, 1, trajectory, { threshold: 0.5, computed });
      assert.deepEqual(all.compared, { recorded: 2, computed: 0, none: 1 });
      assert.deepEqual(
        all.strongest().map(({ step }) => step),
        [5],
      );
    }
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
          collected.add({ row, trajectory, step, strength, ...REST });
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
      collected.add({ row, trajectory: 1, step: 1, strength, ...REST });
    }
    const kept = collected.strongest();
    assert.deepEqual([collected.count, kept.length], [30_000, 10_000]);
    assert.deepEqual(
      kept.slice(0, 4).map(({ row }) => row),
      [10_006, 20_013, 10_005, 20_012],
    );
  });
});
