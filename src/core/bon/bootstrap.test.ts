import assert from 'node:assert/strict';
import { Bootstrap } from './bootstrap';

const table = (rows: readonly (readonly number[])[], seed = 0) =>
  new Bootstrap(
    rows.map((row) => Float64Array.from(row)),
    rows[0]?.length ?? 2,
    seed,
  );

describe('bootstrap over problems', () => {
  it("gives a proportion the interval that the binomial's quantiles give", () => {
    // 70 of 100: resampled counts follow Binomial(100, 0.7), whose 2.5 % and 97.5 % quantiles are 61 and 79 (Python).
    const rows = Array.from({ length: 100 }, (_, index) => [index < 70 ? 1 : 0]);
    const { accuracy, low, high, problems } = table(rows).estimate(0)!;
    assert.equal(accuracy, 0.7);
    assert.equal(problems, 100);
    // Of resampled quantiles, to one problem.
    assert.ok(Math.abs(low - 0.61) < 0.0101, `${low}`);
    assert.ok(Math.abs(high - 0.79) < 0.0101, `${high}`);
  });

  it('pairs two columns: what they share does not blur their difference', () => {
    // The columns vary together; the second is worse on 8 problems and never better.
    const rows = Array.from({ length: 200 }, (_, index) => [index % 2, index < 16 ? 0 : index % 2]);
    const { difference, low, high, p } = table(rows).compare(0, 1)!;
    assert.ok(Math.abs(difference - 0.04) < 1e-12);
    assert.ok(low > 0 && high < 0.08, `${low} ${high}`);
    assert.ok(p < 0.01);
    const back = table(rows).compare(1, 0)!;
    assert.deepEqual([back.difference, back.low, back.high], [-difference, -high, -low]);
    assert.deepEqual(table(rows).compare(0, 0), { difference: 0, low: 0, high: 0, p: 1 });
  });

  it('is the same for the same seed, and says nothing about no problems', () => {
    const rows = Array.from({ length: 30 }, (_, index) => [index / 30]);
    assert.deepEqual(table(rows, 5).estimate(0), table(rows, 5).estimate(0));
    assert.notDeepEqual(table(rows, 5).estimate(0), table(rows, 6).estimate(0));
    assert.equal(table([]).estimate(0), undefined);
    assert.equal(table([]).compare(0, 1), undefined);
  });
});
