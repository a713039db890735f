import { t } from '@vscode/l10n';
import { fail, ok, type Result } from '../result';
import type { Trajectory } from '../trajectory';
import type { Format, JsonObject, WriteOptions } from './format';
import { type LossCounts, lossesOf } from './losses';

/** A row that was written. */
export interface WrittenRow {
  /** JSON on one line, without a line end. */
  readonly text: string;
  /** What the row could not hold of its trajectory. */
  readonly lost: LossCounts;
}

/**
 * Writes a trajectory as a row of a format that has a writer. The row is read again by the format's own reader:
 * what does not come back is lost, and a row that would come back as another trajectory (a text that holds the step
 * tag, a problem that cannot be told from the first step) is a fault.
 */
export function writeRow(format: Format, trajectory: Trajectory, options: WriteOptions): Result<WrittenRow> {
  if (format.writer === undefined) throw new Error(`Rows of ${format.id} are only read.`);
  const text = format.writer.row(trajectory, options);
  const row = JSON.parse(text) as JsonObject;
  // The column that merged rows get tells a reader that a single turn is a window, not a whole solution.
  const back = format.read(options.pastError ? { ...row, cfprm: {} } : row);
  if (!back.ok) return fail(t('The row cannot be written as {0}: {1}', format.title, back.fault.message));
  const lost = back.value.length === 1 ? lossesOf(trajectory, back.value[0]!) : undefined;
  if (lost !== undefined) return ok({ text, lost });
  return fail(
    t(
      'The row cannot be written as {0}: it would be read back with another problem or other steps.',
      format.title,
    ),
  );
}
