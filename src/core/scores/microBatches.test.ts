import assert from 'node:assert/strict';
import fc from 'fast-check';
import { CPU_LIMITS, DEVICE_LIMITS, halved, nextBatch } from './microBatches';

describe('the next batch', () => {
  it('is the first solution alone on a CPU', () => {
    assert.deepEqual(nextBatch([7, 7, 7], CPU_LIMITS), [0]);
    assert.deepEqual(nextBatch([], CPU_LIMITS), []);
  });

  it('takes those of about the same length, shortest first', () => {
    assert.deepEqual(nextBatch([100, 500, 90, 105, 10], DEVICE_LIMITS), [2, 0, 3]);
  });

  it('runs a solution alone that is longer than all limits', () => {
    assert.deepEqual(nextBatch([50_000, 50_000], DEVICE_LIMITS), [0]);
  });

  it('keeps to the limits, never leaves the first out, and loses none over time', () => {
    const limits = fc.record({
      rows: fc.integer({ min: 1, max: 5 }),
      tokens: fc.integer({ min: 1, max: 400 }),
      waste: fc.double({ min: 0, max: 0.5, noNaN: true }),
    });
    fc.assert(
      fc.property(
        fc.array(fc.integer({ min: 1, max: 200 }), { minLength: 1, maxLength: 20 }),
        limits,
        (all, limit) => {
          let rest = [...all];
          const seen: number[] = [];
          while (rest.length > 0) {
            const batch = nextBatch(rest, limit);
            assert.ok(batch.includes(0));
            const lengths = batch.map((index) => rest[index]!);
            assert.deepEqual(
              lengths,
              [...lengths].sort((a, b) => a - b),
            );
            const padded = batch.length * Math.max(...lengths);
            const sum = lengths.reduce((a, b) => a + b, 0);
            if (batch.length > 1) {
              assert.ok(batch.length <= limit.rows && padded <= limit.tokens);
              assert.ok(padded - sum <= limit.waste * padded);
            }
            seen.push(...lengths);
            rest = rest.filter((_, index) => !batch.includes(index));
          }
          assert.deepEqual(
            seen.sort((a, b) => a - b),
            [...all].sort((a, b) => a - b),
          );
        },
      ),
    );
  });

  it('is at most half as large after one that was too large', () => {
    assert.deepEqual(halved(DEVICE_LIMITS, 8, 8 * 500), { rows: 4, tokens: 2000, waste: 0.2 });
    assert.deepEqual(halved(DEVICE_LIMITS, 1, 1), { rows: 1, tokens: 1, waste: 0.2 });
  });
});
