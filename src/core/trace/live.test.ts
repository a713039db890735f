import assert from 'node:assert/strict';
import type { Computed } from '../scores/computed';
import { LIVE_WIDTH, liveCell, liveFact } from './live';

const by = { model: 'm', fingerprint: 'f', provider: 'cpu', time: 0 };
const thresholds = { low: 0.3, high: 0.7 };
const scored = (stale: boolean): Computed => ({ state: 'scored', scores: [0.9, 0.1], by, stale });

describe('a computed score beside the text', () => {
  it('has its sign and two decimals, and the colour of its thresholds unless it is stale', () => {
    assert.deepEqual(liveCell(scored(false), 0, thresholds), { text: '›0.90', kind: 'good' });
    assert.deepEqual(liveCell(scored(false), 1, thresholds), { text: '›0.10', kind: 'bad' });
    assert.deepEqual(liveCell(scored(true), 1, thresholds), { text: '›0.10', kind: 'dim' });
    assert.equal(liveCell(scored(false), 2, thresholds), undefined);
    assert.equal(liveCell(undefined, 0, thresholds), undefined);
  });

  it('fits into the place that is kept for it, in every state', () => {
    const states: Computed[] = [
      { state: 'pending' },
      { state: 'failed', fault: { message: 'too long' } },
      { state: 'scored', scores: [0], by, stale: false },
      { state: 'scored', scores: [1], by, stale: false },
    ];
    for (const state of states) assert.ok(liveCell(state, 0, thresholds)!.text.length <= LIVE_WIDTH);
    assert.equal(liveCell(states[0], 0, thresholds)!.text, '›…');
    assert.equal(liveCell(states[1], 0, thresholds)!.text, '›–');
  });

  it('is told of the whole trajectory: the lowest one, or why there is none', () => {
    assert.equal(liveFact(scored(false)), 'min ›0.10 @2');
    assert.equal(liveFact({ state: 'failed', fault: { message: 'too\nlong' } }), '⚠ not scored: too long');
    assert.equal(liveFact({ state: 'pending' }), '');
    assert.equal(liveFact(undefined), '');
  });
});
