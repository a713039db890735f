import * as vscode from 'vscode';
import { createLocator } from '../../core/jsonl/locate';
import type { Computed } from '../../core/scores/computed';
import type { Thresholds } from '../../core/scores/levels';
import { type Chip, type ComputedStep, chipsWidth, stepChips, summaryChips } from '../../core/trace/chips';
import { firstError, type Trajectory } from '../../core/trajectory';
import { chipColour } from '../chipColour';
import type { ModelScores } from '../scores/modelScores';
import type { ScoreScales } from '../scores/scoreScales';
import { settings } from '../settings';
import type { RawDocument, RawRow } from './rawDocument';
import type { RawDocuments } from './rawDocuments';

/** Beyond this column VS Code does not render a line that is not wrapped (`stopRenderingLineAfter`). */
const MAX_COLUMN = 10_000;
/** Beyond this column a line that is not wrapped is taken to be out of sight. */
const SEEN_COLUMNS = 80;
/** Characters that the summary at the start of a line may take. */
const SUMMARY_ROOM = 72;
/** Sizes of chips in place, relative to the text. */
const [SMALLEST, LARGEST] = [0.6, 0.8];
/** What stands between the text of a step and what follows. */
const PUNCTUATION = /^["\s,\]}]*/u;
const MAX_CHIPS = 1_000;
const DEBOUNCE_MS = 100;
/** A longer row is left to the trace view: parsing it at every scroll would be felt. */
const MAX_ROW_CHARS = 1_000_000;

/** The chips of a step, and where its text ends in the document. */
interface PlacedStep {
  readonly at: vscode.Position;
  /** Characters of punctuation from there to the next step. */
  readonly gap: number;
  /** 1-based. */
  readonly number: number;
  readonly chips: readonly Chip[];
  readonly isFirstError: boolean;
}

/**
 * Label and scores after each step inside the long JSON line, on the visible lines only. Chips lie over the
 * punctuation between two steps and take no room: VS Code does not count what they would take when it wraps lines,
 * and would push text out of sight. Where lines are not wrapped, most steps are out of sight: there the line begins
 * with a summary. The texts come from a small table (glyphs and two decimals), because VS Code makes one CSS rule
 * per distinct text.
 */
export class InlineChips implements vscode.Disposable {
  private readonly type = vscode.window.createTextEditorDecorationType({});
  private readonly disposables: vscode.Disposable[];
  private timer: NodeJS.Timeout | undefined;

  constructor(
    private readonly documents: RawDocuments,
    private readonly scores: ModelScores,
    private readonly scales: ScoreScales,
  ) {
    const later = (): void => this.schedule();
    this.disposables = [
      this.type,
      documents.onDidChange(later),
      scales.onDidChange(later),
      vscode.window.onDidChangeVisibleTextEditors(later),
      vscode.window.onDidChangeTextEditorVisibleRanges(later),
      vscode.workspace.onDidChangeConfiguration((event) => {
        if (event.affectsConfiguration('cfprm') || event.affectsConfiguration('editor.wordWrap')) later();
      }),
    ];
    this.schedule();
  }

  /** Draws the chips of the visible editors now. */
  draw(): void {
    for (const editor of vscode.window.visibleTextEditors) {
      const raw = this.documents.get(editor.document);
      if (raw === undefined) continue;
      const steps = settings.inlineEnabled() ? this.stepsOf(raw, editor.visibleRanges) : [];
      const summaries = isWrapped(editor) ? [] : summariesOf(steps);
      const inPlace = steps.filter(({ at }) => at.character < MAX_COLUMN).flatMap(inPlaceOf);
      editor.setDecorations(this.type, [...summaries, ...inPlace].slice(0, MAX_CHIPS));
    }
  }

  dispose(): void {
    clearTimeout(this.timer);
    vscode.Disposable.from(...this.disposables).dispose();
  }

  private schedule(): void {
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.draw(), DEBOUNCE_MS);
  }

  private stepsOf(raw: RawDocument, visible: readonly vscode.Range[]): PlacedStep[] {
    const rows = new Map<number, RawRow>();
    for (const range of visible) {
      for (const row of raw.rows(range.start.line, range.end.line)) {
        if (row.text.length <= MAX_ROW_CHARS) rows.set(row.row, row);
      }
    }
    const readings = [...rows.values()].flatMap((row) => {
      const result = raw.read(row);
      return result.ok ? [{ row, trajectories: result.value }] : [];
    });
    this.scales.show(
      raw.document.uri,
      readings.map(({ row, trajectories }) => [row.row, trajectories]),
    );
    return readings.flatMap(({ row, trajectories }) => {
      const locate = createLocator(row.text);
      return trajectories.flatMap((trajectory) => this.stepsOfTrajectory(raw, row, locate, trajectory));
    });
  }

  private stepsOfTrajectory(
    { document }: RawDocument,
    row: RawRow,
    locate: ReturnType<typeof createLocator>,
    trajectory: Trajectory,
  ): PlacedStep[] {
    const content = settings.inlineContent();
    const show = { labels: content !== 'score', scores: content !== 'label' };
    const recorded = this.scales.recorded(document.uri).thresholds;
    const { thresholds } = this.scales.computed(document.uri);
    const computed = this.scores.of(trajectory);
    const error = firstError(trajectory);
    return trajectory.steps.flatMap((step, index) => {
      const span = locate(step.place);
      const chips = stepChips(step, recorded, computedStep(computed, index, thresholds), show);
      if (span === undefined || chips.length === 0) return [];
      const end = row.text[span.end - 1] === '"' ? span.end - 1 : span.end;
      const at = document.positionAt(row.offset + end);
      const gap = PUNCTUATION.exec(row.text.slice(end, end + 8))![0].length;
      return [{ at, gap, number: index + 1, chips, isFirstError: error === index + 1 }];
    });
  }
}

