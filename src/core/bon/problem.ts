import { AGGREGATES, type Aggregate, type ScoreSummary } from './scores';

/** One judged solution of a problem. */
export interface Candidate {
  /** 1-based row in the file, and the 0-based place among the row's solutions. */
  readonly row: number;
  readonly place: number;
  /** Undefined if it has no scores: aggregates rank it last, and it has no weight. */
  readonly scores: ScoreSummary | undefined;
  /** The class of its answer, from 0, the same for answers of the same meaning; `NO_VOTE` without an answer. */
  readonly answerClass: number;
  readonly isCorrect: boolean;
  readonly steps: number;
  /** UTF-16 units of its steps' texts together. */
  readonly characters: number;
}

/** One problem with its solutions in the order of the file, at least one. */
export interface Problem {
  /** The source's own id of the problem, or null. */
  readonly id: string | null;
  /** The start of the problem's text. */
  readonly title: string;
  readonly candidates: readonly Candidate[];
}

/** The rules that choose one solution, or say how good a choice could be. */
export const SELECTORS = [...AGGREGATES, 'majority', 'weighted', 'first', 'random', 'oracle'] as const;

/** One of them. */
export type Selector = (typeof SELECTORS)[number];

/** The selectors that need scores. */
export const SCORED_SELECTORS: readonly Selector[] = [...AGGREGATES, 'weighted'];

/** The selectors that choose one solution. */
export const CHOOSING = [...AGGREGATES, 'majority', 'weighted', 'first'] as const;

/** How the selectors read scores. */
export interface Scoring {
  /** The aggregate whose sum over equal answers the weighted vote compares. */
  readonly weight: Aggregate;
  /** True if the scores are logits: decided for a whole file, by one score outside [0, 1]. */
  readonly areLogits: boolean;
}
