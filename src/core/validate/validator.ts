import { t } from '@vscode/l10n';
import type { FormatId, JsonObject } from '../formats/format';
import type { Summary, SummaryReport } from '../summary';
import type { Trajectory } from '../trajectory';
import { equationRemarks, type Finding, remarksOn } from './findings';
import { ProblemSplits } from './problemSplits';

/** More findings than this are only counted, but for the first of a kind that has few so far. */
const LISTED = 100_000;
const LISTED_OF_EACH_KIND = 1000;

/** What validating a file gave: what it holds, and what is suspicious about it. */
export interface ValidationReport extends SummaryReport {
  /**
   * The first 100,000 findings, and behind them the first thousand of every kind; rows and candidates in file order,
   * what concerns a whole trajectory first, then step by step.
   */
  readonly findings: readonly Finding[];
  /** All findings by kind, the unlisted ones included. */
  readonly findingCounts: { readonly [kind: string]: number };
}

/** Adds up what a file holds and what is suspicious about it, row by row. */
export class Validator {
  private readonly findings: Finding[] = [];
  private readonly counts = new Map<string, number>();
  private readonly splits = new ProblemSplits();

  /**
   * @param summary counts what the file holds; malformed rows go to it directly
   * @param name what the file's rows are called as a split if they do not say themselves
   * @param checksEquations whether false equations are findings, which takes longer
   */
  constructor(
    readonly summary: Summary,
    private readonly name: string,
    private readonly checksEquations = false,
  ) {}

  /** Takes in a trajectory of another file, whose problems must not occur in this one. */
  addOther(trajectory: Trajectory, name: string): void {
    this.splits.remember(trajectory.problem, name);
  }

  /** Checks the trajectories of a row. A text in the row's column `split` names the split that it belongs to. */
  add(row: number, trajectories: readonly Trajectory[], source?: JsonObject): void {
    this.summary.add(trajectories);
    const split = typeof source?.split === 'string' ? `split "${source.split}"` : this.name;
    for (const [index, trajectory] of trajectories.entries()) {
      const at = trajectories.length > 1 ? { row, trajectory: index + 1 } : { row };
      const other = this.splits.add(trajectory.problem, split);
      if (other !== undefined) {
        const message = t('The problem also occurs in {0}.', other);
        this.find({ ...at, step: null, kind: 'problem-in-two-splits', message });
      }
      const equations = this.checksEquations ? equationRemarks(trajectory) : [];
      for (const remark of [...remarksOn(trajectory), ...equations]) this.find({ ...at, ...remark });
    }
  }

  /** What was found so far in a file that was read in this format. */
  report(format: FormatId): ValidationReport {
    const counts = [...this.counts].sort(([a], [b]) => (a < b ? -1 : 1));
    return {
      ...this.summary.report(format),
      findings: this.findings,
      findingCounts: Object.fromEntries(counts),
    };
  }

  private find(finding: Finding): void {
    const count = (this.counts.get(finding.kind) ?? 0) + 1;
    this.counts.set(finding.kind, count);
    if (this.findings.length < LISTED || count <= LISTED_OF_EACH_KIND) this.findings.push(finding);
  }
}
