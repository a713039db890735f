import { unwatchFile, watchFile } from 'node:fs';
import { t } from '@vscode/l10n';
import * as vscode from 'vscode';
import type { Comparison } from '../../core/labels/disagreement';
import { fail, ok, type Result } from '../../core/result';
import { filterWords, formatFilter, type TraceFilter } from '../../core/trace/filter';
import type { JournalChange } from '../../io/labelJournal';
import { TraceFile } from '../../io/traceFile';
import { FileLabels } from '../labels/fileLabels';
import type { Log } from '../log';
import { withCancel } from '../progress';
import { parseTraceUri } from '../trace/address';
import { collect, extendAll, type Filtered, refilter } from './filtered';
import type { ReadingChoice, ReadingChoices } from './readingChoices';

const POLL_MS = 1000;

interface Opened {
  readonly file: Promise<Result<TraceFile>>;
  readonly labels: Promise<FileLabels>;
  readonly filtered: Filtered;
}

/** Labels of a file that were edited. */
export interface LabelEvent {
  readonly uri: vscode.Uri;
  readonly change: JournalChange;
}

/**
 * The trajectory files that are in use: opened once, followed while they grow, shrink or are replaced, and read
 * by everything that shows them.
 */
export class OpenFiles implements vscode.Disposable {
  private readonly files = new Map<string, Opened>();
  private readonly filters = new Map<string, TraceFilter | undefined>();
  private readonly changed = new vscode.EventEmitter<vscode.Uri>();
  /** Fires when a file's rows changed, or how they are read. */
  readonly onDidChange = this.changed.event;
  private readonly labelled = new vscode.EventEmitter<LabelEvent>();
  /** Fires when labels of a file were edited, in this window or another. */
  readonly onDidLabel = this.labelled.event;
  private readonly replaced = new vscode.EventEmitter<vscode.Uri>();
  /** Fires when a file's rows are others now, more of them too, or are read in another way. */
  readonly onDidReplace = this.replaced.event;
  private readonly staleLabels = new vscode.EventEmitter<{
    readonly uri: vscode.Uri;
    readonly stale: number;
  }>();
  /** Fires when edited labels turn out to be of rows that have changed since. */
  readonly onDidFindStale = this.staleLabels.event;

  constructor(
    readonly reading: ReadingChoices,
    private readonly log: Log,
    /** What labels are compared with now, for the filter by disagreements. */
    private readonly comparison: () => Comparison,
  ) {}

  /** The files in use, in the order they were opened. */
  get uris(): vscode.Uri[] {
    return [...this.files.keys()].map((key) => vscode.Uri.parse(key, true));
  }

  /** True if the file is in use. */
  isOpen(uri: vscode.Uri): boolean {
    return this.files.has(uri.toString());
  }

  /** The open file, opened now if it is not yet. Faults: those of `openSource`. */
  open(uri: vscode.Uri): Promise<Result<TraceFile>> {
    if (uri.scheme !== 'file') {
      return Promise.resolve(
        fail(t('{0} is not a file on this machine. Save it to disk first.', uri.toString(true))),
      );
    }
    const key = uri.toString();
    const known = this.files.get(key);
    if (known !== undefined) return known.file;
    const labels = this.openLabels(uri);
    const file = this.start(uri, labels);
    this.files.set(key, { file, labels, filtered: new Map() });
    watchFile(uri.fsPath, { interval: POLL_MS, persistent: false }, (now, before) => {
      // Node calls once at the start when there is no file, with zeros; nothing changed then.
      const isMissing = now.mtimeMs === 0 && before.mtimeMs === 0;
      void this.onDisk(uri, isMissing);
    });
    this.changed.fire(uri);
    return file;
  }

  /** The labels that a person gave to a file in use; undefined if it is not in use. */
  labels(uri: vscode.Uri): Promise<FileLabels> | undefined {
    return this.files.get(uri.toString())?.labels;
  }

  /**
   * The rows that a filter lets pass, as ascending positions; found once, with progress and Cancel.
   * @param anew looks again at all rows: scores that came since may have brought disagreements
   */
  async passing(uri: vscode.Uri, filter: TraceFilter, anew = false): Promise<Result<readonly number[]>> {
    const file = await this.open(uri);
    if (!file.ok) return file;
    const cache = this.files.get(uri.toString())?.filtered;
    const key = formatFilter(filter);
    const known = anew ? undefined : cache?.get(key);
    if (known !== undefined) return known;
    const search = this.search(file.value, filter);
    cache?.set(key, search);
    void search.then((found) => found.ok || cache?.delete(key));
    return search;
  }

  /** The filter chosen for a file, if any. */
  filterOf(uri: vscode.Uri): TraceFilter | undefined {
    return this.filters.get(uri.toString());
  }

  /** Chooses, or with undefined removes, a file's filter. */
  setFilter(uri: vscode.Uri, filter: TraceFilter | undefined): void {
    this.filters.set(uri.toString(), filter);
    this.changed.fire(uri);
  }

  /** Chooses how a file is read, and reads it anew. */
  async chooseReading(uri: vscode.Uri, choice: ReadingChoice): Promise<void> {
    await this.reading.choose(uri, choice);
    this.reopen(uri);
  }

