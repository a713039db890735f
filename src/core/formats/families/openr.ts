import { t } from '@vscode/l10n';
import { finalAnswer } from '../../grade/answer';
import { fail, ok, type Result } from '../../result';
import type { Label, Note, Trajectory } from '../../trajectory';
import { goldAnswer } from '../answers';
import { optionalNumber } from '../candidates';
import {
  binaryLabel,
  isObject,
  kindOf,
  optionalText,
  readLabels,
  requireText,
  withPrefixes,
} from '../fields';
import type { Format, Json, JsonObject } from '../format';
import type { SplitRule } from '../splitText';
import { textSteps } from '../wholeText';

const TAG = 'ки';
const USUAL: SplitRule = 'line';
const EXPECTED = t('Expected 1, 0, "+", "-", true, false, null, or a number between 0 and 1.');

/**
 * OpenR (openreasoner/openr). Records of its searches (reason/evaluation) hold a question, the gold answer and the
 * solutions found, whose `value` has one score per step. Training rows (prm/code/finetune_*.py) hold the solution in
 * `process` and one label per step in `labels` (`label` in its code; 1, 0, "+" and "-" are all in use). Steps end
 * with the tag "ки"; a text without one has a step per line.
 */
export const openr: Format = {
  id: 'openr',
  title: t('OpenR'),
  signature: t('question and output (a list with text), or question, process and labels'),
  reads: withPrefixes([
    'question',
    'groundtruth',
    'output.text',
    'output.value',
    'output.completion_tokens',
    'process',
    'labels',
    'label',
    'id',
  ]),
  split: USUAL,
  recognise(row) {
    if (typeof row.question !== 'string') return undefined;
    if (typeof row.process === 'string') {
      const key = ['labels', 'label'].find((name) => Array.isArray(row[name]));
      if (key !== undefined) return t('question, process and {0}', key);
      return row.process.includes(TAG) ? t('question and process with the step tag "ки"') : undefined;
    }
    const first = Array.isArray(row.output) ? row.output[0] : undefined;
    return isObject(first) && typeof first.text === 'string' ? t('question and output') : undefined;
  },
  read(row, split) {
    return row.output === undefined ? readTraining(row, split) : readRecord(row, split);
  },
};

function readRecord(row: JsonObject, split: SplitRule | undefined): Result<Trajectory[]> {
  const problem = requireText(row.question, 'question');
  if (!problem.ok) return problem;
  if (!Array.isArray(row.output)) {
    return fail(t('output is {0}, but a list of objects with text is expected.', kindOf(row.output)));
  }
  const trajectories: Trajectory[] = [];
  for (const [index, path] of row.output.entries()) {
    const name = `output[${index}]`;
    if (!isObject(path))
      return fail(t('{0} is {1}, but an object with text is expected.', name, kindOf(path)));
    const text = requireText(path.text, `${name}.text`);
    if (!text.ok) return text;
    const notes: Note[] = [];
    const scores = { value: path.value, name: `${name}.value` };
    const cutting = { usual: USUAL, chosen: split, tag: TAG, scores };
    const steps = textSteps(text.value, ['output', index, 'text'], cutting, notes);
    trajectories.push({
      id: optionalText(row.id) ?? null,
      problem: problem.value,
      steps,
      gold: goldAnswer(row.groundtruth),
      answer: finalAnswer(steps),
      tokens: optionalNumber(path.completion_tokens),
      notes,
    });
  }
  return ok(trajectories);
}

function readTraining(row: JsonObject, split: SplitRule | undefined): Result<Trajectory[]> {
  const problem = requireText(row.question, 'question');
  if (!problem.ok) return problem;
  const process = requireText(row.process, 'process');
  if (!process.ok) return process;
  const notes: Note[] = [];
  const cut = textSteps(process.value, ['process'], { usual: USUAL, chosen: split, tag: TAG }, notes);
  const labels = labelsOf(row, cut.length, notes);
  if (!labels.ok) return labels;
  const steps = cut.map((step, index) => ({ ...step, label: labels.value[index] }));
  return ok([
    { id: optionalText(row.id) ?? null, problem: problem.value, steps, answer: finalAnswer(steps), notes },
  ]);
}

function labelsOf(row: JsonObject, steps: number, notes: Note[]): Result<readonly (Label | undefined)[]> {
  const name = row.labels === undefined || row.labels === null ? 'label' : 'labels';
  const labels = row[name];
  if (labels === undefined || labels === null) {
    notes.push({
      kind: 'labels-missing',
      message: t('The row has no labels: all its steps are unlabelled.'),
    });
    return ok([]);
  }
  if (!Array.isArray(labels)) {
    return fail(t('{0} is {1}, but a list with one label per step is expected.', name, kindOf(labels)));
  }
  return readLabels(labels, steps, { labels: name, steps: 'step', expected: EXPECTED }, labelOf);
}

function labelOf(value: Json | undefined): Label | undefined | null {
  if (value === '+') return 'correct';
  return value === '-' ? 'incorrect' : binaryLabel(value);
}
