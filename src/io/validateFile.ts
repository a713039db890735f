import { basename, resolve } from 'node:path';
import { t } from '@vscode/l10n';
import type { Format, JsonObject } from '../core/formats/format';
import { type Fault, fail, ok, type Result } from '../core/result';
import { Summary } from '../core/summary';
import type { Trajectory } from '../core/trajectory';
import { type ValidationReport, Validator } from '../core/validate/validator';
import type { Source, SourceChoice } from './openSource';
import { passRows, passSteadyRows, type RowConsumer, surviving } from './rowPass';
import type { SourceLabels } from './sourceLabels';

/** What validating gave. */
export interface Validation {
  readonly source: Source;
  readonly report: ValidationReport;
  readonly labels: SourceLabels | undefined;
  /** The files whose problems must not occur in this one. */
  readonly against: readonly OtherFile[];
}

/** A file whose problems must not occur in the one that is validated. */
export interface OtherFile {
  readonly file: string;
  /** Rows that are not blank, and how many of them could not be read, so that their problems are not known. */
  readonly rows: number;
  readonly malformedRows: number;
}

/** Validates the rows that it is given: what they hold, and what is legal but suspicious about them. */
export class ValidationPass implements RowConsumer {
  private readonly summary = new Summary();
  private readonly validator: Validator;
  private source: Source | undefined;
  private labels: SourceLabels | undefined;
  private readonly others: OtherFile[] = [];

  constructor(
    private readonly path: string,
    readonly onProgress?: (doneBytes: number, totalBytes: number) => void,
    checksEquations = false,
  ) {
    const name = path === '-' ? t('standard input') : basename(path);
    this.validator = new Validator(this.summary, name, checksEquations);
  }

  /**
   * Takes in the problems of another file, which must not occur in this one; a mapping serves it, too, if no known
   * format fits. Faults: those of `passRows`; it is the same file; no row of it can be read.
   */
  async against(path: string, { mapping }: SourceChoice = {}, signal?: AbortSignal): Promise<Result<void>> {
    if (resolve(path) === resolve(this.path)) {
      return fail(t('{0} cannot be compared with itself. Name another file behind --against.', path));
    }
    const summary = new Summary();
    let format: Format | undefined;
    // Two folders may have files of the same name.
    const name = basename(path) === basename(this.path) ? path : basename(path);
    const consumer: RowConsumer = {
      opened: (source) => {
        format = source.format;
      },
      row: (_row, result) => {
        if (!result.ok) return summary.addMalformed(result.fault);
        summary.add(result.value);
        for (const trajectory of result.value) this.validator.addOther(trajectory, name);
      },
      fault: (fault) => summary.addMalformed(fault, false),
    };
    const read = await passRows(path, { mapping, edits: false }, consumer, signal);
    if (!read.ok) return read;
    if (summary.readable === 0) return fail(summary.nothingRead(path, format!));
    const { rows, malformedRows } = summary.report(format!.id);
    this.others.push({ file: path, rows, malformedRows });
    return ok(undefined);
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
    const { source, labels, summary, validator, path, others } = this;
    if (source === undefined) throw new Error('a source that was read was never opened');
    if (summary.readable === 0) return fail(summary.nothingRead(path, source.format));
    return ok({ source, labels, against: others, report: validator.report(source.format.id) });
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
  const read = await passSteadyRows(path, choice, surviving(pass), signal);
  return read.ok ? pass.result() : read;
}
