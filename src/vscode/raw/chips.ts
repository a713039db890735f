import * as vscode from 'vscode';
import { hasFalseEquation } from '../../core/check/check';
import { createLocator } from '../../core/jsonl/locate';
import { COMPUTED_SIGN, type Computed } from '../../core/scores/computed';
import type { MarkKind } from '../../core/trace/page';
import { FALSE_SIGN, formatScore, glyph, labelKind, scoreKind } from '../../core/trace/words';
import { firstError, type Step } from '../../core/trajectory';
import type { ModelScores } from '../scores/modelScores';
import { settings } from '../settings';
import type { RawDocument, RawRow } from './rawDocument';
import type { RawDocuments } from './rawDocuments';

/** Beyond this column VS Code does not render a line that is not wrapped (`stopRenderingLineAfter`). */
const MAX_COLUMN = 10_000;
const MAX_CHIPS = 1_000;
const DEBOUNCE_MS = 100;
/** A longer row is left to the trace view: parsing it at every scroll would be felt. */
const MAX_ROW_CHARS = 1_000_000;

type ChipKind = Extract<MarkKind, 'good' | 'doubt' | 'bad' | 'dim'>;

/**
 * Label and score after each step inside the long JSON line, on the visible lines only. The texts come from a
 * small table (glyphs and two decimals), because VS Code makes one CSS rule per distinct text.
 */
export class InlineChips implements vscode.Disposable {
  private readonly types: Record<ChipKind, vscode.TextEditorDecorationType> = {
    good: vscode.window.createTextEditorDecorationType({}),
    doubt: vscode.window.createTextEditorDecorationType({}),
    bad: vscode.window.createTextEditorDecorationType({}),
    dim: vscode.window.createTextEditorDecorationType({}),
  };
  private readonly disposables: vscode.Disposable[];
  private timer: NodeJS.Timeout | undefined;

  constructor(
    private readonly documents: RawDocuments,
    private readonly scores: ModelScores,
  ) {
    const later = (): void => this.schedule();
    this.disposables = [
      ...Object.values(this.types),
      documents.onDidChange(later),
      scores.onDidChange(later),
      vscode.window.onDidChangeVisibleTextEditors(later),
      vscode.window.onDidChangeTextEditorVisibleRanges(later),
      vscode.workspace.onDidChangeConfiguration((event) => {
        if (event.affectsConfiguration('cfprm')) later();
      }),
    ];
    this.schedule();
  }

  /** Draws the chips of the visible editors now. */
  draw(): void {
    for (const editor of vscode.window.visibleTextEditors) {
      const raw = this.documents.get(editor.document);
      const chips =
        raw !== undefined && settings.inlineEnabled()
          ? chipsOf(raw, editor.visibleRanges, this.scores)
          : undefined;
      if (chips === undefined && raw === undefined) continue;
      for (const kind of Object.keys(this.types) as ChipKind[]) {
        editor.setDecorations(this.types[kind], chips?.get(kind) ?? []);
      }
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
}

function chipsOf(
  raw: RawDocument,
  visible: readonly vscode.Range[],
  scores: ModelScores,
): Map<ChipKind, vscode.DecorationOptions[]> {
  const chips = new Map<ChipKind, vscode.DecorationOptions[]>();
  const seen = new Set<number>();
  let left = MAX_CHIPS;
  for (const range of visible) {
    for (const row of raw.rows(range.start.line, range.end.line)) {
      if (seen.has(row.row) || row.text.length > MAX_ROW_CHARS) continue;
      seen.add(row.row);
      for (const { kind, options } of rowChips(raw, row, scores)) {
        if (left-- <= 0) return chips;
        chips.set(kind, [...(chips.get(kind) ?? []), options]);
      }
    }
  }
  return chips;
}

function rowChips(
  raw: RawDocument,
  row: RawRow,
  scores: ModelScores,
): { kind: ChipKind; options: vscode.DecorationOptions }[] {
  const reading = raw.read(row);
  if (!reading.ok) return [];
  const locate = createLocator(row.text);
  const found: { kind: ChipKind; options: vscode.DecorationOptions }[] = [];
  for (const trajectory of reading.value) {
    const error = firstError(trajectory);
    const computed = scores.of(trajectory);
    trajectory.steps.forEach((step, i) => {
      const span = locate(step.place);
      if (span === undefined) return;
      const at = raw.document.positionAt(row.offset + span.end);
      if (at.character >= MAX_COLUMN) return;
      const text = chipText(step);
      if (text !== undefined)
        found.push({ kind: chipKind(step), options: chip(at, text, chipKind(step), error === i + 1) });
      // A chip of its own, so that the texts of both together stay few.
      const own = settings.inlineContent() === 'label' ? undefined : computedChip(computed, i);
      if (own !== undefined) found.push({ kind: own.kind, options: chip(at, own.text, own.kind, false) });
      if (hasFalseEquation(step)) found.push({ kind: 'bad', options: chip(at, FALSE_SIGN, 'bad', false) });
    });
  }
  return found;
}

function chip(
  at: vscode.Position,
  text: string,
  kind: ChipKind,
  isFirstError: boolean,
): vscode.DecorationOptions {
  const color = new vscode.ThemeColor(kind === 'dim' ? 'descriptionForeground' : `cfprm.${kind}`);
  const backgroundColor = isFirstError ? new vscode.ThemeColor('cfprm.firstErrorBackground') : undefined;
  const after = { contentText: text, color, backgroundColor, margin: '0 0.4em', fontWeight: 'bold' };
  return { range: new vscode.Range(at, at), renderOptions: { after } };
}

function chipText(step: Step): string | undefined {
  const content = settings.inlineContent();
  const soft = typeof step.label === 'number' ? ` ${formatScore(step.label)}` : '';
  const label = content === 'score' || step.label === undefined ? '' : glyph(step.label) + soft;
  const score = content === 'label' || step.score === undefined ? '' : formatScore(step.score);
  const text = [label, score].filter((part) => part !== '').join(' ');
  return text === '' ? undefined : text;
}

/** The chip of a computed score; that it is on its way is not told here, where it would only flicker. */
function computedChip(
  computed: Computed | undefined,
  index: number,
): { kind: ChipKind; text: string } | undefined {
  const score = computed?.state === 'scored' ? computed.scores[index] : undefined;
  if (computed?.state !== 'scored' || score === undefined) return undefined;
  const kind = computed.stale ? 'dim' : (scoreKind(score, settings.thresholds()) as ChipKind);
  return { kind, text: `${COMPUTED_SIGN}${formatScore(score)}` };
}

function chipKind(step: Step): ChipKind {
  if (step.label === undefined && step.score !== undefined) {
    return scoreKind(step.score, settings.thresholds()) as ChipKind;
  }
  return labelKind(step.label) as ChipKind;
}
