import { GRADER } from '../grade/grader';
import { answerOf } from '../grade/stated';
import type { Trajectory } from '../trajectory';
import { type Comparison, compare } from './comparison';
import type { ProblemCandidates } from './overview';
import type { Reason } from './pool';

/** A candidate that takes no part, with its texts. */
export interface LeftOutCandidate {
  readonly row: number;
  readonly place: number;
  readonly why: Reason;
  readonly answer: string | undefined;
  readonly steps: readonly { readonly text: string; readonly score: number | undefined }[];
}

/** One problem as it is shown: the summaries that the rules choose by, and the texts. */
export interface ShownProblem {
  readonly candidates: ProblemCandidates;
  /** Among all of its candidates. */
  readonly comparison: Comparison;
  readonly leftOut: readonly LeftOutCandidate[];
  /** Candidates whose row says something else now than when the file was read; they have no text. */
  readonly missing: number;
}

/** A row of the file by its number and the place in it; undefined if it is not there any more. */
export type TrajectoryAt = (row: number, place: number) => Trajectory | undefined;

const GONE: Trajectory = { id: null, problem: '', steps: [] };

/** Puts a problem's candidates side by side, with the texts that a file has for them. */
export function showProblem(candidates: ProblemCandidates, at: TrajectoryAt): ShownProblem {
  const { problem, isJudged, leftOut, scoring } = candidates;
  let missing = 0;
  const textOf = (row: number, place: number): Trajectory => {
    const found = at(row, place);
    if (found === undefined) missing++;
    return found ?? GONE;
  };
  const trajectories = problem.candidates.map(({ row, place }) => textOf(row, place));
  const others = leftOut.map(({ row, place }) => textOf(row, place));
  const n = problem.candidates.length;
  const comparison = compare({ problem, isJudged, trajectories, n, scoring, grader: GRADER });
  const first = others.find((trajectory) => trajectory !== GONE);
  return {
    candidates,
    // Where nobody takes part, those that are left out still tell what the problem is.
    comparison:
      n > 0 || first === undefined ? comparison : { ...comparison, problem: first.problem, gold: first.gold },
    leftOut: leftOut.map(({ row, place, why }, index) => ({
      row,
      place,
      why,
      answer: answerOf(others[index]!),
      steps: others[index]!.steps.map(({ text, score }) => ({ text, score })),
    })),
    missing,
  };
}
