import { t } from '@vscode/l10n';
import { checkOf, firstFalseStep, hasFalseEquation } from '../check/check';
import { type Verdict, verdict } from '../grade/verdict';
import type { Fault } from '../result';
import { levelOf, type Thresholds, USUAL_THRESHOLDS } from '../scores/levels';
import { firstError, isError, minimumScore, type Trajectory } from '../trajectory';
import { LIVE_WIDTH } from './live';
import type { Mark, MarkKind, StepEntry, TraceEntry, TracePage } from './page';
import type { RowReading } from './rowReading';
import {
  count,
  counted,
  FALSE_SIGN,
  formatScore,
  glyph,
  isRightToLeft,
  labelKind,
  printable,
  shorten,
} from './words';

/** White space before every line below a header. */
const MARGIN = '  ';
/** UTF-16 units of the problem that the header shows; a longer one follows whole on lines of its own. */
const HEADER_PROBLEM = 60;

/** Stands behind a label that is not the file's. Its place is always there: a first edit must not move the page. */
const EDITED = '*';

/** How a page is drawn. */
export interface RenderOptions {
  /** Of the scores that the file has recorded. */
  readonly thresholds: Thresholds;
  /** UTF-16 units of one step's text after which it is cut, visibly. */
  readonly maxStepChars: number;
  /** UTF-16 units of the page after which no further step is shown, and trajectories show their header only. */
  readonly maxPageChars: number;
  /** Whether step lines keep a place for a model's score, which is shown there without being part of the text. */
  readonly hasModel?: boolean;
}

/** Bounds that keep a page far below VS Code's limits whatever the rows hold. */
export const DEFAULT_RENDER: RenderOptions = {
  thresholds: USUAL_THRESHOLDS,
  maxStepChars: 20_000,
  maxPageChars: 2_000_000,
};

/** Draws a page: `heading` on its first line, then every trajectory with one line per step. */
export function renderPage(heading: string, rows: readonly RowReading[], options: RenderOptions): TracePage {
  const rendering = renderRows(heading, rows, options);
  for (;;) {
    const next = rendering.next();
    if (next.done) return next.value;
  }
}

/** As `renderPage`, putting the work off after every row: a page of many rows takes longer than a frame. */
export function* renderRows(
  heading: string,
  rows: readonly RowReading[],
  options: RenderOptions,
): Generator<void, TracePage> {
  const draft = new Draft();
  draft.add(oneLine(heading), 'dim');
  const columns = yield* columnsOf(rows, options);
  const entries: TraceEntry[] = [];
  for (const row of rows) {
    yield;
    draft.add('');
    if (!row.result.ok) entries.push(renderFault(draft, row, row.result.fault));
    const trajectories = row.result.ok ? row.result.value : [];
    for (const index of trajectories.keys())
      entries.push(renderTrajectory(draft, row, trajectories, index, columns, options));
  }
  // Where the view says whether the file goes on, which changes while a file grows or is counted.
  draft.add('');
  return {
    text: draft.lines.join('\n'),
    entries,
    marks: draft.marks,
    tabSize: (MARGIN.length + columns.hang) / 2,
  };
}

/** What is known of a trajectory: first error, minimum score, answer against gold. */
export function facts(trajectory: Trajectory): string[] {
  const error = firstError(trajectory);
  return [error === undefined ? '' : t('first error {0}', error), ...fileFacts(trajectory)].filter(isText);
}

/** Of these what no label changes. */
function fileFacts(trajectory: Trajectory): string[] {
  const least = minimumScore(trajectory);
  return [
    least === undefined ? '' : t('min {0} @{1}', formatScore(least.score), least.step),
    trajectory.score === undefined ? '' : t('score {0}', formatScore(trajectory.score)),
    answerWords(trajectory),
  ].filter(isText);
}

const isText = (text: string): boolean => text !== '';

/** What the page's columns must hold; one layout for the page keeps the texts aligned. */
interface Columns {
  readonly number: number;
  /** Columns between a step line's margin and its text; even, see `TracePage.tabSize`. */
  readonly hang: number;
  /** Width of the score column, 0 when no step on the page has a score. */
  readonly score: number;
  /** Width of the place of computed scores, 0 without a model. */
  readonly live: number;
  /** Width of the sign of false equations, 0 when no step on the page has one. */
  readonly check: number;
  /** Width of the soft-label column, 0 when no step has one. */
  readonly soft: number;
}