/** The computed score of a step; that it is on its way is not told here, where it would only flicker. */
function computedStep(
  computed: Computed | undefined,
  index: number,
  thresholds: Thresholds,
): ComputedStep | undefined {
  const score = computed?.state === 'scored' ? computed.scores[index] : undefined;
  return computed?.state !== 'scored' || score === undefined
    ? undefined
    : { score, stale: computed.stale, thresholds };
}

/**
 * Whether an editor wraps lines, as far as extensions are told: by the setting, or because a line is in view in part
 * alone, which lines that are not wrapped never are.
 */
function isWrapped({ document, visibleRanges }: vscode.TextEditor): boolean {
  const setting = vscode.workspace.getConfiguration('editor', document).get<string>('wordWrap');
  if (setting !== 'off') return true;
  return visibleRanges.some(
    ({ start, end }) => start.character > 0 || end.character < document.lineAt(end.line).text.length,
  );
}

/** Summaries at the starts of the lines whose steps end beyond what is seen. */
function summariesOf(steps: readonly PlacedStep[]): vscode.DecorationOptions[] {
  const lines = new Map<number, PlacedStep[]>();
  for (const step of steps) lines.set(step.at.line, [...(lines.get(step.at.line) ?? []), step]);
  return [...lines].flatMap(([line, own]) => {
    if (!own.some(({ at }) => at.character >= SEEN_COLUMNS)) return [];
    const start = new vscode.Position(line, 0);
    const chips = summaryChips(own, SUMMARY_ROOM);
    // VS Code puts `before` in front of `after`, so the chips begin where the room for them does.
    const room = { contentText: '', width: `${chipsWidth(chips) + 1}ch` };
    return [
      ...chips.map((chip) => overlay(start, chip, 'before', '')),
      { range: new vscode.Range(start, start), renderOptions: { after: room } },
    ];
  });
}

/** Chips over the punctuation behind a step, small enough to leave the next step's text in sight. */
function inPlaceOf({ at, gap, chips, isFirstError }: PlacedStep): vscode.DecorationOptions[] {
  const size = Math.max(SMALLEST, Math.min(LARGEST, gap / chipsWidth(chips)));
  const frame = isFirstError ? ' outline: 1px solid;' : '';
  const style = `font-size: ${size.toFixed(2)}em;${frame}`;
  return chips.map((chip) => overlay(at, chip, 'after', style));
}

/** A chip that takes no room; `at` orders chips, whatever order VS Code puts them into the line. */
function overlay(
  position: vscode.Position,
  { text, kind, at }: Chip,
  side: 'before' | 'after',
  style: string,
): vscode.DecorationOptions {
  const color = chipColour(kind);
  // Extensions have no other way to give an attachment a position.
  const textDecoration = `none; position: absolute; margin-left: ${at}ch; ${style}`;
  const backgroundColor = side === 'after' ? new vscode.ThemeColor('editor.background') : undefined;
  const attachment = { contentText: text, color, backgroundColor, textDecoration, fontWeight: 'bold' };
  return { range: new vscode.Range(position, position), renderOptions: { [side]: attachment } };
}
