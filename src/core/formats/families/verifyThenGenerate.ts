import { t } from '@vscode/l10n';
import { finalAnswer } from '../../grade/answer';
import { ok, type Result } from '../../result';
import type { Note, Trajectory } from '../../trajectory';
import { goldAnswer, lastLineAnswer } from '../answers';
import { isTextList, labelsUpToError, listedSteps, optionalText, requireText, requireTexts } from '../fields';
import type { Format, JsonObject } from '../format';

/**
 * verify-then-generate (eth-lre/verify-then-generate): a student's wrong solution of a GSM8K problem, and the
 * 0-based `incorrect_index` of its first wrong step. Answers stand as bare numbers in the last line.
 */
export const verifyThenGenerate: Format = {
  id: 'verify-then-generate',
  title: t('verify-then-generate'),
  signature: t('student_incorrect_solution (a list of texts) and incorrect_index'),
  reads: [
    'problem',
    'reference_solution',
    'student_incorrect_solution',
    'incorrect_index',
    'incorrect_step',
    'error_category',
    'id',
  ],
  recognise(row) {
    const known = isTextList(row.student_incorrect_solution) && typeof row.incorrect_index === 'number';
    return known ? t('student_incorrect_solution and incorrect_index') : undefined;
  },
  read,
};

function read(row: JsonObject): Result<Trajectory[]> {
  const problem = requireText(row.problem, 'problem');
  if (!problem.ok) return problem;
  const texts = requireTexts(row.student_incorrect_solution, 'student_incorrect_solution');
  if (!texts.ok) return texts;
  const labels = labelsUpToError(row.incorrect_index ?? null, texts.value.length, 'incorrect_index');
  if (!labels.ok) return labels;
  const steps = listedSteps('student_incorrect_solution', texts.value, labels.value);
  const { reference_solution: reference } = row;
  const cleaned = typeof reference === 'string' ? lastLineAnswer(reference) : undefined;
  return ok([
    {
      id: optionalText(row.id) ?? null,
      problem: problem.value,
      steps,
      gold: cleaned ?? goldAnswer(solutionWithAnswer(reference)),
      answer: finalAnswer(steps) ?? lastLineAnswer(texts.value.at(-1) ?? ''),
      notes: errorNotes(row, texts.value),
    },
  ]);
}

/** A reference counts as gold only if it states its answer: a solution is no answer. */
function solutionWithAnswer(reference: JsonObject[string] | undefined): string | undefined {
  return typeof reference === 'string' && /####|\\boxed/u.test(reference) ? reference : undefined;
}

function errorNotes(row: JsonObject, texts: readonly string[]): Note[] {
  const index = row.incorrect_index;
  if (typeof index !== 'number' || index < 0) return [];
  const notes: Note[] = [];
  const category = optionalText(row.error_category);
  if (category !== undefined) {
    notes.push({
      step: index + 1,
      kind: 'error-type',
      isFact: true,
      message: t('Type of error: {0}.', category),
    });
  }
  if (typeof row.incorrect_step === 'string' && row.incorrect_step.trim() !== texts[index]!.trim()) {
    const message = t(
      'incorrect_step is not the text of step {0}, which incorrect_index names; the index was taken.',
      index + 1,
    );
    notes.push({ step: index + 1, kind: 'labels-contradict', message });
  }
  return notes;
}
