import { t } from '@vscode/l10n';
import type { Solution } from '../core/scores/compose';
import { type FeatureSet, findFeatureSet } from '../core/scores/featureSet';
import type { ModelInfo, ProviderReport } from '../core/scores/modelInfo';
import { type Scored, type ScoreFault, scoreFail } from '../core/scores/scoreFault';
import type { ChildExit } from '../io/ownChild';
import { ScorerChild } from './childProcess';
import { ifUnchanged } from './fileHashes';
import type { FromChild, LoadedModel } from './messages';
import { type ModelFolder, openModelFolder } from './modelFolder';
import { type ScorerOptions, withDefaults } from './scorerOptions';
import { type Selection, selectProvider } from './selectProvider';
import { type StepScores, TaskQueue } from './taskQueue';

/** What a scorer is doing. `failed` is final: its process could not be started again. */
export type ScorerState = 'ready' | 'scoring' | 'restarting' | 'failed' | 'stopped';

/** How solutions are scored. */
export interface ScoreOptions {
  readonly signal?: AbortSignal;
  /** Those with a higher number go first (what is on screen, before the rest of a file); 0 by default. */
  readonly priority?: number;
  /** Told of every solution as soon as it is done, in no certain order; `index` counts from 0. */
  onScored?(index: number, result: Scored<StepScores>): void;
}

/** Solutions that are with the child at a time: enough that it never waits, few enough that others can go first. */
const WINDOW = { cpu: 4, device: 256 } as const;

/** How often in a row the process may end without having begun anything. */
const IDLE_CRASHES = 3;

/**
 * A model that scores solutions, in a process of its own that is started again if it ends. Nothing here blocks.
 */
export class Scorer {
  private readonly queue = new TaskQueue();
  private readonly listeners = new Set<(state: ScorerState) => void>();
  private current: ScorerState = 'ready';
  private child: ScorerChild;
  private ran = { tokens: 0, ms: 0 };
  private idleCrashes = 0;
  private endedOnPurpose = false;
  private restarting: Promise<void> | undefined;
  private finalFault: ScoreFault | undefined;
  /** The graph and its weights, as they were when they were looked at last. */
  private weights: ModelFolder['weights'];
  /** Scores that came when the weights may have been others already. */
  private unverified: Extract<FromChild, { type: 'scored' }>[] = [];
  private verifying: Promise<void> | undefined;

  private constructor(
    private readonly model: ModelFolder,
    private readonly options: ReturnType<typeof withDefaults>,
    private readonly selection: Selection,
    private readonly featureSet: FeatureSet | undefined,
    child: ScorerChild,
    private readonly loaded: LoadedModel,
  ) {
    this.child = child;
    this.weights = model.weights;
    this.watch(child);
  }

  /**
   * Opens a model folder, finds the provider and loads the model. Faults: something in the folder is missing or does
   * not fit; a provider that was asked for by name does not prove itself; cancelled.
   */
  static async start(folder: string, options: ScorerOptions = {}): Promise<Scored<Scorer>> {
    const full = withDefaults(options);
    const model = await openModelFolder(folder, full);
    if (!model.ok) return model;
    const featureSet = findFeatureSet(model.value.spec.features, full.featureSets);
    if (!featureSet.ok) return featureSet;
    const selection = await selectProvider(model.value, full.provider, full);
    if (!selection.ok) return selection;
    const child = await startChild(model.value, full, selection.value, full.signal);
    if (!child.ok) return child;
    const { process, loaded } = child.value;
    return {
      ok: true,
      value: new Scorer(model.value, full, selection.value, featureSet.value, process, loaded),
    };
  }

  /** The model and where it runs, as of now. */
  get info(): ModelInfo {
    const { folder, spec, fingerprint } = this.model;
    const { name, family, maxLength, licence, trainedOn, operatingPoints } = spec;
    const { ms, tokens } = this.ran;
    const tokensPerSecond = ms > 0 ? (1000 * tokens) / ms : this.loaded.tokensPerSecond;
    const { ortVersion, warnings } = this.loaded;
    const provider: ProviderReport = this.selection.report;
    const facts = { name, family, fingerprint, folder, maxLength, licence, trainedOn, operatingPoints };
    return { ...facts, ortVersion, provider, tokensPerSecond, warnings };
  }

  get state(): ScorerState {
    return this.current;
  }

