import { t } from '@vscode/l10n';
import * as vscode from 'vscode';
import { type Fault, ok, type Result } from '../../core/result';
import { filterWords } from '../../core/trace/filter';
import type { TraceEntry, TracePage } from '../../core/trace/page';
import { DEFAULT_RENDER, renderRows } from '../../core/trace/render';
import type { RowReading } from '../../core/trace/rowReading';
import { textEdits } from '../../core/trace/textEdits';
import { count, counted } from '../../core/trace/words';
import type { Trajectory } from '../../core/trajectory';
import type { TraceFile } from '../../io/traceFile';
import type { RowRange } from '../../io/traceRows';
import { baseName } from '../baseName';
import type { OpenFiles } from '../files/openFiles';
import type { FileLabels } from '../labels/fileLabels';
import type { ScoreScales } from '../scores/scoreScales';
import { settings } from '../settings';
import { inSlices } from '../slices';
import { parseTraceUri, type TraceAddress } from './address';

/** A page reads at most this many bytes of rows; larger rows are named and opened one by one. */
const PAGE_BYTES = 64 * 1024 * 1024;

/** A page with its place in the file. */
export interface ShownPage extends TracePage {
  /** 0-based position of its first row among the rows that the address shows. */
  readonly first: number;
  /** The rows that are drawn. */
  readonly rows: readonly RowReading[];
  /** What changes while the page is looked at, in words that are shown beside its heading: counts, edits, a fault. */
  readonly facts: readonly string[];
  /** How many rows the following pages hold, as far as they are counted. */
  readonly left: number;
}

/** The trajectory that an entry of a page shows; undefined for a row that could not be read. */
export function trajectoryOf({ rows }: ShownPage, entry: TraceEntry): Trajectory | undefined {
  const result = rows.find(({ ordinal }) => ordinal === entry.ordinal)?.result;
  return result?.ok ? result.value[entry.trajectory - 1] : undefined;
}

/** Rows per page: as many as hold about the number of trajectories that the user wants. */
export function rowsPerPage(file: TraceFile): number {
  return Math.max(1, Math.round(settings.pageSize() / file.source.perRow));
}

/** How often a page is compared anew with a text that the window changed at the same time. */
const TRIES = 5;

/**
 * Draws trace pages and keeps what lies where in each, for everything that decorates, folds or navigates them. The text
 * of an open page is never replaced: where it changes, only the characters that differ are edited, so that the cursor
 * and what is on screen stay where they are.
 */
export class TracePages implements vscode.Disposable {
  private readonly pages = new Map<string, ShownPage>();
  /** Pages that changed between being drawn and being shown: an edit needs an open document. */
  private readonly stale = new Set<string>();
  /** Pages that are being brought up to date; true if they are to be once more. */
  private readonly updates = new Map<string, boolean>();
  /** Pages whose text is on its way into the editor. */
  private readonly coming = new Map<string, ShownPage>();
  private readonly rendered = new vscode.EventEmitter<vscode.Uri>();
  private readonly disposables: vscode.Disposable[];
  /** Fires when a page was drawn, before the editor shows it, and again when its text has changed. */
  readonly onDidRender = this.rendered.event;

  constructor(
    private readonly files: OpenFiles,
    /** Whether a model is wanted, whose scores step lines keep a place for. */
    private readonly hasModel: () => boolean,
    private readonly scales: ScoreScales,
  ) {
    this.disposables = [
      this.rendered,
      files.onDidChange((source) =>
        this.redraw((address) => address.source.toString() === source.toString()),
      ),
      vscode.workspace.onDidChangeConfiguration((event) => {
        if (event.affectsConfiguration('cfprm')) this.redraw(() => true);
      }),
      vscode.workspace.onDidChangeTextDocument(({ document }) => this.arrived(document)),
      vscode.workspace.onDidOpenTextDocument(({ uri }) => {
        if (this.stale.delete(uri.toString())) void this.update(uri);
      }),
      vscode.workspace.onDidCloseTextDocument(({ uri }) => this.forget(uri)),
    ];
  }

  /** What lies where on a page that was drawn. */
  page(uri: vscode.Uri): ShownPage | undefined {
    return this.pages.get(uri.toString());
  }

  /** Draws the page of a URI for an editor that is opened; what cannot be shown becomes a page that says why. */
  async draw(uri: vscode.Uri): Promise<ShownPage> {
    const page = await this.read(uri);
    this.show(uri, page);
    return page;
  }

  /** The rows that the pages of an address show. Faults: the file cannot be read, or the search was cancelled. */
  async range(address: TraceAddress, file: TraceFile): Promise<Result<RowRange>> {
    if (address.filter === undefined) return ok(file.allRows);
    const found = await this.files.passing(address.source, address.filter);
    return found.ok ? ok({ length: found.value.length, at: (i) => found.value[i]! }) : found;
  }

  dispose(): void {
    vscode.Disposable.from(...this.disposables).dispose();
  }

