import { basename } from 'node:path';
import type { JsonObject } from '../core/formats/format';
import { type Fault, fail, ok, type Result } from '../core/result';
import { Summary } from '../core/summary';
import type { Trajectory } from '../core/trajectory';
import { type ValidationReport, Validator } from '../core/validate/validator';
import type { Source, SourceChoice } from './openSource';
import { passRows, type RowConsumer } from './rowPass';
import type { SourceLabels } from './sourceLabels';

/** What validating gave. */
export interface Validation {
  readonly source: Source;
  readonly report: ValidationReport;
  readonly labels: SourceLabels | undefined;
}

/** Validates the rows that it is given: what they hold, and what is legal but suspicious about them. */
export class ValidationPass implements RowConsumer {
  private readonly summary = new Summary();
  private readonly validator: Validator;
  private source: Source | undefined;
  private labels: SourceLabels | undefined;

  constructor(
    private readonly path: string,
    readonly onProgress?: (doneBytes: number, totalBytes: number) => void,
  ) {
    this.validator = new Validator(this.summary, basename(path));
  }

  /** Takes in the problems of another file, which must not occur in this one. Faults: those of `passRows`. */
  against(path: string, signal?: AbortSignal): Promise<Result<unknown>> {
    const name = basename(path);
    const consumer: RowConsumer = {
      opened: () => undefined,
      row: (_row, result) => {
        for (const trajectory of result.ok ? result.value : []) this.validator.addOther(trajectory, name);
      },
      fault: () => undefined,
    };
    return passRows(path, { edits: false }, consumer, signal);
  }

  opened(source: Source, labels: SourceLabels | undefined): void {
    this.source = source;
    this.labels = labels;
  }

  row(row: number, result: Result<readonly Trajectory[]>, json: JsonObject | undefined): void {
    if (result.ok) this.validator.add(row, result.value, json);
    else this.summary.addMalformed(result.fault);
  }

  fault(fault: Fault): void {
    this.summary.addMalformed(fault, false);
  }

  /** What was found, after the last row. Faults: no row could be read. */
  result(): Result<Validation> {
    const { source, labels, summary, validator, path } = this;
    if (source === undefined) throw new Error('a source that was read was never opened');
    if (summary.readable === 0) return fail(summary.nothingRead(path, source.format));
    return ok({ source, labels, report: validator.report(source.format.id) });
  }
}

/**
 * Validates a file: every malformed row, and what is legal but suspicious. Faults: those of `passRows`, or no row
 * can be read.
 */
export async function validateFile(
  path: string,
  choice: SourceChoice,
  signal?: AbortSignal,
  onProgress?: (doneBytes: number, totalBytes: number) => void,
): Promise<Result<Validation>> {
  const pass = new ValidationPass(path, onProgress);
  const read = await passRows(path, choice, pass, signal);
  return read.ok ? pass.result() : read;
}
