import { pearson, ranksOf } from './correlation';
import { type Candidate, CHOOSING, type Problem, type Scoring } from './problem';
import { AGGREGATES, type Aggregate, rankOf, type ScoreSummary } from './scores';
import { fieldOf, selectFirst, tiesForTop } from './select';

/** What the rules choose on one problem, among all its solutions. */
export interface Regret {
  /** 0-based place of the problem in the file's order. */
  readonly problem: number;
  readonly id: string | null;
  readonly title: string;
  /** 1-based row of the first solution. */
  readonly row: number;
  readonly candidates: number;
  readonly correct: number;
  /** Per rule the index of the solution that it chooses and whether that is correct; null if it cannot choose. */
  readonly chosen: {
    readonly [rule in (typeof CHOOSING)[number]]: {
      readonly index: number;
      readonly isCorrect: boolean;
    } | null;
  };
  /** Rules that choose a wrong solution although there is a right one. */
  readonly missed: readonly (typeof CHOOSING)[number][];
}

/** How often two aggregates choose different solutions. */
export interface Flip {
  readonly a: Aggregate;
  readonly b: Aggregate;
  /** Problems with different choices. */
  readonly differ: number;
  /** Of these, the problems where only the choice of one of the two is correct. */
  readonly onlyA: number;
  readonly onlyB: number;
}

/** Where in a solution the lowest score stands: in PRMs that drift to outcome models, in the last step. */
export interface MinimumPosition {
  /** Solutions with at least two scored steps. */
  readonly solutions: number;
  /** Share of them with the minimum in the last step, and the share that chance would give. */
  readonly last: number;
  readonly lastByChance: number;
  /** Share of them with the minimum in each tenth of the solution, from its start. */
  readonly tenths: readonly number[];
}

/** Spearman's correlation of an aggregate with the length of solutions, over all of them; null if undefined. */
export interface LengthCorrelation {
  readonly steps: number | null;
  readonly characters: number | null;
}

/** What Best-of-N looks like beyond its accuracy. */
export interface Diagnosis {
  /** Problems with several solutions at the top, per aggregate. */
  readonly ties: { readonly [aggregate in Aggregate]: number };
  /** Every problem: those that most rules miss although they could have been right come first. */
  readonly regrets: readonly Regret[];
  readonly flips: readonly Flip[];
  readonly minimum: MinimumPosition | null;
  readonly correlation: { readonly [aggregate in Aggregate]: LengthCorrelation } | null;
}

/** Looks at choices, ties and scores of all problems, each with all its solutions. */
export function diagnose(problems: readonly Problem[], scoring: Scoring): Diagnosis {
  const ties = { min: 0, product: 0, last: 0, mean: 0 };
  for (const { candidates } of problems) {
    for (const aggregate of tiesForTop(fieldOf(candidates, scoring))) ties[aggregate]++;
  }
  const regrets = regretsOf(problems, scoring);
  const flips = flipsOf(regrets);
  const scored = problems.flatMap(({ candidates }) => candidates.filter(isScored));
  return {
    ties,
    regrets,
    flips,
    minimum: minimumPosition(scored.map(({ scores }) => scores)),
    correlation: scored.length === 0 ? null : correlationsOf(scored, scoring.areLogits),
  };
}

/** What the rules choose on every problem: those that most rules miss first, else in the order of the file. */
export function regretsOf(problems: readonly Problem[], scoring: Scoring): Regret[] {
  const regrets = problems.map((problem, index) => regretOf(problem, index, scoring));
  // Sorting is stable: problems with as many misses stay in the order of the file.
  return regrets.sort((x, y) => y.missed.length - x.missed.length);
}

type Scored = Candidate & { readonly scores: ScoreSummary };

function isScored(candidate: Candidate): candidate is Scored {
  return candidate.scores !== undefined;
}

function regretOf({ id, title, candidates }: Problem, problem: number, scoring: Scoring): Regret {
  const selection = selectFirst(candidates, candidates.length, scoring);
  const choice = (rule: (typeof CHOOSING)[number]) => {
    const index = selection[rule];
    return index === undefined ? null : { index, isCorrect: candidates[index]!.isCorrect };
  };
  const chosen = Object.fromEntries(CHOOSING.map((rule) => [rule, choice(rule)])) as Regret['chosen'];
  const correct = candidates.filter((candidate) => candidate.isCorrect).length;
  const missed = correct === 0 ? [] : CHOOSING.filter((rule) => chosen[rule]?.isCorrect === false);
  return {
    problem,
    id,
    title,
    row: candidates[0]!.row,
    candidates: candidates.length,
    correct,
    chosen,
    missed,
  };
}

function flipsOf(regrets: readonly Regret[]): Flip[] {
  const pairs = AGGREGATES.flatMap((a, index) => AGGREGATES.slice(index + 1).map((b) => ({ a, b })));
  return pairs.map(({ a, b }) => {
    const differing = regrets.filter(({ chosen }) => chosen[a]?.index !== chosen[b]?.index);
    const only = (right: Aggregate, wrong: Aggregate) =>
      differing.filter(({ chosen }) => chosen[right]?.isCorrect && !chosen[wrong]?.isCorrect).length;
    return { a, b, differ: differing.length, onlyA: only(a, b), onlyB: only(b, a) };
  });
}

function minimumPosition(summaries: readonly ScoreSummary[]): MinimumPosition | null {
  const several = summaries.filter(({ count }) => count > 1);
  if (several.length === 0) return null;
  const tenths = new Array<number>(10).fill(0);
  let [last, chance] = [0, 0];
  for (const { minStep, count } of several) {
    tenths[Math.min(9, Math.floor((10 * (minStep - 1)) / (count - 1)))]!++;
    if (minStep === count) last++;
    chance += 1 / count;
  }
  const solutions = several.length;
  return {
    solutions,
    last: last / solutions,
    lastByChance: chance / solutions,
    tenths: tenths.map((count) => count / solutions),
  };
}

function correlationsOf(scored: readonly Scored[], areLogits: boolean) {
  const steps = ranksOf(scored.map((candidate) => candidate.steps));
  const characters = ranksOf(scored.map((candidate) => candidate.characters));
  const of = (aggregate: Aggregate): LengthCorrelation => {
    const ranks = ranksOf(scored.map(({ scores }) => rankOf(scores, aggregate, areLogits)));
    return { steps: pearson(ranks, steps) ?? null, characters: pearson(ranks, characters) ?? null };
  };
  return { min: of('min'), product: of('product'), last: of('last'), mean: of('mean') };
}
