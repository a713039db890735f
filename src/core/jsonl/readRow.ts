import { t } from '@vscode/l10n';
import { firstText } from '../formats/fields';
import type { Format, Json, JsonObject } from '../formats/format';
import { errorWords, fail, ok, type Result } from '../result';
import type { Trajectory } from '../trajectory';
import { RowScanner } from './scan';

const strictUtf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });
const laxUtf8 = new TextDecoder('utf-8', { ignoreBOM: true });
const encoder = new TextEncoder();
const scanner = new RowScanner();

/** A row as JSON, with the key paths that occur twice in it. */
export interface ParsedRow {
  readonly value: JsonObject;
  readonly duplicates: readonly string[];
}

/**
 * Parses the row in `bytes[start, end)`. Faults: text that is not JSON (with the column), invalid UTF-8, and a
 * value that is not an object.
 */
export function parseRow(bytes: Uint8Array, start: number, end: number, row: number): Result<ParsedRow> {
  const fault = scanner.scan(bytes, start, end);
  if (fault !== undefined) {
    return fail(fault.message, { row, column: columnOf(bytes, start, fault.offset) });
  }
  let text: string;
  try {
    text = strictUtf8.decode(bytes.subarray(start, end));
  } catch {
    return fail(t('This row is not valid UTF-8. Convert the file to UTF-8, or remove the broken bytes.'), {
      row,
      column: firstInvalidColumn(bytes.subarray(start, end)),
    });
  }
  const value = JSON.parse(text) as Json;
  if (value === null || typeof value !== 'object' || Array.isArray(value)) {
    return fail(t('This row is not a JSON object. Each row must be one object in braces.'), {
      row,
      column: 1,
    });
  }
  return ok({ value, duplicates: [...scanner.duplicates] });
}

/** Reads the row in `bytes[start, end)` as trajectories of the format; every fault carries the row number. */
export function readRow(
  bytes: Uint8Array,
  start: number,
  end: number,
  row: number,
  format: Format,
): Result<Trajectory[]> {
  const parsed = parseRow(bytes, start, end, row);
  if (!parsed.ok) return parsed;
  return readParsed(parsed.value, row, format);
}

/** Reads a parsed row as trajectories of the format; every fault carries the row number. */
export function readParsed(parsed: ParsedRow, row: number, format: Format): Result<Trajectory[]> {
  const id = firstText(parsed.value.id, parsed.value.idx, parsed.value.unique_id);
  const twice = parsed.duplicates.find((path) => format.reads.includes(path));
  if (twice !== undefined) {
    return fail(t('The key "{0}" occurs twice in this row. Keep one of them.', twice), { row, id });
  }
  const reading = readSafely(parsed.value, format);
  return reading.ok ? reading : fail(reading.fault.message, { row, column: reading.fault.column, id });
}

/** What the format makes of a row. A reader that fails on one row must not stop the pass over all others. */
function readSafely(row: JsonObject, format: Format): Result<Trajectory[]> {
  try {
    return format.read(row);
  } catch (error) {
    return fail(t('CFPRM failed on this row ({0}). Report it with the row.', errorWords(error)));
  }
}

/** 1-based UTF-16 column of the byte offset `at` in the row that starts at `start`. */
function columnOf(bytes: Uint8Array, start: number, at: number): number {
  return laxUtf8.decode(bytes.subarray(start, at)).length + 1;
}

/** 1-based UTF-16 column of the first bytes of a row that are not UTF-8. */
function firstInvalidColumn(bytes: Uint8Array): number {
  const text = laxUtf8.decode(bytes);
  let column = 0;
  let offset = 0;
  for (;;) {
    const mark = text.indexOf('\ufffd', column);
    offset += encoder.encode(text.slice(column, mark)).length;
    // The character that stands for broken bytes may also stand in the row itself.
    const own = bytes[offset] === 0xef && bytes[offset + 1] === 0xbf && bytes[offset + 2] === 0xbd;
    if (!own) return mark + 1;
    offset += 3;
    column = mark + 1;
  }
}
