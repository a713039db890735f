import { t } from '@vscode/l10n';
import * as vscode from 'vscode';
import type { Computed } from '../../core/scores/computed';
import { type LiveText, liveCell, liveFact } from '../../core/trace/live';
import type { TraceEntry } from '../../core/trace/page';
import { count, counted } from '../../core/trace/words';
import { chipColour } from '../chipColour';
import type { DisagreementIndex } from '../labels/disagreementIndex';
import type { ModelScores } from '../scores/modelScores';
import type { ScoreScales } from '../scores/scoreScales';
import { parseTraceUri, TRACE_LANGUAGE } from './address';
import { type ShownPage, type TracePages, trajectoryOf } from './pages';

/** Scrolling and scores that come draw at most this often. */
const DEBOUNCE_MS = 50;
/** Lines above and below the visible ones that are drawn, too, so that slow scrolling shows no gap. */
const AROUND = 20;

/**
 * What changes by itself, shown beside the page's text on the lines in view: computed scores in the place that step
 * lines keep for them, the lowest one behind a trajectory's header, and counts, model and faults behind the heading.
 * The document is never touched. Hovers say the same in words (`headingWords`, `computedOf`).
 */
export class TraceLive implements vscode.Disposable {
  // VS Code makes one rule of style per colour and text; the texts are few, as scores have two decimals.
  private readonly type = vscode.window.createTextEditorDecorationType({});
  private readonly disposables: vscode.Disposable[];
  private timer: NodeJS.Timeout | undefined;

  constructor(
    private readonly pages: TracePages,
    private readonly scores: ModelScores,
    private readonly scales: ScoreScales,
    private readonly disagreements: DisagreementIndex,
  ) {
    const later = (): void => this.schedule();
    this.disposables = [
      this.type,
      pages.onDidRender(later),
      scores.onDidChange(later),
      disagreements.onDidChange(later),
      vscode.window.onDidChangeVisibleTextEditors(later),
      vscode.window.onDidChangeTextEditorVisibleRanges(later),
      vscode.workspace.onDidChangeTextDocument(({ document }) => {
        if (document.languageId === TRACE_LANGUAGE) later();
      }),
    ];
    this.schedule();
  }

  /** What a model says of an entry's trajectory now. */
  computedOf(page: ShownPage, entry: TraceEntry): Computed | undefined {
    const trajectory = trajectoryOf(page, entry);
    return trajectory && this.scores.ofShown(trajectory);
  }

  /** What stands behind a page's heading. */
  headingWords(uri: vscode.Uri, page: ShownPage): string[] {
    const address = parseTraceUri(uri);
    if (address === undefined || page.rows.length === 0) return [...page.facts];
    const words = disagreementWords(this.disagreements.countOf(address.source));
    return [...page.facts, ...words, ...this.scores.words(), ...moreWords(page)];
  }

  dispose(): void {
    clearTimeout(this.timer);
    vscode.Disposable.from(...this.disposables).dispose();
  }

  private schedule(): void {
    this.timer ??= setTimeout(() => {
      this.timer = undefined;
      for (const editor of vscode.window.visibleTextEditors) this.draw(editor);
    }, DEBOUNCE_MS);
  }

  private draw(editor: vscode.TextEditor): void {
    const page = this.pages.page(editor.document.uri);
    if (editor.document.languageId !== TRACE_LANGUAGE || page === undefined) return;
    const { thresholds } = this.scales.computed(parseTraceUri(editor.document.uri)?.source);
    const shown: vscode.DecorationOptions[] = [];
    const isSeen = (from: number, to: number): boolean =>
      editor.visibleRanges.some(({ start, end }) => from <= end.line + AROUND && start.line - AROUND <= to);
    const atEnd = (line: number, text: string): void => {
      if (text === '' || line >= editor.document.lineCount) return;
      shown.push(behind(editor.document.lineAt(line).range.end, text));
    };
    if (isSeen(0, 0)) atEnd(0, this.headingWords(editor.document.uri, page).join(' · '));
    for (const entry of page.entries) {
      if (!isSeen(entry.line, entry.endLine)) continue;
      const computed = this.computedOf(page, entry);
      atEnd(entry.line, [editedWords(entry), liveFact(computed)].filter((it) => it !== '').join('    '));
      for (const step of entry.steps) {
        const cell = liveCell(computed, step.number - 1, thresholds);
        if (cell !== undefined && step.liveColumn !== undefined && isSeen(step.line, step.endLine))
          shown.push(inPlace(new vscode.Position(step.line, step.liveColumn), cell));
      }
    }
    const last = editor.document.lineCount - 1;
    if (isSeen(last, last)) atEnd(last, moreWords(page).join());
    editor.setDecorations(this.type, shown);
  }
}

/** Takes a text out of its line's flow: it moves nothing, and makes no line longer than the window. */
const OVER = 'none; position: absolute;';

/** A text over the blanks that are kept for it. */
function inPlace(at: vscode.Position, { text, kind }: LiveText): vscode.DecorationOptions {
  const before = { contentText: text, color: chipColour(kind), textDecoration: OVER };
  return { range: new vscode.Range(at, at), renderOptions: { before } };
}

/** A text behind the end of a line. */
function behind(at: vscode.Position, contentText: string): vscode.DecorationOptions {
  const after = { contentText, color: chipColour('dim'), textDecoration: OVER, margin: '0 0 0 2ch' };
  return { range: new vscode.Range(at, at), renderOptions: { after } };
}

/** How many labels of a trajectory a person gave. */
function editedWords({ steps }: TraceEntry): string {
  const edited = steps.filter((step) => step.edited !== undefined).length;
  return edited === 0 ? '' : t('{0} edited', counted(edited, 'label'));
}

/** Where the file goes on. */
function moreWords({ left }: ShownPage): string[] {
  return left > 0 ? [t('{0} more on the next pages', count(left))] : [];
}

function disagreementWords(found: number | undefined): string[] {
  if (found === undefined) return [];
  const labels = counted(found, 'label');
  return [found === 1 ? t('{0} disagrees with the score', labels) : t('{0} disagree with the score', labels)];
}
