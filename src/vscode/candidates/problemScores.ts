import type * as vscode from 'vscode';
import type { ModelScoring } from '../../core/bon/shown';
import type { Trajectory } from '../../core/trajectory';
import { NONE_SELECTED } from '../scores/model';
import { type ModelScores, PRIORITY } from '../scores/modelScores';

/** The page is told of new scores at most this often: every time it draws all that is in view. */
const TOLD_MS = 500;

/** The model's scores of the candidates that are shown: asks for them once, and tells when more are there. */
export class ProblemScores implements vscode.Disposable {
  private wanted: readonly Trajectory[] = [];
  /** The model that was asked for these. */
  private asked: string | undefined;
  private asking: AbortController | undefined;
  private fault: string | undefined;
  private told = '';
  private timer: NodeJS.Timeout | undefined;
  private readonly subscription: vscode.Disposable;

  constructor(
    private readonly scores: ModelScores,
    private readonly onMore: () => void,
  ) {
    this.subscription = scores.onDidChange(() => this.look());
  }

  /** Wants these from now on, and takes back what it wanted before; none is wanted with an empty list. */
  want(trajectories: readonly Trajectory[]): void {
    this.asking?.abort();
    this.asking = undefined;
    this.asked = undefined;
    this.fault = undefined;
    this.wanted = trajectories;
    if (trajectories.length === 0) return;
    this.told = this.signature();
    this.ask();
  }

  /** The scores of the model at work, one per step; undefined without. */
  of(trajectory: Trajectory): readonly number[] | undefined {
    const computed = this.scores.of(trajectory);
    return computed?.state === 'scored' && !computed.stale ? computed.scores : undefined;
  }

  /** Whether any are wanted. */
  get isWanted(): boolean {
    return this.wanted.length > 0;
  }

  /** How far it has come. */
  get state(): ModelScoring {
    const { state } = this.scores.model;
    const all = this.wanted.map((trajectory) => this.scores.of(trajectory));
    const failed = all.flatMap((own) => (own?.state === 'failed' ? [own.fault.message] : []));
    const without = state.kind === 'failed' ? state.fault.message : NONE_SELECTED;
    const model = this.scores.model.folder?.spec.name;
    return {
      model,
      scored: all.filter((own) => own?.state === 'scored' && !own.stale).length,
      failed: failed.length,
      isAtWork: all.some((own) => own?.state === 'pending'),
      fault: model === undefined ? without : (this.fault ?? failed[0]),
    };
  }

  dispose(): void {
    clearTimeout(this.timer);
    this.want([]);
    this.subscription.dispose();
  }

  /** Another model may be at work now, or scores have come. */
  private look(): void {
    if (this.wanted.length === 0) return;
    this.ask();
    this.timer ??= setTimeout(() => {
      this.timer = undefined;
      const now = this.signature();
      if (this.wanted.length === 0 || now === this.told) return;
      this.told = now;
      this.onMore();
    }, TOLD_MS);
  }

  /** Each model is asked once: who stops scoring does not want it to begin again. */
  private ask(): void {
    const model = this.scores.model.folder?.fingerprint;
    if (model === undefined || model === this.asked) return;
    const lacking = this.wanted.filter((trajectory) => this.scores.lacks(trajectory));
    this.asked = model;
    if (lacking.length === 0) return;
    this.asking?.abort();
    const asking = new AbortController();
    this.asking = asking;
    void this.scores.score(lacking, PRIORITY.screen, asking.signal).then(({ fault }) => {
      if (this.asking !== asking) return;
      this.fault = fault?.message;
      this.look();
    });
  }

  private signature(): string {
    return JSON.stringify([this.scores.model.folder?.fingerprint, this.state]);
  }
}
