import * as vscode from 'vscode';

/** A place where a command put the cursor, which the window has not reported yet. */
interface Move {
  readonly line: number;
}

/** By so many lines a key may move the cursor, as a page of the window does; what goes farther is a place of its own. */
const STRIDE = 60;

/**
 * The cursor of trace editors, in the order of the keys. A command's move takes a moment to reach the window, and a
 * key that the window handles itself (End, an arrow) may come in between: it was meant for the place that the command
 * goes to, and is repeated there.
 */
export class TraceCursor implements vscode.Disposable {
  /** Moves that the window has not reported, the oldest first. */
  private readonly moves = new WeakMap<vscode.TextEditor, Move[]>();
  /** Where the window has the cursor meanwhile. */
  private readonly seen = new WeakMap<vscode.TextEditor, number>();
  private readonly registration = vscode.window.onDidChangeTextEditorSelection((event) => this.follow(event));

  /** The 0-based line of the cursor, or of the place that it is on its way to. */
  line(editor: vscode.TextEditor): number {
    return this.moves.get(editor)?.at(-1)?.line ?? editor.selection.active.line;
  }

  /** Puts the cursor at a line's start and shows it. */
  moveTo(editor: vscode.TextEditor, line: number): void {
    const at = new vscode.Position(line, 0);
    this.put(editor, new vscode.Selection(at, at));
    editor.revealRange(new vscode.Range(at, at), vscode.TextEditorRevealType.InCenterIfOutsideViewport);
  }

  dispose(): void {
    this.registration.dispose();
  }

  private put(editor: vscode.TextEditor, selection: vscode.Selection): void {
    const move: Move = { line: selection.active.line };
    const waiting = this.moves.get(editor) ?? [];
    if (waiting.length === 0) this.seen.set(editor, editor.selection.active.line);
    this.moves.set(editor, [...waiting, move]);
    editor.selection = selection;
    // The window answers in order: when this is done, it has reported the move, if there was anything to report.
    void vscode.commands
      .executeCommand('setContext', 'cfprm.cursor', move.line)
      .then(() => this.arrived(editor, move));
  }

  private follow({ textEditor: editor, selections, kind }: vscode.TextEditorSelectionChangeEvent): void {
    const { Command, Keyboard, Mouse } = vscode.TextEditorSelectionChangeKind;
    const waiting = this.moves.get(editor) ?? [];
    const [selection] = selections;
    if (waiting.length === 0 || selection === undefined) return;
    const before = this.seen.get(editor) ?? selection.active.line;
    this.seen.set(editor, selection.active.line);
    if (kind === Command) {
      const move = waiting.find(({ line }) => line === selection.active.line);
      if (move !== undefined) this.arrived(editor, move);
    } else if (kind === Mouse) this.put(editor, selection);
    else if (kind === Keyboard) this.put(editor, repeated(editor, before, this.line(editor), selection));
  }

  /** The window has reported this move, and so all that came before it. */
  private arrived(editor: vscode.TextEditor, move: Move): void {
    const waiting = this.moves.get(editor) ?? [];
    this.moves.set(editor, waiting.slice(waiting.indexOf(move) + 1));
  }
}

/**
 * What a key did to a cursor in `before`, done to one in `line`: an end of the document is a place, an arrow or a page
 * a way, and within a line its end stays the end.
 */
function repeated(
  editor: vscode.TextEditor,
  before: number,
  line: number,
  { active, isEmpty }: vscode.Selection,
): vscode.Selection {
  const { document } = editor;
  const way = active.line - before;
  const isPlace = way !== 0 && (active.line === 0 || active.line === document.lineCount - 1);
  const target = isPlace || Math.abs(way) > STRIDE ? active.line : Math.max(0, line + way);
  const there = document.lineAt(Math.min(target, document.lineCount - 1)).range;
  const isEnd = active.character > 0 && active.isEqual(document.lineAt(active.line).range.end);
  const at = isEnd ? there.end : document.validatePosition(there.start.with({ character: active.character }));
  return new vscode.Selection(isEmpty ? at : new vscode.Position(line, 0), at);
}
