import { planWindows, type WindowOptions, type WindowRow, windowNumber } from './windows';

/** A planned row, with the end of its `cfprm` column ready to be written. */
export interface PlannedRow extends WindowRow {
  /** From the column's window number on to the row's closing brace and line end. */
  readonly column: Uint8Array;
}

/** Plans are kept for trajectories of up to this many steps, and so many in all. */
const LONGEST_KEPT = 512;
const MOST_KEPT = 100_000;

const encoder = new TextEncoder();

/** Plans windows and remembers the plans: what a trajectory gives depends on nothing but its number of steps. */
export class MergePlanner {
  private readonly plans = new Map<number, readonly PlannedRow[]>();
  private kept = 0;

  constructor(private readonly options: WindowOptions) {}

  /** The rows that a trajectory of this many steps gives. */
  plan(steps: number): readonly PlannedRow[] {
    const known = this.plans.get(steps);
    if (known !== undefined) return known;
    const rows = planWindows(steps, this.options);
    const plan = rows.map((row) => ({ ...row, column: this.column(row.block, steps, row.spans) }));
    if (steps <= LONGEST_KEPT && this.kept + plan.length <= MOST_KEPT) {
      this.plans.set(steps, plan);
      this.kept += plan.length;
    }
    return plan;
  }

  /** The end of the `cfprm` column of a row with these windows. */
  column(block: number, steps: number, spans: readonly number[]): Uint8Array {
    const pairs: string[] = [];
    for (let w = 0; w < spans.length; w += 2) pairs.push(`[${spans[w]},${spans[w + 1]}]`);
    const window = windowNumber(this.options.sizes[block]!, steps);
    return encoder.encode(`${window},"spans":[${pairs.join()}]}}\n`);
  }
}
