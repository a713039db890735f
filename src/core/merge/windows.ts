import type { MergeOptions, TailRule, WindowSize } from './options';

/** The windows of one pass over a trajectory: one row of the output. */
export interface WindowRow {
  /** Index into the sizes. */
  readonly block: number;
  /** Start and end (excluded) of each window, flat: [0, 2, 2, 4, ...]. Empty if the tail rule dropped all. */
  readonly spans: readonly number[];
  /** Whether steps were left at the end that did not fill a window. */
  readonly tail: boolean;
}

/** What decides how a trajectory is cut. */
export type WindowOptions = Pick<MergeOptions, 'sizes' | 'overlap' | 'tail' | 'keepDuplicates'>;

/**
 * All rows that a trajectory of `steps` steps gives, coarse to fine, passes in the order of their offset. Rows
 * with the same windows are left out after the first, and so stay at the largest size, unless duplicates are
 * kept. (Paper, section 2.2, Algorithm 1; what it leaves open is decided in the documentation of merging.)
 */
export function planWindows(steps: number, options: WindowOptions): WindowRow[] {
  const rows: WindowRow[] = [];
  const seen = new Set<string>();
  options.sizes.forEach((size, block) => {
    const width = size === 'N' ? steps : size;
    // A pass that starts at or beyond the end is one head window, always the same one.
    const distinct = options.keepDuplicates ? width : Math.min(width, steps + 1);
    const passes = options.overlap && size !== 'N' ? distinct : 1;
    for (let offset = 0; offset < passes; offset++) {
      const row = { block, ...cut(steps, width, offset, options.tail) };
      if (!options.keepDuplicates && row.spans.length > 0) {
        const key = row.spans.join();
        if (seen.has(key)) continue;
        seen.add(key);
      }
      rows.push(row);
    }
  });
  return rows;
}

/**
 * One pass: a short head window up to `offset` (none at 0), full windows of `width` from there, and what the
 * tail rule makes of the rest.
 */
function cut(steps: number, width: number, offset: number, tail: TailRule): Omit<WindowRow, 'block'> {
  const spans: number[] = [];
  if (offset > 0) spans.push(0, Math.min(offset, steps));
  let at = offset;
  for (; at + width <= steps; at += width) spans.push(at, at + width);
  if (at >= steps) return { spans, tail: false };
  if (tail === 'split') {
    for (let step = at; step < steps; step++) spans.push(step, step + 1);
  } else if (tail === 'extend' && spans.length > 0) {
    spans[spans.length - 1] = steps;
  } else if (tail !== 'drop') {
    spans.push(at, steps);
  }
  return { spans, tail: true };
}

/** The size as it stands in a row's `cfprm.window`: a number also for `N`, so that the column has one type. */
export function windowNumber(size: WindowSize, steps: number): number {
  return size === 'N' ? steps : size;
}
