import { t } from '@vscode/l10n';
import type { JsonObject } from '../../formats/format';
import { fail, ok, type Result } from '../../result';
import { labelWords } from '../../trace/words';
import type { Label } from '../../trajectory';
import { cannotHold, type LabelWriter } from './relabel';
import type { RowText } from './rowText';

/**
 * TRL: entries of `labels` are replaced one by one; a row without labels gets them behind `completions`. Hard
 * labels are spelled as the row's others are: true and false, or numbers. Neutral cannot be held.
 */
export const writeTrl: LabelWriter = ({ text, row, wanted, changed }) => {
  const neutral = changed.find((index) => wanted[index] === 'neutral');
  if (neutral !== undefined) return cannotHold('TRL', neutral, 'neutral');
  const spell = trlSpelling(text, row);
  if (Array.isArray(row.labels)) {
    for (const index of changed) text.replace(['labels', index], spell(wanted[index]));
  } else {
    const comma = text.comma(['completions']);
    text.setMember([], 'labels', `[${wanted.map(spell).join(comma)}]`, 'completions');
  }
  return ok(undefined);
};

function trlSpelling(text: RowText, { labels }: JsonObject): (label: Label | undefined) => string {
  const spelled = Array.isArray(labels) ? labels.map((_, index) => text.spelling(['labels', index])!) : [];
  const numbers = spelled.filter((spelling) => /^[-\d]/u.test(spelling));
  const decimal = numbers.some((spelling) => spelling.includes('.')) ? '.0' : '';
  const minus = numbers.some((spelling) => spelling.startsWith('-')) ? `-1${decimal}` : `0${decimal}`;
  const [correct, incorrect] = numbers.length === 0 ? ['true', 'false'] : [`1${decimal}`, minus];
  return (label) => {
    if (label === undefined) return 'null';
    return typeof label === 'number' ? String(label) : label === 'correct' ? correct! : incorrect!;
  };
}

/**
 * ProcessBench: `label` is the index of the first wrong step, so labels must be correct up to it and absent behind
 * it, or all correct (-1), or all absent (null).
 */
export const writeProcessBench: LabelWriter = ({ text, wanted }) => {
  const index = firstWrong(wanted);
  if (!index.ok) return index;
  text.setMember([], 'label', String(index.value), 'steps');
  return ok(undefined);
};

function firstWrong(wanted: readonly (Label | undefined)[]): Result<number | null> {
  if (wanted.every((label) => label === undefined)) return ok(null);
  const first = wanted.indexOf('incorrect');
  const odd = wanted.findIndex((label, step) => {
    if (first < 0 || step < first) return label !== 'correct';
    return step > first && label !== undefined;
  });
  if (odd < 0) return ok(first);
  const why =
    first >= 0 && odd > first
      ? t('no step behind the first error (step {0}) can have a label', first + 1)
      : t('every step before the first error must be correct');
  return fail(
    t(
      'ProcessBench holds only which step is the first wrong one: {0}, but step {1} is {2}.',
      why,
      odd + 1,
      labelWords(wanted[odd]),
    ),
  );
}

/** PRMBench: `error_steps` lists the wrong steps; every other step is correct, so each needs one of the two labels. */
export const writePrmBench: LabelWriter = ({ text, row, wanted }) => {
  const odd = wanted.findIndex((label) => label !== 'correct' && label !== 'incorrect');
  if (odd >= 0) return cannotHold('PRMBench', odd, wanted[odd]);
  const old = Array.isArray(row.error_steps) ? row.error_steps : [];
  const isWrong = (step: number): boolean => wanted[step - 1] === 'incorrect';
  // Numbers of steps that do not exist are ignored by the reader, and stay.
  const kept = old.filter(
    (step) => isWrong(Number(step)) || Number(step) < 1 || Number(step) > wanted.length,
  );
  const added = wanted.map((_, index) => index + 1).filter((step) => isWrong(step) && !old.includes(step));
  const ascending = kept.every((step, k) => k === 0 || Number(kept[k - 1]) <= Number(step));
  const steps = [...kept, ...added].map(Number);
  if (ascending) steps.sort((a, b) => a - b);
  text.setMember([], 'error_steps', `[${steps.join(text.comma(['error_steps']))}]`, 'modified_process');
  return ok(undefined);
};

const RATINGS: Partial<Record<string, string>> = { correct: '1', neutral: '0', incorrect: '-1' };

/** PRM800K: the rating of the text that is the step's. Steps that nobody rated have no place for one. */
export const writePrm800k: LabelWriter = ({ text, trajectory, wanted, changed }) => {
  for (const index of changed) {
    const { path } = trajectory.steps[index]!.place;
    if (path[0] !== 'label') {
      return fail(
        t(
          'PRM800K cannot hold the label of step {0}: the step was never shown to a labeller, so it has no rating.',
          index + 1,
        ),
      );
    }
    const label = wanted[index];
    const rating = label === undefined ? 'null' : RATINGS[label];
    if (rating === undefined) return cannotHold('PRM800K', index, label);
    text.setMember(path.slice(0, -1), 'rating', rating, 'text');
  }
  return ok(undefined);
};
