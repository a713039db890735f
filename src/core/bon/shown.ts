import { GRADER } from '../grade/grader';
import { answerOf } from '../grade/stated';
import type { Trajectory } from '../trajectory';
import { type Comparison, compare } from './comparison';
import type { ProblemCandidates } from './overview';
import type { Reason } from './pool';
import { summariseScores } from './scores';

/** A candidate that takes no part, with its texts. */
export interface LeftOutCandidate {
  readonly row: number;
  readonly place: number;
  readonly why: Reason;
  readonly answer: string | undefined;
  readonly steps: readonly { readonly text: string; readonly score: number | undefined }[];
}

/** How far a model has come with the candidates that are shown. */
export interface ModelScoring {
  /** Undefined if there is none. */
  readonly model: string | undefined;
  readonly scored: number;
  readonly failed: number;
  /** True while it is at work on some of them. */
  readonly isAtWork: boolean;
  /** Why nothing or one of them could be scored, the first reason. */
  readonly fault: string | undefined;
}

/** One problem as it is shown: the summaries that the rules choose by, and the texts. */
export interface ShownProblem {
  readonly candidates: ProblemCandidates;
  /** Among all of its candidates. */
  readonly comparison: Comparison;
  readonly leftOut: readonly LeftOutCandidate[];
  /** Candidates whose row says something else now than when the file was read; they have no text. */
  readonly missing: number;
  /** Whose scores they are, if not those of the file. */
  readonly model?: ModelScoring;
}

/** The scores that a model gave the steps of a trajectory, one per step; undefined as long as it gave none. */
export type StepScoresOf = (trajectory: Trajectory) => readonly number[] | undefined;

/** A row of the file by its number and the place in it; undefined if it is not there any more. */
export type TrajectoryAt = (row: number, place: number) => Trajectory | undefined;

const GONE: Trajectory = { id: null, problem: '', steps: [] };

/** A problem's candidates with the scores of a model, `trajectories` being theirs, and these with them. */
export function rescore(
  candidates: ProblemCandidates,
  trajectories: readonly Trajectory[],
  scoresOf: StepScoresOf,
): { readonly candidates: ProblemCandidates; readonly trajectories: readonly Trajectory[] } {
  const scores = trajectories.map((trajectory) => scoresOf(trajectory));
  const summaries = scores.map((own) => summariseScores(own ?? []));
  const { problem, scoring } = candidates;
  const own = problem.candidates.map((candidate, index) => ({ ...candidate, scores: summaries[index] }));
  const areLogits = summaries.some((summary) => summary?.isOutside);
  return {
    candidates: {
      ...candidates,
      problem: { ...problem, candidates: own },
      scoring: { ...scoring, areLogits },
    },
    trajectories: trajectories.map((trajectory, index) => ({
      ...trajectory,
      steps: trajectory.steps.map((step, at) => ({ ...step, score: scores[index]?.[at] })),
    })),
  };
}

/**
 * Puts a problem's candidates side by side, with the texts that a file has for them; with `scoresOf`, they have the
 * scores of a model and none of the file.
 */
export function showProblem(
  found: ProblemCandidates,
  at: TrajectoryAt,
  scoresOf?: StepScoresOf,
): ShownProblem {
  const { leftOut } = found;
  let missing = 0;
  const textOf = (row: number, place: number): Trajectory => {
    const found = at(row, place);
    if (found === undefined) missing++;
    return found ?? GONE;
  };
  const texts = found.problem.candidates.map(({ row, place }) => textOf(row, place));
  const { candidates, trajectories } =
    scoresOf === undefined ? { candidates: found, trajectories: texts } : rescore(found, texts, scoresOf);
  const { problem, isJudged, scoring } = candidates;
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
