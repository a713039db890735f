import { t } from '@vscode/l10n';
import * as vscode from 'vscode';
import { createTextLocator } from '../../core/jsonl/locate';
import type { Container } from '../../core/jsonl/splitter';
import { entryAt, stepAt, type TraceEntry } from '../../core/trace/page';
import type { TraceFile } from '../../io/traceFile';
import type { RowSource } from '../../io/traceRows';
import type { OpenFiles } from '../files/openFiles';
import { type TraceNavigation, valueOrTell } from './navigation';

/** The scheme of single rows, shown as indented JSON. */
const ROW_SCHEME = 'cfprm-row';

/** VS Code gives extensions no document above this many UTF-16 units (microsoft/vscode#111849). */
const MODEL_LIMIT = 50 * 1024 * 1024;

/** Shows rows as they stand in the file: in the source editor, or alone when the file is too large for it. */
export class TraceSource implements vscode.TextDocumentContentProvider, vscode.Disposable {
  private readonly registration = vscode.workspace.registerTextDocumentContentProvider(ROW_SCHEME, this);

  constructor(
    private readonly files: OpenFiles,
    private readonly navigation: TraceNavigation,
  ) {}

  /** Goes from the trace line to the step's text in the source. */
  async reveal(line?: number): Promise<void> {
    const here = this.navigation.here(line);
    const entry = here && entryAt(here.page, here.line);
    if (here === undefined || entry === undefined) return;
    const file = valueOrTell(await this.files.open(here.address.source));
    const row = file && valueOrTell(await file.rowSource(entry.ordinal));
    if (file === undefined || row === undefined) return;
    if (file.source.compression !== undefined || file.source.bytes > MODEL_LIMIT) {
      await this.openRowAlone(here.address.source, entry.ordinal, row.row);
      return;
    }
    const step = stepAt(entry, here.line);
    const at = step === undefined ? 0 : ((await this.stepOffset(file, entry, step.number, row.text)) ?? 0);
    const document = await vscode.workspace.openTextDocument(here.address.source);
    const start = rowStart(document, row, file.source.container);
    const position = document.positionAt(document.offsetAt(start) + at);
    const selection = new vscode.Range(position, position);
    await vscode.window.showTextDocument(document, {
      selection,
      viewColumn: here.editor.viewColumn,
      preview: false,
    });
  }

  async provideTextDocumentContent(uri: vscode.Uri): Promise<string> {
    const query = new URLSearchParams(uri.query);
    const file = await this.files.open(vscode.Uri.parse(query.get('source') ?? '', true));
    const row = file.ok ? await file.value.rowSource(Number(query.get('ordinal'))) : file;
    return row.ok ? indented(row.value.text) : `⚠ ${row.fault.message}`;
  }

  dispose(): void {
    this.registration.dispose();
  }

  private async openRowAlone(source: vscode.Uri, ordinal: number, row: number): Promise<void> {
    const query = new URLSearchParams({ source: source.toString(), ordinal: String(ordinal) });
    const uri = vscode.Uri.from({
      scheme: ROW_SCHEME,
      path: `${source.path} · ${t('row {0}', row)}.json`,
      query: query.toString(),
    });
    await vscode.window.showTextDocument(uri, { preview: true });
  }

  private async stepOffset(
    file: TraceFile,
    entry: TraceEntry,
    step: number,
    text: string,
  ): Promise<number | undefined> {
    const readings = await file.read([entry.ordinal]);
    const result = readings.ok ? readings.value[0]?.result : undefined;
    if (result === undefined || !result.ok) return undefined;
    const found = result.value[entry.trajectory - 1]?.steps[step - 1];
    return found && createTextLocator(text)(found)?.start;
  }
}

/** Where a row starts in the document: its line, or, where rows are no lines, the place where its text is found. */
function rowStart(
  document: vscode.TextDocument,
  { text, row, offset }: RowSource,
  container: Container,
): vscode.Position {
  if (container === 'lines') return new vscode.Position(Math.min(row, document.lineCount) - 1, 0);
  const eol = document.eol === vscode.EndOfLine.CRLF ? '\r\n' : '\n';
  return document.positionAt(nearest(document.getText(), text.replace(/\r?\n/g, eol), offset));
}

/** UTF-16 offset of the occurrence of `part` that is nearest to a byte offset (rows may be equal), or 0. */
function nearest(whole: string, part: string, offset: number): number {
  let best = 0;
  let distance = Number.POSITIVE_INFINITY;
  let bytes = 0;
  let counted = 0;
  for (let at = whole.indexOf(part); at >= 0; at = whole.indexOf(part, at + 1)) {
    bytes += Buffer.byteLength(whole.slice(counted, at));
    counted = at;
    if (Math.abs(bytes - offset) >= distance) break;
    distance = Math.abs(bytes - offset);
    best = at;
  }
  return best;
}

/** The file whose row a URI shows alone; undefined for other URIs. */
export function sourceOfRow(uri: vscode.Uri): vscode.Uri | undefined {
  const source = uri.scheme === ROW_SCHEME ? new URLSearchParams(uri.query).get('source') : null;
  return source === null ? undefined : vscode.Uri.parse(source, true);
}

function indented(text: string): string {
  try {
    return JSON.stringify(JSON.parse(text), null, 2);
  } catch {
    return text; // a malformed row is shown as it stands
  }
}
