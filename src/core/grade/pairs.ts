import { isObject, kindOf, optionalText } from '../formats/fields';
import type { Format, Json, JsonObject } from '../formats/format';
import { fail, ok, type Result } from '../result';
import type { Trajectory } from '../trajectory';
import type { Grader } from './grader';
import { statedAnswer } from './stated';

/** A graded pair of answers: a row of what `cfprm grade --json` prints. */
export interface GradedPair {
  /** False, too, if it could not be decided. */
  readonly equal: boolean;
  /** As the row has them. */
  readonly gold: Json;
  readonly pred: Json;
  /** 1-based. */
  readonly row: number;
  /** True if the comparison takes too much work; absent otherwise. */
  readonly undecided?: true;
}

/**
 * Rows with a gold answer and another one, `{"gold": ..., "pred": ...}`: texts or numbers; `pred` may be null for no
 * answer. Not among the formats that are detected, for such a row is no trajectory.
 */
export const PAIR_FORMAT: Format = {
  id: 'pairs',
  title: 'pairs of answers',
  signature: 'gold and pred',
  reads: ['gold', 'pred'],
  recognise: (row) => ('gold' in row && 'pred' in row ? 'gold and pred' : undefined),
  read: readPair,
};

function readPair(row: JsonObject): Result<Trajectory[]> {
  const gold = optionalText(row.gold);
  if (gold === undefined || gold.trim() === '') {
    const found = gold === undefined ? kindOf(row.gold) : 'blank';
    return fail(`gold is ${found}, but an answer is expected: a text or a number.`);
  }
  const answer = optionalText(row.pred);
  if (answer === undefined && row.pred !== null) {
    const found = row.pred === undefined ? 'missing' : isObject(row.pred) ? 'an object' : kindOf(row.pred);
    return fail(`pred is ${found}, but an answer is expected: a text, a number, or null for none.`);
  }
  return ok([{ id: null, problem: '', steps: [], gold, answer }]);
}

/** Grades a pair that `PAIR_FORMAT` has read. Texts that state an answer (`\boxed`, "####") are asked for that one. */
export function gradePair(grader: Grader, row: number, pair: Trajectory, json: JsonObject): GradedPair {
  const { gold, answer } = pair;
  const decision =
    gold === undefined || answer === undefined
      ? false
      : grader.equal(statedAnswer(gold), statedAnswer(answer));
  const given = { equal: decision === true, gold: json.gold!, pred: json.pred!, row };
  return decision === undefined ? { ...given, undecided: true } : given;
}