  /** Why the state is `failed`. */
  get fault(): ScoreFault | undefined {
    return this.finalFault;
  }

  /** Id of the process that the model runs in. */
  get pid(): number | undefined {
    return this.child.pid;
  }

  /** Solutions that are not done. */
  get waiting(): number {
    return this.queue.size;
  }

  /** Calls a listener whenever the state changes; returns how to end that. */
  onState(listener: (state: ScorerState) => void): () => void {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  }

  /**
   * Scores solutions; equal ones are run once. Returns a result for each, in their order: its scores, or the fault
   * that took their place, `cancelled` included. Several calls may be under way at a time.
   */
  async score(solutions: readonly Solution[], options: ScoreOptions = {}): Promise<Scored<StepScores>[]> {
    const { signal, priority = 0, onScored } = options;
    const results = new Array<Scored<StepScores>>(solutions.length);
    const ids = new Set<number>();
    const done = [...groupEqual(solutions)].map(
      ([first, indices]) =>
        new Promise<void>((resolve) => {
          const settle = (result: Scored<StepScores>): void => {
            for (const index of indices) {
              results[index] = result;
              onScored?.(index, result);
            }
            resolve();
          };
          if (signal?.aborted) return settle(scoreFail('cancelled', 'Cancelled.'));
          if (this.finalFault !== undefined) return settle({ ok: false, fault: this.finalFault });
          const solution = solutions[first]!;
          const features = this.featureSet && Float32Array.from(this.featureSet.compute(solution));
          ids.add(this.queue.add({ solution, features, priority, settle }));
        }),
    );
    const cancel = (): void => this.cancel(ids);
    signal?.addEventListener('abort', cancel, { once: true });
    this.pump();
    await Promise.all(done);
    signal?.removeEventListener('abort', cancel);
    return results;
  }

  /** Ends the process. What is not scored by then is cancelled. */
  async stop(): Promise<void> {
    if (this.current === 'stopped') return;
    this.end('stopped', scoreFail('cancelled', t('The scorer was stopped.')).fault);
    this.child.kill();
    await this.child.exited;
    await this.restarting;
  }

  private watch(child: ScorerChild): void {
    child.onMessage = (message) => this.receive(message);
    void child.exited.then(async (exit) => {
      // What it scored before it ended is no reason to suspect these solutions.
      await this.verifying;
      this.childEnded(child, exit);
    });
  }

  private pump(): void {
    if (this.current !== 'ready' && this.current !== 'scoring') return;
    const window = this.selection.report.used === 'cpu' ? WINDOW.cpu : WINDOW.device;
    const items = this.queue.take(window);
    if (items.length > 0) this.child.send({ type: 'score', items });
    this.setState(this.queue.size > 0 ? 'scoring' : 'ready');
  }

  private receive(message: FromChild): void {
    switch (message.type) {
      case 'started':
        this.queue.started(message.ids);
        return;
      case 'scored':
        this.unverified.push(message);
        this.verifying ??= this.verify();
        return;
      case 'refused':
        this.settle(message.id, { ok: false, fault: message.fault });
        return;
      case 'cancelled':
        this.queue.forget(message.ids);
        this.pump();
        return;
      case 'ran':
        this.ran = { tokens: this.ran.tokens + message.tokens, ms: this.ran.ms + message.ms };
        return;
      default:
        throw new Error(`The scorer's process sent ${message.type} without being asked.`);
    }
  }

  /** Hands on scores once it is sure that the weights were those of the fingerprint when the model ran. */
  private async verify(): Promise<void> {
    while (this.unverified.length > 0 && !this.isOver()) {
      const scored = this.unverified.splice(0);
      const weights = await ifUnchanged(this.weights);
      if (this.isOver()) break;
      if (weights === undefined) {
        this.end('failed', changedFault(this.model));
        this.child.kill();
        break;
      }
      this.weights = weights;
      for (const { id, scores, tokens } of scored) this.settle(id, { ok: true, value: { scores, tokens } });
    }
    this.verifying = undefined;
  }

  private settle(id: number, result: Scored<StepScores>): void {
    this.idleCrashes = 0;
    this.queue.settle(id, result);
    this.pump();
  }

