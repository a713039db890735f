import { t } from '@vscode/l10n';
import * as vscode from 'vscode';
import type { Result } from '../../core/result';
import { entryAt, type TraceEntry, type TracePage } from '../../core/trace/page';
import type { RowReading } from '../../core/trace/rowReading';
import { firstError } from '../../core/trajectory';
import { CANCELLED } from '../../io/rowStream';
import type { OpenFiles } from '../files/openFiles';
import { withCancel } from '../progress';
import { parseTraceUri, TRACE_LANGUAGE, type TraceAddress, traceUri } from './address';
import type { TraceCursor } from './cursor';
import { rowsPerPage, type ShownPage, type TracePages } from './pages';

/** Where to put the cursor on a page that is opened. */
export type Landing =
  | { readonly at: 'first' | 'last' | 'first-step' | 'last-step' }
  | { readonly at: 'row' | 'error'; readonly ordinal: number }
  /** A 0-based line. */
  | { readonly at: 'line'; readonly line: number }
  /** A 1-based trajectory of the row and a 1-based step of it; 0 for its head. */
  | { readonly at: 'step'; readonly ordinal: number; readonly trajectory: number; readonly step: number };

/** The trace editor that commands act on. */
export interface Here {
  readonly editor: vscode.TextEditor;
  readonly address: TraceAddress;
  readonly page: ShownPage;
  /** 0-based line of the cursor, or the one that a code lens names. */
  readonly line: number;
}

/** Moves the cursor over steps, errors, trajectories and pages of the trace view. */
export class TraceNavigation {
  constructor(
    private readonly files: OpenFiles,
    private readonly pages: TracePages,
    readonly cursor: TraceCursor,
  ) {}

  /** The active trace editor, if the active editor is one. */
  here(line?: number): Here | undefined {
    const editor = vscode.window.activeTextEditor;
    if (editor?.document.languageId !== TRACE_LANGUAGE) return undefined;
    const address = parseTraceUri(editor.document.uri);
    const page = this.pages.page(editor.document.uri);
    if (address === undefined || page === undefined) return undefined;
    return { editor, address, page, line: line ?? this.cursor.line(editor) };
  }

  /** Opens a page and puts the cursor where it should land. */
  async open(
    address: TraceAddress,
    landing?: Landing,
    column?: vscode.ViewColumn,
    preserveFocus = false,
  ): Promise<void> {
    const before = vscode.window.tabGroups.activeTabGroup.activeTab;
    // A page that VS Code still has from before its file was closed is drawn again by this.
    await this.files.open(address.source);
    const document = await vscode.workspace.openTextDocument(traceUri(address));
    const editor = await vscode.window.showTextDocument(document, {
      preview: true,
      viewColumn: column,
      preserveFocus,
    });
    const page = this.pages.page(document.uri);
    const line = landing === undefined || page === undefined ? undefined : landingLine(page, landing);
    if (line !== undefined) this.cursor.moveTo(editor, line);
    if (column !== vscode.ViewColumn.Beside) await closeOtherPage(before, address, document.uri);
  }

  /** Opens a file in the group to the right: the page in front with its place, if it shows this file; else the first. */
  openToSide(source: vscode.Uri): Promise<void> {
    const here = this.here();
    const isHere = here?.address.source.toString() === source.toString();
    const address = isHere ? here.address : { source, page: 0 };
    const landing = isHere ? ({ at: 'line', line: here.line } as const) : undefined;
    return this.open(address, landing, vscode.ViewColumn.Beside);
  }

  /** Goes to the next (1) or previous (-1) step of the page, and on to the neighbouring page. */
  async moveStep(step: 1 | -1): Promise<void> {
    const here = this.here();
    if (here === undefined) return;
    const lines = here.page.entries.flatMap((entry) => entry.steps.map((it) => it.line));
    const target = step === 1 ? lines.find((it) => it > here.line) : lines.findLast((it) => it < here.line);
    if (target !== undefined) this.cursor.moveTo(here.editor, target);
    else await this.movePage(step, { at: step === 1 ? 'first-step' : 'last-step' });
  }

