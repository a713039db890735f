import assert from 'node:assert/strict';
import fc from 'fast-check';
import { USUAL_THRESHOLDS } from '../scores/levels';
import type { Step } from '../trajectory';
import { type Chip, type ComputedStep, chipScore, chipsWidth, stepChips, summaryChips } from './chips';

const ALL = { labels: true, scores: true };

function step(given: Partial<Step>): Step {
  return { text: 'Add.', place: { path: ['completions', 0] }, ...given } as Step;
}

function computed(score: number, stale = false): ComputedStep {
  return { score, stale, thresholds: { low: 0.8, high: 0.9 } };
}

const words = (chips: readonly Chip[]): string[] => chips.map(({ text, kind }) => `${text} ${kind}`);

describe('chips of a step', () => {
  it('stand in one order, each in its own colour: a low score of a step labelled correct is not green', () => {
    const chips = stepChips(
      step({ text: '2 + 2 = 5', label: 'correct', score: 0.09 }),
      USUAL_THRESHOLDS,
      computed(0.85),
      ALL,
    );
    assert.deepEqual(words(chips), ['✓ good', '.09 bad', '›.85 doubt', '≠ bad']);
    assert.deepEqual(
      chips.map(({ at }) => at),
      [0, 1, 4, 8],
    );
  });

  it('leave out what is not there and what is not wanted', () => {
    assert.deepEqual(stepChips(step({}), USUAL_THRESHOLDS, undefined, ALL), []);
    const given = step({ label: 'incorrect', score: 1 });
    const only = (labels: boolean, scores: boolean): string[] =>
      words(stepChips(given, USUAL_THRESHOLDS, computed(0.1, true), { labels, scores }));
    assert.deepEqual(only(true, false), ['✗ bad']);
    assert.deepEqual(only(false, true), ['1.0 good', '›.10 dim']);
  });

  it('write scores in few characters', () => {
    assert.deepEqual([0, 0.094, 0.999, 1, -3.0159].map(chipScore), ['.00', '.09', '1.0', '1.0', '-3.02']);
  });
});

describe('the summary of a line', () => {
  const one = stepChips(step({ label: 'correct', score: 0.5 }), USUAL_THRESHOLDS, undefined, ALL);

  it('has the chips of every step behind its number', () => {
    const chips = summaryChips(
      [
        { number: 1, chips: one },
        { number: 2, chips: one },
      ],
      40,
    );
    assert.deepEqual(
      chips.map(({ text, at }) => [text, at]),
      [
        ['1', 0],
        ['✓', 1],
        ['.50', 2],
        ['2', 7],
        ['✓', 8],
        ['.50', 9],
      ],
    );
    assert.equal(chipsWidth(chips), 12);
  });

  it('keeps to its room, never lets chips overlap, and counts the steps that are left out', () => {
    fc.assert(
      fc.property(fc.nat(40), fc.integer({ min: 4, max: 80 }), (count, room) => {
        const steps = Array.from({ length: count }, (_, i) => ({ number: i + 1, chips: one }));
        const chips = summaryChips(steps, room);
        assert.ok(chipsWidth(chips) <= Math.max(room, 3));
        for (const [k, chip] of chips.entries()) {
          const next = chips[k + 1];
          if (next !== undefined) assert.ok(chip.at + chip.text.length <= next.at);
        }
        const left = Number(chips.find(({ text }) => text.startsWith('+'))?.text.slice(1) ?? 0);
        assert.equal(chips.filter(({ text }) => text === '✓').length + left, count);
      }),
    );
  });
});
