import { t } from '@vscode/l10n';
import * as vscode from 'vscode';
import { type Fault, ok, type Result } from '../../core/result';
import { isSame } from '../../core/scores/computed';
import { filterWords } from '../../core/trace/filter';
import type { TraceEntry, TracePage } from '../../core/trace/page';
import { DEFAULT_RENDER, renderRows } from '../../core/trace/render';
import type { RowReading } from '../../core/trace/rowReading';
import { count, counted } from '../../core/trace/words';
import type { Trajectory } from '../../core/trajectory';
import type { TraceFile } from '../../io/traceFile';
import type { RowRange } from '../../io/traceRows';
import type { OpenFiles } from '../files/openFiles';
import type { DisagreementIndex } from '../labels/disagreementIndex';
import type { FileLabels } from '../labels/fileLabels';
import type { ModelScores } from '../scores/modelScores';
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
  /** What the heading says of computed scores. */
  readonly scoreWords: string;
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

/** Draws trace pages and keeps what lies where in each, for everything that decorates, folds or navigates them. */
export class TracePages implements vscode.Disposable {
  private readonly pages = new Map<string, ShownPage>();
  /** Pages that changed between being drawn and being shown: VS Code hears nothing of a file that is not open yet. */
  private readonly stale = new Set<string>();
  private readonly changed = new vscode.EventEmitter<vscode.Uri>();
  private readonly rendered = new vscode.EventEmitter<vscode.Uri>();
  private readonly disposables: vscode.Disposable[];
  /** Fires when the page that is shown at a URI is to be drawn again. */
  readonly onDidChange = this.changed.event;
  /** Fires when a page was drawn, before the editor shows it. */
  readonly onDidRender = this.rendered.event;

  constructor(
    private readonly files: OpenFiles,
    private readonly disagreements: DisagreementIndex,
    private readonly scores: ModelScores,
    private readonly scales: ScoreScales,
  ) {
    this.disposables = [
      this.changed,
      this.rendered,
      files.onDidChange((source) =>
        this.redraw((address) => address.source.toString() === source.toString()),
      ),
      disagreements.onDidChange((source) =>
        this.redraw((address) => address.source.toString() === source.toString()),
      ),
      scores.onDidChange(() => this.redrawScores()),
      vscode.window.onDidChangeVisibleTextEditors(() => this.redrawScores()),
      vscode.workspace.onDidChangeConfiguration((event) => {
        if (event.affectsConfiguration('cfprm')) this.redraw(() => true);
      }),
      vscode.workspace.onDidOpenTextDocument(({ uri }) => {
        if (this.stale.delete(uri.toString())) this.changed.fire(uri);
      }),
      vscode.workspace.onDidCloseTextDocument(({ uri }) => this.forget(uri)),
    ];
  }

  /** What lies where on a page that was drawn. */
  page(uri: vscode.Uri): ShownPage | undefined {
    return this.pages.get(uri.toString());
  }

  /** Draws the page of a URI; what cannot be shown becomes a page that says why. */
  async draw(uri: vscode.Uri): Promise<ShownPage> {
    const address = parseTraceUri(uri);
    const page =
      address === undefined
        ? faultPage({ message: t('This is not a trace page.') })
        : await this.drawAddress(address);
    this.pages.set(uri.toString(), page);
    this.rendered.fire(uri);
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

  private async drawAddress(address: TraceAddress): Promise<ShownPage> {
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
    const scoreWords = this.scores.words();
    const heading = [
      headingWords(address, file.value, range.value.length, first, rows.value.length),
      ...labelWords(await this.files.labels(address.source)),
      ...disagreementWords(this.disagreements.countOf(address.source)),
      ...scoreWords,
    ].join(' · ');
    const left = range.value.length - first - rows.value.length;
    const footer = left > 0 ? t('{0} more on the next pages', count(left)) : undefined;
    // Scores that will come have their column from the start: lines that all change take the cursor along.
    const computed = this.scores.ofShown.bind(this.scores);
    this.scales.show(address.source, readable(rows.value));
    const { thresholds } = this.scales.recorded(address.source);
    const computedThresholds = this.scales.computed(address.source).thresholds;
    const options = { ...DEFAULT_RENDER, thresholds, computedThresholds, footer, computed };
    return {
      ...(await inSlices(renderRows(heading, rows.value, options))),
      first,
      rows: rows.value,
      scoreWords: scoreWords.join(),
    };
  }

  private redraw(concerns: (address: TraceAddress) => boolean): void {
    const open = new Set(vscode.workspace.textDocuments.map((document) => document.uri.toString()));
    for (const key of this.pages.keys()) {
      const uri = vscode.Uri.parse(key, true);
      const address = parseTraceUri(uri);
      // VS Code keeps documents for minutes after their tabs closed; drawing them would open their files again.
      if (address === undefined || !this.files.isOpen(address.source) || !concerns(address)) continue;
      if (open.has(key)) this.changed.fire(uri);
      else this.stale.add(key);
    }
  }

  /** Draws the visible pages again whose scores are not what they show; the others when they are looked at. */
  private redrawScores(): void {
    for (const { document } of vscode.window.visibleTextEditors) {
      const page = this.page(document.uri);
      if (page !== undefined && this.isOutdated(page)) this.changed.fire(document.uri);
    }
  }

  private isOutdated(page: ShownPage): boolean {
    if (page.rows.length > 0 && page.scoreWords !== this.scores.words().join()) return true;
    return page.entries.some((entry) => {
      const trajectory = trajectoryOf(page, entry);
      return trajectory !== undefined && !isSame(entry.computed, this.scores.ofShown(trajectory));
    });
  }

  private forget(uri: vscode.Uri): void {
    this.pages.delete(uri.toString());
    this.stale.delete(uri.toString());
  }
}

function readable(rows: readonly RowReading[]): [number, readonly Trajectory[]][] {
  return rows.flatMap(({ row, result }) => (result.ok ? [[row, result.value]] : []));
}

function headingWords(
  address: TraceAddress,
  file: TraceFile,
  total: number,
  first: number,
  shown: number,
): string {
  const size = rowsPerPage(file);
  const pages = Math.max(1, Math.ceil(total / size));
  const more = file.complete || address.filter !== undefined ? '' : t('+ (counting)');
  const name = address.source.path.split('/').at(-1) ?? '';
  const rows =
    shown === 0
      ? t('no rows')
      : t('{0} of {1}', `${count(first + 1)}–${count(first + shown)}`, count(total) + more);
  const parts = [
    name,
    file.source.format.title,
    rows,
    t('page {0} of {1}', count(address.page + 1), count(pages) + more),
  ];
  if (address.filter !== undefined) parts.push(t('filter: {0}', filterWords(address.filter)));
  if (file.fault !== undefined) parts.push(`⚠ ${file.fault.message}`);
  return parts.join(' · ');
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

function disagreementWords(found: number | undefined): string[] {
  if (found === undefined) return [];
  const labels = counted(found, 'label');
  return [found === 1 ? t('{0} disagrees with the score', labels) : t('{0} disagree with the score', labels)];
}

function faultPage(fault: Fault): ShownPage {
  const text = `⚠ ${fault.message}`;
  const marks = [{ line: 0, start: 0, end: text.length, kind: 'bad' as const }];
  return { text, entries: [], marks, tabSize: 4, first: 0, rows: [], scoreWords: '' };
}
