import { t } from '@vscode/l10n';
import { ok, type Result } from '../result';
import type { Label, Note } from '../trajectory';
import { labelsUpToError, quote } from './fields';
import type { Json, JsonObject } from './format';

/**
 * The labels of a solution that ReasonEval spoiled on purpose (its dataset/perturbation.json). `tags` is the 0-based
 * wrong step if a number or an operation was changed in it, and the list of the two steps if two were swapped. The
 * other kinds (a step removed or repeated, the whole solution swapped) leave no step of which the row says that it
 * is wrong: the steps are unlabelled, with a note.
 *
 * Faults: `tags` is no step of the solution, where it must be one.
 */
export function perturbedLabels(
  row: JsonObject,
  steps: number,
  notes: Note[],
): Result<readonly (Label | undefined)[]> {
  const { error_type: type, tags } = row;
  if (type === 'random number' || type === 'random operation') {
    return labelsUpToError(tags ?? null, steps, 'tags');
  }
  if (type === 'swap steps') return labelsUpToError(firstOf(tags), steps, 'tags');
  const message = t(
    'error_type is {0}, for which tags names no wrong step: all steps are unlabelled.',
    quote(type),
  );
  notes.push({ kind: 'labels-missing', message });
  return ok([]);
}

function firstOf(tags: Json | undefined): Json {
  const numbers = Array.isArray(tags) ? tags.filter((tag) => typeof tag === 'number') : [];
  return numbers.length === 0 ? (tags ?? null) : Math.min(...numbers);
}
