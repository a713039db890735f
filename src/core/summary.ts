import { t } from '@vscode/l10n';
import { checkOf, type StepCheck } from './check/check';
import { DistinctTexts } from './distinctTexts';
import type { Format, FormatId } from './formats/format';
import type { Fault } from './result';
import { isError, type Step, type Trajectory } from './trajectory';

/** More malformed rows than this are only counted. */
const MALFORMED_LISTED = 100_000;

/** A row that could not be read. */
export interface MalformedRow {
  /** 1-based row; absent if the trouble is the file's, not a row's. */
  readonly row?: number;
  readonly column?: number;
  readonly message: string;
}

/** What a file holds, in numbers: what `cfprm inspect --json` prints. */
export interface SummaryReport {
  readonly format: FormatId;
  /** Rows that are not blank, the malformed ones included. */
  readonly rows: number;
  readonly trajectories: number;
  /** Distinct problem texts. */
  readonly problems: number;
  readonly steps: number;
  /** Steps by label; a soft label lies strictly between 0 and 1. */
  readonly labels: {
    readonly positive: number;
    readonly neutral: number;
    readonly negative: number;
    readonly soft: number;
    readonly absent: number;
  };
  /** Steps that have a recorded score. */
  readonly scores: { readonly recorded: number };
  /** The first 100,000 malformed rows. */
  readonly malformed: readonly MalformedRow[];
  /** All malformed rows, the unlisted ones included. */
  readonly malformedRows: number;
  /** Trajectories in which a step is wrong (or soft below one half). */
  readonly withError: number;
  /** Trajectories without any label. */
  readonly unlabelled: number;
  /** Remarkable but legal things, by kind. */
  readonly notes: { readonly [kind: string]: number };
  /** What arithmetic says of the steps, if it was asked. */
  readonly arithmetic?: ArithmeticReport;
}

/** What arithmetic says of steps; see `checkStep`. */
export interface ArithmeticReport {
  /** Steps that were checked: the first ones. */
  readonly steps: number;
  /** Steps with a false equation; with true ones only; without any that could be decided. */
  readonly false: number;
  readonly true: number;
  readonly unchecked: number;
  readonly equations: number;
  /** Equations that could be decided. */
  readonly decided: number;
}

/** Adds up what a file holds, row by row, in memory that does not grow with the file but for distinct problems. */
export class Summary {
  private readonly problems = new DistinctTexts();
  private readonly labels = { positive: 0, neutral: 0, negative: 0, soft: 0, absent: 0 };
  private readonly malformed: MalformedRow[] = [];
  private readonly notes = new Map<string, number>();
  private rows = 0;
  private malformedRows = 0;
  private trajectories = 0;
  private steps = 0;
  private scored = 0;
  private withError = 0;
  private unlabelled = 0;
  private readonly arithmetic = { steps: 0, false: 0, true: 0, unchecked: 0, equations: 0, decided: 0 };

  /** @param checkedSteps of so many steps, the first, the arithmetic is checked */
  constructor(private readonly checkedSteps = 0) {}

  /** Rows that could be read so far. */
  get readable(): number {
    return this.rows - this.malformedRows;
  }

  /** Adds the trajectories of one row. */
  add(trajectories: readonly Trajectory[]): void {
    this.rows++;
    for (const trajectory of trajectories) this.addTrajectory(trajectory);
  }

  /**
   * Adds a row that could not be read. `isRow` is false for a fault of the file itself, or a second one of a row
   * that was added already: it is listed, but counts as no row.
   */
  addMalformed(fault: Fault, isRow = true): void {
    if (isRow) {
      this.rows++;
      this.malformedRows++;
    }
    if (this.malformed.length >= MALFORMED_LISTED) return;
    const { row, column, message } = fault;
    this.malformed.push({
      ...(row === undefined ? {} : { row }),
      ...(column === undefined ? {} : { column }),
      message,
    });
  }

  /** Why a file of which no row could be read cannot be used. */
  nothingRead(path: string, format: Format): string {
    const [first] = this.malformed;
    let why = t('it has no rows.');
    if (first !== undefined)
      why = first.row === undefined ? first.message : t('row {0}: {1}', first.row, first.message);
    return t(
      '{0} has no row that can be read as {1}. First fault: {2} Choose another format with --format, or map the fields with --mapping.',
      path,
      format.id,
      why,
    );
  }

  /** The numbers so far, of a file that was read in this format. */
  report(format: FormatId): SummaryReport {
    return {
      format,
      rows: this.rows,
      trajectories: this.trajectories,
      problems: this.problems.size,
      steps: this.steps,
      labels: { ...this.labels },
      scores: { recorded: this.scored },
      malformed: [...this.malformed],
      malformedRows: this.malformedRows,
      withError: this.withError,
      unlabelled: this.unlabelled,
      notes: Object.fromEntries([...this.notes].sort(([a], [b]) => (a < b ? -1 : 1))),
      ...(this.checkedSteps > 0 ? { arithmetic: { ...this.arithmetic } } : {}),
    };
  }

  private addTrajectory(trajectory: Trajectory): void {
    this.trajectories++;
    this.problems.add(trajectory.problem);
    let labelled = false;
    let wrong = false;
    for (const step of trajectory.steps) {
      this.addStep(step);
      labelled ||= step.label !== undefined;
      wrong ||= isError(step.label);
    }
    if (!labelled) this.unlabelled++;
    if (wrong) this.withError++;
    for (const { kind } of trajectory.notes ?? []) this.notes.set(kind, (this.notes.get(kind) ?? 0) + 1);
  }

  private addStep(step: Step): void {
    const { label, score } = step;
    if (this.steps < this.checkedSteps) this.addCheck(checkOf(step));
    this.steps++;
    if (score !== undefined) this.scored++;
    if (label === undefined) this.labels.absent++;
    else if (typeof label === 'number') this.labels.soft++;
    else if (label === 'correct') this.labels.positive++;
    else if (label === 'neutral') this.labels.neutral++;
    else this.labels.negative++;
  }
  private addCheck({ state, equations, decided }: StepCheck): void {
    const sums = this.arithmetic;
    sums.steps++;
    sums[state]++;
    sums.equations += equations;
    sums.decided += decided.length;
  }
}
