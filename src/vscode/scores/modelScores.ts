import { t } from '@vscode/l10n';
import * as vscode from 'vscode';
import type { Fault } from '../../core/result';
import { hasTexts, solutionOf } from '../../core/scores/compose';
import { COMPUTED_SIGN, type Computed } from '../../core/scores/computed';
import { providerWords } from '../../core/scores/modelInfo';
import type { ScoreFault } from '../../core/scores/scoreFault';
import type { Trajectory } from '../../core/trajectory';
import { CachedScorer } from '../../scorer/cachedScorer';
import { ScoreCache, solutionKey } from '../../scorer/scoreCache';
import type { Log } from '../log';
import { settings } from '../settings';
import type { Model } from './model';

/** How urgent scores are: what is on screen, the rest of what is open, a whole file. */
export const PRIORITY = { screen: 2, page: 1, file: 0 } as const;

/** What came of scoring some trajectories. */
export interface Scoring {
  readonly scored: number;
  readonly failed: number;
  readonly cancelled: number;
  /** Why nothing can be scored at all. */
  readonly fault?: ScoreFault;
}

/** Changes are told at most this often; each draws the lines in view. */
const TOLD_MS = 200;

/** The scores that the model gave, those that are on their way, and why some are not to be had. */
export class ModelScores implements vscode.Disposable {
  readonly cache: Promise<ScoreCache>;
  private opened: ScoreCache | undefined;
  /** Solutions that were asked for, by how many. */
  private readonly pending = new Map<string, number>();
  /** Faults of solutions, by the model's fingerprint and the solution. */
  private readonly faults = new Map<string, Fault>();
  private readonly keys = new WeakMap<Trajectory, string>();
  private readonly runs = new Set<AbortController>();
  private readonly changed = new vscode.EventEmitter<void>();
  /** Fires when scores came or were asked for, or the model is another one. */
  readonly onDidChange = this.changed.event;
  private paused = false;
  private timer: NodeJS.Timeout | undefined;
  private readonly disposables: vscode.Disposable[];

  constructor(
    context: vscode.ExtensionContext,
    readonly model: Model,
    log: Log,
  ) {
    const folder = vscode.Uri.joinPath(context.globalStorageUri, 'scores').fsPath;
    const limitBytes = settings.cacheMegabytes() * 1024 * 1024;
    this.cache = ScoreCache.open(folder, { limitBytes, onTrouble: (message) => log.warn(message) });
    void this.cache.then((cache) => {
      this.opened = cache;
      this.tell();
    });
    this.disposables = [this.changed, model.onDidChange(() => this.tell())];
  }

  /** Solutions that are waited for. */
  get waiting(): number {
    return this.pending.size;
  }

  /** What is known about a trajectory's scores; undefined if nobody asked for them. */
  of(trajectory: Trajectory): Computed | undefined {
    const model = this.model.folder;
    if (model === undefined || this.opened === undefined) return undefined;
    const key = this.keyOf(trajectory);
    const own = this.opened.get(model.fingerprint, key);
    const fault = this.faults.get(`${model.fingerprint} ${key}`);
    if (own === undefined && fault !== undefined) return { state: 'failed', fault };
    if (own === undefined && this.pending.has(key)) return { state: 'pending' };
    const found = own ?? this.opened.latest(key);
    if (found === undefined || found.scores.length !== trajectory.steps.length) return undefined;
    const { scores, ...by } = found;
    return { state: 'scored', scores, by, stale: own === undefined };
  }

  /** The same for what is on screen or comes there, where scores are also on their way before they are asked for. */
  ofShown(trajectory: Trajectory): Computed | undefined {
    const known = this.of(trajectory);
    if (known !== undefined || !this.isAutomatic) return known;
    return canBeScored(trajectory) ? { state: 'pending' } : undefined;
  }

  /** Whether what is shown is scored without being asked for. */
  get isAutomatic(): boolean {
    const { kind } = this.model.state;
    return !this.paused && settings.autoScore() && kind !== 'none' && kind !== 'failed';
  }

