import { t } from '@vscode/l10n';
import { firstFalseStep } from '../check/check';
import { verdict } from '../grade/verdict';
import { type Comparison, currentScores, disagreementsOf } from '../labels/disagreement';
import type { Result } from '../result';
import { firstError, type Trajectory } from '../trajectory';

/** Which rows the trace view and the tree show. */
export type TraceFilter =
  | {
      readonly kind:
        | 'first-error'
        | 'unlabelled'
        | 'edited'
        | 'disagreement'
        | 'wrong-answer'
        | 'false-equation'
        | 'malformed';
    }
  | { readonly kind: 'text'; readonly text: string };

/** The filters without a parameter, with the words a person chooses by. */
export const FILTERS: readonly {
  readonly kind: Exclude<TraceFilter['kind'], 'text'>;
  readonly title: string;
  /** The title within a sentence. */
  readonly words: string;
}[] = [
  { kind: 'first-error', title: t('With a first error'), words: t('with a first error') },
  { kind: 'unlabelled', title: t('With unlabelled steps'), words: t('with unlabelled steps') },
  { kind: 'edited', title: t('With edited labels'), words: t('with edited labels') },
  {
    kind: 'disagreement',
    title: t('Label and score disagree'),
    words: t('label and score disagree'),
  },
  { kind: 'wrong-answer', title: t('Wrong answer'), words: t('wrong answer') },
  { kind: 'false-equation', title: t('With a false equation'), words: t('with a false equation') },
  { kind: 'malformed', title: t('Malformed rows'), words: t('malformed rows') },
];

/** A filter in words. */
export function filterWords(filter: TraceFilter): string {
  if (filter.kind === 'text') return t('text "{0}"', filter.text);
  return FILTERS.find((known) => known.kind === filter.kind)!.words;
}

/** A filter as one string, for addresses; `parseFilter` reads it back. */
export function formatFilter(filter: TraceFilter): string {
  return filter.kind === 'text' ? `text:${filter.text}` : filter.kind;
}

/** The filter that a string names, or undefined. */
export function parseFilter(text: string): TraceFilter | undefined {
  if (text.startsWith('text:')) return { kind: 'text', text: text.slice(5) };
  const known = FILTERS.find((filter) => filter.kind === text);
  return known && { kind: known.kind };
}

/** A row to filter. */
export interface FilteredRow {
  readonly result: Result<readonly Trajectory[]>;
  /** Its trajectories as they are in the file, if labels were edited. */
  readonly unedited?: readonly Trajectory[];
}

/**
 * True if the row passes. A wrong answer is one that the file or the comparison calls wrong, or that is
 * too much work to compare (the header shows `≟` there). Text is searched without regard to case in
 * problem, steps and id.
 * @param comparison what labels are compared with, for disagreements
 */
export function passes(
  filter: TraceFilter,
  { result, unedited }: FilteredRow,
  comparison: Comparison,
): boolean {
  if (!result.ok) return filter.kind === 'malformed';
  if (filter.kind === 'edited') return unedited !== undefined;
  return result.value.some((trajectory) => passesOne(filter, trajectory, comparison));
}

function passesOne(filter: TraceFilter, trajectory: Trajectory, comparison: Comparison): boolean {
  switch (filter.kind) {
    case 'first-error':
      return firstError(trajectory) !== undefined;
    case 'unlabelled':
      return trajectory.steps.some((step) => step.label === undefined);
    case 'disagreement': {
      const scores = currentScores(trajectory, comparison);
      return disagreementsOf(trajectory.steps, comparison.threshold, scores).length > 0;
    }
    case 'wrong-answer':
      return ['wrong', 'undecided'].includes(verdict(trajectory));
    case 'false-equation':
      return firstFalseStep(trajectory) !== undefined;
    case 'malformed':
    case 'edited':
      return false;
    case 'text':
      return hasText(filter.text.toLowerCase(), trajectory);
  }
}

/** True if a text occurs in problem, steps or id of a row, in whatever case. */
export function textPasses(text: string, { result }: FilteredRow): boolean {
  return result.ok && result.value.some((trajectory) => hasText(text.toLowerCase(), trajectory));
}

function hasText(wanted: string, trajectory: Trajectory): boolean {
  const has = (text: string | null): boolean => text?.toLowerCase().includes(wanted) ?? false;
  return has(trajectory.id) || has(trajectory.problem) || trajectory.steps.some((step) => has(step.text));
}
