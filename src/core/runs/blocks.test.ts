import assert from 'node:assert/strict';
import { blockName, blockSummaries } from './blocks';

describe('blockSummaries', () => {
  it('sums up each window size in the order of training, by its last updates', () => {
    // C = 4: losses 3, 1, mean 2; accuracy said once. C = 1: 22 updates, of which the last 20 are 0.5.
    const coarse = [
      { step: 1, window: 4, loss: 3 },
      { step: 2, window: 4, loss: 1, accuracy: 0.25 },
    ];
    const fine = Array.from({ length: 22 }, (_, k) => ({ step: k + 3, window: 1, loss: k < 2 ? 9 : 0.5 }));
    assert.deepEqual(blockSummaries([...coarse, ...fine]), [
      { window: 4, updates: 2, from: 1, to: 2, loss: 2, accuracy: 0.25 },
      { window: 1, updates: 22, from: 3, to: 24, loss: 0.5, accuracy: undefined },
    ]);
    assert.deepEqual(blockSummaries([]), []);
  });

  it('takes lines that name no block as one', () => {
    assert.deepEqual(blockSummaries([{ step: 1 }])[0]?.window, undefined);
    assert.deepEqual([undefined, 4, 'mixed'].map(blockName), ['all', 'C = 4', 'mixed']);
  });
});
