import { t } from '@vscode/l10n';
import type { Fault, Result } from '../result';
import { fail, ok } from '../result';
import { type Accuracies, accuracyTable, doublingSizes, VOTE_DRAWS } from './accuracy';
import { type Comparison, RESAMPLES } from './bootstrap';
import { type Diagnosis, diagnose } from './diagnose';
import type { Judged, VerdictSource } from './pool';
import { CHOOSING, type Selector } from './problem';
import { AGGREGATES, type Aggregate } from './scores';

/** What numbers are wanted. */
export interface BonOptions {
  /** Sizes; 1, 2, 4, ... and all candidates without them. */
  readonly ns?: readonly number[];
  readonly weight: Aggregate;
  readonly subset: 'all' | 'first';
  readonly verdicts: VerdictSource;
  readonly seed: number;
}

/** The sizes that papers report, and their mean. */
export const PAPER_SIZES: readonly number[] = [8, 16, 32, 64];

/** Problems that the report lists because a rule missed a right candidate. */
const MISSES_LISTED = 1000;

/** The numbers of Best-of-N: what `cfprm bon --json` prints of a file's candidates. */
export interface BonReport {
  readonly problems: number;
  /** Candidates that take part. */
  readonly candidates: number;
  readonly excluded: Judged['excluded'];
  /** Accuracies by n; only the n for which a problem has enough candidates. */
  readonly n: { readonly [n: string]: Accuracies };
  /** The mean over all of these n; null for one n alone, or if no problem has enough candidates for all. */
  readonly mean: Accuracies | null;
  readonly ties: Diagnosis['ties'];
  readonly grader: Judged['grader'];
  readonly disagreements: number;
  /** Wanted n for which no problem has enough candidates. */
  readonly tooLarge: readonly number[];
  readonly emptyProblems: number;
  readonly remarks: Judged['remarks'];
  readonly verdicts: Judged['verdicts'];
  readonly scores: { readonly of: Judged['scores']; readonly areLogits: boolean };
  readonly options: BonOptions & { readonly voteDraws: number; readonly resamples: number };
  /** Paired differences of every two rules at the largest n. */
  readonly paired: readonly (Comparison & {
    readonly n: number;
    readonly a: Selector;
    readonly b: Selector;
  })[];
  /** Problems in which a rule misses a right candidate, per rule. */
  readonly missed: { readonly [rule in (typeof CHOOSING)[number]]: number };
  /** The first of them, those that most rules miss in front. */
  readonly regrets: Diagnosis['regrets'];
  readonly flips: Diagnosis['flips'];
  readonly minimum: Diagnosis['minimum'];
  readonly correlation: Diagnosis['correlation'];
  readonly disagreementList: Judged['disagreementList'];
  readonly undecidedList: Judged['undecidedList'];
}

/** All numbers of judged problems. Faults: no candidate takes part, or no problem has enough candidates for any n. */
export function bonReport(judged: Judged, options: BonOptions): Result<BonReport> {
  const { problems } = judged;
  if (problems.length === 0) return { ok: false, fault: nobodyLeft(judged) };
  const ns = [...new Set(options.ns ?? doublingSizes(problems))].sort((a, b) => a - b);
  const scoring = { weight: options.weight, areLogits: judged.areLogits };
  const hasScores = judged.scores !== 'none';
  const draws = drawsFor(problems.length);
  const table = accuracyTable(problems, {
    ...scoring,
    ns,
    subset: options.subset,
    seed: options.seed,
    hasScores,
    draws,
  });
  const sizes = [...table.n.keys()];
  if (sizes.length === 0) {
    const most = problems.reduce((size, { candidates }) => Math.max(size, candidates.length), 0);
    return fail(
      t('No problem has {0} candidates; the most that one has is {1}. Ask for smaller n.', ns[0]!, most),
    );
  }
  const { ties, regrets, flips, minimum, correlation } = diagnose(problems, scoring);
  const misses = regrets.filter(({ missed }) => missed.length > 0);
  const count = (rule: (typeof CHOOSING)[number]) =>
    misses.filter(({ missed }) => missed.includes(rule)).length;
  const rules = CHOOSING.filter(
    (rule) => hasScores || (rule !== 'weighted' && !AGGREGATES.some((a) => a === rule)),
  );
  const largest = sizes.at(-1)!;
  return ok({
    problems: problems.length,
    candidates: judged.candidates,
    excluded: judged.excluded,
    n: Object.fromEntries(table.n),
    mean: table.mean ?? null,
    ties,
    grader: judged.grader,
    disagreements: judged.disagreements,
    tooLarge: ns.filter((n) => !sizes.includes(n)),
    emptyProblems: judged.emptyProblems,
    remarks: judged.remarks,
    verdicts: judged.verdicts,
    scores: { of: judged.scores, areLogits: judged.areLogits },
    options: { ...options, voteDraws: draws, resamples: RESAMPLES },
    paired: rules.flatMap((a, index) =>
      rules.slice(index + 1).map((b) => ({ n: largest, a, b, ...table.compare(largest, a, b)! })),
    ),
    missed: Object.fromEntries(CHOOSING.map((rule) => [rule, count(rule)])) as BonReport['missed'],
    regrets: misses.slice(0, MISSES_LISTED),
    flips,
    minimum,
    correlation,
    disagreementList: judged.disagreementList,
    undecidedList: judged.undecidedList,
  });
}

/**
 * Random subsets per problem for the votes, fewer where there are many problems. The standard error that drawing adds
 * to an accuracy is at most 1.6 points for one problem, 0.16 for 100 and 0.05 for 5,000.
 */
function drawsFor(problems: number): number {
  return Math.round(Math.min(VOTE_DRAWS, Math.max(VOTE_DRAWS / 5, (1000 * VOTE_DRAWS) / problems)));
}

/** Why there is nothing to count. */
function nobodyLeft({ read, excluded }: Judged): Fault {
  const reasons = [
    [excluded.noVerdict, t('have neither a gold answer nor a recorded verdict to judge by')],
    [excluded.noScores, t('have no scores')],
    [excluded.partialScores, t('have scores for some of their steps only')],
  ] as const;
  const said = reasons.filter(([count]) => count > 0).map(([count, why]) => `${count} ${why}`);
  const why = said.length === 0 ? t('the file has none') : t('of {0}, {1}', read, said.join(', '));
  return {
    message: t(
      'No candidate takes part: {0}. Map the fields with --mapping if the file has them elsewhere.',
      why,
    ),
  };
}
