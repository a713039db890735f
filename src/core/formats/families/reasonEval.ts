import { t } from '@vscode/l10n';
import { finalAnswer } from '../../grade/answer';
import { fail, ok, type Result } from '../../result';
import type { Label, Note, Step, Trajectory } from '../../trajectory';
import { goldAnswer } from '../answers';
import { isTextList, kindOf, optionalText, readLabels, readScores, requireText } from '../fields';
import { judgedLabels } from '../firstErrorStep';
import type { Format, Json, JsonObject } from '../format';
import { perturbedLabels } from '../perturbedSteps';
import { answerVerdict } from './mrGsm8k';
import { ratingLabel } from './prm800k';

const STEPS = 'model_output_step_format';
const RATINGS = { labels: 'rating', steps: 'step', expected: t('Expected 1, 0, -1 or null.') } as const;

/**
 * ReasonEval (GAIR-NLP/ReasonEval). Rows of its MR-MATH sets have a list of lines per step, and either a `rating`
 * per step (1 correct, 0 redundant, which is neutral, -1 incorrect) or the 1-based first error. Rows of its
 * perturbation set are solutions that were spoiled on purpose (see `perturbedLabels`). Rows of its results
 * have no texts, only `id` and `scores`: a number per step, or the triple [p(negative), p(neutral), p(positive)],
 * of which the validity 1 - p(negative) is kept; the redundancy p(neutral) is not.
 */
export const reasonEval: Format = {
  id: 'reasoneval',
  title: t('ReasonEval'),
  signature: t(
    '{0} with rating or a first error step, hypothesis_steps and error_type, or id and scores alone',
    STEPS,
  ),
  reads: [
    'id',
    'question',
    'ground_truth_answer',
    'generator',
    STEPS,
    'rating',
    'model_output_answer_correctness',
    'model_output_solution_correctness',
    'model_output_solution_first_error_step',
    'hypothesis_steps',
    'error_type',
    'tags',
    'scores',
  ],
  recognise(row) {
    const steps = row[STEPS];
    if (Array.isArray(steps) && typeof row.question === 'string') {
      if (Array.isArray(row.rating)) return t('{0} and rating', STEPS);
      return row.model_output_solution_first_error_step === undefined
        ? undefined
        : t('{0} and model_output_solution_first_error_step', STEPS);
    }
    if (isTextList(row.hypothesis_steps) && typeof row.error_type === 'string') {
      return t('hypothesis_steps and error_type');
    }
    return isScoreRow(row) ? t('id and scores') : undefined;
  },
  read(row) {
    return isScoreRow(row) ? readScoreRow(row) : readSolution(row);
  },
};

/** A row of results: nothing but an id and one score or triple per step. */
function isScoreRow(row: JsonObject): boolean {
  const { id, scores } = row;
  if (Object.keys(row).length !== 2 || optionalText(id) === undefined) return false;
  return (
    Array.isArray(scores) && scores.length > 0 && scores.every((entry) => isTriple(entry) || isScore(entry))
  );
}

function isScore(value: Json): value is number {
  return typeof value === 'number' && Number.isFinite(value);
}

function isTriple(value: Json): value is number[] {
  return Array.isArray(value) && value.length === 3 && value.every(isScore);
}

/** The scores with the validity in place of each triple. */
function validities(scores: Json | undefined): Json | undefined {
  if (!Array.isArray(scores)) return scores;
  return scores.map((entry) => (isTriple(entry) ? 1 - entry[0]! : entry));
}

function noteRedundancy(scores: Json | undefined, notes: Note[]): void {
  if (!Array.isArray(scores) || !scores.some(isTriple)) return;
  const message = t('Of the score triples only the validity, 1 - p(negative), was kept, not the redundancy.');
  notes.push({ kind: 'redundancy-not-kept', isFact: true, message });
}

function readScoreRow(row: JsonObject): Result<Trajectory[]> {
  const notes: Note[] = [];
  const steps = (validities(row.scores) as number[]).map(
    (score, index): Step => ({ text: '', score, place: { path: ['scores', index], onlyEnd: true } }),
  );
  noteRedundancy(row.scores, notes);
  notes.push({
    kind: 'texts-missing',
    isFact: true,
    message: t('The row has scores only: no problem and no texts of steps.'),
  });
  return ok([{ id: optionalText(row.id) ?? null, problem: '', steps, notes }]);
}

function readSolution(row: JsonObject): Result<Trajectory[]> {
  const problem = requireText(row.question, 'question');
  if (!problem.ok) return problem;
  const texts =
    row[STEPS] === undefined && row.hypothesis_steps !== undefined
      ? readTexts(row.hypothesis_steps, 'hypothesis_steps')
      : readTexts(row[STEPS], STEPS);
  if (!texts.ok) return texts;
  const notes: Note[] = [];
  const labels = labelsOf(row, texts.value.length, notes);
  if (!labels.ok) return labels;
  const finalCorrect = answerVerdict(row.model_output_answer_correctness, notes);
  noteRedundancy(row.scores, notes);
  const scores = readScores(validities(row.scores), texts.value.length, notes);
  const steps = texts.value.map((step, index) => ({
    ...step,
    label: labels.value[index],
    score: scores[index],
  }));
  return ok([
    {
      id: optionalText(row.id) ?? null,
      problem: problem.value,
      steps,
      gold: goldAnswer(row.ground_truth_answer),
      answer: finalAnswer(steps),
      finalCorrect,
      generator: optionalText(row.generator),
      notes,
    },
  ]);
}

function labelsOf(row: JsonObject, steps: number, notes: Note[]): Result<readonly (Label | undefined)[]> {
  if (row[STEPS] === undefined) return perturbedLabels(row, steps, notes);
  if (Array.isArray(row.rating)) return readLabels(row.rating, steps, RATINGS, ratingLabel);
  const names = {
    verdict: 'model_output_solution_correctness',
    firstError: 'model_output_solution_first_error_step',
  };
  return judgedLabels(
    { verdict: row[names.verdict], firstError: row[names.firstError], names },
    steps,
    notes,
  );
}

/** Each step is a list of lines, which are one text in several strings, or a text. */
function readTexts(value: Json | undefined, name: string): Result<Pick<Step, 'text' | 'place'>[]> {
  if (!Array.isArray(value))
    return fail(t('{0} is {1}, but a list of steps is expected.', name, kindOf(value)));
  const steps: Pick<Step, 'text' | 'place'>[] = [];
  for (const [index, entry] of value.entries()) {
    if (typeof entry === 'string') steps.push({ text: entry, place: { path: [name, index] } });
    else if (!isTextList(entry) || entry.length === 0) {
      const found = isTextList(entry) ? t('an empty list') : kindOf(entry);
      return fail(t('{0} has {1} at step {2}, but a list of lines is expected.', name, found, index + 1));
    } else {
      const path = [name, index, entry.length - 1];
      const place = entry.length === 1 ? { path } : { path, onlyEnd: true };
      steps.push({ text: entry.join('\n'), place });
    }
  }
  return ok(steps);
}
