import { Random } from '../merge/random';

/** Resamples of the problems behind every interval. */
export const RESAMPLES = 2000;

/** A mean over problems with its 95 % interval. */
export interface Estimate {
  /** A fraction in [0, 1]. */
  readonly accuracy: number;
  readonly low: number;
  readonly high: number;
  /** The problems it is a mean of. */
  readonly problems: number;
}

/** How two selectors differ, problem by problem. */
export interface Comparison {
  /** Accuracy of the first minus accuracy of the second, with its 95 % interval. */
  readonly difference: number;
  readonly low: number;
  readonly high: number;
  /** Share of the resamples in which the difference has the other sign or is 0, doubled, at most 1. */
  readonly p: number;
}

/** A table of values, a row per problem and a column per selector, and its means over resampled problems. */
export class Bootstrap {
  /** Per column the resampled means, in the order of the resamples, which all columns share. */
  private readonly means: readonly Float64Array[];

  /**
   * @param rows per problem one value per column
   * @param seed the same seed draws the same resamples
   */
  constructor(
    private readonly rows: readonly Float64Array[],
    columns: number,
    seed: number,
    resamples = RESAMPLES,
  ) {
    const count = rows.length;
    const values = Array.from({ length: columns }, (_, column) =>
      Float64Array.from(rows, (row) => row[column]!),
    );
    this.means = values.map(() => new Float64Array(count === 0 ? 0 : resamples));
    const random = new Random(seed);
    const drawn = new Float64Array(count);
    for (let resample = 0; count > 0 && resample < resamples; resample++) {
      drawn.fill(0);
      for (let draw = 0; draw < count; draw++) drawn[Math.floor((random.bits() / 2 ** 32) * count)]!++;
      for (const [column, own] of values.entries()) this.means[column]![resample] = dot(drawn, own) / count;
    }
  }

  /** A column's mean with its percentile interval; undefined without problems. */
  estimate(column: number): Estimate | undefined {
    if (this.rows.length === 0) return undefined;
    const { low, high } = middle(this.means[column]!);
    return { accuracy: this.mean(column), low, high, problems: this.rows.length };
  }

  /** The paired bootstrap: both columns are taken on the same resampled problems. */
  compare(a: number, b: number): Comparison | undefined {
    if (this.rows.length === 0) return undefined;
    const differences = this.means[a]!.map((mean, resample) => mean - this.means[b]![resample]!);
    const difference = this.mean(a) - this.mean(b);
    const against = differences.filter((d) => (difference > 0 ? d <= 0 : d >= 0)).length;
    return { difference, ...middle(differences), p: Math.min(1, (2 * against) / differences.length) };
  }

  private mean(column: number): number {
    return this.rows.reduce((sum, row) => sum + row[column]!, 0) / this.rows.length;
  }
}

function dot(a: Float64Array, b: Float64Array): number {
  let sum = 0;
  for (let index = 0; index < a.length; index++) sum += a[index]! * b[index]!;
  return sum;
}

/** The 2.5th and 97.5th percentiles, interpolated between neighbours. */
function middle(values: Float64Array): { low: number; high: number } {
  const sorted = values.slice().sort();
  return { low: percentile(sorted, 0.025), high: percentile(sorted, 0.975) };
}

function percentile(sorted: Float64Array, share: number): number {
  const at = share * (sorted.length - 1);
  const below = sorted[Math.floor(at)]!;
  return below + (at - Math.floor(at)) * (sorted[Math.ceil(at)]! - below);
}
