import { t } from '@vscode/l10n';
import { finalAnswer } from '../../grade/answer';
import { fail, ok, type Result } from '../../result';
import { counted } from '../../trace/words';
import type { Label, Note, Trajectory } from '../../trajectory';
import { firstText, kindOf, listedSteps, optionalText, quote, requireTexts } from '../fields';
import type { Format, Json, JsonObject } from '../format';

/**
 * PRMBench (its docs/data_format.md): the steps are `modified_process`, and `error_steps` holds the 1-based
 * numbers of the wrong ones. All other steps are right. Some published rows name steps that do not exist; such a
 * number is left out, with a note.
 */
export const prmBench: Format = {
  id: 'prmbench',
  title: t('PRMBench'),
  signature: t('modified_process (a list of texts) and error_steps'),
  reads: [
    'modified_process',
    'error_steps',
    'modified_question',
    'question',
    'original_question',
    'idx',
    'ground_truth',
  ],
  recognise(row) {
    const known = isList(row.modified_process) && isList(row.error_steps);
    return known ? t('modified_process and error_steps') : undefined;
  },
  read,
};

function isList(value: Json | undefined): boolean {
  return Array.isArray(value);
}

function read(row: JsonObject): Result<Trajectory[]> {
  const problem = firstText(row.modified_question, row.question, row.original_question);
  if (problem === undefined) {
    return fail(t('The row has no problem: modified_question, question and original_question hold no text.'));
  }
  const texts = requireTexts(row.modified_process, 'modified_process');
  if (!texts.ok) return texts;
  const notes: Note[] = [];
  const labels = labelsOf(row.error_steps, texts.value.length, notes);
  if (!labels.ok) return labels;
  const steps = listedSteps('modified_process', texts.value, labels.value);
  const trajectory = {
    id: optionalText(row.idx) ?? null,
    problem,
    steps,
    gold: optionalText(row.ground_truth),
    answer: finalAnswer(steps),
    finalCorrect: undefined,
    generator: undefined,
    notes,
  };
  return ok([trajectory]);
}

function labelsOf(value: Json | undefined, steps: number, notes: Note[]): Result<readonly Label[]> {
  if (value === undefined || value === null) {
    notes.push({
      kind: 'labels-missing',
      message: t('The row has no error_steps: all its steps are unlabelled.'),
    });
    return ok([]);
  }
  if (!Array.isArray(value)) {
    return fail(t('error_steps is {0}, but a list of step numbers (from 1) is expected.', kindOf(value)));
  }
  const labels = new Array<Label>(steps).fill('correct');
  for (const entry of value) {
    if (typeof entry !== 'number' || !Number.isInteger(entry)) {
      return fail(
        t('error_steps has an entry of an unknown kind: {0}. Expected step numbers (from 1).', quote(entry)),
      );
    }
    if (entry >= 1 && entry <= steps) {
      labels[entry - 1] = 'incorrect';
    } else {
      const message = t(
        'error_steps names step {0}, but the row has {1}; it was ignored.',
        entry,
        counted(steps, 'step'),
      );
      notes.push({ kind: 'error-step-out-of-range', message });
    }
  }
  return ok(labels);
}
