import { t } from '@vscode/l10n';
import * as vscode from 'vscode';
import { createTextLocator } from '../../core/jsonl/locate';
import { count, labelWords } from '../../core/trace/words';
import { firstError } from '../../core/trajectory';
import { inSlices } from '../slices';
import { onDidCloseLastTab } from '../tabs';
import type { RawDocument, RawRow } from './rawDocument';
import type { RawDocuments } from './rawDocuments';

/** VS Code shows at most 1,000 diagnostics of one file; the last one says what is left out. */
const MAX_DIAGNOSTICS = 999;
const DEBOUNCE_MS = 400;

/**
 * Malformed rows (errors, with row, column and reason) and first errors (information) of the JSONL files that
 * are open in a text editor. Errors come first when the cap is reached, and the cap is said.
 */
export class RawDiagnostics implements vscode.Disposable {
  private readonly collection = vscode.languages.createDiagnosticCollection('cfprm');
  private readonly pending = new Map<vscode.TextDocument, NodeJS.Timeout>();
  private readonly disposables: vscode.Disposable[];

  constructor(private readonly documents: RawDocuments) {
    this.disposables = [
      this.collection,
      documents.onDidChange((document) => this.schedule(document)),
      vscode.workspace.onDidCloseTextDocument((document) => {
        clearTimeout(this.pending.get(document));
        this.pending.delete(document);
        this.collection.delete(document.uri);
      }),
      onDidCloseLastTab((uri) => this.collection.delete(uri)),
      vscode.window.onDidChangeVisibleTextEditors((editors) => {
        for (const { document } of editors) if (!this.collection.has(document.uri)) this.schedule(document);
      }),
    ];
    for (const document of vscode.workspace.textDocuments) this.schedule(document);
  }

  dispose(): void {
    for (const timer of this.pending.values()) clearTimeout(timer);
    vscode.Disposable.from(...this.disposables).dispose();
  }

  private schedule(document: vscode.TextDocument): void {
    clearTimeout(this.pending.get(document));
    this.pending.set(
      document,
      setTimeout(() => void this.report(document), DEBOUNCE_MS),
    );
  }

  private async report(document: vscode.TextDocument): Promise<void> {
    const raw = this.documents.get(document);
    if (raw === undefined) {
      this.collection.delete(document.uri);
      return;
    }
    const found = await inSlices(collect(raw));
    if (found !== undefined) this.collection.set(document.uri, found);
  }
}

/** The diagnostics of a whole document, or undefined if it changed meanwhile. */
function* collect(raw: RawDocument): Generator<void, vscode.Diagnostic[] | undefined> {
  const { document } = raw;
  const { version } = document;
  const errors: vscode.Diagnostic[] = [];
  const firsts: vscode.Diagnostic[] = [];
  let left = 0;
  for (const row of documentRows(raw)) {
    const it = rowDiagnostic(raw, row);
    if (it !== undefined) {
      const list = it.severity === vscode.DiagnosticSeverity.Error ? errors : firsts;
      if (list.length < MAX_DIAGNOSTICS) list.push(it);
      else left++;
    }
    yield;
    if (document.isClosed || document.version !== version) return undefined;
  }
  const all = [...errors, ...firsts];
  left += Math.max(0, all.length - MAX_DIAGNOSTICS);
  return left === 0 ? all : [...all.slice(0, MAX_DIAGNOSTICS), capNote(left)];
}

function* documentRows(raw: RawDocument): Generator<RawRow> {
  if (raw.document.languageId === 'json') {
    yield* raw.rows(0, raw.document.lineCount - 1);
    return;
  }
  for (let line = 0; line < raw.document.lineCount; line++) yield* raw.rows(line, line);
}

function rowDiagnostic(raw: RawDocument, row: RawRow): vscode.Diagnostic | undefined {
  const reading = raw.read(row);
  const at = (offset: number): vscode.Position => raw.document.positionAt(row.offset + offset);
  if (!reading.ok) {
    const { column, message } = reading.fault;
    const start = column === undefined ? 0 : Math.min(column - 1, row.text.length);
    const end = column === undefined ? row.text.length : Math.min(start + 1, row.text.length);
    return make(
      new vscode.Range(at(start), at(end)),
      t('Row {0}: {1}', row.row, message),
      vscode.DiagnosticSeverity.Error,
    );
  }
  for (const trajectory of reading.value) {
    const error = firstError(trajectory) ?? 0;
    const step = trajectory.steps[error - 1];
    const span = step && createTextLocator(row.text)(step);
    if (step === undefined || span === undefined) continue;
    const message = t(
      'Row {0}, first error: step {1} of {2}, {3}',
      row.row,
      error,
      trajectory.steps.length,
      labelWords(step.label),
    );
    const range = new vscode.Range(at(span.start), at(span.end));
    return make(range, message, vscode.DiagnosticSeverity.Information);
  }
  return undefined;
}

function capNote(left: number): vscode.Diagnostic {
  const message = t(
    '{0} further problems are not shown: VS Code shows 1,000 per file. The trace view shows all of them.',
    count(left),
  );
  return make(new vscode.Range(0, 0, 0, 0), message, vscode.DiagnosticSeverity.Information);
}

function make(range: vscode.Range, message: string, severity: vscode.DiagnosticSeverity): vscode.Diagnostic {
  const it = new vscode.Diagnostic(range, message, severity);
  it.source = 'cfprm';
  return it;
}