  private async read(uri: vscode.Uri): Promise<ShownPage> {
    const address = parseTraceUri(uri);
    if (address === undefined) return faultPage({ message: t('This is not a trace page.') });
    const file = await this.files.open(address.source);
    if (!file.ok) return faultPage(file.fault);
    const size = rowsPerPage(file.value);
    const first = address.page * size;
    await file.value.whenIndexed(first + size + 1);
    const range = await this.range(address, file.value);
    if (!range.ok) return faultPage(range.fault);
    const length = Math.max(0, Math.min(size, range.value.length - first));
    const ordinals = Array.from({ length }, (_, i) => range.value.at(first + i));
    const rows = await file.value.read(ordinals, PAGE_BYTES);
    if (!rows.ok) return faultPage(rows.fault);
    this.scales.show(address.source, readable(rows.value));
    const { thresholds } = this.scales.recorded(address.source);
    const options = { ...DEFAULT_RENDER, thresholds, hasModel: this.hasModel() };
    const labels = await this.files.labels(address.source);
    const total = range.value.length;
    return {
      ...(await inSlices(renderRows(headingWords(address, file.value), rows.value, options))),
      first,
      rows: rows.value,
      facts: [...rowWords(address, file.value, total, first, rows.value.length), ...labelWords(labels)],
      left: total - first - rows.value.length,
    };
  }

  private show(uri: vscode.Uri, page: ShownPage): void {
    this.pages.set(uri.toString(), page);
    this.rendered.fire(uri);
  }

  private redraw(concerns: (address: TraceAddress) => boolean): void {
    for (const key of this.pages.keys()) {
      const uri = vscode.Uri.parse(key, true);
      const address = parseTraceUri(uri);
      // VS Code keeps documents for minutes after their tabs closed; drawing them would open their files again.
      if (address === undefined || !this.files.isOpen(address.source) || !concerns(address)) continue;
      void this.update(uri);
    }
  }

  /** Brings an open page up to date; changes that come meanwhile wait for their turn together. */
  private async update(uri: vscode.Uri): Promise<void> {
    const key = uri.toString();
    const isAtWork = this.updates.has(key);
    this.updates.set(key, true);
    if (isAtWork) return;
    try {
      while (this.updates.get(key) === true) {
        this.updates.set(key, false);
        await this.bring(uri);
      }
    } finally {
      this.updates.delete(key);
    }
  }

  private async bring(uri: vscode.Uri): Promise<void> {
    const key = uri.toString();
    const document = (): vscode.TextDocument | undefined =>
      vscode.workspace.textDocuments.find((it) => it.uri.toString() === key);
    if (document() === undefined) {
      this.stale.add(key);
      return;
    }
    const page = await this.read(uri);
    for (let tries = 0; tries < TRIES; tries++) {
      const open = document();
      if (open === undefined) return;
      const edits = textEdits(open.getText().replaceAll('\r\n', '\n'), page.text);
      if (edits.length === 0) {
        this.show(uri, page);
        return;
      }
      const change = new vscode.WorkspaceEdit();
      for (const { start, end, text } of edits)
        change.replace(uri, new vscode.Range(start.line, start.column, end.line, end.column), text);
      this.coming.set(key, page);
      // False: the window changed the text meanwhile.
      if (await vscode.workspace.applyEdit(change)) return;
    }
    this.coming.delete(key);
  }

  /** What lies where changes in the moment in which the text does. */
  private arrived(document: vscode.TextDocument): void {
    const key = document.uri.toString();
    const page = this.coming.get(key);
    if (page === undefined) return;
    this.coming.delete(key);
    this.show(document.uri, page);
  }

  private forget(uri: vscode.Uri): void {
    const key = uri.toString();
    this.pages.delete(key);
    this.stale.delete(key);
    this.coming.delete(key);
  }
}

function readable(rows: readonly RowReading[]): [number, readonly Trajectory[]][] {
  return rows.flatMap(({ row, result }) => (result.ok ? [[row, result.value]] : []));
}

/** What the page shows: a file, read as a format, and which of its rows. */
function headingWords({ source, filter }: TraceAddress, file: TraceFile): string {
  const name = baseName(source);
  const parts = [name, file.source.format.title];
  if (filter !== undefined) parts.push(t('filter: {0}', filterWords(filter)));
  return parts.join(' · ');
}

/** Which rows of how many, of how many pages; a file that is being counted or written to has more every moment. */
function rowWords(
  { filter, page }: TraceAddress,
  file: TraceFile,
  total: number,
  first: number,
  shown: number,
): string[] {
  const more = file.complete || filter !== undefined ? '' : t('+ (counting)');
  const pages = Math.max(1, Math.ceil(total / rowsPerPage(file)));
  const rows =
    shown === 0
      ? t('no rows')
      : t('{0} of {1}', `${count(first + 1)}–${count(first + shown)}`, count(total) + more);
  const words = [rows, t('page {0} of {1}', count(page + 1), count(pages) + more)];
  return file.fault === undefined ? words : [...words, `⚠ ${file.fault.message}`];
}

/** How many labels were edited, and how many of these are of rows that changed since. */
function labelWords(labels: FileLabels | undefined): string[] {
  if (labels === undefined || labels.edited === 0) return [];
  const stale = labels.anchors?.stale ?? 0;
  const shown = labels.edited - stale;
  return [
    ...(shown === 0 ? [] : [t('{0} edited', counted(shown, 'label'))]),
    ...(stale === 0 ? [] : [t('⚠ {0} of rows that changed since', counted(stale, 'edited label'))]),
  ];
}

function faultPage(fault: Fault): ShownPage {
  const text = `⚠ ${fault.message}`;
  const marks = [{ line: 0, start: 0, end: text.length, kind: 'bad' as const }];
  return { text, entries: [], marks, tabSize: 4, first: 0, rows: [], facts: [], left: 0 };
}
