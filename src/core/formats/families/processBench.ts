import { t } from '@vscode/l10n';
import { finalAnswer } from '../../grade/answer';
import { ok, type Result } from '../../result';
import { firstError, type Note, type Trajectory } from '../../trajectory';
import {
  firstVerdict,
  isTextList,
  labelsUpToError,
  listedSteps,
  optionalText,
  quote,
  requireText,
  requireTexts,
} from '../fields';
import type { Format, Json, JsonObject } from '../format';
import { scoresColumn } from '../recordedScores';

/**
 * ProcessBench (Qwen/ProcessBench): `label` is the 0-based index of the first wrong step, or -1. Nothing is said
 * about the steps after it, so they are unlabelled. The verdict on the final answer is a fact of its own: 184 of
 * the benchmark's rows are right in the end although a step is wrong.
 *
 * Critics' outputs (its code/run_eval.py) are the same rows with `generated_critique`, `prediction` (again an index,
 * or null) and `match`. The labels stay the file's; a prediction that differs is a note.
 */
export const processBench: Format = {
  id: 'processbench',
  title: t('ProcessBench'),
  signature: t('problem, steps (a list of texts) and label (index of the first wrong step)'),
  reads: ['problem', 'steps', 'label', 'final_answer_correct', 'id', 'generator', 'prediction'],
  recognise(row) {
    if (typeof row.problem !== 'string' || !isTextList(row.steps) || row.labels !== undefined)
      return undefined;
    if (typeof row.label === 'number') return t('problem, steps and label');
    return row.label === undefined || row.label === null ? t('problem and steps') : undefined;
  },
  read,
  writer: {
    cannotHold: [
      'soft-labels',
      'neutral-labels',
      'labels',
      'alternatives',
      'tree',
      'gold',
      'answer',
      'total-score',
      'tokens',
    ],
    row: write,
  },
};

function read(row: JsonObject): Result<Trajectory[]> {
  const problem = requireText(row.problem, 'problem');
  if (!problem.ok) return problem;
  const texts = requireTexts(row.steps, 'steps');
  if (!texts.ok) return texts;
  const notes: Note[] = [];
  const count = texts.value.length;
  const labels =
    row.label === undefined || row.label === null ? undefined : labelsUpToError(row.label, count, 'label');
  if (labels === undefined) {
    notes.push({ kind: 'labels-missing', message: t('The row has no label: all its steps are unlabelled.') });
  } else if (!labels.ok) {
    return labels;
  }
  const critic = criticNote(row.prediction, row.label, count);
  if (critic !== undefined) notes.push(critic);
  const steps = listedSteps('steps', texts.value, labels?.value ?? []);
  return ok([
    {
      id: optionalText(row.id) ?? null,
      problem: problem.value,
      steps,
      gold: undefined,
      answer: finalAnswer(steps),
      finalCorrect: firstVerdict(row.final_answer_correct),
      generator: optionalText(row.generator),
      notes,
    },
  ]);
}

/** What a critic said, if it said something else than the label. Nothing if the row holds no prediction. */
function criticNote(prediction: Json | undefined, label: Json | undefined, steps: number): Note | undefined {
  if (prediction === undefined || prediction === label) return undefined;
  const step = isStep(prediction, steps) ? prediction + 1 : undefined;
  const critic =
    prediction === null
      ? t('The critic names no step')
      : t('The critic says {0}', inWords(prediction, steps));
  const message =
    label === undefined || label === null
      ? `${critic}.`
      : t('{0}; the label says {1}.', critic, inWords(label, steps));
  return { kind: 'critic-prediction', step, isFact: true, message };
}

function isStep(index: Json, steps: number): index is number {
  return typeof index === 'number' && Number.isInteger(index) && index >= 0 && index < steps;
}

function inWords(index: Json, steps: number): string {
  if (index === -1) return t('that all steps are right');
  if (isStep(index, steps)) return t('that step {0} is the first wrong one', index + 1);
  return t('{0}, which is the index of no step', quote(index));
}

function write(trajectory: Trajectory): string {
  const { id, generator, problem, steps, finalCorrect } = trajectory;
  return JSON.stringify({
    ...(id === null ? {} : { id }),
    ...(generator === undefined ? {} : { generator }),
    problem,
    steps: steps.map((step) => step.text),
    ...(finalCorrect === undefined ? {} : { final_answer_correct: finalCorrect }),
    label: firstErrorIndex(trajectory),
    ...scoresColumn(steps),
  });
}

/** The index says that all steps before it are right: without a label on each of them it is null. */
function firstErrorIndex(trajectory: Trajectory): number | null {
  const { steps } = trajectory;
  const error = firstError(trajectory);
  const before = error === undefined ? steps : steps.slice(0, error - 1);
  if (steps.length === 0 || before.some((step) => step.label === undefined)) return null;
  return error === undefined ? -1 : error - 1;
}
