import { t } from '@vscode/l10n';
import { fail, ok, type Result } from '../result';
import type { ComputedOf } from '../scores/computed';
import { printable, probability, shorten } from '../trace/words';
import type { Step, Trajectory } from '../trajectory';

/** A step whose label says one thing and whose score another. */
export interface StepDisagreement {
  /** 1-based step. */
  readonly step: number;
  /** The label as a number: 1 correct, 0 incorrect, between them soft. */
  readonly label: number;
  /** The score as a probability. */
  readonly probability: number;
  /** True for a score that the model at work gave, false for one that the file records. */
  readonly isComputed: boolean;
  /** How far the two are apart, in [0, 1]. */
  readonly strength: number;
}

/** A disagreement with its place in the file. */
export interface Disagreement extends StepDisagreement {
  /** 1-based row, and 1-based trajectory within it. */
  readonly row: number;
  readonly trajectory: number;
  /** The trajectory's own name, if it has one, and how its step begins. */
  readonly id: string | null;
  readonly excerpt: string;
}

/** What labels are compared with. */
export interface Comparison {
  /** Strictly between 0 and 1, on the scale of probabilities. */
  readonly threshold: number;
  /** The scores of the model at work, if there is one. */
  readonly computed?: ComputedOf;
}

/** What was compared over a file, in steps that are labelled correct, incorrect or soft. */
export interface Compared {
  /** With a recorded score, with a computed one, and with neither. */
  recorded: number;
  computed: number;
  none: number;
}

/** UTF-16 units of a step that a list shows. */
const EXCERPT = 100;

/** So many disagreements are kept. */
const KEPT_DISAGREEMENTS = 10_000;

/** The decision threshold that a person gave. Faults: not strictly between 0 and 1. */
export function checkThreshold(value: number): Result<number> {
  if (value > 0 && value < 1) return ok(value);
  return fail(t('The decision threshold is {0}. Give a number between 0 and 1, such as 0.5.', value));
}

/**
 * The steps whose label and score disagree, in order: correct (or soft from one half on) with a score below the
 * threshold, incorrect (or soft below one half) with a score from the threshold on. Steps that are neutral,
 * unlabelled or without a score never disagree. Where the recorded and the computed score both disagree, the one
 * that is further away counts.
 * @param threshold strictly between 0 and 1, on the scale of probabilities
 * @param computed the scores of a model, one per step
 */
export function disagreementsOf(
  steps: readonly Step[],
  threshold: number,
  computed?: readonly number[],
): StepDisagreement[] {
  const found: StepDisagreement[] = [];
  steps.forEach((step, index) => {
    const label = labelValue(step);
    if (label === undefined) return;
    const recorded = one(index + 1, label, step.score, threshold, false);
    const own = one(index + 1, label, computed?.[index], threshold, true);
    const stronger = (own?.strength ?? 0) > (recorded?.strength ?? 0) ? own : recorded;
    if (stronger !== undefined) found.push(stronger);
  });
  return found;
}

/** The scores of a trajectory that the model at work gave; those of another model do not count. */
export function currentScores(
  trajectory: Trajectory,
  { computed }: Comparison,
): readonly number[] | undefined {
  const known = computed?.(trajectory);
  return known?.state === 'scored' && !known.stale ? known.scores : undefined;
}

/** A step's label as a number: 1 correct, 0 incorrect, between them soft; undefined if it can never disagree. */
function labelValue({ label }: Step): number | undefined {
  if (label === undefined || label === 'neutral') return undefined;
  return typeof label === 'number' ? label : label === 'correct' ? 1 : 0;
}

function one(
  step: number,
  label: number,
  score: number | undefined,
  threshold: number,
  isComputed: boolean,
): StepDisagreement | undefined {
  if (score === undefined) return undefined;
  const p = probability(score);
  if (label >= 0.5 !== p < threshold) return undefined;
  return { step, label, probability: p, isComputed, strength: Math.abs(p - label) };
}

/**
 * Collects the strongest disagreements of a file in bounded memory, and counts all. The strongest comes first;
 * equal ones stand in file order.
 */
export class Disagreements {
  /** All that were added. */
  count = 0;
  /** What was compared in the trajectories that were added. */
  readonly compared: Compared = { recorded: 0, computed: 0, none: 0 };
  /** A heap whose root is the weakest that is kept. */
  private readonly heap: Disagreement[] = [];

  /** @param limit how many are kept, at least 1 */
  constructor(private readonly limit = KEPT_DISAGREEMENTS) {}

  /** Compares the steps of a trajectory; its row and its number in the row are 1-based. */
  addTrajectory(row: number, number: number, trajectory: Trajectory, comparison: Comparison): void {
    const { id, steps } = trajectory;
    const scores = currentScores(trajectory, comparison);
    steps.forEach((step, index) => {
      if (labelValue(step) === undefined) return;
      const own = scores?.[index];
      if (step.score !== undefined) this.compared.recorded++;
      if (own !== undefined) this.compared.computed++;
      if (step.score === undefined && own === undefined) this.compared.none++;
    });
    for (const found of disagreementsOf(steps, comparison.threshold, scores)) {
      const excerpt = shorten(printable(steps[found.step - 1]!.text.slice(0, 4 * EXCERPT)), EXCERPT);
      this.add({ ...found, row, trajectory: number, id, excerpt });
    }
  }

  /** Adds a disagreement. */
  add(item: Disagreement): void {
    this.count++;
    if (this.heap.length < this.limit) this.push(item);
    else if (compareDisagreements(item, this.heap[0]!) < 0) this.replaceWeakest(item);
  }

  /** The strongest ones, strongest first. */
  strongest(): Disagreement[] {
    return [...this.heap].sort(compareDisagreements);
  }

  private push(item: Disagreement): void {
    const { heap } = this;
    let at = heap.length;
    while (at > 0) {
      const parent = (at - 1) >> 1;
      if (compareDisagreements(heap[parent]!, item) >= 0) break;
      heap[at] = heap[parent]!;
      at = parent;
    }
    heap[at] = item;
  }

  private replaceWeakest(item: Disagreement): void {
    const { heap } = this;
    let at = 0;
    for (;;) {
      let child = 2 * at + 1;
      if (child >= heap.length) break;
      if (child + 1 < heap.length && compareDisagreements(heap[child + 1]!, heap[child]!) > 0) child++;
      if (compareDisagreements(heap[child]!, item) <= 0) break;
      heap[at] = heap[child]!;
      at = child;
    }
    heap[at] = item;
  }
}

/** Negative if `a` comes first: the stronger, then the earlier in the file. */
export function compareDisagreements(a: Disagreement, b: Disagreement): number {
  return b.strength - a.strength || a.row - b.row || a.trajectory - b.trajectory || a.step - b.step;
}
