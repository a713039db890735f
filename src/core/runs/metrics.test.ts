import assert from 'node:assert/strict';
import fc from 'fast-check';
import { MetricSeries } from './metrics';

const line = (step: number, second: number, loss = 1): string =>
  `${JSON.stringify({ step, loss, lr: 2e-6, tokens_per_second: 10, time: new Date(second * 1000).toISOString() })}\n`;

describe('MetricSeries', () => {
  it('keeps each step once, the last one that was written', () => {
    const series = new MetricSeries();
    series.append(line(1, 0) + line(2, 1) + line(2, 5, 0.5));
    assert.deepEqual(
      series.all.map(({ step, loss }) => [step, loss]),
      [
        [1, 1],
        [2, 0.5],
      ],
    );
  });

  it('is the same however the file grows', () => {
    const text = [1, 2, 3, 4].map((step) => line(step, step)).join('');
    const whole = new MetricSeries();
    whole.append(text);
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 0, max: text.length })), (cuts) => {
        const series = new MetricSeries();
        const places = [0, ...cuts.sort((a, b) => a - b), text.length];
        for (let k = 1; k < places.length; k++) series.append(text.slice(places[k - 1], places[k]));
        assert.deepEqual(series.all, whole.all);
      }),
    );
  });

  it('passes over what is no metric, and numbers that are not finite', () => {
    const series = new MetricSeries();
    series.append('{"step":1,"loss":null}\nnonsense\n[]\n{"loss":1}\n');
    assert.deepEqual(series.all, [{ step: 1 }]);
  });

  it('estimates the end from the pace of the last updates', () => {
    const series = new MetricSeries();
    assert.equal(series.remaining(10), undefined);
    // 2 s per update: 10 - 4 = 6 updates are 12 s.
    series.append(line(1, 0) + line(2, 2) + line(4, 6));
    assert.equal(series.remaining(10), 12_000);
    assert.equal(series.remaining(4), 0);
  });
});
