import { t } from '@vscode/l10n';
import type { JsonObject } from '../core/formats/format';
import { parseRow, readParsed } from '../core/jsonl/readRow';
import { errorWords, type Fault, fail, type Result } from '../core/result';
import type { Trajectory } from '../core/trajectory';
import { holdBytes } from './byteSource';
import { fileFault } from './fileFault';
import { isSteady, takeStamp } from './fileStamp';
import { openSource, type Source, type SourceChoice } from './openSource';
import { type RowVisitor, type StreamEnd, streamRows } from './rowStream';
import { SourceLabels } from './sourceLabels';

/** What is done with all rows of a file, in order. */
export interface RowConsumer {
  /** Called once, before the first row. */
  opened(source: Source, labels: SourceLabels | undefined): void;
  /**
   * A row that is not blank, with its number: its trajectories with the labels that a person gave them, or why it
   * cannot be read (with the row in the fault). `json` is the row itself, if it could be parsed.
   */
  row(row: number, result: Result<readonly Trajectory[]>, json: JsonObject | undefined): void;
  /** A fault of the file itself, such as an array that is not closed. */
  fault(fault: Fault): void;
  /** Whether the file is hashed on the way. */
  readonly hashed?: boolean;
  /** Awaited after every chunk. */
  flush?: (() => Promise<void>) | undefined;
  onProgress?: ((doneBytes: number, totalBytes: number) => void) | undefined;
}

/**
 * Reads every row of a file once, whatever its layout and compression. Faults: those of `openSource`, a journal of
 * labels that cannot be read, reading that fails, or the signal was aborted (`CANCELLED`).
 */
export async function passRows(
  path: string,
  choice: SourceChoice,
  consumer: RowConsumer,
  signal?: AbortSignal,
): Promise<Result<StreamEnd>> {
  const release = await holdBytes(path);
  try {
    const source = await openSource(path, choice);
    if (!source.ok) return source;
    const labels = await openLabels(path, choice);
    if (!labels.ok) return labels;
    consumer.opened(source.value, labels.value);
    const visitor = visitorFor(source.value, consumer, labels.value);
    return await streamRows(path, source.value.container, visitor, {
      signal,
      hashed: consumer.hashed,
      onProgress: (done) => consumer.onProgress?.(done, source.value.bytes),
    });
  } finally {
    await release();
  }
}

/**
 * `passRows` over a file that nobody may rewrite meanwhile: numbers over two states of it would be those of neither.
 * Faults: those of `passRows`; it was rewritten, or became shorter. One that only grew is read as far as it was.
 */
export async function passSteadyRows(
  path: string,
  choice: SourceChoice,
  consumer: RowConsumer,
  signal?: AbortSignal,
): Promise<Result<StreamEnd>> {
  try {
    const before = await takeStamp(path);
    const read = await passRows(path, choice, consumer, signal);
    if (!read.ok || (await isSteady(path, before))) return read;
  } catch (error) {
    return fileFault(error, path);
  }
  return fail(t('{0} changed while it was read. Try it again when nobody writes to it.', path));
}

/** The labels that a person gave to a file, unless they are not wanted. Faults: as `SourceLabels.open`. */
export function openLabels(path: string, { edits }: SourceChoice): Promise<Result<SourceLabels | undefined>> {
  return edits === false ? Promise.resolve({ ok: true, value: undefined }) : SourceLabels.open(path);
}

/**
 * A consumer that only looks, of which an exception in one row ends nothing: the row is reported as a fault, and the
 * pass goes on. Not for one that writes, which may have written half a row.
 */
export function surviving(consumer: RowConsumer): RowConsumer {
  return {
    opened: (source, labels) => consumer.opened(source, labels),
    row(row, result, json) {
      try {
        consumer.row(row, result, json);
      } catch (error) {
        const message = t('CFPRM failed on this row ({0}). Report it with the row.', errorWords(error));
        consumer.fault({ row, message });
      }
    },
    fault: (fault) => consumer.fault(fault),
    hashed: consumer.hashed ?? false,
    flush: consumer.flush?.bind(consumer),
    onProgress: consumer.onProgress?.bind(consumer),
  };
}

/** A visitor that hands the rows of a source to a consumer. */
export function visitorFor({ format }: Source, consumer: RowConsumer, labels?: SourceLabels): RowVisitor {
  return {
    row(bytes, start, end, row) {
      const parsed = parseRow(bytes, start, end, row);
      const result = parsed.ok ? readParsed(parsed.value, row, format) : parsed;
      const json = parsed.ok ? parsed.value.value : undefined;
      if (!result.ok || labels === undefined) return consumer.row(row, result, json);
      consumer.row(row, { ok: true, value: labels.over(result.value, bytes, start, end, row) }, json);
    },
    fault(fault, isRow) {
      if (isRow) consumer.row(fault.row!, { ok: false, fault }, undefined);
      else consumer.fault(fault);
    },
    flush: consumer.flush?.bind(consumer),
  };
}
