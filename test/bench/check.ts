import { basename } from 'node:path';
import { checkOf } from '../../src/core/check/check';
import { firstError, type Trajectory } from '../../src/core/trajectory';
import { passRows } from '../../src/io/rowPass';

/** How the arithmetic check does against labels, over one set of trajectories. */
export interface CheckFigures {
  readonly name: string;
  /** Steps up to the first error, and first errors among them. */
  readonly steps: number;
  readonly errors: number;
  /** Steps with an equation that could be decided. */
  readonly decidable: number;
  /** Steps with a false equation, and how many of them are the first error. */
  readonly flagged: number;
  readonly hits: number;
  /** Trajectories without an error, and those of them in which a step is flagged. */
  readonly correct: number;
  readonly falseAlarms: number;
}

/** Counts trajectories whose first error is known. Steps behind it are left out: their labels say nothing. */
export class CheckCounter {
  private readonly sums = {
    steps: 0,
    errors: 0,
    decidable: 0,
    flagged: 0,
    hits: 0,
    correct: 0,
    falseAlarms: 0,
  };

  add(trajectory: Trajectory): void {
    const error = firstError(trajectory);
    const steps = trajectory.steps.slice(0, error);
    const checks = steps.map((step) => ({ isLabelled: step.label !== undefined, check: checkOf(step) }));
    const labelled = checks.filter(({ isLabelled }) => isLabelled).map(({ check }) => check);
    const flagged = labelled.filter(({ state }) => state === 'false').length;
    const { sums } = this;
    sums.steps += labelled.length;
    sums.decidable += labelled.filter(({ decided }) => decided.length > 0).length;
    sums.flagged += flagged;
    if (error === undefined) {
      if (labelled.length === 0) return;
      sums.correct++;
      if (flagged > 0) sums.falseAlarms++;
    } else {
      sums.errors++;
      if (checks.at(-1)?.check.state === 'false') sums.hits++;
    }
  }

  figures(name: string): CheckFigures {
    return { name, ...this.sums };
  }
}

/**
 * The 95 % interval of Wilson (1927) for a share, `hits` of `n`: the one that stays sensible for few and for extreme
 * shares. [0, 1] for none of none.
 */
export function wilson(hits: number, n: number): readonly [low: number, high: number] {
  if (n === 0) return [0, 1];
  const z = 1.959964;
  const share = hits / n;
  const middle = (share + z ** 2 / (2 * n)) / (1 + z ** 2 / n);
  const half = (z / (1 + z ** 2 / n)) * Math.sqrt((share * (1 - share)) / n + z ** 2 / (4 * n ** 2));
  return [Math.max(0, middle - half), Math.min(1, middle + half)];
}

/**
 * Measures the check on labelled files of any known format: the odd rows, by which the check was made on the files that
 * docs/arithmetic-check.md names, and the even rows, by which it was not.
 */
export async function benchCheck(files: readonly string[]): Promise<CheckFigures[]> {
  const all: CheckFigures[] = [];
  for (const file of files) {
    const [odd, even] = [new CheckCounter(), new CheckCounter()];
    const read = await passRows(
      file,
      { edits: false },
      {
        opened: () => undefined,
        row: (row, result) => {
          for (const trajectory of result.ok ? result.value : [])
            (row % 2 === 1 ? odd : even).add(trajectory);
        },
        fault: () => undefined,
      },
    );
    if (!read.ok) throw new Error(read.fault.message);
    all.push(odd.figures(`${basename(file)}, odd rows`), even.figures(`${basename(file)}, even rows`));
  }
  return all;
}

/** The figures as a table in Markdown. */
export function checkTable(figures: readonly CheckFigures[]): string {
  const share = (hits: number, n: number): string => {
    const [low, high] = wilson(hits, n).map((bound) => bound.toFixed(2));
    return n === 0 ? '–' : `${(hits / n).toFixed(2)} [${low}, ${high}]`;
  };
  const lines = figures.map((row) => {
    const { name, steps, errors, decidable, flagged, hits, correct, falseAlarms } = row;
    const cells = [
      name,
      `${steps} (${errors})`,
      `${Math.round((100 * decidable) / Math.max(1, steps))} %`,
      `${flagged}`,
      `${hits}/${flagged}: ${share(hits, flagged)}`,
      `${hits}/${errors}: ${share(hits, errors)}`,
      `${falseAlarms}/${correct}`,
    ];
    return `| ${cells.join(' | ')} |`;
  });
  const head =
    '| rows | steps (first errors) | decidable | flagged | precision [95 %] | recall [95 %] | false alarms, correct solutions |';
  return [head, '|---|---|---|---|---|---|---|', ...lines].join('\n');
}
