import * as vscode from 'vscode';
import { entryAt, type TracePage } from '../../core/trace/page';
import { TRACE_LANGUAGE } from './address';
import type { TracePages } from './pages';

/**
 * Keeps the cursor on its step when a page is drawn again: VS Code replaces everything between the first and the last
 * line that changed, and puts a cursor in between to the end of it.
 */
export class CursorKeeper implements vscode.Disposable {
  /** The pages as the editors showed them last. */
  private readonly shown = new Map<string, TracePage>();
  private readonly disposables: vscode.Disposable[];

  constructor(private readonly pages: TracePages) {
    this.disposables = [
      vscode.workspace.onDidOpenTextDocument((document) => this.remember(document)),
      vscode.workspace.onDidCloseTextDocument(({ uri }) => this.shown.delete(uri.toString())),
      vscode.workspace.onDidChangeTextDocument(({ document }) => {
        if (document.languageId !== TRACE_LANGUAGE) return;
        for (const editor of vscode.window.visibleTextEditors) {
          if (editor.document === document) this.keep(editor);
        }
        this.remember(document);
      }),
    ];
    vscode.workspace.textDocuments.forEach((document) => {
      this.remember(document);
    });
  }

  dispose(): void {
    vscode.Disposable.from(...this.disposables).dispose();
  }

  private remember(document: vscode.TextDocument): void {
    const page = this.pages.page(document.uri);
    if (page !== undefined) this.shown.set(document.uri.toString(), page);
  }

  /** The selection that is known here is still the one before the change; the window's own comes later. */
  private keep(editor: vscode.TextEditor): void {
    const before = this.shown.get(editor.document.uri.toString());
    const now = this.pages.page(editor.document.uri);
    if (before === undefined || now === undefined) return;
    const { active } = editor.selection;
    const line = sameLine(before, now, active.line);
    if (line === undefined) return;
    const character = Math.min(active.character, editor.document.lineAt(line).text.length);
    const at = new vscode.Position(line, character);
    editor.selection = new vscode.Selection(at, at);
  }
}

/** Where a line of a page is on the page that takes its place: at the same distance from its trajectory's header. */
function sameLine(before: TracePage, now: TracePage, line: number): number | undefined {
  const entry = entryAt(before, line);
  if (entry === undefined) return undefined;
  const same = now.entries.find(
    (it) => it.ordinal === entry.ordinal && it.trajectory === entry.trajectory && it.row === entry.row,
  );
  if (same === undefined) return undefined;
  return Math.min(same.line + line - entry.line, same.endLine);
}
