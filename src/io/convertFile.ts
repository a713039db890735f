import { t } from '@vscode/l10n';
import { type ConversionReport, Converter } from '../core/convert/converter';
import type { Format } from '../core/formats/format';
import { fail, faultWords, ok, type Result } from '../core/result';
import { type Derived, type DerivedFile, derivedFile } from './derivedFile';
import type { Source, SourceChoice } from './openSource';
import { OutputFile } from './outputFile';
import { checkBalance } from './rowBalance';
import { passRows, type RowConsumer } from './rowPass';
import type { StreamEnd } from './rowStream';
import type { SourceLabels } from './sourceLabels';
import { writeFault } from './writeFault';

/** One conversion of a file. */
export interface ConvertJob extends SourceChoice, DerivedFile {
  /** A format with a writer. */
  readonly to: Format;
  onProgress?(doneBytes: number, totalBytes: number): void;
}

/** What a conversion gave. */
export interface Conversion extends ConversionReport {
  readonly source: Source;
  readonly labels: SourceLabels | undefined;
  /** Size of the file that was written, and its hash in hexadecimal digits; absent from a dry run. */
  readonly bytes: number;
  readonly sha256: string;
}

const BUFFER = 1024 * 1024;
const NEWLINE = '\n';

/**
 * Writes a file's trajectories in another format, one row each, in flat memory. The file appears when it is complete;
 * a fault, which a cancelled signal gives too, leaves nothing. Rows that the target cannot hold are left out and
 * counted.
 *
 * Faults: those of `passRows`; the target is the source or its journal, or exists without `force`; nothing could be
 * written; the source changed meanwhile; the disk is full.
 */
export function convertFile(job: ConvertJob): Promise<Result<Conversion>> {
  return derivedFile(
    job,
    t('{0} changed while it was converted. Convert it again when nobody writes to it.', job.source),
    (path) => write(job, path),
  );
}

/** What a conversion would give, without writing anything. Faults as `convertFile`, but for those of writing. */
export async function previewConversion(job: Omit<ConvertJob, 'out' | 'force'>): Promise<Result<Conversion>> {
  const pass = new ConvertPass(job, false);
  const read = await pass.run();
  return read.ok ? pass.result({ bytes: 0, sha256: '' }) : read;
}

async function write(job: ConvertJob, path: string): Promise<Result<Derived<Conversion>>> {
  // Labels become numbers if any is soft, which only the whole file tells.
  for (const numbers of [false, true]) {
    let output: OutputFile;
    try {
      output = await OutputFile.create(path, BUFFER);
    } catch (error) {
      return writeFault(error, job.out);
    }
    try {
      const pass = new ConvertPass(job, numbers, output);
      const read = await pass.run();
      if (output.error !== undefined) return writeFault(output.error, job.out);
      if (pass.needsNumbers) continue;
      if (!read.ok) return read;
      const made = pass.result(await output.finish());
      if (!made.ok) return made;
      const balance = pass.check(read.value, output.lines);
      return balance.ok ? ok({ made: made.value, read: read.value.digest }) : balance;
    } catch (error) {
      return writeFault(error, job.out);
    } finally {
      await output.abandon();
    }
  }
  throw new Error('A conversion with labels as numbers asked for labels as numbers.');
}

/** One pass over the source. */
class ConvertPass {
  private readonly converter: Converter;
  private readonly stop = new AbortController();
  /** Rows that were converted. */
  private used = 0;
  private opened: { source: Source; labels: SourceLabels | undefined } | undefined;

  constructor(
    private readonly job: Omit<ConvertJob, 'out' | 'force'>,
    numbers: boolean,
    private readonly output?: OutputFile,
  ) {
    this.converter = new Converter(job.to, numbers);
  }

  /** True if what was written has to be written again, with labels as numbers. */
  get needsNumbers(): boolean {
    return this.output !== undefined && this.converter.needsNumbers;
  }

  /** Faults: those of `passRows`. */
  run(): Promise<Result<StreamEnd>> {
    const { job, converter, output } = this;
    const consumer: RowConsumer = {
      opened: (source, labels) => {
        this.opened = { source, labels };
      },
      row: (row, result) => {
        if (!result.ok) return converter.refuse(result.fault);
        this.used++;
        for (const text of converter.convert(row, result.value)) {
          output?.sink.text(text);
          output?.sink.text(NEWLINE);
        }
        if (this.needsNumbers) this.stop.abort();
      },
      fault: (fault) => converter.refuse(fault, false),
      hashed: output !== undefined,
      flush: async () => {
        await output?.flush();
      },
      onProgress: job.onProgress?.bind(job),
    };
    job.signal?.addEventListener('abort', () => this.stop.abort(), { once: true });
    if (job.signal?.aborted) this.stop.abort();
    return passRows(job.source, job, consumer, this.stop.signal);
  }

  /** Faults: rows were lost on the way. */
  check({ rows }: StreamEnd, lines: number): Result<void> {
    const report = this.converter.report();
    return checkBalance(this.job.source, {
      read: rows,
      used: this.used,
      reported: report.malformed,
      lines: [
        [lines, report.written],
        [report.written + report.unwritable, report.trajectories],
      ],
    });
  }

  /** What the pass gave. Faults: nothing was written. */
  result(written: { bytes: number; sha256: string }): Result<Conversion> {
    const report = this.converter.report();
    const { source, labels } = this.opened!;
    if (report.written > 0) return ok({ ...report, source, labels, ...written });
    return fail(nothingWritten(source, this.job.to, report), report.faults[0]);
  }
}

/** Why nothing could be written, and what may help. */
function nothingWritten({ path, format }: Source, to: Format, report: ConversionReport): string {
  const { faults, trajectories, rows, malformed } = report;
  const [first] = faults;
  const why = first === undefined ? [] : [faultWords(first)];
  if (trajectories > 0) {
    const what = t('{0} has no trajectory that {1} can hold.', path, to.title);
    return [what, ...why, t('Choose another format to write.')].join(' ');
  }
  if (malformed < rows) {
    const what = t('{0} has rows of {1}, but no trajectory in them.', path, format.title);
    return [what, ...why].join(' ');
  }
  const what = t('{0} has no row that can be read as {1}.', path, format.title);
  return [what, ...why, t('Choose another format with --format.')].join(' ');
}
