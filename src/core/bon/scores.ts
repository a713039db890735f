/** The ways in which the scores of a solution's steps become one score. */
export const AGGREGATES = ['min', 'product', 'last', 'mean'] as const;

/** One of them. */
export type Aggregate = (typeof AGGREGATES)[number];

/** What the scores of a solution's steps come to: all that Best-of-N needs of them, in constant memory. */
export interface ScoreSummary {
  /** Scored steps, at least 1. */
  readonly count: number;
  readonly min: number;
  /** The 1-based step of the minimum; the first one if there are several. */
  readonly minStep: number;
  readonly last: number;
  readonly mean: number;
  /** Natural logarithm of the product of the scores; NaN if one of them lies outside [0, 1]. */
  readonly logProduct: number;
  /** Natural logarithm of the product of the scores' sigmoids. */
  readonly logSigmoidProduct: number;
  /** True if a score lies outside [0, 1]: it can be no probability, so it is a logit. */
  readonly isOutside: boolean;
}

/** Summarises the scores of a solution's steps, in order; undefined without any. */
export function summariseScores(scores: readonly number[]): ScoreSummary | undefined {
  if (scores.length === 0) return undefined;
  // Sums are taken in the order of size: solutions whose steps have the same scores in another order tie exactly.
  const sorted = Float64Array.from(scores).sort();
  const min = sorted[0]!;
  const isOutside = min < 0 || sorted[sorted.length - 1]! > 1;
  let sum = 0;
  let logs = 0;
  let logSigmoids = 0;
  for (const score of sorted) {
    sum += score;
    logs += Math.log(score);
    logSigmoids += logSigmoid(score);
  }
  return {
    count: scores.length,
    min,
    minStep: scores.indexOf(min) + 1,
    last: scores[scores.length - 1]!,
    mean: sum / scores.length,
    logProduct: isOutside ? Number.NaN : logs,
    logSigmoidProduct: logSigmoids,
    isOutside,
  };
}

/**
 * A number that orders solutions as the aggregate does: the aggregate itself, for the product its logarithm, which
 * does not run out of digits when a solution has many steps. Logits count raw, in the product as their sigmoid.
 */
export function rankOf(scores: ScoreSummary, aggregate: Aggregate, areLogits: boolean): number {
  if (aggregate === 'product') return areLogits ? scores.logSigmoidProduct : scores.logProduct;
  return scores[aggregate];
}

/** The aggregate as a person reads it. */
export function aggregateOf(scores: ScoreSummary, aggregate: Aggregate, areLogits: boolean): number {
  const rank = rankOf(scores, aggregate, areLogits);
  return aggregate === 'product' ? Math.exp(rank) : rank;
}

/** The weight of a solution in a weighted vote, in [0, 1]: the aggregate, of logits its sigmoid. */
export function voteWeight(scores: ScoreSummary, aggregate: Aggregate, areLogits: boolean): number {
  const value = aggregateOf(scores, aggregate, areLogits);
  return areLogits && aggregate !== 'product' ? sigmoid(value) : value;
}

function sigmoid(logit: number): number {
  return 1 / (1 + Math.exp(-logit));
}

function logSigmoid(logit: number): number {
  return logit >= 0 ? -Math.log1p(Math.exp(-logit)) : logit - Math.log1p(Math.exp(logit));
}
