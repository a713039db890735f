import type { GRADER } from '../grade/grader';
import { answerOf } from '../grade/stated';
import type { Trajectory } from '../trajectory';
import { align } from './align';
import { type Candidate, CHOOSING, type Problem, type Scoring } from './problem';
import { AGGREGATES, type Aggregate, aggregateOf } from './scores';
import { selectFirst } from './select';

/** A rule that chooses one candidate. */
export type Rule = (typeof CHOOSING)[number];

/** A step of a compared candidate. */
export interface ComparedStep {
  readonly text: string;
  readonly score: number | undefined;
  /** Candidates share this number at a step if they are the same up to and including it. */
  readonly group: number;
}

/** A candidate beside the others. */
export interface ComparedCandidate {
  /** 1-based place among the candidates of the problem. */
  readonly number: number;
  /** 1-based row in the file. */
  readonly row: number;
  readonly answer: string | undefined;
  /** Undefined if nothing says who is right. */
  readonly isCorrect: boolean | undefined;
  readonly steps: readonly ComparedStep[];
  /** Undefined without scores. */
  readonly aggregates: { readonly [aggregate in Aggregate]: number } | undefined;
  readonly tokens: number | undefined;
  /** The rules that choose it among the first n. */
  readonly chosenBy: readonly Rule[];
}

/** The candidates of a problem side by side: what the panel shows and "Export comparison" writes. */
export interface Comparison {
  readonly id: string | null;
  readonly problem: string;
  readonly gold: string | undefined;
  /** How many candidates take part in the choice, from the first on. */
  readonly n: number;
  readonly candidates: readonly ComparedCandidate[];
  /** The 1-based step at which not all are the same any more; undefined if they are the same to their ends. */
  readonly firstDivergence: number | undefined;
  /** What each rule chooses among the first n; null if it cannot choose. */
  readonly chosen: {
    readonly [rule in Rule]: { readonly number: number; readonly isCorrect: boolean | undefined } | null;
  };
  /** Whether one of the first n is correct; undefined if nothing says so. */
  readonly oracle: boolean | undefined;
  readonly grader: typeof GRADER;
  /** The model whose scores they are, if not those of the file. */
  readonly scoredBy?: string;
}

/** A problem with the texts of its candidates. */
export interface ComparisonInput {
  readonly problem: Problem;
  /** False if nothing says which candidates are right. */
  readonly isJudged: boolean;
  /** In the order of the problem's candidates, and as many. */
  readonly trajectories: readonly Trajectory[];
  readonly n: number;
  readonly scoring: Scoring;
  readonly grader: typeof GRADER;
}

/** What the rules choose among the first candidates of a problem. */
export interface Choices {
  readonly n: number;
  /** What each rule chooses; null if it cannot choose. */
  readonly chosen: Comparison['chosen'];
  /** Whether one of them is correct; undefined if nothing says so. */
  readonly oracle: boolean | undefined;
}

/** Lets every rule choose among the first n candidates. */
export function choose(
  { problem: { candidates }, isJudged }: Pick<ComparisonInput, 'problem' | 'isJudged'>,
  n: number,
  scoring: Scoring,
): Choices {
  const selection = selectFirst(candidates, n, scoring);
  const chosen = (rule: Rule) => {
    const index = selection[rule];
    if (index === undefined) return null;
    return { number: index + 1, isCorrect: isJudged ? candidates[index]!.isCorrect : undefined };
  };
  return {
    n: Math.min(n, candidates.length),
    chosen: Object.fromEntries(CHOOSING.map((rule) => [rule, chosen(rule)])) as Comparison['chosen'],
    oracle: isJudged ? candidates.slice(0, n).some(({ isCorrect }) => isCorrect) : undefined,
  };
}

/** The rules that choose the candidate with this number. */
export function choosers({ chosen }: Choices, number: number): Rule[] {
  return CHOOSING.filter((rule) => chosen[rule]?.number === number);
}

/** Puts the candidates of a problem side by side. */
export function compare(input: ComparisonInput): Comparison {
  const { problem, isJudged, trajectories, n, scoring, grader } = input;
  const { candidates, id } = problem;
  const choices = choose(input, n, scoring);
  const { groups, firstDivergence } = align(trajectories.map(({ steps }) => steps.map(({ text }) => text)));
  return {
    ...choices,
    id,
    problem: trajectories[0]?.problem ?? problem.title,
    gold: trajectories.find(({ gold }) => gold !== undefined)?.gold,
    candidates: candidates.map((candidate, index) => ({
      number: index + 1,
      row: candidate.row,
      answer: answerOf(trajectories[index]!),
      isCorrect: isJudged ? candidate.isCorrect : undefined,
      steps: trajectories[index]!.steps.map(({ text, score }, step) => ({
        text,
        score,
        group: groups[index]![step]!,
      })),
      aggregates: aggregatesOf(candidate, scoring),
      tokens: trajectories[index]!.tokens,
      chosenBy: choosers(choices, index + 1),
    })),
    firstDivergence,
    grader,
  };
}

/** All aggregates of a candidate; undefined without scores. */
export function aggregatesOf({ scores }: Candidate, { areLogits }: Scoring): ComparedCandidate['aggregates'] {
  if (scores === undefined) return undefined;
  const entries = AGGREGATES.map((name) => [name, aggregateOf(scores, name, areLogits)]);
  return Object.fromEntries(entries) as ComparedCandidate['aggregates'];
}

/** A verdict in words. */
export function verdictWord(isCorrect: boolean | undefined): 'correct' | 'wrong' | 'not judged' {
  return isCorrect === undefined ? 'not judged' : isCorrect ? 'correct' : 'wrong';
}

/** The choices in one line: "min → #4 correct, last → #3 wrong, oracle correct"; without verdicts, "min → #4". */
export function selectionStrip({ chosen, oracle }: Pick<Choices, 'chosen' | 'oracle'>): string {
  const words = CHOOSING.flatMap((rule) => {
    const choice = chosen[rule];
    if (choice === null) return [];
    const said = choice.isCorrect === undefined ? '' : ` ${verdictWord(choice.isCorrect)}`;
    return [`${rule} → #${choice.number}${said}`];
  });
  return [...words, ...(oracle === undefined ? [] : [`oracle ${verdictWord(oracle)}`])].join(', ');
}
