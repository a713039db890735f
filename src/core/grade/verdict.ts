import type { Trajectory } from '../trajectory';
import { Grader } from './grader';

/** What is known about a trajectory's final answer; `undecided` if comparing it takes too much work. */
export type Verdict = 'correct' | 'wrong' | 'undecided' | 'unknown';

/** Remembers what it decided; all pages of all files share that. */
const grader = new Grader();

/**
 * A trajectory's final answer against the gold answer. The row's own verdict comes first; else the two are compared by
 * meaning. 'unknown' if one of them is missing.
 */
export function verdict({ finalCorrect, gold, answer }: Trajectory): Verdict {
  if (finalCorrect !== undefined) return finalCorrect ? 'correct' : 'wrong';
  if (gold === undefined || answer === undefined) return 'unknown';
  const equal = grader.equal(gold, answer);
  return equal === undefined ? 'undecided' : equal ? 'correct' : 'wrong';
}
