import { oppositeStep } from './labels';

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

/** A window that is written with a label opposite to that of a step in it. */
export interface HidingWindow {
  /** 1-based. */
  readonly row: number;
  /** 1-based within its row. */
  readonly trajectory: number;
  /** Index into the merger's windows. */
  readonly block: number;
  /** 0-based steps, the end excluded. */
  readonly from: number;
  readonly to: number;
  /** The window's label: 1, 0, or soft between them. */
  readonly value: number;
  /** The 0-based first step whose label is opposite. */
  readonly step: number;
}

/** Told of a window of the steps `from` to `to` (excluded), and of the first step in it whose label is opposite. */
export type OnHidden = (from: number, to: number, value: number, step: number) => void;

/** Counts a row that is written: its windows, their labels, and its steps' labels. */
export function countRow(
  counts: BlockCounts,
  spans: readonly number[],
  windows: Float64Array,
  steps: Float64Array,
  onHidden?: OnHidden,
): void {
  counts.rows++;
  counts.steps += spans.length >> 1;
  for (let w = 0; w < spans.length; w += 2) {
    const value = windows[w >> 1]!;
    if (value === 1) counts.positive++;
    else if (value === 0) counts.negative++;
    else if (Number.isNaN(value)) counts.masked++;
    else counts.soft++;
    const opposite = oppositeStep(steps, spans[w]!, spans[w + 1]!, value);
    if (opposite < 0) continue;
    counts.hidden++;
    onHidden?.(spans[w]!, spans[w + 1]!, value, opposite);
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
