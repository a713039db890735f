import * as vscode from 'vscode';
import { entryAt, type TracePage } from '../../core/trace/page';
import { TRACE_LANGUAGE } from './address';
import type { TracePages } from './pages';

/** Where a cursor was put. */
interface Put {
  readonly line: number;
  /** Whether it was put back after its page was drawn again. */
  isKept?: boolean;
  /** Where the window had it meanwhile. */
  strayed?: number;
}

/** By so many lines a key may move the cursor from where it is, as a page of the window does; what goes farther is a place. */
const STRIDE = 60;

/**
 * Keeps the cursor on its step when a page is drawn again: VS Code replaces everything between the first and the last
 * line that changed, and puts a cursor in between to the end of it. A key that leads to this very end before the cursor
 * is put back moves nothing there: VS Code tells nobody of it, and it is lost.
 */
export class CursorKeeper implements vscode.Disposable {
  /** The pages as the editors showed them last. */
  private readonly shown = new Map<string, TracePage>();
  /** Where cursors were put, until the window has put them there: it may still report other places meanwhile. */
  private readonly pending = new WeakMap<vscode.TextEditor, Put>();
  /** What was put and the window has not told of yet, the oldest first. */
  private readonly unheard = new WeakMap<vscode.TextEditor, Put[]>();
  private readonly disposables: vscode.Disposable[];

  constructor(private readonly pages: TracePages) {
    this.disposables = [
      vscode.workspace.onDidOpenTextDocument((document) => this.remember(document)),
      vscode.workspace.onDidCloseTextDocument(({ uri }) => this.shown.delete(uri.toString())),
      vscode.workspace.onDidChangeTextDocument(({ document, contentChanges }) => {
        if (document.languageId !== TRACE_LANGUAGE) return;
        for (const editor of vscode.window.visibleTextEditors) {
          if (editor.document !== document) continue;
          if (contentChanges.some(({ range }) => this.isTouched(editor, range))) this.keep(editor);
        }
        this.remember(document);
      }),
      vscode.window.onDidChangeTextEditorSelection((event) => this.follow(event)),
    ];
    vscode.workspace.textDocuments.forEach((document) => {
      this.remember(document);
    });
  }

  /** The 0-based line of the cursor; the window may say another one for a moment after it was put there. */
  line(editor: vscode.TextEditor): number {
    return this.pending.get(editor)?.line ?? editor.selection.active.line;
  }

  /** Puts the cursor at a line's start and shows it. */
  moveTo(editor: vscode.TextEditor, line: number): void {
    const at = new vscode.Position(line, 0);
    this.put(editor, at);
    editor.revealRange(new vscode.Range(at, at), vscode.TextEditorRevealType.InCenterIfOutsideViewport);
  }

  dispose(): void {
    vscode.Disposable.from(...this.disposables).dispose();
  }

  private remember(document: vscode.TextDocument): void {
    const page = this.pages.page(document.uri);
    if (page !== undefined) this.shown.set(document.uri.toString(), page);
  }

  /** A cursor above or below what was replaced stays on its step by itself, unless it is still on its way there. */
  private isTouched(editor: vscode.TextEditor, { start, end }: vscode.Range): boolean {
    const isOnItsWay = this.pending.has(editor);
    const lines = [this.line(editor), editor.selection.anchor.line];
    return lines.some((line) => start.line <= line && (isOnItsWay || line <= end.line));
  }

  /** The selection that is known here is still the one before the change; the window's own comes later. */
  private keep(editor: vscode.TextEditor): void {
    const before = this.shown.get(editor.document.uri.toString());
    const now = this.pages.page(editor.document.uri);
    if (before === undefined || now === undefined) return;
    const active = samePlace(before, now, editor, this.line(editor), editor.selection.active.character);
    if (active === undefined) return;
    const { anchor, isEmpty } = editor.selection;
    const other = isEmpty ? active : samePlace(before, now, editor, anchor.line, anchor.character);
    this.put(editor, active, other).isKept = true;
  }

  /** A person who moves the cursor before the window hears where it was put is not taken back. */
  private follow({ textEditor: editor, selections, kind }: vscode.TextEditorSelectionChangeEvent): void {
    const { Command, Keyboard, Mouse } = vscode.TextEditorSelectionChangeKind;
    const put = this.pending.get(editor);
    const [selection] = selections;
    if (put === undefined || selection === undefined) return;
    const { active, anchor } = selection;
    if (kind === undefined) put.strayed = active.line;
    // Of two that were put to the same line it is the first one that the window tells of first.
    if (kind === Command) this.hear(editor, ({ line }) => line === active.line);
    if (kind !== Keyboard && kind !== Mouse) return;
    this.pending.delete(editor);
    if (this.unheard.get(editor)?.includes(put) !== true) return;
    const { strayed } = put;
    const isEnd = active.line === 0 || active.line === editor.document.lineCount - 1;
    if (put.isKept !== true && kind === Keyboard && !isEnd) return;
    // A key moves the cursor from where the window had it; what it meant is as far from where the cursor was put back to.
    if (kind === Keyboard && !isEnd && strayed !== undefined && Math.abs(active.line - strayed) <= STRIDE) {
      const at = new vscode.Position(Math.max(0, put.line + active.line - strayed), 0);
      this.put(editor, editor.document.validatePosition(at));
    } else this.put(editor, active, anchor);
  }

  private put(editor: vscode.TextEditor, active: vscode.Position, anchor = active): Put {
    const put: Put = { line: active.line };
    this.pending.set(editor, put);
    this.unheard.set(editor, [...(this.unheard.get(editor) ?? []), put]);
    editor.selection = new vscode.Selection(anchor, active);
    // The window answers in order: when this is done, it has reported where the cursor is.
    void vscode.commands.executeCommand('setContext', 'cfprm.cursor', active.line).then(() => {
      this.hear(editor, (it) => it === put);
      if (this.pending.get(editor) === put) this.pending.delete(editor);
    });
    return put;
  }

  /** The window has told of this one, and so of all that were put before it. */
  private hear(editor: vscode.TextEditor, isIt: (put: Put) => boolean): void {
    const all = this.unheard.get(editor) ?? [];
    const heard = all.findIndex(isIt);
    if (heard >= 0) this.unheard.set(editor, all.slice(heard + 1));
  }
}

/** Where a place of a page is on the page that takes its place, as far as the line is long enough. */
function samePlace(
  before: TracePage,
  now: TracePage,
  editor: vscode.TextEditor,
  line: number,
  character: number,
): vscode.Position | undefined {
  const same = sameLine(before, now, line);
  if (same === undefined) return undefined;
  return new vscode.Position(same, Math.min(character, editor.document.lineAt(same).text.length));
}

/** Where a line of a page is on the page that takes its place: as far from its trajectory's header as before. */
function sameLine(before: TracePage, now: TracePage, line: number): number | undefined {
  const entry = entryAt(before, line);
  // The heading is where it was.
  if (entry === undefined) return Math.min(line, now.entries[0]?.line ?? 0);
  const same = now.entries.find(
    (it) => it.ordinal === entry.ordinal && it.trajectory === entry.trajectory && it.row === entry.row,
  );
  if (same === undefined) return undefined;
  return Math.min(same.line + line - entry.line, same.endLine);
}
