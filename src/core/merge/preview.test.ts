import assert from 'node:assert/strict';
import type { Trajectory } from '../trajectory';
import { resolveOptions } from './options';
import { mergeExample } from './preview';

describe('an example of a merge', () => {
  it('is the trajectory, and what becomes of it at every size', () => {
    const steps = ['correct', 'correct', 'incorrect', undefined] as const;
    const trajectory: Trajectory = {
      id: null,
      problem: 'p',
      steps: steps.map((label, k) => ({ text: `s${k + 1}`, label, place: { path: [] } })),
    };
    const options = resolveOptions({ max: 2 });
    assert.ok(options.ok);
    const example = mergeExample(trajectory, 7, options.value);
    assert.equal(example?.row, 7);
    assert.deepEqual(
      example.merged.map(({ window, texts, labels }) => [window, texts, labels]),
      [
        [2, ['s1\ns2', 's3'], [1, 0]],
        [1, ['s1', 's2', 's3'], [1, 1, 0]],
      ],
    );
    assert.equal(mergeExample({ ...trajectory, steps: [] }, 7, options.value), undefined);
  });
});