  /** Stops using a file and closes the trace pages that show it. */
  async close(uri: vscode.Uri): Promise<void> {
    const shows = (tab: vscode.Tab): boolean =>
      tab.input instanceof vscode.TabInputText &&
      parseTraceUri(tab.input.uri)?.source.toString() === uri.toString();
    await vscode.window.tabGroups.close(
      vscode.window.tabGroups.all.flatMap((group) => group.tabs).filter(shows),
    );
    this.forget(uri);
    this.filters.delete(uri.toString());
    this.changed.fire(uri);
  }

  /** Opens every file again, after a setting changed how files are read. */
  reopenAll(): void {
    for (const uri of this.uris) this.reopen(uri);
  }

  dispose(): void {
    for (const uri of this.uris) this.forget(uri);
    vscode.Disposable.from(this.changed, this.labelled, this.replaced, this.staleLabels).dispose();
  }

  private openLabels(uri: vscode.Uri): Promise<FileLabels> {
    return FileLabels.open(uri.fsPath, {
      onChange: (change) => void this.onLabels(uri, change),
      onFault: (message) => {
        this.log.warn(message);
        void vscode.window.showWarningMessage(`CFPRM: ${message}`);
      },
    });
  }

  private async start(uri: vscode.Uri, labels: Promise<FileLabels>): Promise<Result<TraceFile>> {
    const choice = this.reading.resolve(uri);
    if (!choice.ok) return choice;
    const file = await TraceFile.open(uri.fsPath, choice.value, await labels);
    if (!file.ok) {
      this.log.warn(file.fault.message);
      return file;
    }
    const { format, why, bytes } = file.value.source;
    this.log.info(`${uri.fsPath}: ${bytes} bytes, ${format.title}: ${why}`);
    void file.value.whenIndexed().then(() => {
      this.changed.fire(uri);
      void this.checkLabels(uri);
    });
    return file;
  }

  /** Whether the rows with edited labels are still those that were labelled; says so if not. */
  private async checkLabels(uri: vscode.Uri): Promise<void> {
    const opened = this.files.get(uri.toString());
    const [file, labels] = [await opened?.file, await opened?.labels];
    if (file === undefined || !file.ok || labels === undefined) return;
    if (!(await labels.check(file.value.source))) return;
    this.changed.fire(uri);
    const { stale } = labels.anchors!;
    if (stale > 0) this.staleLabels.fire({ uri, stale });
  }

  /** Brings filters up to date where labels changed, and lets everything be drawn again. */
  private async onLabels(uri: vscode.Uri, change: JournalChange): Promise<void> {
    const opened = this.files.get(uri.toString());
    const file = await opened?.file;
    if (opened === undefined || file === undefined || !file.ok) return;
    if (change.kind === 'replaced') opened.filtered.clear();
    else await refilter(opened.filtered, file.value, change.rows, this.comparison());
    this.labelled.fire({ uri, change });
    this.changed.fire(uri);
    const labels = await opened.labels;
    // Labels that were just given hold; only moves and other windows' labels can be of other rows.
    if (change.kind === 'replaced' || labels.anchors === undefined) void this.checkLabels(uri);
  }

  private reopen(uri: vscode.Uri): void {
    this.forget(uri);
    this.replaced.fire(uri);
    void this.open(uri);
  }

  private forget(uri: vscode.Uri): void {
    unwatchFile(uri.fsPath);
    const opened = this.files.get(uri.toString());
    void opened?.file.then((file) => (file.ok ? file.value.close() : undefined));
    void opened?.labels.then((labels) => labels.dispose());
    this.files.delete(uri.toString());
  }

  private async onDisk(uri: vscode.Uri, isMissing: boolean): Promise<void> {
    const opened = this.files.get(uri.toString());
    const file = await opened?.file;
    if (opened === undefined || file === undefined || (isMissing && !file.ok)) return;
    const known = file.ok ? file.value.rowCount : 0;
    const change = file.ok ? await file.value.refresh() : file;
    if (change.ok && change.value === 'same') return;
    // The last row that was known may have been half written.
    if (file.ok && change.ok && change.value === 'grew')
      extendAll(opened.filtered, file.value, known - 1, this.comparison());
    else opened.filtered.clear();
    if (!change.ok) {
      // Gone, or of another kind now: what comes next decides, and every view shows why.
      this.reopen(uri);
      return;
    }
    this.log.info(`${uri.fsPath} ${change.value} on disk`);
    this.replaced.fire(uri);
    this.changed.fire(uri);
    if (!file.ok) return;
    void file.value.whenIndexed().then(() => {
      this.changed.fire(uri);
      if (change.value === 'replaced') void this.checkLabels(uri);
    });
  }

  private search(file: TraceFile, filter: TraceFilter): Promise<Result<readonly number[]>> {
    return withCancel(t('CFPRM: looking for {0}', filterWords(filter)), async (signal, report) => {
      const found: number[] = [];
      const pass = await file.visit(collect(filter, found, this.comparison()), {
        signal,
        onProgress: (done, total) => report(done, total, t('{0} found', found.length)),
      });
      return pass.ok ? ok(found) : pass;
    });
  }
}
