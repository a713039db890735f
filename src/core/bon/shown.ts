import { GRADER } from '../grade/grader';
import { answerOf } from '../grade/stated';
import type { Trajectory } from '../trajectory';
import { aggregatesOf, type Comparison, choose, choosers, compare } from './comparison';
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

/**
 * A shown problem by the scores of a model instead of those of its file.
 * @param scores one per step of every candidate that takes part, in their order; undefined without
 */
export function showByModel(
  shown: ShownProblem,
  scores: readonly (readonly number[] | undefined)[],
  model: ModelScoring,
): ShownProblem {
  const { comparison, candidates } = shown;
  const { problem } = candidates;
  const rated = problem.candidates.map((own, index) => ({
    ...own,
    scores: summariseScores(scores[index] ?? []),
  }));
  const areLogits = rated.some((own) => own.scores?.isOutside);
  const scoring = { ...candidates.scoring, areLogits };
  const all = { ...candidates, problem: { ...problem, candidates: rated }, scoring };
  const choices = choose(all, comparison.n, scoring);
  const compared = comparison.candidates.map((own, index) => ({
    ...own,
    steps: own.steps.map((step, at) => ({ ...step, score: scores[index]?.[at] })),
    aggregates: aggregatesOf(rated[index]!, scoring),
    chosenBy: choosers(choices, own.number),
  }));
  const scoredBy = model.model;
  return {
    ...shown,
    candidates: all,
    comparison: { ...comparison, ...choices, candidates: compared, scoredBy },
    model,
  };
}
