import { rankingOf } from './estimators';
import type { Candidate, CHOOSING, Scoring } from './problem';
import { AGGREGATES, type Aggregate, rankOf, voteWeight } from './scores';
import { Ballot, NO_VOTE } from './votes';

/** A problem's solutions as the selectors see them, made once. */
export interface Field {
  readonly correct: readonly boolean[];
  /** Per aggregate a number per solution that orders them, the highest best. */
  readonly ranks: { readonly [aggregate in Aggregate]: readonly number[] };
  readonly ballot: Ballot;
}

/** Prepares solutions for the selectors. */
export function fieldOf(candidates: readonly Candidate[], { weight, areLogits }: Scoring): Field {
  const ranks = (aggregate: Aggregate) =>
    candidates.map(({ scores }) =>
      scores === undefined ? Number.NEGATIVE_INFINITY : rankOf(scores, aggregate, areLogits),
    );
  const classes = Int32Array.from(candidates, (candidate) => candidate.answerClass);
  const weights = Float64Array.from(candidates, ({ scores }) =>
    scores === undefined ? 0 : voteWeight(scores, weight, areLogits),
  );
  return {
    correct: candidates.map((candidate) => candidate.isCorrect),
    ranks: { min: ranks('min'), product: ranks('product'), last: ranks('last'), mean: ranks('mean') },
    ballot: new Ballot(classes, weights),
  };
}

/** What each rule chooses: the index of a solution; undefined where it cannot choose. */
export type Selection = { readonly [rule in (typeof CHOOSING)[number]]: number | undefined };

/** What each rule chooses among the first n solutions; ties go to the lowest index. */
export function selectFirst(candidates: readonly Candidate[], n: number, scoring: Scoring): Selection {
  const taken = candidates.slice(0, n);
  const field = fieldOf(taken, scoring);
  const best = (aggregate: Aggregate) => {
    const index = rankingOf(field.ranks[aggregate])[0];
    return index !== undefined && taken[index]!.scores !== undefined ? index : undefined;
  };
  const scored = taken.some((candidate) => candidate.scores !== undefined);
  const { ballot } = field;
  ballot.clear();
  for (const index of taken.keys()) ballot.add(index);
  const [majority, weighted] = [ballot.majority(), ballot.weighted()];
  return {
    min: best('min'),
    product: best('product'),
    last: best('last'),
    mean: best('mean'),
    majority: majority === NO_VOTE ? undefined : majority,
    weighted: !scored || weighted === NO_VOTE ? undefined : weighted,
    first: taken.length > 0 ? 0 : undefined,
  };
}

/** The aggregates for which several solutions share the highest rank. */
export function tiesForTop(field: Field): Aggregate[] {
  return AGGREGATES.filter((aggregate) => {
    const ranks = field.ranks[aggregate];
    const top = ranks.reduce((most, rank) => Math.max(most, rank), Number.NEGATIVE_INFINITY);
    return top > Number.NEGATIVE_INFINITY && ranks.indexOf(top) !== ranks.lastIndexOf(top);
  });
}
