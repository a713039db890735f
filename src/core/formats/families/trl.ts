import { t } from '@vscode/l10n';
import { extractAnswer, finalAnswer } from '../../grade/answer';
import { fail, ok, type Result } from '../../result';
import type { Label, Note, Trajectory } from '../../trajectory';
import {
  binaryLabel,
  firstText,
  firstVerdict,
  isTextList,
  kindOf,
  listedSteps,
  optionalText,
  readLabels,
  requireText,
  requireTexts,
} from '../fields';
import type { Format, JsonObject, WriteOptions } from '../format';
import { labelText } from '../labelText';
import { scoresColumn } from '../recordedScores';

const LABELS = {
  labels: 'labels',
  steps: 'completion',
  expected: t('Expected true, false, 1, 0, -1, null, or a number between 0 and 1.'),
} as const;

/**
 * TRL's stepwise supervision: `prompt`, `completions` and one label per completion (TRL documentation, "Dataset
 * formats"). Rows without `labels` are unlabelled trajectories.
 */
export const trl: Format = {
  id: 'trl',
  title: t('TRL stepwise supervision'),
  signature: t('prompt and completions (a list of texts), with labels'),
  reads: [
    'prompt',
    'completions',
    'labels',
    'id',
    'gold',
    'gold_answer',
    'ground_truth',
    'answer',
    'final_answer',
    'final_correct',
    'final_answer_correct',
    'generator',
  ],
  recognise(row) {
    if (typeof row.prompt !== 'string' || !isTextList(row.completions)) return undefined;
    if (row.labels === undefined || row.labels === null) return t('prompt and completions');
    return Array.isArray(row.labels) ? t('prompt, completions and labels') : undefined;
  },
  read,
  writer: {
    cannotHold: ['neutral-labels', 'alternatives', 'tree', 'total-score', 'tokens'],
    row: write,
  },
};

function read(row: JsonObject): Result<Trajectory[]> {
  const problem = requireText(row.prompt, 'prompt');
  if (!problem.ok) return problem;
  const texts = requireTexts(row.completions, 'completions');
  if (!texts.ok) return texts;
  const notes: Note[] = [];
  const labels = labelsOf(row, texts.value.length, notes);
  if (!labels.ok) return labels;
  const steps = listedSteps('completions', texts.value, labels.value);
  return ok([
    {
      id: optionalText(row.id) ?? null,
      problem: problem.value,
      steps,
      gold: goldOf(row),
      answer: ownAnswer(row) ?? finalAnswer(steps),
      finalCorrect: firstVerdict(row.final_correct, row.final_answer_correct),
      generator: optionalText(row.generator),
      notes,
    },
  ]);
}

function labelsOf(row: JsonObject, steps: number, notes: Note[]): ReturnType<typeof readLabels> {
  const { labels } = row;
  if (labels === undefined || labels === null) {
    notes.push({
      kind: 'labels-missing',
      message: t('The row has no labels: all its steps are unlabelled.'),
    });
    return ok([]);
  }
  if (!Array.isArray(labels)) {
    return fail(t('labels is {0}, but a list with one label per completion is expected.', kindOf(labels)));
  }
  return readLabels(labels, steps, LABELS, binaryLabel);
}

/**
 * The gold answer. `answer` counts as gold (a whole reference solution that ends in "#### 18" too); a
 * `final_answer` does not: files disagree on whose answer it is.
 */
function goldOf(row: JsonObject): string | undefined {
  const gold = firstText(row.gold, row.gold_answer, row.ground_truth, row.answer);
  return gold?.includes('####') ? extractAnswer(gold) : gold;
}

/** The trajectory's own answer: `final_answer`, but only beside a verdict, which is about the trajectory. */
function ownAnswer(row: JsonObject): string | undefined {
  return typeof row.final_correct === 'boolean' ? optionalText(row.final_answer) : undefined;
}

function write(trajectory: Trajectory, { numbers }: WriteOptions): string {
  const { problem, steps, gold, answer, finalCorrect, generator, id } = trajectory;
  const labels = steps.map((step) => labelText(labelNumber(step.label), numbers)).join();
  const list = `{"prompt":${JSON.stringify(problem)},"completions":${JSON.stringify(steps.map((step) => step.text))},"labels":[${labels}]`;
  const others = {
    ...(id === null ? {} : { id }),
    ...(gold === undefined ? {} : { gold }),
    ...(finalCorrect === undefined ? {} : { final_answer: answer, final_correct: finalCorrect }),
    ...(generator === undefined ? {} : { generator }),
    ...scoresColumn(steps),
  };
  const more = JSON.stringify(others);
  return more === '{}' ? `${list}}` : `${list},${more.slice(1)}`;
}

/** 1, 0, soft between them, or NaN for an absent label. Neutral is not negative, and TRL knows nothing else. */
function labelNumber(label: Label | undefined): number {
  if (label === undefined) return Number.NaN;
  if (typeof label === 'number') return label;
  return label === 'incorrect' ? 0 : 1;
}
