import type { Trajectory } from '../trajectory';
import type { HidingWindow, SkipCounts } from './counts';
import { firstErrorOf, labelValue, windowValue } from './labels';
import type { PlannedBlock } from './manifest';
import type { MergeOptions, WindowSize } from './options';
import { planWindows } from './windows';

/** One merged row of an example. */
export interface ExampleMerge {
  readonly window: WindowSize;
  readonly spans: readonly (readonly [number, number])[];
  readonly texts: readonly string[];
  /** 1, 0, soft between them, or null for a window that is masked. */
  readonly labels: readonly (number | null)[];
}

/** A trajectory before, and its rows after a merge: the first pass of every window size. */
export interface MergeExample {
  /** 1-based row of the source. */
  readonly row: number;
  readonly trajectory: Trajectory;
  readonly merged: readonly ExampleMerge[];
}

/** What a merge would give, from a dry run over the whole file or its first bytes. */
export interface MergePreview {
  readonly format: string;
  /** As the manifest's blocks, without sizes and hashes. */
  readonly blocks: readonly PreviewBlock[];
  /** Windows that hide an opposite label, in the order of the file: the first `MOST_HIDDEN`. */
  readonly hidden: readonly (HidingWindow & { readonly window: WindowSize })[];
  readonly skipped: SkipCounts;
  readonly malformed: readonly { readonly row: number; readonly message: string }[];
  readonly rows: number;
  readonly trajectories: number;
  /** Trajectories with at least one labelled step. */
  readonly merged: number;
  /** False if only the first `seenBytes` of `totalBytes` were looked at. */
  readonly whole: boolean;
  readonly seenBytes: number;
  readonly totalBytes: number;
  /** Size of all files together for the whole source, extrapolated if only a part was seen. */
  readonly estimatedBytes: number;
  /** Whether labels are written as numbers. */
  readonly numbers: boolean;
  /** Labels that a person gave, and such labels whose rows have changed since. */
  readonly edits: number;
  readonly staleEdits: number;
  /** The first row of which something is merged. */
  readonly firstRow: number | undefined;
}

/** How many of the windows that hide an opposite label are listed. */
export const MOST_HIDDEN = 500;

/** A block before it is written. */
export interface PreviewBlock extends PlannedBlock {
  readonly bytes: number;
  /** Why it has fewer rows than there are trajectories; undefined where there are several passes. */
  readonly fewer: FewerRows | undefined;
}

/** Trajectories of which a block has no row. */
export interface FewerRows {
  /** Their windows are the same as at a larger size, where they are written; and the most steps that one has. */
  readonly identical: number;
  readonly longest: number;
  /** They are shorter than a window, and the tail rule leaves nothing of them. */
  readonly dropped: number;
}

/**
 * Why blocks have fewer rows than trajectories, by window size.
 * @param lengths how many trajectories have so many steps
 */
export function fewerRows(
  lengths: ReadonlyMap<number, number>,
  options: MergeOptions,
  windows: readonly WindowSize[],
): (FewerRows | undefined)[] {
  if (options.overlap) return windows.map(() => undefined);
  const found = windows.map(() => ({ identical: 0, longest: 0, dropped: 0 }));
  const plan = { ...options, sizes: windows };
  for (const [steps, count] of lengths) {
    const kept = planWindows(steps, plan);
    for (const { block, spans } of planWindows(steps, { ...plan, keepDuplicates: true })) {
      const own = found[block]!;
      if (spans.length === 0) own.dropped += count;
      else if (!kept.some((row) => row.block === block)) {
        own.identical += count;
        own.longest = Math.max(own.longest, steps);
      }
    }
  }
  return found;
}

/**
 * The trajectory's merged rows, one per window size, for people to look at: windows that are the same at a finer
 * size are shown there too. Undefined if nothing of it would be merged.
 */
export function mergeExample(
  trajectory: Trajectory,
  row: number,
  options: MergeOptions,
): MergeExample | undefined {
  const absent = trajectory.steps.findIndex((step) => step.label === undefined);
  const steps = absent < 0 ? trajectory.steps.length : absent;
  if (steps === 0) return undefined;
  const values = Float64Array.from(trajectory.steps.slice(0, steps), (step) => {
    return labelValue(step.label!, options.neutral);
  });
  const firstError = firstErrorOf(values, steps);
  const sizes = options.order === 'fine-only' ? [1] : options.sizes;
  const merged = sizes.map((window): ExampleMerge => {
    const plan = planWindows(steps, {
      sizes: [window],
      overlap: false,
      tail: options.tail,
      keepDuplicates: true,
    });
    const spans = pairs(plan[0]!.spans);
    const labels = spans.map(([from, to]) => windowValue(options.label, values, from, to, firstError));
    return {
      window,
      spans,
      texts: spans.map(([from, to]) => joined(trajectory, from, to, options.joiner)),
      labels: labels.map((label) => (Number.isNaN(label) ? null : label)),
    };
  });
  return { row, trajectory, merged };
}

function pairs(flat: readonly number[]): [number, number][] {
  const spans: [number, number][] = [];
  for (let k = 0; k < flat.length; k += 2) spans.push([flat[k]!, flat[k + 1]!]);
  return spans;
}

function joined(trajectory: Trajectory, from: number, to: number, joiner: string): string {
  return trajectory.steps
    .slice(from, to)
    .map((step) => step.text)
    .join(joiner);
}
