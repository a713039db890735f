import { Bootstrap, type Comparison, type Estimate } from './bootstrap';
import { bestOfN, passAtN, rankingOf } from './estimators';
import { type Problem, SCORED_SELECTORS, type Scoring, SELECTORS, type Selector } from './problem';
import { AGGREGATES } from './scores';
import { type Field, fieldOf, selectFirst } from './select';
import { randomFor } from './subsets';
import { voteShares } from './votes';

/** Random subsets per problem and n for the votes, where there are more subsets than that. */
export const VOTE_DRAWS = 1000;

/** How accuracies are estimated. */
export interface AccuracyOptions extends Scoring {
  /** Sizes of the subsets; each counts the problems that have as many solutions. */
  readonly ns: readonly number[];
  /** The expectation over all n-subsets, or what the first n solutions give. */
  readonly subset: 'all' | 'first';
  readonly seed: number;
  /** False if no solution has scores: the selectors that need them have no accuracy. */
  readonly hasScores: boolean;
  /** Instead of `VOTE_DRAWS`. */
  readonly draws?: number;
}

/** The accuracy of each selector; null for one that needs scores where there are none. */
export type Accuracies = { readonly [selector in Selector]: Estimate | null };

/** Accuracies by n. */
export interface AccuracyTable {
  /** Only the n for which a problem has enough solutions. */
  readonly n: ReadonlyMap<number, Accuracies>;
  /** The mean over all of these n, over the problems that have enough solutions for each; undefined for one n. */
  readonly mean: Accuracies | undefined;
  /** The paired difference of two selectors at an n; undefined if it has no accuracies, or one of them none. */
  compare(n: number, a: Selector, b: Selector): Comparison | undefined;
}

/** Estimates the accuracy of every selector at every n, with intervals over problems. */
export function accuracyTable(problems: readonly Problem[], options: AccuracyOptions): AccuracyTable {
  const most = problems.reduce((size, problem) => Math.max(size, problem.candidates.length), 0);
  const ns = options.ns.filter((n) => n >= 1 && n <= most);
  // values[k][p]: problem p at the k-th n; undefined if it has too few solutions.
  const values: (Float64Array | undefined)[][] = ns.map(() => []);
  for (const [index, problem] of problems.entries()) {
    const fitting = ns.filter((n) => n <= problem.candidates.length);
    const rows =
      options.subset === 'first'
        ? new Map(fitting.map((n) => [n, firstValues(problem, n, options)]))
        : allValues(fieldOf(problem.candidates, options), fitting, options, index);
    for (const [k, n] of ns.entries()) values[k]![index] = rows.get(n);
  }
  const tables = values.map((rows) => bootstrapOf(rows, options.seed));
  return {
    n: new Map(ns.map((n, k) => [n, accuraciesOf(tables[k]!, options.hasScores)])),
    mean:
      ns.length > 1 ? accuraciesOf(bootstrapOf(meansOf(values), options.seed), options.hasScores) : undefined,
    compare(n, a, b) {
      const unscored = [a, b].some((selector) => SCORED_SELECTORS.includes(selector));
      if (unscored && !options.hasScores) return undefined;
      return tables[ns.indexOf(n)]?.compare(SELECTORS.indexOf(a), SELECTORS.indexOf(b));
    },
  };
}

/** The sizes 1, 2, 4, ... up to the most solutions that a problem has, that number included. */
export function doublingSizes(problems: readonly Problem[]): number[] {
  const most = problems.reduce((size, problem) => Math.max(size, problem.candidates.length), 0);
  const sizes: number[] = [];
  for (let n = 1; n < most; n *= 2) sizes.push(n);
  return most > 0 ? [...sizes, most] : [];
}

/** The verdict of every selector on the first n solutions, in the order of `SELECTORS`. */
function firstValues({ candidates }: Problem, n: number, scoring: Scoring): Float64Array {
  const chosen = selectFirst(candidates, n, scoring);
  const taken = candidates.slice(0, n).map((candidate) => candidate.isCorrect);
  const share = taken.filter(Boolean).length / n;
  return Float64Array.from(SELECTORS, (selector) => {
    if (selector === 'random') return share;
    if (selector === 'oracle') return share > 0 ? 1 : 0;
    const index = chosen[selector];
    return index !== undefined && taken[index] ? 1 : 0;
  });
}

/** The expected verdict of every selector over all n-subsets, for every n. */
function allValues(
  { correct, ranks, ballot }: Field,
  ns: readonly number[],
  { seed, draws = VOTE_DRAWS }: AccuracyOptions,
  index: number,
): Map<number, Float64Array> {
  const right = correct.filter(Boolean).length;
  const votes = voteShares(ballot, correct, ns, { draws, random: randomFor(seed, index) });
  const rankings = AGGREGATES.map((aggregate) => rankingOf(ranks[aggregate]));
  const rows = ns.map((n): [number, Float64Array] => {
    const own = {
      ...votes.get(n)!,
      first: correct[0] ? 1 : 0,
      random: right / correct.length,
      oracle: passAtN(correct.length, right, n),
    };
    const best = rankings.map((ranking) => bestOfN(ranking, correct, n));
    const values = Float64Array.from(SELECTORS, (selector, place) =>
      place < best.length ? best[place]! : own[selector as keyof typeof own],
    );
    return [n, values];
  });
  return new Map(rows);
}

function bootstrapOf(rows: readonly (Float64Array | undefined)[], seed: number): Bootstrap {
  return new Bootstrap(
    rows.filter((row) => row !== undefined),
    SELECTORS.length,
    seed,
  );
}

/** Per problem the mean over all n; undefined if it has too few solutions for one of them. */
function meansOf(values: readonly (readonly (Float64Array | undefined)[])[]): (Float64Array | undefined)[] {
  return values[0]!.map((_, problem) => {
    const rows = values.map((at) => at[problem]);
    if (rows.some((row) => row === undefined)) return undefined;
    return Float64Array.from(
      SELECTORS,
      (_, column) => rows.reduce((sum, row) => sum + row![column]!, 0) / rows.length,
    );
  });
}

function accuraciesOf(table: Bootstrap, hasScores: boolean): Accuracies {
  const entries = SELECTORS.map((selector, column): [Selector, Estimate | null] => {
    const needsScores = SCORED_SELECTORS.includes(selector);
    return [selector, needsScores && !hasScores ? null : (table.estimate(column) ?? null)];
  });
  return Object.fromEntries(entries) as Accuracies;
}
