import { t } from '@vscode/l10n';
import * as vscode from 'vscode';
import {
  type Compared,
  type Comparison,
  compareDisagreements,
  type Disagreement,
  Disagreements,
} from '../../core/labels/disagreement';
import { ok, type Result } from '../../core/result';
import type { RowReading } from '../../core/trace/rowReading';
import { count } from '../../core/trace/words';
import type { OpenFiles } from '../files/openFiles';
import { withCancel } from '../progress';
import type { ModelScores } from '../scores/modelScores';

/** A file up to this size is looked through again when scores came or labels changed; it takes a moment. */
const AGAIN_BYTES = 8 * 1024 * 1024;

/** The disagreements of a file at a threshold, strongest first, and which one was visited last. */
export interface FoundDisagreements {
  readonly threshold: number;
  /** The model whose scores were compared, if one is at work. */
  readonly model: string | undefined;
  list: readonly Disagreement[];
  /** All of them, also those that are too weak to be listed. */
  count: number;
  at: number;
  readonly compared: Compared;
  /** True when scores came or labels changed since all rows were looked at. */
  isOutdated: boolean;
}

/**
 * Steps whose label disagrees with the score that is on screen, recorded or computed, over whole files: found once,
 * brought up to date where labels are edited. What the model has not scored yet is not waited for.
 */
export class DisagreementIndex implements vscode.Disposable {
  private readonly found = new Map<string, FoundDisagreements>();
  private readonly changed = new vscode.EventEmitter<vscode.Uri>();
  private readonly disposables: vscode.Disposable[];
  /** Fires when the number of a file's disagreements changed. */
  readonly onDidChange = this.changed.event;

  constructor(
    private readonly files: OpenFiles,
    private readonly scores: ModelScores,
    private readonly comparison: () => Comparison,
  ) {
    this.disposables = [
      this.changed,
      files.onDidLabel(({ uri, change }) => void this.update(uri, change.rows)),
      files.onDidReplace((uri) => this.found.delete(uri.toString())),
      scores.onDidChange(() => {
        for (const found of this.found.values()) found.isOutdated = true;
      }),
    ];
  }

  /** How many disagreements a file has, if they were looked for at the present threshold. */
  countOf(uri: vscode.Uri): number | undefined {
    const found = this.found.get(uri.toString());
    return found?.threshold === this.comparison().threshold ? found.count : undefined;
  }

  /**
   * The disagreements of a file. They are looked for if they are not known, or outdated and quickly found again.
   * Faults: it cannot be read, or cancelled.
   * @param anew looks again however large the file is
   */
  async look(source: vscode.Uri, anew = false): Promise<Result<FoundDisagreements>> {
    const comparison = this.comparison();
    const file = await this.files.open(source);
    if (!file.ok) return file;
    const model = this.scores.model.folder?.spec.name;
    const known = this.found.get(source.toString());
    const isSame = known?.threshold === comparison.threshold && known.model === model;
    const isQuick = file.value.source.bytes <= AGAIN_BYTES;
    if (isSame && !anew && !(known.isOutdated && isQuick)) return ok(known);
    const all = new Disagreements();
    const pass = await withCancel(t('CFPRM: looking for disagreements'), (signal, report) =>
      file.value.visit((reading) => collect(all, reading, comparison), {
        signal,
        onProgress: (done, total) => report(done, total, t('{0} found', count(all.count))),
      }),
    );
    if (!pass.ok) return pass;
    const { compared } = all;
    const list = all.strongest();
    const at = isSame ? placeIn(list, known.list[known.at]) : -1;
    const { threshold } = comparison;
    const found = { threshold, model, list, count: all.count, at, compared, isOutdated: false };
    this.found.set(source.toString(), found);
    this.changed.fire(source);
    return ok(found);
  }

  dispose(): void {
    vscode.Disposable.from(...this.disposables).dispose();
  }

  /** Looks again at rows whose labels changed. */
  private async update(uri: vscode.Uri, rows: ReadonlySet<number>): Promise<void> {
    const found = this.found.get(uri.toString());
    const file = found && (await this.files.open(uri));
    if (found === undefined || file === undefined || !file.ok) return;
    const ordinals: number[] = [];
    for (const row of [...rows].sort((a, b) => a - b)) {
      const ordinal = await file.value.ordinalOfRow(row);
      if (ordinal !== undefined) ordinals.push(ordinal);
    }
    const readings = await file.value.read(ordinals);
    if (!readings.ok) {
      this.found.delete(uri.toString());
      return;
    }
    const all = new Disagreements();
    for (const item of found.list) if (!rows.has(item.row)) all.add(item);
    const comparison = { ...this.comparison(), threshold: found.threshold };
    for (const reading of readings.value) collect(all, reading, comparison);
    const visited = found.list[found.at];
    found.count += all.count - found.list.length;
    found.list = all.strongest();
    found.at = placeIn(found.list, visited);
    found.isOutdated = true;
    this.changed.fire(uri);
  }
}

/** The tour goes on behind what was visited, whether it still disagrees or not. */
function placeIn(list: readonly Disagreement[], visited: Disagreement | undefined): number {
  return visited === undefined ? -1 : list.findLastIndex((it) => compareDisagreements(it, visited) <= 0);
}

function collect(all: Disagreements, { row, result }: RowReading, comparison: Comparison): void {
  if (!result.ok) return;
  for (const [index, trajectory] of result.value.entries())
    all.addTrajectory(row, index + 1, trajectory, comparison);
}
