import { t } from '@vscode/l10n';
import { finalAnswer } from '../../grade/answer';
import { ok, type Result } from '../../result';
import type { Trajectory } from '../../trajectory';
import { isTextList, labelsUpToError, listedSteps, optionalText, requireText, requireTexts } from '../fields';
import type { Format, JsonObject } from '../format';

/**
 * BIG-Bench Mistake (WHGTyen/BIG-Bench-Mistake): `mistake_index` is the 0-based first wrong step, and null if there
 * is none. `target` is the gold answer, `answer` the trajectory's own (null if it gives none).
 */
export const bigBenchMistake: Format = {
  id: 'bigbench-mistake',
  title: t('BIG-Bench Mistake'),
  signature: t('input, steps (a list of texts) and mistake_index'),
  reads: ['input', 'steps', 'mistake_index', 'target', 'answer', 'id'],
  recognise(row) {
    if (typeof row.input !== 'string' || !isTextList(row.steps)) return undefined;
    const known = row.mistake_index === null || typeof row.mistake_index === 'number';
    return known ? t('input, steps and mistake_index') : undefined;
  },
  read,
};

function read(row: JsonObject): Result<Trajectory[]> {
  const problem = requireText(row.input, 'input');
  if (!problem.ok) return problem;
  const texts = requireTexts(row.steps, 'steps');
  if (!texts.ok) return texts;
  const missing = row.mistake_index === undefined;
  const labels = labelsUpToError(row.mistake_index ?? -1, texts.value.length, 'mistake_index');
  if (!labels.ok) return labels;
  const steps = listedSteps('steps', texts.value, missing ? [] : labels.value);
  const message = t('The row has no mistake_index: all its steps are unlabelled.');
  return ok([
    {
      id: optionalText(row.id) ?? null,
      problem: problem.value,
      steps,
      gold: optionalText(row.target),
      answer: optionalText(row.answer) ?? finalAnswer(steps),
      notes: missing ? [{ kind: 'labels-missing', message }] : [],
    },
  ]);
}
