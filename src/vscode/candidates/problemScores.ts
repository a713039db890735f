import type * as vscode from 'vscode';
import type { ModelScoring } from '../../core/bon/shown';
import type { Trajectory } from '../../core/trajectory';
import type { MoreScores } from '../../shared/candidates';
import { NONE_SELECTED } from '../scores/model';
import { type ModelScores, PRIORITY } from '../scores/modelScores';

/** New scores are told at most this often: every time the page draws all that is in view. */
const TOLD_MS = 500;

/** The model's scores of the candidates that are shown: asks for them once, and tells when more are there. */
export class ProblemScores implements vscode.Disposable {
  /** The candidates in their order; undefined for one that is not in the file any more. */
  private wanted: readonly (Trajectory | undefined)[] = [];
  /** The model that was asked for these. */
  private asked: string | undefined;
  private asking: AbortController | undefined;
  private fault: string | undefined;
  /** What was told: by which model, of which candidates, and how far it had come. */
  private toldBy: string | undefined;
  private readonly told = new Set<number>();
  private toldState = '';
  private timer: NodeJS.Timeout | undefined;
  private readonly subscription: vscode.Disposable;

  constructor(
    private readonly scores: ModelScores,
    private readonly onMore: () => void,
  ) {
    this.subscription = scores.onDidChange(() => this.look());
  }

  /** Whether any are wanted. */
  get isWanted(): boolean {
    return this.wanted.length > 0;
  }

  /** The name of the model that would give them. */
  get model(): string | undefined {
    return this.scores.model.folder?.spec.name;
  }

  /** How far the model has come. */
  get state(): ModelScoring {
    const { state, folder } = this.scores.model;
    const all = this.wanted.map((trajectory) => trajectory && this.scores.of(trajectory));
    const failed = all.flatMap((own) => (own?.state === 'failed' ? [own.fault.message] : []));
    const without = state.kind === 'failed' ? state.fault.message : NONE_SELECTED;
    return {
      model: this.model,
      scored: all.filter((own) => own?.state === 'scored' && !own.stale).length,
      failed: failed.length,
      isAtWork: all.some((own) => own?.state === 'pending'),
      fault: folder === undefined ? without : (this.fault ?? failed[0]),
    };
  }

  /** Wants these from now on, and takes back what it wanted before; none is wanted with an empty list. */
  want(trajectories: readonly (Trajectory | undefined)[]): void {
    this.asking?.abort();
    this.asking = undefined;
    this.asked = undefined;
    this.fault = undefined;
    this.wanted = trajectories;
    this.forgetTold();
    if (this.isWanted) this.ask();
  }

  /** The scores that the model at work gave, by candidate, one per step; undefined without. */
  all(): (readonly number[] | undefined)[] {
    return this.wanted.map((trajectory) => {
      const computed = trajectory && this.scores.of(trajectory);
      return computed?.state === 'scored' && !computed.stale ? computed.scores : undefined;
    });
  }

  /** How far the model has come, and what was not told yet. */
  more(): MoreScores & { readonly model: ModelScoring } {
    const by = this.scores.model.folder?.fingerprint;
    if (by !== this.toldBy) this.forgetTold();
    const anew = this.told.size === 0;
    this.toldBy = by;
    const model = this.state;
    this.toldState = JSON.stringify(model);
    const scores = this.all().flatMap((own, candidate) =>
      own === undefined || this.told.has(candidate) ? [] : [[candidate, own] as const],
    );
    for (const [candidate] of scores) this.told.add(candidate);
    return { model, anew, scores };
  }

  /** Tells everything once more. */
  forgetTold(): void {
    this.told.clear();
    this.toldBy = undefined;
    this.toldState = '';
  }

  dispose(): void {
    clearTimeout(this.timer);
    this.want([]);
    this.subscription.dispose();
  }

  /** Another model may be at work now, or scores have come. */
  private look(): void {
    if (!this.isWanted) return;
    this.ask();
    this.timer ??= setTimeout(() => {
      this.timer = undefined;
      const isOther = this.scores.model.folder?.fingerprint !== this.toldBy;
      if (this.isWanted && (isOther || JSON.stringify(this.state) !== this.toldState)) this.onMore();
    }, TOLD_MS);
  }

  /** Each model is asked once: who stops scoring does not want it to begin again. */
  private ask(): void {
    const model = this.scores.model.folder?.fingerprint;
    if (model === undefined || model === this.asked) return;
    this.asked = model;
    this.asking?.abort();
    this.asking = new AbortController();
    void this.request(this.asking);
  }

  private async request(asking: AbortController): Promise<void> {
    // What is lacking is known once earlier scores are read.
    await this.scores.cache;
    if (asking.signal.aborted) return;
    const lacking = this.wanted.filter((own) => own !== undefined).filter((own) => this.scores.lacks(own));
    const { fault } = await this.scores.score(lacking, PRIORITY.screen, asking.signal);
    if (this.asking !== asking) return;
    this.fault = fault?.message;
    this.look();
  }
}
