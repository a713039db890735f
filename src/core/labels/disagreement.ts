import { t } from '@vscode/l10n';
import { fail, ok, type Result } from '../result';
import { probability } from '../trace/words';
import type { Step } from '../trajectory';

/** A step whose label says one thing and whose score another. */
export interface StepDisagreement {
  /** 1-based step. */
  readonly step: number;
  /** The label as a number: 1 correct, 0 incorrect, between them soft. */
  readonly label: number;
  /** The score as a probability. */
  readonly probability: number;
  /** How far the two are apart, in [0, 1]. */
  readonly strength: number;
}

/** A disagreement with its place in the file. */
export interface Disagreement extends StepDisagreement {
  /** 1-based row, and 1-based trajectory within it. */
  readonly row: number;
  readonly trajectory: number;
}

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
 * unlabelled or without a score never disagree.
 * @param threshold strictly between 0 and 1, on the scale of probabilities
 */
export function disagreementsOf(steps: readonly Step[], threshold: number): StepDisagreement[] {
  const found: StepDisagreement[] = [];
  steps.forEach(({ label, score }, index) => {
    if (label === undefined || label === 'neutral' || score === undefined) return;
    const value = typeof label === 'number' ? label : label === 'correct' ? 1 : 0;
    const p = probability(score);
    if (value >= 0.5 !== p < threshold) return;
    found.push({ step: index + 1, label: value, probability: p, strength: Math.abs(p - value) });
  });
  return found;
}

/**
 * Collects the strongest disagreements of a file in bounded memory, and counts all. The strongest comes first;
 * equal ones stand in file order.
 */
export class Disagreements {
  /** All that were added. */
  count = 0;
  /** A heap whose root is the weakest that is kept. */
  private readonly heap: Disagreement[] = [];

  /** @param limit how many are kept, at least 1 */
  constructor(private readonly limit = KEPT_DISAGREEMENTS) {}

  /** Adds the disagreements of a trajectory; row and trajectory are 1-based. */
  add(row: number, trajectory: number, steps: readonly StepDisagreement[]): void {
    for (const step of steps) {
      this.count++;
      const item = { ...step, row, trajectory };
      if (this.heap.length < this.limit) this.push(item);
      else if (compareDisagreements(item, this.heap[0]!) < 0) this.replaceWeakest(item);
    }
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
