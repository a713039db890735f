import * as vscode from 'vscode';
import { entryAt } from '../../core/trace/page';
import { parseTraceUri, TRACE_LANGUAGE } from './address';
import type { TracePages } from './pages';

/** A trajectory: its row's 0-based position, and the 1-based place in the row. */
export interface TracePlace {
  readonly ordinal: number;
  readonly trajectory: number;
}

/** Where trace views have their cursors, or had them before something else came in front. */
export class TracePlaces implements vscode.Disposable {
  private readonly places = new Map<string, TracePlace>();
  private readonly disposables: vscode.Disposable[];

  constructor(private readonly pages: TracePages) {
    const { window } = vscode;
    this.disposables = [
      window.onDidChangeTextEditorSelection(({ textEditor }) => this.note(textEditor)),
      window.onDidChangeActiveTextEditor((editor) => editor && this.note(editor)),
    ];
  }

  /** The place of a source's trace view that is in front, or the last one that was known. */
  last(source: vscode.Uri): TracePlace | undefined {
    const editor = vscode.window.activeTextEditor;
    if (editor !== undefined) this.note(editor);
    return this.places.get(source.toString());
  }

  dispose(): void {
    vscode.Disposable.from(...this.disposables).dispose();
  }

  private note({ document, selection }: vscode.TextEditor): void {
    if (document.languageId !== TRACE_LANGUAGE) return;
    const address = parseTraceUri(document.uri);
    const page = this.pages.page(document.uri);
    const entry = page && entryAt(page, selection.active.line);
    if (address === undefined || entry === undefined) return;
    const { ordinal, trajectory } = entry;
    this.places.set(address.source.toString(), { ordinal, trajectory: Math.max(1, trajectory) });
  }
}
