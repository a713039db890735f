import { t } from '@vscode/l10n';
import { jsonText, markdownBlock, markdownCode } from '../safeText';
import type { ComputedScores } from '../scores/computed';
import type { Label, Step, Trajectory } from '../trajectory';
import { entryAt, stepAt, type TracePage } from './page';
import { count, formatScore, labelWords, printable } from './words';

/** What copies can be. */
export const COPY_FORMATS = ['text', 'markdown', 'json'] as const;
export type CopyFormat = (typeof COPY_FORMATS)[number];

/** A trajectory to copy, with its place and what is known about it. */
export interface CopySource {
  readonly trajectory: Trajectory;
  /** The file's name. */
  readonly file: string;
  /** 1-based. */
  readonly row: number;
  /** 1-based, and how many the row has. */
  readonly number: number;
  readonly of: number;
  /** The scores that a model gave. */
  readonly computed?: ComputedScores;
}

/**
 * A step for the clipboard. As text and Markdown what is unsafe in it is shown as symbols; JSON holds it as it is.
 * @param index 0-based
 * @param withScores adds number, label and scores, in words or as fields; JSON always has them
 */
export function copyStep(source: CopySource, index: number, format: CopyFormat, withScores: boolean): string {
  const step = source.trajectory.steps[index]!;
  if (format === 'json') return jsonText({ ...placeFields(source), ...stepFields(source, index) });
  const text = format === 'markdown' ? markdownBlock(step.text) : printable(step.text);
  if (!withScores) return text;
  return titled(format, stepTitle(source, index, format), text);
}

/** A whole trajectory for the clipboard: problem, answers, and every step with its label and scores. */
export function copyTrajectory(source: CopySource, format: CopyFormat): string {
  const { trajectory } = source;
  if (format === 'json') {
    const { problem, answer, gold } = trajectory;
    const steps = trajectory.steps.map((_, index) => stepFields(source, index));
    return jsonText({ ...placeFields(source), problem, answer, gold, steps });
  }
  const code = format === 'markdown' ? markdownCode : oneLine;
  const block = format === 'markdown' ? markdownBlock : printable;
  const { id, problem, answer, gold } = trajectory;
  const title = placeWords(source, code);
  const facts = [
    answer === undefined ? '' : t('answer {0}', code(answer)),
    gold === undefined ? '' : t('gold answer {0}', code(gold)),
    trajectory.score === undefined ? '' : t('score {0}', formatScore(trajectory.score)),
  ].filter((fact) => fact !== '');
  const name = id === null ? title : `${code(id)} (${title})`;
  return [
    format === 'markdown' ? `## ${name}` : name,
    ...(problem === '' ? [] : [block(problem)]),
    ...(facts.length === 0 ? [] : [facts.join(', ')]),
    ...trajectory.steps.map((step, index) =>
      titled(format, stepTitle(source, index, format), block(step.text)),
    ),
  ].join('\n\n');
}

/** A selection on a page: 0-based lines and columns, the end excluded. */
export interface PageRange {
  readonly startLine: number;
  readonly start: number;
  readonly endLine: number;
  readonly end: number;
}

/**
 * What a selection on a page copies: the selected text without the columns before the texts of steps. A selection of
 * these columns alone is copied as it is.
 * @param lines the page's lines
 */
export function copyRange(lines: readonly string[], page: TracePage, range: PageRange): string {
  const parts: string[] = [];
  for (let line = range.startLine; line <= range.endLine; line++) {
    const text = lines[line] ?? '';
    const from = line === range.startLine ? range.start : 0;
    const to = line === range.endLine ? range.end : text.length;
    const gutter = gutterOf(page, line);
    const isOnlyGutter = range.startLine === range.endLine && to <= gutter;
    parts.push(text.slice(isOnlyGutter ? from : Math.max(from, gutter), to));
  }
  return parts.join('\n');
}

/** Columns before the text of a line: those of a step, or of the problem above the steps; 0 elsewhere. */
function gutterOf(page: TracePage, line: number): number {
  const entry = entryAt(page, line);
  if (entry === undefined || line === entry.line) return 0;
  const step = stepAt(entry, line);
  if (step !== undefined) return step.textColumn;
  const [first] = entry.steps;
  return first !== undefined && line < first.line ? first.textColumn : 0;
}

function stepTitle(source: CopySource, index: number, format: CopyFormat): string {
  const { steps } = source.trajectory;
  const { label, score } = steps[index]!;
  const computed = source.computed?.scores[index];
  const by = source.computed?.by.model ?? '';
  const code = format === 'markdown' ? markdownCode : oneLine;
  const words = [
    labelWords(label),
    score === undefined ? '' : t('recorded score {0}', formatScore(score)),
    computed === undefined ? '' : t('computed score {0} by {1}', formatScore(computed), code(by)),
  ].filter((part) => part !== '');
  const name = t('Step {0} of {1}', index + 1, steps.length);
  return `${format === 'markdown' ? `**${name}**` : name}: ${words.join(', ')}`;
}

function placeWords({ file, row, number, of }: CopySource, code: (text: string) => string): string {
  const candidate = of > 1 ? `, ${t('candidate {0}/{1}', number, of)}` : '';
  return `${code(file)}, ${t('row {0}', count(row))}${candidate}`;
}

function placeFields({ trajectory, file, row, number }: CopySource): object {
  return { id: trajectory.id, file, row, trajectory: number };
}

/** A step as JSON; an absent label is null, an absent score is left out. */
function stepFields({ trajectory, computed }: CopySource, index: number): object {
  const { text, label, score }: Step = trajectory.steps[index]!;
  const own = computed?.scores[index];
  return {
    step: index + 1,
    text,
    label: label ?? (null as Label | null),
    score,
    computed: own === undefined ? undefined : { score: own, model: computed!.by.model },
  };
}

function titled(format: CopyFormat, title: string, text: string): string {
  return `${title}${format === 'markdown' ? '\n\n' : '\n'}${text}`;
}

function oneLine(text: string): string {
  return printable(text).replace(/\s+/gu, ' ').trim();
}
