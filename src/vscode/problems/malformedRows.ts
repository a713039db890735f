import path from 'node:path';
import { t } from '@vscode/l10n';
import * as vscode from 'vscode';
import type { Fault } from '../../core/result';
import { counted, shorten } from '../../core/trace/words';
import type { RawDocument, RawRow } from '../raw/rawDocument';
import type { ShownPage } from '../trace/pages';

/** As many malformed rows of one file are listed in Problems; a file of another format would fill the view. */
const LISTED = 100;

/** Lists the malformed rows of one file up to the limit, each once, and says how many are left out. */
export class MalformedRows {
  private readonly seen = new Set<number>();

  /** @param file the file's name, which every message starts with */
  constructor(private readonly file: string) {}

  /** The problem of a row that was not listed before; undefined when it was, or when the list is full. */
  problem(row: number, fault: Fault, range: () => vscode.Range): vscode.Diagnostic | undefined {
    if (this.seen.has(row)) return undefined;
    this.seen.add(row);
    if (this.seen.size > LISTED) return undefined;
    const { id, message } = fault;
    const words =
      id === undefined
        ? t('{0}, row {1}: {2}', this.file, row, message)
        : t('{0}, row {1} ({2}): {3}', this.file, row, shorten(id, 60), message);
    return make(range(), words, vscode.DiagnosticSeverity.Error);
  }

  /** What says that more rows are malformed than are listed; nothing if all are. */
  rest(): vscode.Diagnostic[] {
    const left = this.seen.size - LISTED;
    if (left <= 0) return [];
    const message = t(
      '{0}: {1} not listed here. The filter "Malformed rows" of the trace view shows all of them.',
      this.file,
      counted(left, 'malformed row'),
    );
    return [make(new vscode.Range(0, 0, 0, 0), message, vscode.DiagnosticSeverity.Information)];
  }
}

/** The malformed rows of a document in a text editor, each at its place; undefined if it changed meanwhile. */
export function* inDocument(raw: RawDocument): Generator<void, vscode.Diagnostic[] | undefined> {
  const { document } = raw;
  const { version } = document;
  const rows = new MalformedRows(path.basename(document.uri.path));
  const found: vscode.Diagnostic[] = [];
  for (const row of documentRows(raw)) {
    const reading = raw.read(row);
    if (!reading.ok) {
      const { fault } = reading;
      const problem = rows.problem(row.row, fault, () => placeOf(document, row, fault));
      if (problem !== undefined) found.push(problem);
    }
    yield;
    if (document.isClosed || document.version !== version) return undefined;
  }
  return [...found, ...rows.rest()];
}

/** The malformed rows of a trace page that `rows` has not listed yet, each at its heading. */
export function onPage(
  document: vscode.TextDocument,
  { entries }: ShownPage,
  rows: MalformedRows,
): vscode.Diagnostic[] {
  return entries.flatMap((entry) => {
    if (entry.fault === undefined || entry.line >= document.lineCount) return [];
    return rows.problem(entry.row, entry.fault, () => document.lineAt(entry.line).range) ?? [];
  });
}

function* documentRows(raw: RawDocument): Generator<RawRow> {
  if (raw.document.languageId === 'json') {
    yield* raw.rows(0, raw.document.lineCount - 1);
    return;
  }
  for (let line = 0; line < raw.document.lineCount; line++) yield* raw.rows(line, line);
}

/** The character that a fault names, or the whole row. */
function placeOf(document: vscode.TextDocument, row: RawRow, { column }: Fault): vscode.Range {
  const at = (offset: number): vscode.Position => document.positionAt(row.offset + offset);
  const start = column === undefined ? 0 : Math.min(column - 1, row.text.length);
  const end = column === undefined ? row.text.length : Math.min(start + 1, row.text.length);
  return new vscode.Range(at(start), at(end));
}

function make(range: vscode.Range, message: string, severity: vscode.DiagnosticSeverity): vscode.Diagnostic {
  const it = new vscode.Diagnostic(range, message, severity);
  it.source = 'cfprm';
  return it;
}
