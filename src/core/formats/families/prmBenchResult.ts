import { t } from '@vscode/l10n';
import { fail, ok, type Result } from '../../result';
import { counted } from '../../trace/words';
import type { Note, Trajectory } from '../../trajectory';
import { isObject, kindOf, optionalText, readScores, withPrefixes } from '../fields';
import type { Format, Json, JsonObject } from '../format';

const SCORES = 'step_level_validity_scores';
const LABELS = 'step_level_validity_labels';

/**
 * A model's results on PRMBench (its docs/data_format.md): per step a validity score and the model's own verdict,
 * without any texts; `idx` is the benchmark row's `classification_idx`. The verdicts are the model's predictions and
 * no labels: they are kept as a note.
 */
export const prmBenchResult: Format = {
  id: 'prmbench-result',
  title: t('PRMBench model result'),
  signature: t('scores with {0} or {1}, and idx', SCORES, LABELS),
  reads: withPrefixes([`scores.${SCORES}`, `scores.${LABELS}`, 'idx']),
  recognise(row) {
    if (!isObject(row.scores)) return undefined;
    const { [SCORES]: scores, [LABELS]: labels } = row.scores;
    if (Array.isArray(scores)) return `scores.${SCORES}`;
    return Array.isArray(labels) ? `scores.${LABELS}` : undefined;
  },
  read,
};

function read(row: JsonObject): Result<Trajectory[]> {
  if (!isObject(row.scores)) {
    return fail(t('scores is {0}, but an object with {1} is expected.', kindOf(row.scores), SCORES));
  }
  const { [SCORES]: scores, [LABELS]: labels } = row.scores;
  const list = Array.isArray(scores) ? scores : labels;
  if (!Array.isArray(list)) {
    return fail(
      t('scores.{0} is {1}, but a list with one score per step is expected.', SCORES, kindOf(scores)),
    );
  }
  const notes: Note[] = [];
  const values = readScores(scores, list.length, notes, `scores.${SCORES}`);
  const judged = predictionNote(labels, list.length);
  if (judged !== undefined) notes.push(judged);
  const key = list === scores ? SCORES : LABELS;
  const steps = list.map((_, index) => ({
    text: '',
    label: undefined,
    score: values[index],
    place: { path: ['scores', key, index], onlyEnd: true },
  }));
  return ok([{ id: optionalText(row.idx) ?? null, problem: '', steps, notes }]);
}

/** The model's verdicts in words. */
function predictionNote(labels: Json | undefined, steps: number): Note | undefined {
  if (labels === undefined || labels === null) return undefined;
  const kind = 'model-labels';
  const name = `scores.${LABELS}`;
  if (!Array.isArray(labels))
    return { kind, message: t('{0} is {1}; it was not read.', name, kindOf(labels)) };
  if (labels.length !== steps) {
    const message = t(
      '{0} has {1} for {2}; it was not read.',
      name,
      counted(labels.length, 'entry'),
      counted(steps, 'step'),
    );
    return { kind, message };
  }
  const wrong = labels.flatMap((label, index) => (label === false || label === 0 ? [index + 1] : []));
  return {
    kind,
    isFact: true,
    step: wrong[0],
    message:
      wrong.length === 0
        ? t('The model judges no step of {0} to be wrong.', steps)
        : t('The model judges step {0} of {1} to be wrong.', wrong.join(', '), steps),
  };
}
