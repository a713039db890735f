import { hidesOpposite } from './labels';

/** What a block holds; windows are counted by the label they are written with. */
export interface BlockCounts {
  rows: number;
  /** Windows written. */
  steps: number;
  positive: number;
  negative: number;
  soft: number;
  masked: number;
  /** Passes that had steps left for the tail rule. */
  tails: number;
  /** Windows whose steps before the last hold a label opposite to the window's. */
  hidden: number;
}

/** A block that holds nothing. */
export function noCounts(): BlockCounts {
  return { rows: 0, steps: 0, positive: 0, negative: 0, soft: 0, masked: 0, tails: 0, hidden: 0 };
}

/** Counts a row that is written: its windows, their labels, and its steps' labels. */
export function countRow(
  counts: BlockCounts,
  spans: readonly number[],
  windows: Float64Array,
  steps: Float64Array,
): void {
  counts.rows++;
  counts.steps += spans.length >> 1;
  for (let w = 0; w < spans.length; w += 2) {
    const value = windows[w >> 1]!;
    if (value === 1) counts.positive++;
    else if (value === 0) counts.negative++;
    else if (Number.isNaN(value)) counts.masked++;
    else counts.soft++;
    if (hidesOpposite(steps, spans[w]!, spans[w + 1]!, value)) counts.hidden++;
  }
}

/** The sum of several blocks. */
export function addCounts(blocks: readonly BlockCounts[]): BlockCounts {
  const sum = noCounts();
  for (const block of blocks) {
    for (const name of Object.keys(sum) as (keyof BlockCounts)[]) sum[name] += block[name];
  }
  return sum;
}

/** What was left out, and why. */
export interface SkipCounts {
  /** Rows that could not be read, or not be written in the target's format. */
  malformed: number;
  /** Trajectories without a label on their first step. */
  unlabelled: number;
  /** Trajectories that end early: before an unlabelled step, or before a window that the target cannot hold. */
  cut: number;
  /** Trajectories without steps. */
  empty: number;
}
