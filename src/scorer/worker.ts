import { type BatchLimits, halved, nextBatch } from '../core/scores/microBatches';
import { ortFault } from '../core/scores/ortFault';
import type { Engine, RowOutput } from './engine';
import type { Row } from './feeds';
import type { ChildFailure, FromChild, ScoreItem } from './messages';

interface Waiting {
  readonly item: ScoreItem;
  readonly row: Row;
}

/** Rows that take turns on the model, between which messages are read. */
export class Worker {
  private waiting: Waiting[] = [];
  private running = false;

  /**
   * @param limits how rows are put together at first; they shrink where memory is short
   * @param send resolves when the message is on its way, as a run may block or end the process
   */
  constructor(
    private readonly engine: Pick<Engine, 'prepare' | 'run' | 'scores'>,
    private limits: BatchLimits,
    private readonly send: (message: FromChild) => Promise<void>,
  ) {}

  /** Takes in rows; resolves when there is nothing left to do, or at once if work is under way. */
  async add(items: readonly ScoreItem[]): Promise<void> {
    for (const item of items) {
      const row = this.engine.prepare(item, item.features);
      if (!row.ok) await this.send({ type: 'refused', id: item.id, fault: row.fault });
      else if (row.value.ids.length === 0)
        await this.send({ type: 'scored', id: item.id, scores: [], tokens: 0 });
      else this.waiting.push({ item, row: row.value });
    }
    this.waiting.sort((a, b) => b.item.priority - a.item.priority || a.item.id - b.item.id);
    if (!this.running) await this.work();
  }

  /** Takes back what has not begun, and says what that was. */
  async cancel(ids: readonly number[]): Promise<void> {
    const unwanted = new Set(ids);
    const taken = this.waiting.filter(({ item }) => unwanted.has(item.id)).map(({ item }) => item.id);
    this.waiting = this.waiting.filter(({ item }) => !unwanted.has(item.id));
    await this.send({ type: 'cancelled', ids: taken });
  }

  private async work(): Promise<void> {
    this.running = true;
    while (this.waiting.length > 0) {
      const batch = this.take();
      await this.run(batch);
      // Messages that came meanwhile are read here.
      await new Promise((resolve) => setImmediate(resolve));
    }
    this.running = false;
  }

  private take(): Waiting[] {
    const [first] = this.waiting;
    // Only what is as urgent as the first shares its run.
    const peers = this.waiting.filter(({ item }) => item.priority === first!.item.priority && !item.alone);
    const batch = first!.item.alone
      ? [first!]
      : nextBatch(
          peers.map(({ row }) => row.ids.length),
          this.limits,
        ).map((index) => peers[index]!);
    this.waiting = this.waiting.filter((entry) => !batch.includes(entry));
    return batch;
  }

  private async run(batch: readonly Waiting[]): Promise<void> {
    // Sent before the run begins: if the process ends in it, these are the rows that it ended with.
    await this.send({ type: 'started', ids: batch.map(({ item }) => item.id) });
    const rows = batch.map(({ row }) => row);
    const start = performance.now();
    const outputs = await this.engine.run(rows);
    const ms = performance.now() - start;
    if (!outputs.ok) return this.failed(batch, outputs.failure);
    await this.deliver(batch, outputs.value);
    await this.send({ type: 'ran', tokens: rows.reduce((sum, { ids }) => sum + ids.length, 0), ms });
  }

  private async deliver(batch: readonly Waiting[], outputs: readonly RowOutput[]): Promise<void> {
    for (const [index, { item, row }] of batch.entries()) {
      const scores = this.engine.scores(outputs[index]!);
      await this.send(
        scores.ok
          ? { type: 'scored', id: item.id, scores: scores.value, tokens: row.ids.length }
          : { type: 'refused', id: item.id, fault: scores.fault },
      );
    }
  }

  private async failed(batch: readonly Waiting[], failure: ChildFailure): Promise<void> {
    const fault = failure.fault ?? ortFault(failure.ort.message, failure.ort.stage, failure.ort.subject);
    if (batch.length === 1) return this.send({ type: 'refused', id: batch[0]!.item.id, fault });
    // Too much memory: with half as many. Anything else: one at a time, so that only the guilty are refused.
    if (fault.kind === 'out-of-memory') {
      const longest = Math.max(...batch.map(({ row }) => row.ids.length));
      this.limits = halved(this.limits, batch.length, batch.length * longest);
      this.waiting.unshift(...batch);
    } else {
      this.waiting.unshift(...batch.map(({ item, row }) => ({ item: { ...item, alone: true }, row })));
    }
  }
}
