/** How solutions are put together for one run of the model. */
export interface BatchLimits {
  /** The most solutions. */
  readonly rows: number;
  /** The most tokens, padding included; a solution that alone is longer runs alone. */
  readonly tokens: number;
  /** The largest share of padding, in [0, 1). */
  readonly waste: number;
}

/** Single rows: on a CPU, padding costs more than batching gains. */
export const CPU_LIMITS: BatchLimits = { rows: 1, tokens: Number.POSITIVE_INFINITY, waste: 0 };

/** For providers with a device of their own. */
export const DEVICE_LIMITS: BatchLimits = { rows: 64, tokens: 16_384, waste: 0.2 };

/**
 * The indices of the solutions that run next: the first one, and those whose lengths (in tokens) fit best to it. The
 * first always goes, so that nothing waits for ever. Ascending by length.
 */
export function nextBatch(lengths: readonly number[], limits: BatchLimits): number[] {
  if (lengths.length === 0) return [];
  const order = [...lengths.keys()].sort((a, b) => lengths[a]! - lengths[b]! || a - b);
  let from = order.indexOf(0);
  let to = from + 1;
  let sum = lengths[0]!;
  for (;;) {
    const shorter = from > 0 ? lengths[order[from - 1]!]! : undefined;
    const longer = to < order.length ? lengths[order[to]!]! : undefined;
    const longest = lengths[order[to - 1]!]!;
    if (shorter !== undefined && fits(to - from + 1, longest, sum + shorter, limits)) {
      from--;
      sum += shorter;
    } else if (longer !== undefined && fits(to - from + 1, longer, sum + longer, limits)) {
      to++;
      sum += longer;
    } else break;
  }
  return order.slice(from, to);
}

function fits(rows: number, longest: number, sum: number, limits: BatchLimits): boolean {
  const padded = rows * longest;
  return rows <= limits.rows && padded <= limits.tokens && padded - sum <= limits.waste * padded;
}

/** Limits for the runs after a batch of `rows` solutions with `tokens` tokens, padding included, was too large. */
export function halved(limits: BatchLimits, rows: number, tokens: number): BatchLimits {
  return { ...limits, rows: Math.max(1, rows >> 1), tokens: Math.max(1, Math.floor(tokens / 2)) };
}
