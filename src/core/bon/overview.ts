import type { Result } from '../result';
import { ok } from '../result';
import { type Regret, regretsOf } from './diagnose';
import type { Gathered, Judged } from './pool';
import type { Scoring } from './problem';
import { type BonOptions, type BonReport, bonReport } from './report';
import type { Aggregate } from './scores';

/** What makes trajectories candidates of one problem: the same text of the problem, or the same id. */
export type GroupBy = 'text' | 'id';

/** A problem of a file, without its candidates. */
export interface ProblemHead {
  readonly id: string | null;
  readonly title: string;
  /** 1-based row of its first candidate, and the 0-based place in that row. */
  readonly row: number;
  readonly place: number;
  /** Candidates, those that take no part included. */
  readonly candidates: number;
}

/** A problem with the summaries of its candidates, and how its scores are read. */
export interface ProblemCandidates extends Gathered {
  /** 0-based place among the problems of the file. */
  readonly index: number;
  readonly scoring: Scoring;
}

/** Which problem is wanted: by its place in the file, or by a candidate's row and 0-based place in it. */
export type ProblemAddress = { readonly index: number } | { readonly row: number; readonly place?: number };

/** The numbers of a file, and what stands behind them for every problem. */
export interface BonNumbers {
  readonly report: BonReport;
  /** What the rules choose on every judged problem; `problem` is its place among all problems of the file. */
  readonly choices: readonly Regret[];
}

/** Every problem in the order of the file. */
export function problemHeads({ gathered }: Judged): ProblemHead[] {
  return gathered.map(({ problem, leftOut }) => {
    const all = [...problem.candidates, ...leftOut];
    const { row, place } = all.reduce((first, own) => (isBefore(own, first) ? own : first));
    return { id: problem.id, title: problem.title, row, place, candidates: all.length };
  });
}

/** One problem; undefined if it is not there. */
export function problemAt(
  { gathered, areLogits }: Judged,
  address: ProblemAddress,
  weight: Aggregate,
): ProblemCandidates | undefined {
  const index = 'index' in address ? address.index : gathered.findIndex((it) => holds(it, address));
  const found = gathered[index];
  return found === undefined ? undefined : { ...found, index, scoring: { weight, areLogits } };
}

/** The numbers with the choices on every judged problem. Faults: those of `bonReport`. */
export function bonNumbers(judged: Judged, options: BonOptions): Result<BonNumbers> {
  const report = bonReport(judged, options);
  if (!report.ok) return report;
  const places = new Map(judged.gathered.map(({ problem }, index) => [problem, index]));
  const scoring = { weight: options.weight, areLogits: judged.areLogits };
  const choices = regretsOf(judged.problems, scoring).map((regret) => ({
    ...regret,
    problem: places.get(judged.problems[regret.problem]!)!,
  }));
  return ok({ report: report.value, choices });
}

interface Spot {
  readonly row: number;
  readonly place: number;
}

function isBefore(a: Spot, b: Spot): boolean {
  return a.row < b.row || (a.row === b.row && a.place < b.place);
}

function holds(
  { problem, leftOut }: Gathered,
  wanted: { readonly row: number; readonly place?: number },
): boolean {
  const isIt = ({ row, place }: Spot) =>
    row === wanted.row && (wanted.place === undefined || place === wanted.place);
  return problem.candidates.some(isIt) || leftOut.some(isIt);
}