  /** Goes to the next (1) or previous (-1) trajectory, and on to the neighbouring page. */
  async moveTrajectory(step: 1 | -1): Promise<void> {
    const here = this.here();
    if (here === undefined) return;
    const lines = here.page.entries.map((entry) => entry.line);
    const target = step === 1 ? lines.find((it) => it > here.line) : lines.findLast((it) => it < here.line);
    if (target !== undefined) this.cursor.moveTo(here.editor, target);
    else await this.movePage(step, { at: step === 1 ? 'first' : 'last' });
  }

  /** Goes to the next (1) or previous (-1) first error or malformed row, across all pages of the file. */
  async moveError(step: 1 | -1, fromLine?: number): Promise<void> {
    const here = this.here(fromLine);
    if (here === undefined) return;
    const lines = here.page.entries.map(errorLine).filter((it) => it !== undefined);
    const target = step === 1 ? lines.find((it) => it > here.line) : lines.findLast((it) => it < here.line);
    if (target !== undefined) {
      this.cursor.moveTo(here.editor, target);
      return;
    }
    const file = valueOrTell(await this.files.open(here.address.source));
    if (file === undefined) return;
    const size = rowsPerPage(file);
    const from = step === 1 ? (here.address.page + 1) * size : here.address.page * size - 1;
    const search = await this.findRow(here.address, from, step, hasError);
    const found = valueOrTell(search);
    if (!search.ok) return;
    if (found === undefined) {
      const none = step === 1 ? t('CFPRM: no error after this one') : t('CFPRM: no error before this one');
      vscode.window.setStatusBarMessage(none, 4000);
      return;
    }
    const page = Math.floor(found.index / size);
    await this.open({ ...here.address, page }, { at: 'error', ordinal: found.ordinal });
  }

  /** Puts the cursor on the first error of the trajectory at a line. */
  showFirstError(fromLine?: number): void {
    const here = this.here(fromLine);
    const entry = here && entryAt(here.page, here.line);
    const line = entry && errorLine(entry);
    if (here !== undefined && line !== undefined) this.cursor.moveTo(here.editor, line);
    else vscode.window.setStatusBarMessage(t('CFPRM: this trajectory has no error'), 4000);
  }

  /** Turns the page. */
  async movePage(step: 1 | -1, landing: Landing = { at: 'first' }): Promise<void> {
    const here = this.here();
    if (here === undefined) return;
    const page = here.address.page + step;
    const file = valueOrTell(await this.files.open(here.address.source));
    if (file === undefined) return;
    const size = rowsPerPage(file);
    await file.whenIndexed((page + 1) * size);
    const range = valueOrTell(await this.pages.range(here.address, file));
    if (page < 0 || range === undefined || page * size >= range.length) {
      const end = step === 1 ? t('CFPRM: this is the last page') : t('CFPRM: this is the first page');
      vscode.window.setStatusBarMessage(end, 4000);
      return;
    }
    await this.open({ ...here.address, page }, landing);
  }

  /** Opens the page that holds a row of the file, with the filter dropped if the row does not pass it. */
  async openRow(source: vscode.Uri, ordinal: number, filter?: TraceAddress['filter']): Promise<void> {
    const file = await this.files.open(source);
    // A file that cannot be read has one page, which says why.
    const size = file.ok ? rowsPerPage(file.value) : Number.POSITIVE_INFINITY;
    const landing = { at: 'row', ordinal } as const;
    if (filter !== undefined) {
      const found = await this.files.passing(source, filter);
      const index = found.ok ? found.value.indexOf(ordinal) : -1;
      if (index >= 0) return this.open({ source, page: Math.floor(index / size), filter }, landing);
    }
    return this.open({ source, page: Math.floor(ordinal / size) }, landing);
  }

