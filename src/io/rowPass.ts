import type { JsonObject } from '../core/formats/format';
import { parseRow, readParsed } from '../core/jsonl/readRow';
import type { Fault, Result } from '../core/result';
import type { Trajectory } from '../core/trajectory';
import { holdBytes } from './byteSource';
import { openSource, type Source, type SourceChoice } from './openSource';
import { type RowVisitor, streamRows } from './rowStream';
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
  /** Awaited after every chunk. */
  flush?(): Promise<void>;
  onProgress?(doneBytes: number, totalBytes: number): void;
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
): Promise<Result<unknown>> {
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
      onProgress: (done) => consumer.onProgress?.(done, source.value.bytes),
    });
  } finally {
    await release();
  }
}

/** The labels that a person gave to a file, unless they are not wanted. Faults: as `SourceLabels.open`. */
export function openLabels(path: string, { edits }: SourceChoice): Promise<Result<SourceLabels | undefined>> {
  return edits === false ? Promise.resolve({ ok: true, value: undefined }) : SourceLabels.open(path);
}

/** A visitor that hands the rows of a source to a consumer. */
export function visitorFor({ format }: Source, consumer: RowConsumer, labels?: SourceLabels): RowVisitor {
  let last = 0;
  return {
    row(bytes, start, end, row) {
      last = row;
      const parsed = parseRow(bytes, start, end, row);
      const result = parsed.ok ? readParsed(parsed.value, row, format) : parsed;
      const json = parsed.ok ? parsed.value.value : undefined;
      if (!result.ok || labels === undefined) return consumer.row(row, result, json);
      consumer.row(row, { ok: true, value: labels.over(result.value, bytes, start, end, row) }, json);
    },
    fault(fault) {
      // A row that is too long comes as a fault, too; it was not seen before.
      if (fault.row !== undefined && fault.row > last)
        consumer.row(fault.row, { ok: false, fault }, undefined);
      else consumer.fault(fault);
    },
    flush: consumer.flush?.bind(consumer),
  };
}
