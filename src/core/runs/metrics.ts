/** One update of a run, as a line of its `metrics.jsonl` says; what the line lacks is absent. */
export interface Metric {
  /** From 1 on. */
  readonly step: number;
  /** Milliseconds since 1970 by the clock of the machine that trains. */
  readonly time?: number;
  readonly loss?: number;
  readonly lr?: number;
  readonly tokensPerSecond?: number;
  /** Share of steps whose score is on the side of 0.5 where their label is, in [0, 1]. */
  readonly accuracy?: number;
  /** Window size of the block of which the update was. */
  readonly window?: number | string;
}

/** Updates over which the pace is measured. */
const PACE_UPDATES = 50;

/** What a run measured, kept while its file grows: each step once, the last one written. */
export class MetricSeries {
  private readonly bySteps = new Map<number, Metric>();
  private rest = '';
  private times = 0;

  /** How often the series was begun anew; what was read of it before another number does not count any more. */
  get beginnings(): number {
    return this.times;
  }

  /** Takes more of the file's text; a line that is not finished waits for its end. */
  append(text: string): void {
    const lines = (this.rest + text).split('\n');
    this.rest = lines.pop()!;
    for (const line of lines) {
      const metric = parseMetric(line);
      if (metric === undefined) continue;
      this.bySteps.set(metric.step, metric);
    }
  }

  /** Forgets everything: the file was written anew. */
  clear(): void {
    this.bySteps.clear();
    this.rest = '';
    this.times += 1;
  }

  /** Ascending by step. */
  get all(): readonly Metric[] {
    return [...this.bySteps.values()].sort((a, b) => a.step - b.step);
  }

  /** The one with the highest step. */
  get last(): Metric | undefined {
    return this.all.at(-1);
  }

  /**
   * Milliseconds until step `total` at the pace of the last updates; undefined where they do not say. Their own
   * times are compared with each other only, so the clock of this machine does not matter.
   */
  remaining(total: number): number | undefined {
    const timed = this.all.filter(({ time }) => time !== undefined).slice(-PACE_UPDATES);
    const [first, last] = [timed[0], timed.at(-1)];
    if (first === undefined || last === undefined || last.step <= first.step) return undefined;
    const perStep = (last.time! - first.time!) / (last.step - first.step);
    return perStep < 0 ? undefined : Math.max(0, total - last.step) * perStep;
  }
}

function parseMetric(line: string): Metric | undefined {
  let value: unknown;
  try {
    value = JSON.parse(line);
  } catch {
    return undefined;
  }
  if (typeof value !== 'object' || value === null) return undefined;
  const fields = value as Record<string, unknown>;
  const step = fields.step;
  if (typeof step !== 'number' || !Number.isInteger(step)) return undefined;
  const time = typeof fields.time === 'string' ? Date.parse(fields.time) : Number.NaN;
  const window = fields.window;
  return {
    step,
    ...(Number.isFinite(time) && { time }),
    ...number('loss', fields.loss),
    ...number('lr', fields.lr),
    ...number('tokensPerSecond', fields.tokens_per_second),
    ...number('accuracy', fields.accuracy),
    ...((typeof window === 'number' || typeof window === 'string') && { window }),
  };
}

function number(name: string, value: unknown): Record<string, number> {
  return typeof value === 'number' && Number.isFinite(value) ? { [name]: value } : {};
}