  /**
   * Shows a 1-based step, or with 0 the head, of a row's 1-based trajectory; the focus may stay where it is.
   * @param otherwise the column for a trace view that is not in sight yet
   */
  async openStep(
    source: vscode.Uri,
    at: { readonly ordinal: number; readonly trajectory: number; readonly step: number },
    preserveFocus: boolean,
    otherwise?: vscode.ViewColumn,
  ): Promise<void> {
    const file = await this.files.open(source);
    const size = file.ok ? rowsPerPage(file.value) : Number.POSITIVE_INFINITY;
    const page = Math.floor(at.ordinal / size);
    const shown = vscode.window.visibleTextEditors.find(({ document }) => {
      const address = parseTraceUri(document.uri);
      return address?.source.toString() === source.toString() && address.filter === undefined;
    });
    await this.open({ source, page }, { at: 'step', ...at }, shown?.viewColumn ?? otherwise, preserveFocus);
  }

  /**
   * The first row from an index of the address's rows on that passes a test, with progress and Cancel; undefined
   * if there is none. Faults: the file cannot be read, or the search was cancelled (`CANCELLED`).
   */
  async findRow(
    address: TraceAddress,
    from: number,
    step: 1 | -1,
    test: (reading: RowReading) => boolean,
  ): Promise<Result<{ index: number; ordinal: number } | undefined>> {
    const file = await this.files.open(address.source);
    if (!file.ok) return file;
    const range = await this.pages.range(address, file.value);
    if (!range.ok) return range;
    return withCancel(t('CFPRM: searching'), (signal) =>
      file.value.find(range.value, from, step, test, signal),
    );
  }
}

/** The value, or undefined after the user was told the fault; who cancelled something needs no telling. */
export function valueOrTell<T>(result: Result<T>): T | undefined {
  if (result.ok) return result.value;
  if (result.fault.message === CANCELLED) return undefined;
  void vscode.window.showErrorMessage(`CFPRM: ${result.fault.message}`);
  return undefined;
}

function hasError(reading: RowReading): boolean {
  return (
    !reading.result.ok || reading.result.value.some((trajectory) => firstError(trajectory) !== undefined)
  );
}

function errorLine(entry: TraceEntry): number | undefined {
  return entry.fault === undefined ? entry.steps[(entry.firstError ?? 0) - 1]?.line : entry.line;
}

function landingLine(page: TracePage, landing: Landing): number | undefined {
  switch (landing.at) {
    case 'first':
      return page.entries[0]?.line;
    case 'last':
      return page.entries.at(-1)?.line;
    case 'first-step':
      return page.entries.flatMap((entry) => entry.steps)[0]?.line;
    case 'last-step':
      return page.entries.flatMap((entry) => entry.steps).at(-1)?.line;
    case 'line':
      return landing.line;
    case 'step': {
      const entry = page.entries.find(
        (it) => it.ordinal === landing.ordinal && it.trajectory === landing.trajectory,
      );
      return entry && (entry.steps[landing.step - 1]?.line ?? entry.line);
    }
    default: {
      const entry = page.entries.find((it) => it.ordinal === landing.ordinal);
      return entry && ((landing.at === 'error' ? errorLine(entry) : undefined) ?? entry.line);
    }
  }
}

/** Closes the page that was left, so that paging does not pile up tabs; a pinned one stays. */
async function closeOtherPage(
  tab: vscode.Tab | undefined,
  address: TraceAddress,
  now: vscode.Uri,
): Promise<void> {
  if (tab === undefined || tab.isPinned || !(tab.input instanceof vscode.TabInputText)) return;
  const left = parseTraceUri(tab.input.uri);
  const isOther = tab.input.uri.toString() !== now.toString();
  if (!isOther || left?.source.toString() !== address.source.toString()) return;
  const still = vscode.window.tabGroups.all.flatMap((group) => group.tabs).includes(tab);
  if (still) await vscode.window.tabGroups.close(tab, true);
}