  /** True while the user has stopped it. */
  get isPaused(): boolean {
    return this.paused;
  }

  set isPaused(paused: boolean) {
    this.paused = paused;
    this.tell();
  }

  /** What the sign of computed scores stands for, for a page's heading; nothing without a model. */
  words(): string[] {
    const { state } = this.model;
    if (state.kind === 'none') return [];
    if (state.kind === 'failed') return [`⚠ ${t('no scores: {0}', state.fault.message)}`];
    const { name } = state.model.spec;
    const by =
      state.kind === 'running'
        ? t('computed by {0} on {1}', name, providerWords(state.scorer.info.provider))
        : t('computed by {0}', name);
    return [`${COMPUTED_SIGN} ${by}`];
  }

  /** Whether the model still has to be asked for a trajectory. */
  lacks(trajectory: Trajectory): boolean {
    if (this.opened === undefined) return false;
    const known = this.of(trajectory);
    if (known !== undefined && !(known.state === 'scored' && known.stale)) return false;
    return canBeScored(trajectory);
  }

  /**
   * Scores trajectories that have no scores yet. What was asked for is pending until its scores or faults are there,
   * or the signal is aborted.
   */
  async score(
    trajectories: readonly Trajectory[],
    priority: number,
    signal?: AbortSignal,
    onScored?: () => void,
  ): Promise<Scoring> {
    const keys = trajectories.map((trajectory) => this.keyOf(trajectory));
    const abort = new AbortController();
    const stop = (): void => abort.abort();
    signal?.addEventListener('abort', stop, { once: true });
    if (signal?.aborted) stop();
    this.runs.add(abort);
    for (const key of keys) this.expect(key, 1);
    this.tell();
    const counts = { scored: 0, failed: 0, cancelled: 0 };
    const left = new Set(keys.keys());
    const done = (index: number): void => {
      if (left.delete(index)) this.expect(keys[index]!, -1);
    };
    try {
      const started = await this.model.scorer();
      if (!started.ok) return { ...counts, cancelled: keys.length, fault: started.fault };
      const { fingerprint } = started.value.info;
      const scorer = new CachedScorer(started.value, await this.cache);
      await scorer.score(trajectories.map(solutionOf), {
        signal: abort.signal,
        priority,
        onScored: (index, result) => {
          if (result.ok) counts.scored++;
          else if (result.fault.kind === 'cancelled') counts.cancelled++;
          else counts.failed++;
          const isFault = !result.ok && result.fault.kind !== 'cancelled';
          if (isFault) this.faults.set(`${fingerprint} ${keys[index]!}`, result.fault);
          done(index);
          this.tell();
          onScored?.();
        },
      });
      return { ...counts, fault: started.value.fault };
    } finally {
      for (const index of [...left]) done(index);
      this.runs.delete(abort);
      signal?.removeEventListener('abort', stop);
      this.tell();
    }
  }

  /** Takes back all that is asked for. */
  stop(): void {
    for (const run of this.runs) run.abort();
  }

  /** Writes what is not written yet, for the end of the session. */
  async close(): Promise<void> {
    await (await this.cache).close();
  }

  dispose(): void {
    clearTimeout(this.timer);
    this.stop();
    vscode.Disposable.from(...this.disposables).dispose();
  }

  private expect(key: string, change: 1 | -1): void {
    const count = (this.pending.get(key) ?? 0) + change;
    if (count > 0) this.pending.set(key, count);
    else this.pending.delete(key);
  }

  private keyOf(trajectory: Trajectory): string {
    let key = this.keys.get(trajectory);
    if (key === undefined) {
      key = solutionKey(solutionOf(trajectory));
      this.keys.set(trajectory, key);
    }
    return key;
  }

  private tell(): void {
    this.timer ??= setTimeout(() => {
      this.timer = undefined;
      this.changed.fire();
    }, TOLD_MS);
  }
}

/** Whether a model can be asked for it: it has steps, with texts. */
function canBeScored(trajectory: Trajectory): boolean {
  return trajectory.steps.length > 0 && hasTexts(solutionOf(trajectory));
}