/**
 * Measures the file's own texts, scores and labels, never edited labels: what a person does to one step must leave the
 * columns of all others where they are.
 */
function* columnsOf(rows: readonly RowReading[], options: RenderOptions): Generator<void, Columns> {
  let number = 1;
  let score = 0;
  let soft = 0;
  let check = 0;
  // What comes behind this is not drawn.
  let chars = options.maxPageChars;
  for (const row of rows) {
    yield;
    for (const trajectory of row.unedited ?? (row.result.ok ? row.result.value : [])) {
      number = Math.max(number, String(trajectory.steps.length).length);
      for (const step of trajectory.steps) {
        if (step.score !== undefined) score = Math.max(score, formatScore(step.score).length);
        if (typeof step.label === 'number') soft = 4;
        if (check === 0 && chars > 0 && hasFalseEquation(step)) check = FALSE_SIGN.length;
        chars -= Math.min(step.text.length, options.maxStepChars);
      }
    }
  }
  const live = options.hasModel === true ? LIVE_WIDTH : 0;
  const cells = [number, 1 + EDITED.length, soft, score, live, check];
  const hang = cells.reduce((sum, width) => sum + (width > 0 ? width + 1 : 0), 0);
  return { number, score, soft, live, check, hang: hang + (hang % 2) };
}

class Draft {
  readonly lines: string[] = [];
  readonly marks: Mark[] = [];
  chars = 0;

  /** Appends a line and returns its number. */
  add(line: string, kind?: MarkKind): number {
    this.lines.push(line);
    this.chars += line.length + 1;
    const at = this.lines.length - 1;
    if (kind !== undefined) this.mark(at, 0, line.length, kind);
    return at;
  }

  mark(line: number, start: number, end: number, kind: MarkKind): void {
    if (end <= start) return;
    const last = this.marks.at(-1);
    // Cells stand a blank apart, which has no colour: neighbours of one colour are one stretch.
    if (last?.line === line && last.kind === kind && last.end >= start - 1)
      this.marks[this.marks.length - 1] = { ...last, end };
    else this.marks.push({ line, start, end, kind });
  }
}

function renderFault(draft: Draft, row: RowReading, fault: Fault): TraceEntry {
  const { message, column } = fault;
  const title = t('row {0}', count(row.row));
  const place = column === undefined ? '' : ` (${t('column {0}', count(column))})`;
  const line = draft.add(`▾ ${title}`, 'head');
  const endLine = draft.add(`  ⚠ ${oneLine(message)}${place}`, 'bad');
  const own = { ordinal: row.ordinal, row: row.row, trajectory: 1, trajectories: 1 };
  return { ...own, line, endLine, title, detail: t('malformed'), steps: [], fault };
}

