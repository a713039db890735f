import { createHash } from 'node:crypto';
import type { GroupBy } from '../core/bon/overview';
import { CandidatePool, type Gathered, type Judged, type VerdictSource } from '../core/bon/pool';
import { type BonOptions, type BonReport, bonReport } from '../core/bon/report';
import { type Fault, fail, ok, type Result } from '../core/result';
import { Summary, type SummaryReport } from '../core/summary';
import type { Trajectory } from '../core/trajectory';
import type { Source, SourceChoice } from './openSource';
import { passRows, type RowConsumer, surviving } from './rowPass';

/** A file whose candidates were gathered. */
export interface BonFile {
  readonly source: Source;
  readonly summary: SummaryReport;
  readonly report: BonReport;
}

/**
 * Gathers the candidates of a file by problem, in whatever order they stand, in memory that grows with their number
 * but not with their texts.
 */
export class BonPass implements RowConsumer {
  private readonly pool = new CandidatePool(copied);
  private readonly summary = new Summary();
  private source: Source | undefined;

  constructor(
    private readonly path: string,
    private readonly by: GroupBy,
    readonly onProgress?: (doneBytes: number, totalBytes: number) => void,
  ) {}

  opened(source: Source): void {
    this.source = source;
  }

  row(row: number, result: Result<readonly Trajectory[]>): void {
    if (!result.ok) {
      this.summary.addMalformed(result.fault);
      return;
    }
    this.summary.add(result.value);
    for (const [place, trajectory] of result.value.entries()) {
      this.pool.add(keyOf(trajectory, row, this.by), row, place, trajectory);
    }
  }

  fault(fault: Fault): void {
    this.summary.addMalformed(fault, false);
  }

  /** The judged problems, after the last row; for callers that show more than the report. */
  judge(verdicts: VerdictSource): Judged {
    return this.pool.judge(verdicts);
  }

  /** A problem by its place as if the file had no scores, after the last row. */
  withoutScores(index: number, verdicts: VerdictSource): Gathered | undefined {
    return this.pool.withoutScores(index, verdicts);
  }

  /** What the file holds, after the last row. Faults: no row could be read. */
  summarise(): Result<SummaryReport> {
    const { summary, path } = this;
    const { format } = this.openedSource();
    if (summary.readable === 0) return fail(summary.nothingRead(path, format));
    return ok(summary.report(format.id));
  }

  /** The numbers, after the last row. Faults: no row could be read, or those of `bonReport`. */
  result(options: BonOptions): Result<BonFile> {
    const summary = this.summarise();
    if (!summary.ok) return summary;
    const report = bonReport(this.judge(options.verdicts), options);
    if (!report.ok) return report;
    return ok({ source: this.openedSource(), summary: summary.value, report: report.value });
  }

  private openedSource(): Source {
    if (this.source === undefined) throw new Error('a source that was read was never opened');
    return this.source;
  }
}

/**
 * The numbers of Best-of-N of a file. Faults: those of `passRows`, no row could be read, no candidate takes part, or
 * no problem has enough candidates.
 */
export async function bonFile(
  path: string,
  choice: SourceChoice,
  by: GroupBy,
  options: BonOptions,
  signal?: AbortSignal,
  onProgress?: (doneBytes: number, totalBytes: number) => void,
): Promise<Result<BonFile>> {
  const pass = new BonPass(path, by, onProgress);
  const read = await passRows(path, choice, surviving(pass), signal);
  return read.ok ? pass.result(options) : read;
}

/**
 * The same for candidates of one problem: its text, white space aside, or its id. Where that is missing the other one
 * counts, and where both are missing the row is a problem of its own.
 */
function keyOf({ id, problem }: Trajectory, row: number, by: GroupBy): string {
  const text = problem.trim().replace(/\s+/gu, ' ');
  if (by === 'id' && id !== null) return `id ${id}`;
  if (text !== '') return `text ${createHash('sha1').update(text).digest('base64')}`;
  return id !== null ? `id ${id}` : `row ${row}`;
}

/** A copy with memory of its own: a piece of a string keeps all of it alive in V8. */
function copied(text: string): string {
  return Buffer.from(text, 'utf16le').toString('utf16le');
}
