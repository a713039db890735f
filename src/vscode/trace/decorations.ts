import * as vscode from 'vscode';
import type { MarkKind } from '../../core/trace/page';
import { inSlices } from '../slices';
import { TRACE_LANGUAGE } from './address';
import type { ShownPage, TracePages } from './pages';

/** Two tab stops of this size are four columns, see `TracePage.tabSize`. */
const NARROW_TAB = 2;

/** Colours the trace view with seven static decoration types, whatever the number of steps. */
export class TraceDecorations implements vscode.Disposable {
  private readonly types: Record<MarkKind, vscode.TextEditorDecorationType> = {
    good: colour('cfprm.good'),
    doubt: colour('cfprm.doubt'),
    bad: colour('cfprm.bad', { fontWeight: 'bold' }),
    dim: colour('descriptionForeground'),
    head: colour('editor.foreground', { fontWeight: 'bold' }),
    firstError: vscode.window.createTextEditorDecorationType({
      isWholeLine: true,
      backgroundColor: new vscode.ThemeColor('cfprm.firstErrorBackground'),
      overviewRulerColor: new vscode.ThemeColor('cfprm.bad'),
      overviewRulerLane: vscode.OverviewRulerLane.Right,
    }),
    // The cells before the text keep their places, and the text has a direction of its own.
    rightToLeft: vscode.window.createTextEditorDecorationType({
      textDecoration: 'none; direction: rtl; unicode-bidi: isolate;',
    }),
  };
  private readonly disposables: vscode.Disposable[];

  constructor(private readonly pages: TracePages) {
    this.disposables = [
      ...Object.values(this.types),
      vscode.window.onDidChangeVisibleTextEditors((editors) => {
        for (const editor of editors) void this.decorate(editor);
      }),
      vscode.window.tabGroups.onDidChangeTabGroups(() => {
        for (const editor of vscode.window.visibleTextEditors) this.setHang(editor);
      }),
      vscode.workspace.onDidChangeTextDocument(({ document }) => {
        for (const editor of vscode.window.visibleTextEditors) {
          if (editor.document === document) void this.decorate(editor);
        }
      }),
    ];
    for (const editor of vscode.window.visibleTextEditors) void this.decorate(editor);
  }

  dispose(): void {
    vscode.Disposable.from(...this.disposables).dispose();
  }

  private async decorate(editor: vscode.TextEditor): Promise<void> {
    if (editor.document.languageId !== TRACE_LANGUAGE) return;
    const page = this.pages.page(editor.document.uri);
    // The text may still be the one before the last drawing; its change event follows.
    if (page === undefined || page.text.length !== editor.document.getText().length) return;
    this.setHang(editor);
    await inSlices(this.colours(editor, page));
  }

  /**
   * Wrapped lines go on where the text of steps begins; in an editor that shares the window with another, right behind
   * the margin: the text needs the width.
   */
  private setHang(editor: vscode.TextEditor): void {
    const page = editor.document.languageId === TRACE_LANGUAGE && this.pages.page(editor.document.uri);
    if (!page) return;
    editor.options = { tabSize: vscode.window.tabGroups.all.length > 1 ? NARROW_TAB : page.tabSize };
  }

  /**
   * Colours a page, one kind after the other, unless its text is another one meanwhile: then the change of the text
   * colours it. A page that is drawn again with the same text changes nothing, and tells nobody.
   */
  private *colours(editor: vscode.TextEditor, page: ShownPage): Generator<void, void> {
    const ranges: Record<MarkKind, vscode.Range[]> = {
      good: [],
      doubt: [],
      bad: [],
      dim: [],
      head: [],
      firstError: [],
      rightToLeft: [],
    };
    for (const { line, start, end, kind } of page.marks) {
      ranges[kind].push(new vscode.Range(line, start, line, end));
      yield;
    }
    for (const kind of Object.keys(ranges) as MarkKind[]) {
      if (this.pages.page(editor.document.uri)?.text !== page.text) return;
      editor.setDecorations(this.types[kind], ranges[kind]);
      yield;
    }
  }
}

function colour(id: string, more: vscode.DecorationRenderOptions = {}): vscode.TextEditorDecorationType {
  return vscode.window.createTextEditorDecorationType({ color: new vscode.ThemeColor(id), ...more });
}
