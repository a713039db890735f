import { unwatchFile, watchFile } from 'node:fs';
import * as vscode from 'vscode';
import { fail, ok, type Result } from '../../core/result';
import { filterWords, formatFilter, parseFilter, passes, type TraceFilter } from '../../core/trace/filter';
import { TraceFile } from '../../io/traceFile';
import type { RowReading } from '../../io/traceRows';
import { withCancel } from '../progress';
import { parseTraceUri } from '../trace/address';
import type { ReadingChoice, ReadingChoices } from './readingChoices';

const POLL_MS = 1000;

interface Opened {
  readonly file: Promise<Result<TraceFile>>;
  /** Positions of the rows that pass a filter, by the filter's text. */
  readonly filtered: Map<string, Promise<Result<readonly number[]>>>;
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

  constructor(
    readonly reading: ReadingChoices,
    private readonly log: vscode.LogOutputChannel,
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
        fail(`${uri.toString(true)} is not a file on this machine. Save it to disk first.`),
      );
    }
    const key = uri.toString();
    const known = this.files.get(key);
    if (known !== undefined) return known.file;
    const file = this.start(uri);
    this.files.set(key, { file, filtered: new Map() });
    watchFile(uri.fsPath, { interval: POLL_MS, persistent: false }, (now, before) => {
      // Node calls once at the start when there is no file, with zeros; nothing changed then.
      const isMissing = now.mtimeMs === 0 && before.mtimeMs === 0;
      void this.onDisk(uri, isMissing);
    });
    this.changed.fire(uri);
    return file;
  }

  /** The rows that a filter lets pass, as ascending positions; found once, with progress and Cancel. */
  async passing(uri: vscode.Uri, filter: TraceFilter): Promise<Result<readonly number[]>> {
    const file = await this.open(uri);
    if (!file.ok) return file;
    const cache = this.files.get(uri.toString())?.filtered;
    const key = formatFilter(filter);
    const known = cache?.get(key);
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
    this.changed.dispose();
  }

  private async start(uri: vscode.Uri): Promise<Result<TraceFile>> {
    const choice = this.reading.resolve(uri);
    if (!choice.ok) return choice;
    const file = await TraceFile.open(uri.fsPath, choice.value);
    if (!file.ok) {
      this.log.warn(file.fault.message);
      return file;
    }
    const { format, why, bytes } = file.value.source;
    this.log.info(`${uri.fsPath}: ${bytes} bytes, ${format.title}: ${why}`);
    void file.value.whenIndexed().then(() => this.changed.fire(uri));
    return file;
  }

  private reopen(uri: vscode.Uri): void {
    this.forget(uri);
    void this.open(uri);
  }

  private forget(uri: vscode.Uri): void {
    unwatchFile(uri.fsPath);
    void this.files.get(uri.toString())?.file.then((file) => file.ok && file.value.close());
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
    if (file.ok && change.ok && change.value === 'grew') extendAll(opened, file.value, known - 1);
    else opened.filtered.clear();
    if (!change.ok) {
      // Gone, or of another kind now: what comes next decides, and every view shows why.
      this.reopen(uri);
      return;
    }
    this.log.info(`${uri.fsPath} ${change.value} on disk`);
    this.changed.fire(uri);
    if (file.ok) void file.value.whenIndexed().then(() => this.changed.fire(uri));
  }

  private search(file: TraceFile, filter: TraceFilter): Promise<Result<readonly number[]>> {
    return withCancel(`CFPRM: looking for ${filterWords(filter)}`, async (signal, report) => {
      const found: number[] = [];
      const pass = await file.visit(collect(filter, found), {
        signal,
        onProgress: (done, total) => report(done, total, `${found.length} found`),
      });
      return pass.ok ? ok(found) : pass;
    });
  }
}

function collect(filter: TraceFilter, found: number[]): (reading: RowReading) => void {
  return (reading) => {
    if (passes(filter, reading.result)) found.push(reading.ordinal);
  };
}

/** Searches what a file grew by, from the 0-based row `from` on, for every filter in use. */
function extendAll({ filtered }: Opened, file: TraceFile, from: number): void {
  for (const [key, before] of filtered) {
    const filter = parseFilter(key);
    if (filter !== undefined)
      filtered.set(
        key,
        before.then((found) => extend(found, file, filter, from)),
      );
  }
}

async function extend(
  before: Result<readonly number[]>,
  file: TraceFile,
  filter: TraceFilter,
  from: number,
): Promise<Result<readonly number[]>> {
  if (!before.ok) return before;
  const found = before.value.filter((ordinal) => ordinal < from);
  const pass = await file.visit(collect(filter, found), { from });
  return pass.ok ? ok(found) : pass;
}
