import { t } from '@vscode/l10n';
import { finalAnswer } from '../../grade/answer';
import { fail, ok, type Result } from '../../result';
import type { Note, Trajectory } from '../../trajectory';
import { goldAnswer } from '../answers';
import { readEstimate } from '../estimate';
import { isTextList, optionalText, requireTexts } from '../fields';
import type { Format, JsonObject } from '../format';

/**
 * OmegaPRM, OpenR's second version (data/omegaPRM_v2): one point of a search per row. `solution_prefix` is a list of
 * the question and the steps up to that point, `mc_value` the share of completions from there that are right. It is
 * a soft label of the last step and says nothing about the steps before it, which have rows of their own.
 */
export const omegaPrm: Format = {
  id: 'omegaprm',
  title: t('OmegaPRM (one point per row)'),
  signature: t('solution_prefix (a list of texts: the question and steps) and mc_value'),
  reads: ['solution_prefix', 'mc_value', 'final_answer', 'id'],
  recognise(row) {
    const known = isTextList(row.solution_prefix) && typeof row.mc_value === 'number';
    return known ? t('solution_prefix and mc_value') : undefined;
  },
  read,
};

function read(row: JsonObject): Result<Trajectory[]> {
  const texts = requireTexts(row.solution_prefix, 'solution_prefix');
  if (!texts.ok) return texts;
  const [problem, ...rest] = texts.value;
  if (problem === undefined) {
    return fail(t('solution_prefix is an empty list, but the question and the steps are expected.'));
  }
  const value = readEstimate(row.mc_value, 'mc_value');
  if (!value.ok) return value;
  const steps = rest.map((text, index) => ({
    text,
    label: index === rest.length - 1 ? value.value : undefined,
    score: undefined,
    place: { path: ['solution_prefix', index + 1] },
  }));
  const gold = goldAnswer(row.final_answer);
  return ok([
    {
      id: optionalText(row.id) ?? null,
      problem,
      steps,
      gold,
      answer: finalAnswer(steps),
      notes: notesOf(row, steps.length),
    },
  ]);
}

function notesOf(row: JsonObject, steps: number): Note[] {
  if (row.mc_value === undefined || row.mc_value === null) {
    return [{ kind: 'labels-missing', message: t('The row has no mc_value: all its steps are unlabelled.') }];
  }
  if (steps > 0) return [];
  const message = t('mc_value is about the question itself: there is no step that it could label.');
  return [{ kind: 'label-without-step', message }];
}
