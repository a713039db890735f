import { bonNumbers, problemAt, problemHeads } from '../../src/core/bon/overview';
import { CandidatePool } from '../../src/core/bon/pool';
import { type ShownProblem, showProblem } from '../../src/core/bon/shown';
import { USUAL_THRESHOLDS } from '../../src/core/scores/levels';
import type { Trajectory } from '../../src/core/trajectory';
import { DEFAULT_OPTIONS, type ToCandidates } from '../../src/shared/candidates';

/** One row of a constructed file: its problem, and its candidates. */
export interface ConstructedRow {
  readonly problem: string;
  readonly candidates: readonly Partial<Trajectory>[];
}

/** A candidate with these steps and scores. */
export function candidate(
  texts: readonly string[],
  scores: readonly (number | undefined)[],
  facts: Partial<Trajectory> = {},
): Partial<Trajectory> {
  return {
    steps: texts.map((text, index) => ({ text, score: scores[index], place: { path: [] } })),
    ...facts,
  };
}

/** The messages that the extension sends for a file of these rows, computed by the same core. */
export function messagesFor(
  rows: readonly ConstructedRow[],
  index = 0,
): { readonly messages: ToCandidates[]; readonly shown: ShownProblem } {
  const pool = new CandidatePool();
  const trajectories = rows.map(({ problem, candidates }) =>
    candidates.map((own): Trajectory => ({ id: null, problem, steps: [], ...own })),
  );
  for (const [row, all] of trajectories.entries())
    for (const [place, trajectory] of all.entries()) pool.add(trajectory.problem, row + 1, place, trajectory);
  const judged = pool.judge('graded');
  const problems = problemHeads(judged);
  const options = { weight: 'last', subset: 'all', verdicts: 'graded', seed: 0 } as const;
  const numbers = bonNumbers(judged, options);
  const shown = showProblem(
    problemAt(judged, { index }, 'last')!,
    (row, place) => trajectories[row - 1]?.[place],
  );
  const messages: ToCandidates[] = [
    { type: 'thresholds', recorded: USUAL_THRESHOLDS, computed: USUAL_THRESHOLDS },
    { type: 'source', source: 'file:///samples.jsonl', name: 'samples.jsonl', options: DEFAULT_OPTIONS },
    {
      type: 'file',
      file: { format: 'generic', rows: rows.length, malformed: 0, firstMalformed: undefined, problems },
    },
    { type: 'problem', shown },
    numbers.ok
      ? { type: 'numbers', numbers: numbers.value }
      : { type: 'noNumbers', message: numbers.fault.message },
  ];
  return { messages, shown };
}
