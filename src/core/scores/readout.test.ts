import assert from 'node:assert/strict';
import fc from 'fast-check';
import type { Head } from './modelSpec';
import { columnsOf, halfToNumber, scoreOf, scoresOf } from './readout';

const VOCABULARY: Head = { kind: 'vocabulary', positive: { text: '+' }, negative: { text: '-' } };

describe('reading scores from logits', () => {
  it('gives the values of a pocket calculator', () => {
    // 1 / (1 + e^-2), e^1 / (e^1 + e^3), to 12 digits.
    assert.ok(Math.abs(scoreOf('sigmoid', 2) - 0.880797077978) < 1e-12);
    assert.ok(Math.abs(scoreOf('softmax', 1, 3) - 0.119202922022) < 1e-12);
    assert.equal(scoreOf('none', -7.5), -7.5);
    assert.deepEqual(scoresOf('softmax', [0, 0, 1000, -1000, -1000, 1000], 2, 'M'), {
      ok: true,
      value: [0.5, 1, 0],
    });
  });

  it('is the softmax of two for any pair, without overflow', () => {
    const logit = fc.double({ min: -80, max: 80, noNaN: true });
    fc.assert(
      fc.property(logit, logit, (positive, negative) => {
        const plain = Math.exp(positive) / (Math.exp(positive) + Math.exp(negative));
        assert.ok(Math.abs(scoreOf('softmax', positive, negative) - plain) < 1e-12);
      }),
    );
  });

  it('refuses what is no number, and names the step', () => {
    for (const [raw, width] of [
      [[0, Number.NaN], 1],
      [[0, 0, 0, Number.NaN], 2],
      [[0, 0, Number.POSITIVE_INFINITY, 0], 2],
      [[0, Number.NEGATIVE_INFINITY], 1],
    ] as const) {
      const result = scoresOf('sigmoid', raw, width, 'M');
      assert.ok(!result.ok);
      assert.equal(result.fault.kind, 'not-finite');
      assert.match(result.fault.message, /M gave .* for step 2/);
    }
  });

  it('takes the columns that the head has', () => {
    const columns = (head: Head, width: number) => {
      const result = columnsOf(head, width, [5, 3]);
      return result.ok ? result.value : result.fault.kind;
    };
    assert.deepEqual(columns({ kind: 'one-logit' }, 1), [0]);
    assert.deepEqual(columns({ kind: 'two-logits', positive: 1 }, 2), [1, 0]);
    assert.deepEqual(columns({ kind: 'two-logits', positive: 0 }, 2), [0, 1]);
    assert.deepEqual(columns(VOCABULARY, 2), [0, 1]);
    assert.deepEqual(columns(VOCABULARY, 6), [5, 3]);
    assert.equal(columns(VOCABULARY, 5), 'model-incompatible');
    assert.equal(columns({ kind: 'one-logit' }, 2), 'model-incompatible');
    assert.equal(columns({ kind: 'two-logits', positive: 1 }, 3), 'model-incompatible');
  });

  it('reads half-precision numbers', () => {
    // Encodings from the table of IEEE 754 binary16.
    for (const [bits, value] of [
      [0x0000, 0],
      [0x3c00, 1],
      [0xc000, -2],
      [0x7bff, 65504],
      [0x0400, 2 ** -14],
      [0x0001, 2 ** -24],
      [0x3555, 0.333251953125],
      [0x7c00, Number.POSITIVE_INFINITY],
      [0xfc00, Number.NEGATIVE_INFINITY],
    ] as const) {
      assert.equal(halfToNumber(bits), value);
    }
    assert.ok(Number.isNaN(halfToNumber(0x7e00)));
  });
});
