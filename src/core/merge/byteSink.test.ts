import assert from 'node:assert/strict';
import fc from 'fast-check';
import { ByteSink } from './byteSink';

const CAPACITY = 64;

describe('a sink', () => {
  it('gives the same bytes whether or not their source shares its memory, and wherever it is emptied', () => {
    const span = fc.tuple(fc.nat(200), fc.nat(200), fc.boolean());
    fc.assert(
      fc.property(fc.array(span), fc.boolean(), (spans, shared) => {
        const memory = new ArrayBuffer(200 + 2 * CAPACITY);
        const source = new Uint8Array(memory, 0, 200);
        for (let i = 0; i < 200; i++) source[i] = i;
        const got: number[] = [];
        const room = { buffers: new Uint8Array(memory, 200), source };
        const sink = new ByteSink(CAPACITY, (bytes) => got.push(...bytes), shared ? room : undefined);
        const expected: number[] = [];
        for (const [a, b, empty] of spans) {
          sink.copy(source, Math.min(a, b), Math.max(a, b));
          sink.put(Uint8Array.of(1, 2, 3));
          expected.push(...source.subarray(Math.min(a, b), Math.max(a, b)), 1, 2, 3);
          if (empty) got.push(...sink.take());
        }
        got.push(...sink.take());
        assert.deepEqual(got, expected);
        assert.equal(sink.total, expected.length);
      }),
    );
  });
});