function renderTrajectory(
  draft: Draft,
  row: RowReading,
  trajectories: readonly Trajectory[],
  index: number,
  columns: Columns,
  options: RenderOptions,
): TraceEntry {
  const trajectory = trajectories[index]!;
  const unedited = row.unedited?.[index];
  const suffix = trajectories.length > 1 ? ` · ${index + 1}/${trajectories.length}` : '';
  const name = trajectory.id === null ? '' : shorten(printable(trajectory.id), 60);
  const rowWords = t('row {0}', count(row.row));
  const title = `${name === '' ? rowWords : name}${suffix}`;
  const place = name === '' ? '' : ` · ${rowWords}`;
  const isDrawn = draft.chars <= options.maxPageChars;
  const wrong = isDrawn ? firstFalseStep(trajectory) : undefined;
  const equation = wrong === undefined ? '' : t('false equation {0}', wrong);
  const fixed = [...fileFacts(trajectory), equation];
  const problem = printable(trajectory.problem).trim();
  const [status, kind] = statusCell(trajectory);
  const head = `▾ ${title}${place} · `;
  const statusEnd = head.length + status.length;
  const line = draft.add(
    [head + status, ...fixed, shorten(problem, HEADER_PROBLEM)].filter(isText).join('    '),
  );
  draft.mark(line, 0, head.length, 'head');
  draft.mark(line, head.length, statusEnd, kind);
  draft.mark(line, statusEnd, draft.lines[line]!.length, 'dim');
  const detail = [...facts(trajectory), equation, editedWords(trajectory, unedited)]
    .filter(isText)
    .join('    ');
  const error = firstError(trajectory);
  const steps: StepEntry[] = [];
  if (!isDrawn) {
    const left = counted(trajectory.steps.length, 'step');
    draft.add(`  … ${t('{0} not shown: this page is full. Enter opens the row.', left)}`, 'dim');
  } else {
    // Candidates of one row share their problem.
    const isShown = index > 0 && trajectory.problem === trajectories[0]!.problem;
    if (problem.length > HEADER_PROBLEM && !isShown) {
      const from = draft.lines.length;
      block(draft, 'Q'.padEnd(columns.hang), cut(problem, options.maxStepChars), 'dim');
      markText(draft, from, MARGIN.length + columns.hang);
    }
    const all = trajectory.steps.length;
    while (steps.length < all && draft.chars <= options.maxPageChars) {
      const before = unedited?.steps[steps.length];
      const isFirstError = error === steps.length + 1;
      const step = { trajectory, index: steps.length, before, isFirstError };
      steps.push(renderStep(draft, step, columns, options));
    }
    if (all === 0) draft.add(`  ${t('no steps')}`, 'dim');
    if (steps.length < all) {
      const left = counted(all - steps.length, 'step');
      draft.add(`  … ${t('{0} more not shown: this page is full. Enter opens the row.', left)}`, 'dim');
    }
  }
  return {
    ordinal: row.ordinal,
    row: row.row,
    trajectory: index + 1,
    trajectories: trajectories.length,
    line,
    endLine: draft.lines.length - 1,
    title,
    detail,
    steps,
    firstError: error,
  };
}

/**
 * The sign of a trajectory and its colour: its first error, or that its labelled steps are right, or that no step is
 * labelled. As wide for every labelling of the same steps, so that a label does not wrap the header anew.
 */
function statusCell(trajectory: Trajectory): [string, MarkKind] {
  const width = 1 + String(trajectory.steps.length).length;
  const error = firstError(trajectory);
  if (error !== undefined) return [`${glyph('incorrect')}${error}`.padEnd(width), 'bad'];
  const isLabelled = trajectory.steps.some(({ label }) => label !== undefined);
  return [glyph(isLabelled ? 'correct' : undefined).padEnd(width), isLabelled ? 'good' : 'dim'];
}

/** A text that may hold anything, as one line. */
function oneLine(text: string): string {
  return printable(text).replace(/\n/g, ' ');
}

/** A step and what is known about it beside the file. */
interface StepToDraw {
  readonly trajectory: Trajectory;
  /** 0-based. */
  readonly index: number;
  /** The step as it stands in the file, if its row has edited labels. */
  readonly before: Step | undefined;
  readonly isFirstError: boolean;
}

function renderStep(draft: Draft, drawn: StepToDraw, columns: Columns, options: RenderOptions): StepEntry {
  const { trajectory, index, before, isFirstError } = drawn;
  const step = trajectory.steps[index]!;
  const isEdited = before !== undefined && before.label !== step.label;
  const check = checkOf(step);
  const cells = new Cells(draft, String(index + 1).padStart(columns.number));
  const labelAt = cells.add(glyph(step.label) + (isEdited ? EDITED : ' '), labelKind(step.label));
  if (columns.soft > 0) cells.add(softCell(step.label, columns.soft), labelKind(step.label));
  const kind = step.score === undefined ? 'dim' : levelOf(step.score, options.thresholds);
  if (columns.score > 0) cells.add(scoreCell(step.score, columns.score), kind);
  const liveAt = columns.live > 0 ? cells.add(' '.repeat(columns.live), 'dim') : undefined;
  if (columns.check > 0) cells.add(check.state === 'false' ? FALSE_SIGN : ' ', 'bad');
  const text = cut(printable(step.text), options.maxStepChars);
  const line = draft.lines.length;
  const endLine = block(draft, cells.text.padEnd(columns.hang), text);
  cells.mark(line);
  markText(draft, line, MARGIN.length + columns.hang);
  if (isFirstError) {
    for (let at = line; at <= endLine; at++) draft.mark(at, 0, draft.lines[at]!.length, 'firstError');
  }
  return {
    number: index + 1,
    line,
    endLine,
    labelColumn: labelAt,
    liveColumn: liveAt,
    textColumn: MARGIN.length + columns.hang,
    label: step.label,
    edited: isEdited ? { from: before.label } : undefined,
    score: step.score,
    check,
    alternatives: step.alternatives,
    isError: isError(step.label),
    summary: shorten(text, 80),
  };
}

