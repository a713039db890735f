import { t } from '@vscode/l10n';
import type { Format, JsonObject } from '../../formats/format';
import { parseRow, readParsed, readRow } from '../../jsonl/readRow';
import { fail, ok, type Result } from '../../result';
import { labelWords } from '../../trace/words';
import type { Label, Trajectory } from '../../trajectory';
import type { StepLabel } from '../overlay';
import { RowText } from './rowText';

/**
 * Gives a row other labels: its bytes (without line end), its 1-based number and the labels to have, to the bytes
 * with only the label fields rewritten. Faults: the row cannot be read, or the format cannot hold a label.
 */
export type Relabel = (bytes: Uint8Array, row: number, labels: readonly StepLabel[]) => Result<Uint8Array>;

/** A row that is given other labels. */
export interface Relabelling {
  /** Where to write. */
  readonly text: RowText;
  readonly row: JsonObject;
  /** As the row is read now. */
  readonly trajectory: Trajectory;
  /** All labels that it is to have. */
  readonly wanted: readonly (Label | undefined)[];
  /** 0-based steps whose label has to change, ascending; at least one. */
  readonly changed: readonly number[];
}

/** Writes the labels of a format. Faults (without row): a label that the format cannot hold. */
export type LabelWriter = (relabelling: Relabelling) => Result<void>;

const decoder = new TextDecoder('utf-8', { ignoreBOM: true });
const encoder = new TextEncoder();

/**
 * The relabelling of a format with one trajectory per row. What the writer wrote is read again: unless it says
 * exactly the labels that were wanted, the row is refused.
 */
export function relabelWith(format: Format, write: LabelWriter): Relabel {
  return (bytes, row, labels) => {
    const parsed = parseRow(bytes, 0, bytes.length, row);
    if (!parsed.ok) return parsed;
    const reading = readParsed(parsed.value, row, format);
    if (!reading.ok) return reading;
    const trajectory = reading.value[0]!;
    const odd = labels.find((label) => label.trajectory !== 1 || label.step > trajectory.steps.length);
    if (odd !== undefined) {
      return fail(
        t('The row, read as {0}, has no step {1} in trajectory {2}.', format.title, odd.step, odd.trajectory),
        {
          row,
        },
      );
    }
    const wanted = trajectory.steps.map(({ label }) => label);
    for (const { step, label } of labels) wanted[step - 1] = label;
    const changed = [...wanted.keys()].filter((index) => wanted[index] !== trajectory.steps[index]!.label);
    if (changed.length === 0) return ok(bytes);
    const text = new RowText(decoder.decode(bytes));
    const written = write({ text, row: parsed.value.value, trajectory, wanted, changed });
    if (!written.ok) return fail(written.fault.message, { row });
    const result = encoder.encode(text.patched());
    const fault = differs(format, result, row, wanted);
    return fault === undefined ? ok(result) : fail(fault, { row });
  };
}

function differs(
  format: Format,
  bytes: Uint8Array,
  row: number,
  wanted: readonly (Label | undefined)[],
): string | undefined {
  const reading = readRow(bytes, 0, bytes.length, row, format);
  if (!reading.ok) return t('{0} cannot hold these labels: {1}', format.title, reading.fault.message);
  const { steps } = reading.value[0]!;
  if (steps.length !== wanted.length) {
    return t(
      '{0} cannot hold these labels: the row would be read with {1} instead of {2} steps.',
      format.title,
      steps.length,
      wanted.length,
    );
  }
  const odd = steps.findIndex(({ label }, index) => label !== wanted[index]);
  if (odd < 0) return undefined;
  const [is, should] = [labelWords(steps[odd]!.label), labelWords(wanted[odd])];
  return t(
    '{0} cannot hold these labels: step {1} would be read as {2} instead of {3}.',
    format.title,
    odd + 1,
    is,
    should,
  );
}

/** The fault for a label that a format has no spelling for; `index` is the 0-based step. */
export function cannotHold(format: string, index: number, label: Label | undefined): Result<never> {
  return fail(t('{0} cannot hold the label of step {1}: {2}.', format, index + 1, labelWords(label)));
}
