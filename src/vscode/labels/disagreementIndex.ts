import { t } from '@vscode/l10n';
import * as vscode from 'vscode';
import {
  compareDisagreements,
  type Disagreement,
  Disagreements,
  disagreementsOf,
} from '../../core/labels/disagreement';
import { ok, type Result } from '../../core/result';
import type { RowReading } from '../../core/trace/rowReading';
import { count } from '../../core/trace/words';
import type { OpenFiles } from '../files/openFiles';
import { withCancel } from '../progress';
import { settings } from '../settings';

/** The disagreements of a file at a threshold, strongest first, and which one was visited last. */
export interface FoundDisagreements {
  readonly threshold: number;
  list: readonly Disagreement[];
  /** All of them, also those that are too weak to be listed. */
  count: number;
  at: number;
}

/** Steps whose label and score disagree, over whole files: found once, brought up to date where labels are edited. */
export class DisagreementIndex implements vscode.Disposable {
  private readonly found = new Map<string, FoundDisagreements>();
  private readonly changed = new vscode.EventEmitter<vscode.Uri>();
  private readonly disposables: vscode.Disposable[];
  /** Fires when the number of a file's disagreements changed. */
  readonly onDidChange = this.changed.event;

  constructor(private readonly files: OpenFiles) {
    this.disposables = [
      this.changed,
      files.onDidLabel(({ uri, change }) => void this.update(uri, change.rows)),
      files.onDidReplace((uri) => this.found.delete(uri.toString())),
    ];
  }

  /** How many disagreements a file has, if they were looked for at the present threshold. */
  countOf(uri: vscode.Uri): number | undefined {
    const found = this.found.get(uri.toString());
    return found?.threshold === settings.decision() ? found.count : undefined;
  }

  /** The disagreements of a file, looked for now if they are not known. Faults: it cannot be read, or cancelled. */
  async look(source: vscode.Uri): Promise<Result<FoundDisagreements>> {
    const threshold = settings.decision();
    const known = this.found.get(source.toString());
    if (known?.threshold === threshold) return ok(known);
    const file = await this.files.open(source);
    if (!file.ok) return file;
    const all = new Disagreements();
    const pass = await withCancel(t('CFPRM: looking for disagreements'), (signal, report) =>
      file.value.visit((reading) => collect(all, reading, threshold), {
        signal,
        onProgress: (done, total) => report(done, total, t('{0} found', count(all.count))),
      }),
    );
    if (!pass.ok) return pass;
    const found = { threshold, list: all.strongest(), count: all.count, at: -1 };
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
    const kept = found.list.filter(({ row }) => !rows.has(row));
    const all = new Disagreements();
    for (const one of kept) all.add(one.row, one.trajectory, [one]);
    for (const reading of readings.value) collect(all, reading, found.threshold);
    const visited = found.list[found.at];
    found.count += all.count - found.list.length;
    found.list = all.strongest();
    // The tour goes on behind what was visited, whether it still disagrees or not.
    found.at =
      visited === undefined ? -1 : found.list.findLastIndex((one) => compareDisagreements(one, visited) <= 0);
    this.changed.fire(uri);
  }
}

function collect(all: Disagreements, { row, result }: RowReading, threshold: number): void {
  if (!result.ok) return;
  for (const [index, { steps }] of result.value.entries()) {
    all.add(row, index + 1, disagreementsOf(steps, threshold));
  }
}