/** The cells before a step's text, a blank apart, and their colours. */
class Cells {
  private readonly kinds: { readonly start: number; readonly end: number; readonly kind: MarkKind }[] = [];

  constructor(
    private readonly draft: Draft,
    public text: string,
  ) {
    this.kinds.push({ start: 0, end: MARGIN.length + text.length, kind: 'dim' });
  }

  /** Appends a cell and returns the column at which it stands. */
  add(cell: string, kind: MarkKind): number {
    const start = MARGIN.length + this.text.length + 1;
    this.text += ` ${cell}`;
    if (cell.trim() !== '') this.kinds.push({ start, end: start + cell.length, kind });
    return start;
  }

  mark(line: number): void {
    for (const { start, end, kind } of this.kinds) this.draft.mark(line, start, end, kind);
  }
}

/** Lets every line of a text that begins in a script written from right to left read that way. */
function markText(draft: Draft, from: number, column: number): void {
  for (let line = from; line < draft.lines.length; line++) {
    const text = draft.lines[line]!;
    if (isRightToLeft(text.slice(column))) draft.mark(line, column, text.length, 'rightToLeft');
  }
}

/** How many labels of a trajectory are not those of the file; nothing if none. */
function editedWords({ steps }: Trajectory, unedited: Trajectory | undefined): string {
  const edited = unedited?.steps.filter((step, k) => step.label !== steps[k]?.label).length ?? 0;
  return edited === 0 ? '' : t('{0} edited', counted(edited, 'label'));
}

function softCell(label: Step['label'], width: number): string {
  return (typeof label === 'number' ? formatScore(label) : '').padEnd(width);
}

type Step = Trajectory['steps'][number];

function scoreCell(score: number | undefined, width: number): string {
  return (score === undefined ? '–' : formatScore(score)).padStart(width);
}

/**
 * Writes a text of several lines behind a prefix and returns its last line's number. Further lines begin with a
 * no-break space, so that the editor sees the same margin before them as before the first one and wraps all of
 * them to the same column.
 */
function block(draft: Draft, prefix: string, text: string, kind?: MarkKind): number {
  const indent = `\u00a0${' '.repeat(prefix.length - 1)}`;
  text.split('\n').forEach((part, i) => {
    draft.add(MARGIN + (i === 0 ? prefix : indent) + part, kind);
  });
  return draft.lines.length - 1;
}

function cut(text: string, limit: number): string {
  if (text.length <= limit) return text;
  const kept = text.slice(0, limit).replace(/[\ud800-\udbff]$/, '');
  const left = text.length - kept.length;
  return `${kept}\n… ${t('{0} more characters (Enter opens the row)', count(left))}`;
}

const VERDICT_SIGNS: Record<Verdict, string> = { correct: '=', wrong: '≠', undecided: '≟', unknown: '' };

function answerWords(trajectory: Trajectory): string {
  const { answer, gold } = trajectory;
  const show = (text: string): string => shorten(printable(text), 40);
  const said = answer === undefined ? '?' : show(answer);
  if (gold !== undefined)
    return t('answer {0} {1} gold {2}', said, VERDICT_SIGNS[verdict(trajectory)] || '·', show(gold));
  const { finalCorrect } = trajectory;
  if (finalCorrect === undefined) return answer === undefined ? '' : t('answer {0}', said);
  if (answer === undefined) return finalCorrect ? t('final answer correct') : t('final answer wrong');
  return finalCorrect ? t('answer {0} (correct)', said) : t('answer {0} (wrong)', said);
}
