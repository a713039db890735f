import type { Fault } from '../result';
import type { Trajectory } from '../trajectory';

/** Whose scores they are. */
export interface ComputedBy {
  /** Name and fingerprint of the model. */
  readonly model: string;
  readonly fingerprint: string;
  /** Where it ran. */
  readonly provider: string;
  /** When, in milliseconds since 1970. */
  readonly time: number;
}

/** Scores that a model gave, one per step; `stale` if the model is not the one at work now. */
export interface ComputedScores {
  readonly state: 'scored';
  readonly scores: readonly number[];
  readonly by: ComputedBy;
  readonly stale: boolean;
}

/** What a model says about a trajectory's steps: its scores, that it was asked, or why it has none. */
export type Computed =
  | ComputedScores
  | { readonly state: 'pending' }
  | { readonly state: 'failed'; readonly fault: Fault };

/** Looks up what is computed for a trajectory; undefined if nobody asked. */
export type ComputedOf = (trajectory: Trajectory) => Computed | undefined;

/** Stands before scores that were computed, to tell them from those of the file. */
export const COMPUTED_SIGN = '›';

/** The lowest computed score and its 1-based step; undefined without scores. */
export function minimumComputed(computed: Computed | undefined): { score: number; step: number } | undefined {
  if (computed?.state !== 'scored' || computed.scores.length === 0) return undefined;
  const score = Math.min(...computed.scores);
  return { score, step: computed.scores.indexOf(score) + 1 };
}

/** Whether two states of a trajectory's scores look the same. */
export function isSame(a: Computed | undefined, b: Computed | undefined): boolean {
  if (a?.state !== b?.state) return false;
  if (a?.state === 'failed' && b?.state === 'failed') return a.fault === b.fault;
  if (a?.state !== 'scored' || b?.state !== 'scored') return true;
  return a.scores === b.scores && a.stale === b.stale && a.by.fingerprint === b.by.fingerprint;
}
