import { t } from '@vscode/l10n';
import { ok } from '../result';
import type { Note, Step, Trajectory } from '../trajectory';
import { kindOf, readScores } from './fields';
import type { Format, Json } from './format';

/**
 * The format with the column `scores` read as recorded scores (what `cfprm score` writes): one number or null per
 * step, in a list of such lists if the row holds several trajectories. A format that reads a column of that name
 * itself is left as it is.
 */
export function withRecordedScores(format: Format): Format {
  if (format.reads.includes('scores')) return format;
  return {
    ...format,
    reads: [...format.reads, 'scores'],
    read(row, split) {
      const reading = format.read(row, split);
      if (!reading.ok || row.scores === undefined || row.scores === null) return reading;
      const { value } = reading;
      return ok(value.map((trajectory, index) => scored(trajectory, row.scores, index, value.length)));
    },
  };
}

function scored(
  trajectory: Trajectory,
  column: Json | undefined,
  index: number,
  trajectories: number,
): Trajectory {
  const notes: Note[] = [];
  const { steps } = trajectory;
  const nested = trajectories > 1 && (!Array.isArray(column) || column.length !== trajectories);
  if (nested) {
    const message = t(
      'scores is {0}, not a list with one list of scores per trajectory; it was not read.',
      kindOf(column),
    );
    notes.push({ kind: 'scores-not-read', message });
  }
  const own = trajectories === 1 ? column : nested ? undefined : (column as Json[])[index];
  const name = trajectories === 1 ? 'scores' : `scores[${index}]`;
  const scores = readScores(own, steps.length, notes, name);
  return {
    ...trajectory,
    steps:
      scores.length === 0 ? steps : steps.map((step, k) => ({ ...step, score: scores[k] ?? step.score })),
    notes: notes.length === 0 ? trajectory.notes : [...(trajectory.notes ?? []), ...notes],
  };
}

/** The column `scores` that every format reads, as fields of a row that is written; none if no step has a score. */
export function scoresColumn(steps: readonly Step[]): { scores?: (number | null)[] } {
  if (steps.every((step) => step.score === undefined)) return {};
  return { scores: steps.map((step) => step.score ?? null) };
}