  /** What has not begun is taken back at once; a run that goes on for too long ends with its process. */
  private cancel(ids: ReadonlySet<number>): void {
    const sent = this.queue.cancel(ids);
    this.pump();
    if (sent.length === 0) return;
    const { child } = this;
    child.send({ type: 'cancel', ids: sent });
    const timer = setTimeout(() => {
      if (child !== this.child || !this.queue.holds(sent)) return;
      this.endedOnPurpose = true;
      child.kill();
    }, this.options.killAfterMs);
    timer.unref();
  }

  private childEnded(child: ScorerChild, exit: ChildExit): void {
    if (child !== this.child || this.isOver()) return;
    const onPurpose = this.endedOnPurpose;
    this.endedOnPurpose = false;
    const crash = onPurpose ? undefined : child.crashFault(this.model.spec.name, exit);
    const suspected = this.queue.childEnded(crash);
    if (crash !== undefined && !suspected) this.idleCrashes++;
    if (crash !== undefined && this.idleCrashes > IDLE_CRASHES) {
      this.end('failed', crash);
      return;
    }
    this.setState('restarting');
    this.restarting = this.restart();
  }

  private async restart(): Promise<void> {
    const same = await this.unchanged();
    const child = same.ok ? await startChild(this.model, this.options, this.selection) : same;
    if (this.isOver()) {
      if (!child.ok) return;
      child.value.process.kill();
      await child.value.process.exited;
      return;
    }
    if (!child.ok) {
      this.end('failed', child.fault);
      return;
    }
    this.child = child.value.process;
    this.watch(this.child);
    this.setState('ready');
    this.pump();
  }

  /** Faults: the model's files are gone, or others by now, whose scores would go under the wrong name. */
  private async unchanged(): Promise<Scored<void>> {
    const { folder, fingerprint } = this.model;
    const now = await openModelFolder(folder, { allowedData: this.options.allowedData });
    if (!now.ok) return now;
    if (now.value.fingerprint === fingerprint) return { ok: true, value: undefined };
    return { ok: false, fault: changedFault(this.model) };
  }

  private end(state: 'failed' | 'stopped', fault: ScoreFault): void {
    this.finalFault = fault;
    this.setState(state);
    this.queue.failAll(fault);
  }

  private isOver(): boolean {
    return this.current === 'failed' || this.current === 'stopped';
  }

  private setState(state: ScorerState): void {
    if (state === this.current) return;
    this.current = state;
    for (const listener of this.listeners) listener(state);
  }
}

function changedFault({ folder, spec }: ModelFolder): ScoreFault {
  return scoreFail(
    'model-changed',
    t(
      'The files of {0} in {1} were changed while it was at work. Start it again to score with the new ones.',
      spec.name,
      folder,
    ),
  ).fault;
}

/** Starts a process and loads the model into it. Faults: as `Scorer.start`. */
async function startChild(
  model: ModelFolder,
  options: ReturnType<typeof withDefaults>,
  { report, vocabulary }: Selection,
  signal?: AbortSignal,
): Promise<Scored<{ readonly process: ScorerChild; readonly loaded: LoadedModel }>> {
  const { folder, spec, relocation } = model;
  const child = ScorerChild.start(options);
  const stop = (): void => child.kill();
  signal?.addEventListener('abort', stop, { once: true });
  if (signal?.aborted) stop();
  const { threads, textLimitMs, loadTimeoutMs } = options;
  const request = { folder, spec, provider: report.used, threads, textLimitMs, vocabulary, relocation };
  const loaded = await child.call({ type: 'load', request }, 'loaded', spec.name, loadTimeoutMs);
  signal?.removeEventListener('abort', stop);
  if (!loaded.ok) return signal?.aborted ? scoreFail('cancelled', 'Cancelled.') : loaded;
  // What was loaded is what was hashed, if that is still there.
  if ((await ifUnchanged(model.files)) !== undefined) {
    return { ok: true, value: { process: child, loaded: loaded.value.model } };
  }
  child.kill();
  await child.exited;
  return { ok: false, fault: changedFault(model) };
}

/** The indices of equal solutions, by the first of each. */
function groupEqual(solutions: readonly Solution[]): Map<number, number[]> {
  const firsts = new Map<string, number>();
  const groups = new Map<number, number[]>();
  solutions.forEach(({ problem, steps }, index) => {
    const key = JSON.stringify([problem, steps]);
    const first = firsts.get(key) ?? index;
    firsts.set(key, first);
    groups.set(first, [...(groups.get(first) ?? []), index]);
  });
  return groups;
}
