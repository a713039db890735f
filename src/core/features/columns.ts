import type { StepArithmetic, StepText } from './stepText';

/** What is known when a step is described: the problem, the steps before it, and the step itself. Nothing behind it. */
export interface StepView {
  readonly problem: StepText;
  /** Numbers of the problem, those in words as well. */
  readonly given: ReadonlySet<string>;
  readonly step: StepText;
  readonly arithmetic: StepArithmetic;
  readonly earlier: Earlier;
}

/** The steps before a step, added up. */
export interface Earlier {
  /** How many there are: the 0-based index of the step. */
  readonly steps: number;
  readonly tokens: number;
  readonly numbers: ReadonlySet<string>;
  readonly words: ReadonlySet<string>;
  /** Their texts without white space at the ends. */
  readonly texts: ReadonlySet<string>;
  readonly wrong: number;
  readonly right: number;
  readonly undecided: number;
  /** The step right before. */
  readonly previous: StepText | undefined;
}

/** One number of a step's features. */
export interface Column {
  /** Stable within a version of the set. */
  readonly name: string;
  /** What the number is, for docs/step-features.md. */
  readonly about: string;
  /** Finite, mostly within [-10, 20]. */
  of(view: StepView): number;
}

/** A count on a scale where twice as many are a step of equal size: ln(1 + count). */
export function scaled(count: number): number {
  return Math.log1p(count);
}

/** A share of so many; 0 of none. */
export function share(part: number, whole: number): number {
  return whole === 0 ? 0 : part / whole;
}

/** 1 for true. */
export function flag(value: boolean): number {
  return value ? 1 : 0;
}
