import { t } from '@vscode/l10n';
import { finalAnswer } from '../../grade/answer';
import { ok, type Result } from '../../result';
import type { Note, Trajectory } from '../../trajectory';
import { goldAnswer } from '../answers';
import { isTextList, kindOf, listedSteps, optionalText, requireText, requireTexts } from '../fields';
import { judgedLabels } from '../firstErrorStep';
import type { Format, Json, JsonObject } from '../format';

/**
 * MR-GSM8K (dvlab-research/MR-GSM8K), the dataset and the rows of its eval_results: the first error is a 1-based
 * step, and "N/A" in a correct solution. The verdict on the answer is apart from that on the reasoning: an answer
 * can be right although a step is wrong.
 */
export const mrGsm8k: Format = {
  id: 'mr-gsm8k',
  title: t('MR-GSM8K'),
  signature: t('model_output_steps (a list of texts) and model_output_solution_first_error_step'),
  reads: [
    'uuid',
    'question',
    'ground_truth_answer',
    'model_output_steps',
    'model_output_answer_correctness',
    'model_output_solution_correctness',
    'model_output_solution_first_error_step',
  ],
  recognise(row) {
    const known =
      isTextList(row.model_output_steps) && row.model_output_solution_first_error_step !== undefined;
    return known ? t('model_output_steps and model_output_solution_first_error_step') : undefined;
  },
  read,
};

function read(row: JsonObject): Result<Trajectory[]> {
  const problem = requireText(row.question, 'question');
  if (!problem.ok) return problem;
  const texts = requireTexts(row.model_output_steps, 'model_output_steps');
  if (!texts.ok) return texts;
  const notes: Note[] = [];
  const labels = judgedLabels(
    {
      verdict: row.model_output_solution_correctness,
      firstError: row.model_output_solution_first_error_step,
      names: {
        verdict: 'model_output_solution_correctness',
        firstError: 'model_output_solution_first_error_step',
      },
    },
    texts.value.length,
    notes,
  );
  if (!labels.ok) return labels;
  const finalCorrect = answerVerdict(row.model_output_answer_correctness, notes);
  const steps = listedSteps('model_output_steps', texts.value, labels.value);
  return ok([
    {
      id: optionalText(row.uuid) ?? null,
      problem: problem.value,
      steps,
      gold: goldAnswer(row.ground_truth_answer),
      answer: finalAnswer(steps),
      finalCorrect,
      notes,
    },
  ]);
}

/**
 * The verdict of `model_output_answer_correctness` (MR-GSM8K, ReasonEval): 'correct', or 'wrong'. Any other value
 * is no verdict, with a note.
 */
export function answerVerdict(value: Json | undefined, notes: Note[]): boolean | undefined {
  if (value === undefined || value === null) return undefined;
  if (value === 'correct') return true;
  if (value === 'wrong' || value === 'incorrect') return false;
  const found = typeof value === 'string' ? JSON.stringify(value.slice(0, 40)) : kindOf(value);
  const message = t(
    'model_output_answer_correctness is {0}, not "correct" or "wrong"; it was not read.',
    found,
  );
  notes.push({ kind: 'verdict-not-read', message });
  return undefined;
}
