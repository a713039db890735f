import assert from 'node:assert/strict';
import { type MergeOptions, type MergeRequest, resolveOptions } from './options';

function sizes(request: MergeRequest): unknown {
  const options = resolveOptions(request);
  return options.ok ? options.value.sizes : options.fault.message;
}

describe('merge options', () => {
  it('has the defaults of the paper', () => {
    const expected: MergeOptions = {
      sizes: [2, 1],
      overlap: false,
      tail: 'keep',
      label: 'last',
      neutral: 'positive',
      blocks: 'cumulative',
      keepDuplicates: false,
      order: 'coarse-to-fine',
      joiner: '\n',
      to: 'trl',
      seed: 0,
    };
    assert.deepEqual(resolveOptions({}), { ok: true, value: expected });
  });

  it('orders sizes from coarse to fine, each once, N first', () => {
    assert.deepEqual(sizes({ max: '4', min: 2 }), [4, 3, 2]);
    assert.deepEqual(sizes({ max: 8, blocks: 'single' }), [8, 1]);
    assert.deepEqual(sizes({ max: 1, blocks: 'single' }), [1]);
    assert.deepEqual(sizes({ sizes: '1, 4,N,2,4' }), ['N', 4, 2, 1]);
    assert.deepEqual(sizes({ sizes: [1, 'N', 3] }), ['N', 3, 1]);
  });

  for (const [request, message] of [
    [{ max: 0 }, /^max is "0"/],
    [{ max: 2.5 }, /^max is "2.5"/],
    [{ min: 'x' }, /^min is "x"/],
    [{ max: 2, min: 3 }, /^min is 3 and max is 2/],
    [{ min: 3 }, /^min is 3 and max is 2/],
    [{ sizes: '4,,1' }, /^sizes holds ""/],
    [{ sizes: '4,0' }, /^sizes holds "0"/],
    [{ sizes: '4,1', max: 4 }, /^sizes and max exclude/],
    [{ max: 5000 }, /^max 5000 .* at most 1000/],
    [{ seed: -1 }, /^seed is "-1"/],
    [{ sizes: '2000000000' }, /^sizes holds "2000000000": each size must be .* to 1000000, or N/],
    [{ max: 1e9, blocks: 'single' }, /^max is "1000000000": it must be a whole number from 1 to 1000000/],
    [
      { max: 20_000, blocks: 'single', overlap: true, keepDuplicates: true },
      /^overlap with duplicates .* 20001 for each trajectory: at most 10000/,
    ],
    [{ tail: 'cut' }, /^tail is "cut": it must be keep, drop, split or extend/],
    [{ order: 'random' }, /^order is "random"/],
    [{ joiner: '\ud83d' }, /^joiner holds half/],
    [{ label: 'mean', to: 'prm800k' }, /^label mean .* trl/],
    [{ neutral: 'half', to: 'rlhflow' }, /^neutral half .* trl/],
  ] as const) {
    it(`refuses ${JSON.stringify(request)} and names the option`, () => {
      assert.match(sizes(request) as string, message);
    });
  }
});
