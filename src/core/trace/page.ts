import type { StepCheck } from '../check/check';
import type { Fault } from '../result';
import type { Label, Step } from '../trajectory';

/** How a stretch of the trace view is coloured; each kind is one static decoration type. */
export type MarkKind = 'good' | 'doubt' | 'bad' | 'dim' | 'head' | 'firstError' | 'rightToLeft';

/** The colours of what is shown beside a text: scores, labels, counts. */
export type ChipKind = Extract<MarkKind, 'good' | 'doubt' | 'bad' | 'dim'>;

/** A coloured stretch: a 0-based line and UTF-16 columns. */
export interface Mark {
  readonly line: number;
  readonly start: number;
  readonly end: number;
  readonly kind: MarkKind;
}

/** A step on the page. Lines are 0-based and inclusive. */
export interface StepEntry {
  /** 1-based. */
  readonly number: number;
  readonly line: number;
  readonly endLine: number;
  /** Column at which the step's label starts. */
  readonly labelColumn: number;
  /** Column of the place that is kept for a model's score; undefined without a model. */
  readonly liveColumn?: number;
  /** Column at which the step's text starts. */
  readonly textColumn: number;
  readonly label?: Label;
  /** The label in the file, where it was edited. */
  readonly edited?: { readonly from: Label | undefined };
  /** Recorded in the file. */
  readonly score?: number;
  /** What arithmetic says of its equations. */
  readonly check: StepCheck;
  readonly alternatives?: Step['alternatives'];
  readonly isError: boolean;
  /** The text's first line. */
  readonly summary: string;
}

/** A trajectory on the page, or a row that could not be read. */
export interface TraceEntry {
  /** 0-based position of its row among the rows that are not blank. */
  readonly ordinal: number;
  /** 1-based physical row. */
  readonly row: number;
  /** 1-based trajectory within its row, and how many there are. */
  readonly trajectory: number;
  readonly trajectories: number;
  readonly line: number;
  readonly endLine: number;
  /** What names it: the source's id, or its row. */
  readonly title: string;
  /** Its facts in words: answer, first error, minimum score. */
  readonly detail: string;
  readonly steps: readonly StepEntry[];
  /** 1-based first error. */
  readonly firstError?: number;
  /** Why the row has no steps, if it was not readable. */
  readonly fault?: Fault;
}

/**
 * One page of the trace view: its text and what lies where in it. The text says what the file and a person say; what
 * changes by itself (computed scores, counts, progress) is shown beside it, never in it, so that nobody's cursor moves.
 */
export interface TracePage {
  readonly text: string;
  readonly entries: readonly TraceEntry[];
  readonly marks: readonly Mark[];
  /**
   * Tab size for the page's editor: VS Code's `deepIndent` wraps a line two tab stops deep, which with this
   * size is the column where the text of steps begins.
   */
  readonly tabSize: number;
}

/** The entry whose lines hold this 0-based line, or the last one before it; undefined above the first. */
export function entryAt(page: TracePage, line: number): TraceEntry | undefined {
  return page.entries.findLast((entry) => entry.line <= line);
}

/** The step whose lines hold this 0-based line, if it is on one. */
export function stepAt(entry: TraceEntry, line: number): StepEntry | undefined {
  return entry.steps.find((step) => step.line <= line && line <= step.endLine);
}
