import { t } from '@vscode/l10n';
import { type Choices, type ComparedCandidate, choosers } from '../../src/core/bon/comparison';
import type { Reason } from '../../src/core/bon/pool';
import type { Aggregate } from '../../src/core/bon/scores';
import type { ModelScoring, ShownProblem } from '../../src/core/bon/shown';
import { COMPUTED_SIGN } from '../../src/core/scores/computed';
import { counted } from '../../src/core/trace/words';
import type { PanelOptions } from '../../src/shared/candidates';
import { verdictText } from './words';

/** A step as a cell shows it. */
export interface CellStep {
  readonly text: string;
  readonly score: number | undefined;
  /** The number of the first other candidate that is the same up to this step. */
  readonly sameAs: number | undefined;
}

/** A candidate as a column shows it. */
export interface Column {
  /** What names it: "#4", of one that takes no part its row. */
  readonly name: string;
  /** 1-based number of a candidate that takes part. */
  readonly number: number | undefined;
  readonly row: number;
  readonly place: number;
  readonly isCorrect: boolean | undefined;
  readonly answer: string | undefined;
  readonly steps: readonly CellStep[];
  readonly aggregates: ComparedCandidate['aggregates'];
  /** 0-based step of the lowest score; -1 without scores. */
  readonly minimum: number;
  readonly tokens: number | undefined;
  readonly characters: number;
  /** Why it takes no part, if so. */
  readonly leftOut: Reason | undefined;
}

/** Why candidates take no part, in words. */
export const REASONS: { readonly [reason in Reason]: string } = {
  noVerdict: t('neither a gold answer nor a recorded verdict'),
  noScores: t('no scores, where others have some'),
  partialScores: t('scores for some of its steps only'),
};

/** The columns of a problem: those that take part, in the order of the file, then the others. */
export function columnsOf({ comparison, candidates, leftOut }: ShownProblem): Column[] {
  const firsts = new Map<number, number>();
  const taking = comparison.candidates.map((own, index): Column => {
    const { number, row, isCorrect, answer, aggregates, tokens } = own;
    const steps = own.steps.map(({ text, score, group }) => {
      const first = firsts.get(group);
      if (first === undefined) firsts.set(group, number);
      return { text, score, sameAs: first };
    });
    const { place } = candidates.problem.candidates[index]!;
    const facts = { number, row, place, isCorrect, answer, aggregates, tokens, steps };
    return { ...facts, ...measured(steps), name: `#${number}`, leftOut: undefined };
  });
  const others = leftOut.map(({ row, place, why, answer, steps: texts }): Column => {
    const steps = texts.map((step) => ({ ...step, sameAs: undefined }));
    const none = { number: undefined, isCorrect: undefined, aggregates: undefined, tokens: undefined };
    return { ...none, ...measured(steps), name: t('row {0}', row), row, place, answer, steps, leftOut: why };
  });
  return [...taking, ...others];
}

function measured(steps: readonly CellStep[]): Pick<Column, 'minimum' | 'characters'> {
  let minimum = -1;
  let characters = 0;
  for (const [index, { text, score }] of steps.entries()) {
    characters += text.length;
    if (score === undefined) continue;
    const least = steps[minimum]?.score;
    if (least === undefined || score < least) minimum = index;
  }
  return { minimum, characters };
}

/** How columns are sorted. */
export const SORTS = [
  ['file', t('file order')],
  ['min', 'min'],
  ['product', 'product'],
  ['last', 'last'],
  ['mean', 'mean'],
  ['verdict', t('correct first')],
  ['steps', t('most steps')],
  ['length', t('longest')],
] as const;
/** One of these ways. */
export type Sort = (typeof SORTS)[number][0];

/** Which columns are shown. */
export const FILTERS = [
  ['all', t('all')],
  ['correct', t('correct')],
  ['wrong', t('wrong')],
  ['chosen', t('chosen by a rule')],
  ['within', t('the first N')],
  ['out', t('left out')],
] as const;
/** One of these choices. */
export type Filter = (typeof FILTERS)[number][0];

/** The columns that a filter lets pass, in the order of a sort, as places in the list of all. */
export function arrange(
  columns: readonly Column[],
  sort: Sort,
  filter: Filter,
  choices: Choices | undefined,
): number[] {
  const passes = (column: Column): boolean => {
    switch (filter) {
      case 'all':
        return true;
      case 'correct':
        return column.isCorrect === true;
      case 'wrong':
        return column.isCorrect === false;
      case 'chosen':
        return column.number !== undefined && choices !== undefined && isChosen(choices, column.number);
      case 'within':
        return column.number !== undefined && column.number <= (choices?.n ?? 0);
      case 'out':
        return column.leftOut !== undefined;
    }
  };
  const shown = [...columns.keys()].filter((index) => passes(columns[index]!));
  if (sort === 'file') return shown;
  // Sorting is stable: equal ones stay in the order of the file.
  return shown.sort((a, b) => rank(columns[b]!, sort) - rank(columns[a]!, sort));
}

function isChosen(choices: Choices, number: number): boolean {
  return choosers(choices, number).length > 0;
}

function rank(column: Column, sort: Exclude<Sort, 'file'>): number {
  if (sort === 'verdict') return column.isCorrect === undefined ? -1 : Number(column.isCorrect);
  if (sort === 'steps') return column.steps.length;
  if (sort === 'length') return column.characters;
  // Finite, for the difference of two that have no scores has to be a number.
  return column.aggregates?.[sort satisfies Aggregate] ?? -Number.MAX_VALUE;
}

/** Whose scores the candidates of a problem are compared by. */
export const SCORES = [
  ['recorded', t('recorded, else computed')],
  ['computed', t('computed')],
] as const satisfies readonly (readonly [PanelOptions['scores'], string])[];

/** How far the model has come with so many candidates, in words. */
export function modelWords({ model, scored, failed, isAtWork, fault }: ModelScoring, of: number): string {
  if (model === undefined) return t('No computed scores: {0}', fault ?? '');
  const words = [t('computed by {0}', model)];
  if (scored < of) words.push(t('{0} of {1} scored', scored, of));
  if (isAtWork) words.push(t('scoring…'));
  if (failed > 0) words.push(t('{0} failed: {1}', failed, fault ?? ''));
  else if (fault !== undefined) words.push(fault);
  return `${COMPUTED_SIGN} ${words.join(', ')}`;
}

/** How many candidates there are of each kind, in words. */
export function countWords(columns: readonly Column[]): string {
  const how = (test: (column: Column) => boolean): number => columns.filter(test).length;
  const taking = columns.filter((column) => column.leftOut === undefined);
  const judged = [true, false].flatMap((isCorrect) => {
    const count = how((column) => column.isCorrect === isCorrect);
    return count === 0 ? [] : [`${count} ${verdictText(isCorrect)}`];
  });
  const reasons = Object.entries(REASONS).flatMap(([reason, words]) => {
    const count = how((column) => column.leftOut === reason);
    return count === 0 ? [] : [t('{0} left out: {1}', count, words)];
  });
  const empty = how((column) => column.leftOut === undefined && column.characters === 0);
  const unanswered = how((column) => column.leftOut === undefined && column.answer === undefined);
  const taken = counted(taking.length, 'candidate');
  return [
    judged.length === 0 ? taken : `${taken}: ${judged.join(', ')}`,
    ...reasons,
    ...(unanswered === 0 ? [] : [t('{0} without an answer', unanswered)]),
    ...(empty === 0 ? [] : [t('{0} without text', empty)]),
  ].join(' · ');
}
