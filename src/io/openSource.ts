import { open, stat } from 'node:fs/promises';
import { detect } from '../core/formats/detect';
import type { Format, FormatId, JsonObject } from '../core/formats/format';
import { genericFormat, type Mapping } from '../core/formats/generic';
import { formatById, formatIds } from '../core/formats/registry';
import type { SplitRule } from '../core/formats/splitText';
import { parseRow } from '../core/jsonl/readRow';
import { type Container, detectContainer } from '../core/jsonl/rowSplitter';
import { type Fault, fail, ok, type Result } from '../core/result';
import { fileFault } from './fileFault';
import { type RowPusher, streamRows } from './rowStream';

/** A trajectory file whose shape is known. */
export interface Source {
  readonly path: string;
  readonly bytes: number;
  readonly container: Container;
  readonly format: Format;
  /** Why this format: what detection saw, or that it was chosen. */
  readonly why: string;
}

/** What the user decided instead of detection. */
export interface SourceChoice {
  readonly format?: FormatId;
  /** Field mapping of the generic format: used if `format` is 'generic', or if no known format fits. */
  readonly mapping?: Mapping;
  /** How whole texts without a step list are split into steps, instead of the format's usual way. */
  readonly split?: SplitRule;
}

const SAMPLE_ROWS = 48;
const MIDDLE_ROWS = 16;
const SAMPLE_BYTES = 8 * 1024 * 1024;
const HEAD_BYTES = 64 * 1024;

/**
 * Finds out how a file is to be read, from rows at its start and in its middle. Faults: a missing file, a
 * directory or device, no permission, an empty file, no row that is a JSON object, an unknown format.
 */
export async function openSource(path: string, choice: SourceChoice = {}): Promise<Result<Source>> {
  let bytes: number;
  let container: Container;
  try {
    const info = await stat(path);
    if (info.isDirectory()) return fail(`${path} is a directory. Name a file in it.`);
    // Opening a pipe would wait for its writer, and no byte range of it can be read.
    if (!info.isFile()) return fail(`${path} is not a regular file. Copy its content to one first.`);
    bytes = info.size;
    container = detectContainer(await readHead(path));
  } catch (error) {
    return fileFault(error, path);
  }
  const sample = await sampleRows(path, container, bytes);
  if (!sample.ok) return sample;
  const { rows, seen, fault } = sample.value;
  if (rows.length === 0) {
    if (fault === undefined) return fail(`${path} is empty: it has no rows. Choose another file.`);
    return fail(`${path} has no readable row. Row ${fault.row}: ${fault.message}`, fault);
  }
  const format = chooseFormat(rows, choice, path, seen);
  return format.ok ? ok({ path, bytes, container, ...format.value }) : format;
}

/**
 * Decides the format of rows that are already parsed (standard input has no path to open). `seen` counts the
 * rows that were looked at, those that are no JSON objects included.
 */
export function chooseFormat(
  rows: readonly JsonObject[],
  choice: SourceChoice,
  name: string,
  seen: number = rows.length,
): Result<{ format: Format; why: string }> {
  const chosen = formatOf(rows, choice, name, seen);
  if (!chosen.ok || choice.split === undefined) return chosen;
  return ok({ ...chosen.value, format: splitBy(chosen.value.format, choice.split) });
}

function splitBy(format: Format, rule: SplitRule): Format {
  return { ...format, read: (row) => format.read(row, rule) };
}

function formatOf(
  rows: readonly JsonObject[],
  choice: SourceChoice,
  name: string,
  seen: number,
): Result<{ format: Format; why: string }> {
  const { mapping } = choice;
  if (choice.format === 'generic') {
    if (mapping === undefined)
      return fail('The generic format needs a field mapping. Give one, or choose a format.');
    return ok({ format: genericFormat(mapping), why: 'read by your field mapping' });
  }
  if (choice.format !== undefined) {
    const format = formatById(choice.format);
    return format === undefined
      ? fail(`There is no format "${choice.format}". Choose one of ${formatIds.join(', ')}.`)
      : ok({ format, why: 'the format that you chose' });
  }
  const detection = detect(rows, seen);
  if (detection.ok) return ok({ format: detection.value.format, why: detection.value.why });
  if (mapping === undefined) return fail(`${name}: ${detection.fault.message}`);
  return ok({ format: genericFormat(mapping), why: 'no known format fits; read by your field mapping' });
}

async function readHead(path: string): Promise<Uint8Array> {
  const file = await open(path, 'r');
  try {
    const head = new Uint8Array(HEAD_BYTES);
    const { bytesRead } = await file.read(head, 0, HEAD_BYTES, 0);
    return head.subarray(0, bytesRead);
  } finally {
    await file.close();
  }
}

interface Sample {
  readonly rows: JsonObject[];
  /** Rows looked at, unreadable ones included. */
  readonly seen: number;
  /** Why the first unreadable row is unreadable, if one is. */
  readonly fault: Fault | undefined;
}

async function sampleRows(path: string, container: Container, bytes: number): Promise<Result<Sample>> {
  const rows: JsonObject[] = [];
  let fault: Fault | undefined;
  let seen = 0;
  let limit = SAMPLE_ROWS;
  let readTo = 0;
  const visitor = {
    row(buffer: Uint8Array, start: number, end: number, row: number): void {
      if (rows.length >= limit) return;
      seen++;
      const parsed = parseRow(buffer, start, end, row);
      if (parsed.ok) rows.push(parsed.value.value);
      else fault ??= parsed.fault;
    },
    fault(trouble: Fault): void {
      seen++;
      fault ??= trouble;
    },
  };
  const first = await streamRows(path, container, visitor, {
    chunkBytes: 256 * 1024,
    enough: () => rows.length >= limit || (seen > 0 && readTo > SAMPLE_BYTES),
    onProgress: (done) => {
      readTo = done;
    },
  });
  if (!first.ok) return first;
  const middle = Math.floor(bytes / 2);
  if (container === 'lines' && middle > readTo) {
    limit += MIDDLE_ROWS;
    const later = await sampleMiddle(path, middle, visitor);
    if (!later.ok) return later;
  }
  return ok({ rows, seen, fault });
}

/** Rows from the first line that starts after `offset`, one chunk at the most. */
async function sampleMiddle(
  path: string,
  offset: number,
  visitor: ConstructorParameters<typeof RowPusher>[1],
): Promise<Result<unknown>> {
  let whole = false;
  const afterFirst = {
    row(bytes: Uint8Array, start: number, end: number, row: number, at: number): void {
      // The first row is the rest of a line that began before the offset.
      if (whole) visitor.row(bytes, start, end, row, at);
      whole = true;
    },
  };
  const from = { offset, row: 1, inside: true };
  return streamRows(path, 'lines', afterFirst, { from, chunkBytes: 256 * 1024, enough: () => true });
}
