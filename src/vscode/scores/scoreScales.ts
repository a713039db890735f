import * as vscode from 'vscode';
import { type ScoreScale, scoreScale } from '../../core/scores/levels';
import type { Trajectory } from '../../core/trajectory';
import { settings } from '../settings';
import type { ModelScores } from './modelScores';

/** Rows of a file whose scores give ranks: those that were shown first. */
const MAX_ROWS = 2_000;
/** Files of which rows are kept. */
const MAX_FILES = 20;

interface SeenFile {
  readonly rows: Map<number, readonly Trajectory[]>;
  recorded?: ScoreScale;
  computed?: ScoreScale;
}

/** How scores are coloured and ranked, for every view of a file: the same score has one colour in all of them. */
export class ScoreScales implements vscode.Disposable {
  /** By source, the one that was shown last at the end. */
  private readonly files = new Map<string, SeenFile>();
  private readonly changed = new vscode.EventEmitter<void>();
  /** Fires when scales may be other ones than they were. */
  readonly onDidChange = this.changed.event;
  private readonly disposables: vscode.Disposable[];

  constructor(private readonly scores: ModelScores) {
    this.disposables = [
      this.changed,
      scores.onDidChange(() => this.forget()),
      vscode.workspace.onDidChangeConfiguration((event) => {
        if (event.affectsConfiguration('cfprm.thresholds')) this.forget();
      }),
    ];
  }

  /** Rows (1-based) that are shown now: where no validation is known, colours go by the ranks among all that were. */
  show(source: vscode.Uri, rows: Iterable<readonly [number, readonly Trajectory[]]>): void {
    const key = source.toString();
    const file = this.file(source);
    this.files.delete(key);
    this.files.set(key, file);
    if (this.files.size > MAX_FILES) this.files.delete(this.files.keys().next().value!);
    for (const [row, trajectories] of rows) {
      if (file.rows.has(row) || file.rows.size < MAX_ROWS) file.rows.set(row, trajectories);
    }
    file.recorded = undefined;
    file.computed = undefined;
  }

  /** Of the scores that a file has recorded. */
  recorded(source: vscode.Uri | undefined): ScoreScale {
    const file = this.file(source);
    file.recorded ??= scoreScale(settings.thresholds(), undefined, recordedScores(file));
    return file.recorded;
  }

  /** Of the scores that the selected model gives. */
  computed(source: vscode.Uri | undefined): ScoreScale {
    const file = this.file(source);
    const points = this.scores.model.folder?.spec.operatingPoints;
    file.computed ??= scoreScale(settings.thresholds(), points, points ? [] : this.computedScores(file));
    return file.computed;
  }

  dispose(): void {
    vscode.Disposable.from(...this.disposables).dispose();
  }

  private file(source: vscode.Uri | undefined): SeenFile {
    return this.files.get(source?.toString() ?? '') ?? { rows: new Map<number, readonly Trajectory[]>() };
  }

  private computedScores({ rows }: SeenFile): number[] {
    return [...rows.values()].flat().flatMap((trajectory) => {
      const computed = this.scores.of(trajectory);
      return computed?.state === 'scored' && !computed.stale ? computed.scores : [];
    });
  }

  private forget(): void {
    for (const file of this.files.values()) {
      file.recorded = undefined;
      file.computed = undefined;
    }
    this.changed.fire();
  }
}

function recordedScores({ rows }: SeenFile): number[] {
  return [...rows.values()].flat().flatMap(({ steps }) => steps.flatMap(({ score }) => score ?? []));
}
