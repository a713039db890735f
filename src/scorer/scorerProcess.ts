import '../io/ownersTexts';
import '../io/endWithOwner';
import { CPU_LIMITS, DEVICE_LIMITS } from '../core/scores/microBatches';
import { Engine, type Loaded } from './engine';
import { GoldenTrial } from './goldenRun';
import type { FromChild, LoadRequest, ToChild } from './messages';
import { Worker } from './worker';

// The program of the child process that owns onnxruntime: its runs block, cannot be stopped, and may end the process.

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
  const single = request.provider === 'cpu' || engine.value.wide;
  worker = new Worker(engine.value, single ? CPU_LIMITS : DEVICE_LIMITS, send);
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
// Ctrl-C reaches this process, too, but when to end is its owner's to say.
process.on('SIGINT', () => undefined);
// Nobody is left to score for.
process.on('disconnect', () => process.exit());
