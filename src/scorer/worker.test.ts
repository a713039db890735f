import assert from 'node:assert/strict';
import type { BatchLimits } from '../core/scores/microBatches';
import type { Engine } from './engine';
import type { FromChild, ScoreItem } from './messages';
import { Worker } from './worker';

/** An item whose input has this many tokens; the fake model gives its length as the only score. */
function item(id: number, tokens: number, more: Partial<ScoreItem> = {}): ScoreItem {
  return { id, problem: String(tokens), steps: ['s'], alone: false, priority: 0, ...more };
}

const LIMITS: BatchLimits = { rows: 8, tokens: 1000, waste: 0.2 };

/** A worker over a model that is not there: `trouble` may be the error of a run over these lengths. */
function start(
  limits: BatchLimits,
  trouble: (lengths: readonly number[]) => string | undefined = () => undefined,
) {
  const runs: number[][] = [];
  const sent: FromChild[] = [];
  const engine: Pick<Engine, 'prepare' | 'run' | 'scores'> = {
    prepare: ({ problem }) => {
      const length = Number(problem);
      if (Number.isNaN(length)) return { ok: false, fault: { kind: 'too-long', message: 'no' } };
      return { ok: true, value: { ids: new Array(length).fill(1), positions: [0] } };
    },
    run: async (rows) => {
      const lengths = rows.map(({ ids }) => ids.length);
      runs.push(lengths);
      const message = trouble(lengths);
      if (message !== undefined)
        return { ok: false, failure: { ort: { message, stage: 'run', subject: 'M' } } };
      return { ok: true, value: lengths.map((length) => ({ raw: [length], width: 1 })) };
    },
    scores: ({ raw }) => ({ ok: true, value: [...raw] }),
  };
  const worker = new Worker(engine, limits, async (message) => {
    sent.push(message);
  });
  const scored = () =>
    sent.flatMap((message) => (message.type === 'scored' ? [[message.id, ...message.scores]] : []));
  const refused = () =>
    sent.flatMap((message) => (message.type === 'refused' ? [[message.id, message.fault.kind]] : []));
  return { worker, runs, sent, scored, refused };
}

describe('the rows of a model with a device', () => {
  it('run together where their lengths are alike, and each gets its own scores', async () => {
    const { worker, runs, scored, sent } = start(LIMITS);
    await worker.add([item(1, 100), item(2, 30), item(3, 95), item(4, 31)]);
    assert.deepEqual(runs, [
      [95, 100],
      [30, 31],
    ]);
    assert.deepEqual(scored().sort(), [
      [1, 100],
      [2, 30],
      [3, 95],
      [4, 31],
    ]);
    const ran = sent.flatMap((message) => (message.type === 'ran' ? [message.tokens] : []));
    assert.deepEqual(ran, [195, 61]);
    assert.deepEqual(sent[0], { type: 'started', ids: [3, 1] });
  });

  it('run with half as many where memory is short, from then on too, and none is lost', async () => {
    const { worker, runs, scored } = start(LIMITS, (lengths) =>
      lengths.length > 2 ? 'Failed to allocate memory for requested buffer of size 9' : undefined,
    );
    await worker.add(Array.from({ length: 8 }, (_, k) => item(k + 1, 10)));
    assert.deepEqual(
      runs.map(({ length }) => length),
      [8, 4, 2, 2, 2, 2],
    );
    assert.equal(scored().length, 8);
    await worker.add([item(9, 10), item(10, 10), item(11, 10)]);
    assert.deepEqual(runs.slice(6), [[10, 10], [10]]);
  });

  it('are refused alone where one of them is too much even by itself', async () => {
    const { worker, scored, refused } = start(LIMITS, (lengths) =>
      Math.max(...lengths) > 100 ? 'Failed to allocate memory' : undefined,
    );
    await worker.add([item(1, 101), item(2, 100), item(3, 99)]);
    assert.deepEqual(refused(), [[1, 'out-of-memory']]);
    assert.equal(scored().length, 2);
  });

  it('run one by one after an error that may be only one of theirs', async () => {
    const { worker, runs, scored, refused } = start(LIMITS, (lengths) =>
      lengths.includes(99) ? 'indices element out of data bounds' : undefined,
    );
    await worker.add([item(1, 100), item(2, 99), item(3, 98)]);
    assert.deepEqual(runs, [[98, 99, 100], [98], [99], [100]]);
    assert.deepEqual(refused(), [[2, 'outside-vocabulary']]);
    assert.equal(scored().length, 2);
  });

  it('run alone where a process ended with them, and before all that is less urgent', async () => {
    const { worker, runs } = start(LIMITS);
    await worker.add([item(1, 10), item(2, 10, { alone: true }), item(3, 10), item(4, 50, { priority: 1 })]);
    assert.deepEqual(runs, [[50], [10, 10], [10]]);
  });

  it('can be taken back until they begin, while others run', async () => {
    const { worker, runs, sent } = start({ ...LIMITS, rows: 1 });
    const work = worker.add([item(1, 10), item(2, 20), item(3, 30)]);
    await worker.cancel([1, 3]);
    await work;
    assert.deepEqual(runs, [[10], [20]], 'the first had begun');
    assert.deepEqual(
      sent.filter(({ type }) => type === 'cancelled'),
      [{ type: 'cancelled', ids: [3] }],
    );
  });

  it('are refused before they run where they cannot be fed', async () => {
    const { worker, runs, refused } = start(LIMITS);
    await worker.add([{ ...item(1, 1), problem: 'x' }]);
    assert.deepEqual(runs, []);
    assert.deepEqual(refused(), [[1, 'too-long']]);
  });
});
