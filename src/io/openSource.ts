import { stat } from 'node:fs/promises';
import { t } from '@vscode/l10n';
import { detect } from '../core/formats/detect';
import type { Format, FormatId, JsonObject } from '../core/formats/format';
import { genericFormat, type Mapping } from '../core/formats/generic';
import { formatById, formatIds } from '../core/formats/registry';
import type { SplitRule } from '../core/formats/splitText';
import { possibleContainers } from '../core/jsonl/rowSplitter';
import type { Container } from '../core/jsonl/splitter';
import { fail, ok, type Result } from '../core/result';
import { type ByteSource, openBytes } from './byteSource';
import { type Compression, foreignContent } from './compression';
import { fileFault } from './fileFault';
import { type RowSample, SampleTaker } from './rowSample';
import { type RowVisitor, streamRows } from './rowStream';
import { findShape } from './sourceShape';

/** A trajectory file whose shape is known. */
export interface Source {
  readonly path: string;
  /**
   * Bytes of the content. For a compressed file an estimate, above what was unpacked so far, until all of it is
   * unpacked; so whoever has read this many bytes has read everything.
   */
  readonly bytes: number;
  /** How the file on disk is compressed, if it is. */
  readonly compression: Compression | undefined;
  readonly container: Container;
  readonly format: Format;
  /** Why this format: what detection saw, or that it was chosen. */
  readonly why: string;
  /** Trajectories per row in the sampled rows, on average; at least 1. */
  readonly perRow: number;
}

/** What the user decided instead of detection. */
export interface SourceChoice {
  readonly format?: FormatId;
  /** Field mapping of the generic format: used if `format` is 'generic', or if no known format fits. */
  readonly mapping?: Mapping;
  /** Rows of another kind than trajectories in a known format: read by this, nothing is detected. */
  readonly own?: Format;
  /** How whole texts without a step list are split into steps, instead of the format's usual way. */
  readonly split?: SplitRule;
  /** False leaves out the labels that a person gave (the journal beside the file). */
  readonly edits?: boolean;
}

const MIDDLE_ROWS = 16;
const SAMPLE_ROWS = 48;
const CHUNK_BYTES = 256 * 1024;
const HEAD_BYTES = 64 * 1024;

/**
 * Finds out how a file is to be read, from rows at its start and in its middle. Faults: a missing file, a
 * directory or device, no permission, an empty file, an archive, no row that is a JSON object, an unknown format.
 */
export async function openSource(path: string, choice: SourceChoice = {}): Promise<Result<Source>> {
  let file: ByteSource;
  let size: number;
  try {
    file = await openBytes(path);
    size = (await stat(path)).size;
  } catch (error) {
    return fileFault(error, path);
  }
  try {
    return await openContent(path, file, size, choice);
  } catch (error) {
    return fileFault(error, path);
  } finally {
    await file.close();
  }
}

async function openContent(
  path: string,
  file: ByteSource,
  size: number,
  choice: SourceChoice,
): Promise<Result<Source>> {
  const { spool } = file;
  const head = new Uint8Array(HEAD_BYTES);
  const count = await file.read(head, 0, HEAD_BYTES, 0);
  const foreign = foreignContent(head.subarray(0, count), spool !== undefined);
  if (foreign !== undefined) return fail(`${path} ${foreign}`);
  // Half of a compressed file would have to be unpacked to see its middle.
  const middle = spool === undefined ? Math.floor(size / 2) : undefined;
  const shape = await findShape(
    path,
    possibleContainers(head.subarray(0, count)),
    (container, maxRowBytes) => sampleRows(path, container, maxRowBytes, middle),
    (rows, seen) => chooseFormat(rows, choice, path, seen),
  );
  if (!shape.ok) return shape;
  return ok({
    path,
    get bytes() {
      return spool?.bytes ?? size;
    },
    compression: spool?.compression,
    ...shape.value,
  });
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
  const { mapping, own } = choice;
  if (own !== undefined) return ok({ format: own, why: own.title });
  if (choice.format === 'generic') {
    if (mapping === undefined)
      return fail(t('The generic format needs a field mapping. Give one, or choose a format.'));
    return ok({ format: genericFormat(mapping), why: t('read by your field mapping') });
  }
  if (choice.format !== undefined) {
    const format = formatById(choice.format);
    return format === undefined
      ? fail(t('There is no format "{0}". Choose one of {1}.', choice.format, formatIds.join(', ')))
      : ok({ format, why: t('the format that you chose') });
  }
  const detection = detect(rows, seen);
  if (detection.ok) return ok({ format: detection.value.format, why: detection.value.why });
  if (mapping === undefined) return fail(`${name}: ${detection.fault.message}`);
  return ok({ format: genericFormat(mapping), why: t('no known format fits; read by your field mapping') });
}

async function sampleRows(
  path: string,
  container: Container,
  maxRowBytes: number,
  middle: number | undefined,
): Promise<Result<RowSample>> {
  const taker = new SampleTaker(container, SAMPLE_ROWS);
  const first = await streamRows(path, container, taker.visitor, {
    chunkBytes: CHUNK_BYTES,
    maxRowBytes,
    enough: () => taker.enough,
    onProgress: (done) => taker.readTo(done),
  });
  if (!first.ok) return first;
  if (container === 'lines' && middle !== undefined && taker.endsBefore(middle)) {
    taker.extend(MIDDLE_ROWS);
    const later = await sampleMiddle(path, middle, maxRowBytes, taker.visitor);
    if (!later.ok) return later;
  }
  return ok(taker.take(first.value.damage));
}

/** Rows from the first line that starts after `offset`, one chunk at the most. */
async function sampleMiddle(
  path: string,
  offset: number,
  maxRowBytes: number,
  visitor: RowVisitor,
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
  return streamRows(path, 'lines', afterFirst, {
    from,
    chunkBytes: CHUNK_BYTES,
    maxRowBytes,
    enough: () => true,
  });
}
