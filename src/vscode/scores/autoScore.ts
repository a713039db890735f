import * as vscode from 'vscode';
import type { Trajectory } from '../../core/trajectory';
import type { RawDocuments } from '../raw/rawDocuments';
import { settings } from '../settings';
import { TRACE_LANGUAGE } from '../trace/address';
import { type TracePages, trajectoryOf } from '../trace/pages';
import { type ModelScores, PRIORITY } from './modelScores';

const DEBOUNCE_MS = 150;
/** A longer row of a source editor is left to the trace view. */
const MOST_ROW_CHARS = 1_000_000;

/**
 * Scores what the visible editors show, first what is on screen, then the rest of the page. What scrolled away before
 * its turn is taken back.
 */
export class AutoScore implements vscode.Disposable {
  /** What was asked for and is not there yet. */
  private readonly asked = new Map<
    Trajectory,
    { readonly priority: number; readonly abort: AbortController }
  >();
  private timer: NodeJS.Timeout | undefined;
  private readonly disposables: vscode.Disposable[];

  constructor(
    private readonly scores: ModelScores,
    private readonly pages: TracePages,
    private readonly documents: RawDocuments,
  ) {
    const later = (): void => this.schedule();
    this.disposables = [
      pages.onDidRender(later),
      documents.onDidChange(later),
      scores.model.onDidChange(later),
      vscode.window.onDidChangeVisibleTextEditors(later),
      vscode.window.onDidChangeTextEditorVisibleRanges(later),
      vscode.workspace.onDidChangeConfiguration((event) => {
        if (event.affectsConfiguration('cfprm.score')) later();
      }),
    ];
  }

  /** True while the user has stopped it. */
  get isPaused(): boolean {
    return this.scores.isPaused;
  }

  /** Stops until `resume`. */
  pause(): void {
    this.scores.isPaused = true;
    this.ask(new Map());
  }

  resume(): void {
    this.scores.isPaused = false;
    this.schedule();
  }

  dispose(): void {
    clearTimeout(this.timer);
    this.ask(new Map());
    vscode.Disposable.from(...this.disposables).dispose();
  }

  private schedule(): void {
    this.timer ??= setTimeout(() => {
      this.timer = undefined;
      this.look();
    }, DEBOUNCE_MS);
  }

  private look(): void {
    if (!this.scores.isAutomatic) return;
    const wanted = new Map<Trajectory, number>();
    const want = (trajectory: Trajectory, priority: number): void => {
      if (priority > (wanted.get(trajectory) ?? -1) && this.isMissing(trajectory))
        wanted.set(trajectory, priority);
    };
    for (const editor of vscode.window.visibleTextEditors) {
      if (editor.document.languageId === TRACE_LANGUAGE) this.lookAtPage(editor, want);
      else for (const trajectory of this.sourceTrajectories(editor)) want(trajectory, PRIORITY.screen);
    }
    this.ask(wanted);
  }

  private isMissing(trajectory: Trajectory): boolean {
    return this.asked.has(trajectory) || this.scores.lacks(trajectory);
  }

  /** Takes back what is not wanted any more, and asks for what is new or became more urgent. */
  private ask(wanted: ReadonlyMap<Trajectory, number>): void {
    for (const [trajectory, { priority, abort }] of this.asked) {
      const now = wanted.get(trajectory);
      if (now !== undefined && now <= priority) continue;
      this.asked.delete(trajectory);
      abort.abort();
    }
    for (const [trajectory, priority] of wanted) {
      if (this.asked.has(trajectory)) continue;
      const request = { priority, abort: new AbortController() };
      this.asked.set(trajectory, request);
      void this.scores.score([trajectory], priority, request.abort.signal).finally(() => {
        if (this.asked.get(trajectory) !== request) return;
        this.asked.delete(trajectory);
        // It may have ended without scores; the page shows the same then, and is not drawn again.
        this.schedule();
      });
    }
  }

  private lookAtPage(
    editor: vscode.TextEditor,
    want: (trajectory: Trajectory, priority: number) => void,
  ): void {
    const page = this.pages.page(editor.document.uri);
    for (const entry of page?.entries ?? []) {
      const trajectory = trajectoryOf(page!, entry);
      if (trajectory === undefined) continue;
      const isSeen = editor.visibleRanges.some(
        ({ start, end }) => entry.line <= end.line && start.line <= entry.endLine,
      );
      want(trajectory, isSeen ? PRIORITY.screen : PRIORITY.page);
    }
  }

  private sourceTrajectories(editor: vscode.TextEditor): Trajectory[] {
    const raw = settings.inlineEnabled() ? this.documents.get(editor.document) : undefined;
    if (raw === undefined) return [];
    return editor.visibleRanges.flatMap(({ start, end }) =>
      raw
        .rows(start.line, end.line)
        .filter(({ text }) => text.length <= MOST_ROW_CHARS)
        .flatMap((row) => {
          const reading = raw.read(row);
          return reading.ok ? reading.value : [];
        }),
    );
  }
}
