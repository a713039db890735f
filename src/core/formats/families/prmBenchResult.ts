import { fail, ok, type Result } from '../../result';
import type { Note, Trajectory } from '../../trajectory';
import { count, isObject, kindOf, optionalText, readScores, withPrefixes } from '../fields';
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
  title: 'PRMBench model result',
  signature: `scores with ${SCORES} or ${LABELS}, and idx`,
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
    return fail(`scores is ${kindOf(row.scores)}, but an object with ${SCORES} is expected.`);
  }
  const { [SCORES]: scores, [LABELS]: labels } = row.scores;
  const list = Array.isArray(scores) ? scores : labels;
  if (!Array.isArray(list)) {
    return fail(`scores.${SCORES} is ${kindOf(scores)}, but a list with one score per step is expected.`);
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
  if (!Array.isArray(labels)) return { kind, message: `${name} is ${kindOf(labels)}; it was not read.` };
  if (labels.length !== steps) {
    const message = `${name} has ${count(labels.length, 'entry')} for ${count(steps, 'step')}; it was not read.`;
    return { kind, message };
  }
  const wrong = labels.flatMap((label, index) => (label === false || label === 0 ? [index + 1] : []));
  const verdict = wrong.length === 0 ? 'no step' : `step ${wrong.join(', ')}`;
  return {
    kind,
    isFact: true,
    step: wrong[0],
    message: `The model judges ${verdict} of ${steps} to be wrong.`,
  };
}
