import { type BatchLimits, CPU_LIMITS, DEVICE_LIMITS, halved, nextBatch } from '../core/scores/microBatches';
import { ortFault } from '../core/scores/ortFault';
import { Engine, type Loaded, type RowOutput } from './engine';
import type { Row } from './feeds';
import { GoldenTrial } from './goldenRun';
import type { ChildFailure, FromChild, LoadRequest, ScoreItem, ToChild } from './messages';

// The program of the child process that owns onnxruntime: its runs block, cannot be stopped, and may end the process.

interface Waiting {
  readonly item: ScoreItem;
  readonly row: Row;
}

/** Rows that take turns on the model, between which messages are read. */
class Worker {
  private waiting: Waiting[] = [];
  private limits: BatchLimits;
  private running = false;

  constructor(
    private readonly engine: Engine,
    provider: LoadRequest['provider'],
  ) {
    this.limits = provider === 'cpu' || engine.wide ? CPU_LIMITS : DEVICE_LIMITS;
  }

  async add(items: readonly ScoreItem[]): Promise<void> {
    for (const item of items) {
      const row = this.engine.prepare(item, item.features);
      if (!row.ok) await send({ type: 'refused', id: item.id, fault: row.fault });
      else if (row.value.ids.length === 0) await send({ type: 'scored', id: item.id, scores: [], tokens: 0 });
      else this.waiting.push({ item, row: row.value });
    }
    this.waiting.sort((a, b) => b.item.priority - a.item.priority || a.item.id - b.item.id);
    if (!this.running) await this.work();
  }

  async cancel(ids: readonly number[]): Promise<void> {
    const unwanted = new Set(ids);
    const taken = this.waiting.filter(({ item }) => unwanted.has(item.id)).map(({ item }) => item.id);
    this.waiting = this.waiting.filter(({ item }) => !unwanted.has(item.id));
    await send({ type: 'cancelled', ids: taken });
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
    await send({ type: 'started', ids: batch.map(({ item }) => item.id) });
    const rows = batch.map(({ row }) => row);
    const start = performance.now();
    const outputs = await this.engine.run(rows);
    const ms = performance.now() - start;
    if (!outputs.ok) return this.failed(batch, outputs.failure);
    await this.deliver(batch, outputs.value);
    await send({ type: 'ran', tokens: rows.reduce((sum, { ids }) => sum + ids.length, 0), ms });
  }

  private async deliver(batch: readonly Waiting[], outputs: readonly RowOutput[]): Promise<void> {
    for (const [index, { item, row }] of batch.entries()) {
      const scores = this.engine.scores(outputs[index]!);
      await send(
        scores.ok
          ? { type: 'scored', id: item.id, scores: scores.value, tokens: row.ids.length }
          : { type: 'refused', id: item.id, fault: scores.fault },
      );
    }
  }

  private async failed(batch: readonly Waiting[], failure: ChildFailure): Promise<void> {
    const fault = failure.fault ?? ortFault(failure.ort.message, failure.ort.stage, failure.ort.subject);
    if (batch.length === 1) return send({ type: 'refused', id: batch[0]!.item.id, fault });
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

let worker: Worker | undefined;
let trial: GoldenTrial | undefined;

async function load(request: LoadRequest): Promise<void> {
  if (request.profileFolder !== undefined) {
    const loaded = await GoldenTrial.create(request, request.profileFolder);
    if (!loaded.ok) return report(loaded);
    trial = loaded.value;
    return send({ type: 'loaded', model: trial.model });
  }
  const engine = await Engine.create(request);
  if (!engine.ok) return report(engine);
  const model = await engine.value.tryOut();
  if (!model.ok) return report(model);
  worker = new Worker(engine.value, request.provider);
  return send({ type: 'loaded', model: model.value });
}

async function golden(): Promise<void> {
  const run = await trial!.run();
  return run.ok ? send({ type: 'golden', run: run.value }) : report(run);
}

function report({ failure }: Extract<Loaded<unknown>, { ok: false }>): Promise<void> {
  return send({ type: 'failed', failure });
}

/** Resolves when the message is on its way: what follows may block the process. */
function send(message: FromChild): Promise<void> {
  return new Promise((resolve) => {
    process.send?.(message, undefined, {}, () => resolve());
  });
}

async function handle(message: ToChild): Promise<void> {
  switch (message.type) {
    case 'load':
      return load(message.request);
    case 'golden':
      return golden();
    case 'score':
      return worker!.add(message.items);
    case 'cancel':
      return worker?.cancel(message.ids);
  }
}

process.on('message', (message: ToChild) => {
  handle(message).catch((error: unknown) => {
    // A bug: the owner sees the process end, with this on standard error.
    process.stderr.write(`${error instanceof Error ? error.stack : String(error)}\n`);
    process.exit(70);
  });
});
// Nobody is left to score for.
process.on('disconnect', () => process.exit());
