import { setMaxListeners } from 'node:events';
import { t } from '@vscode/l10n';
import { NEWLINE } from '../core/jsonl/bytes';
import { parseRow, readParsed } from '../core/jsonl/readRow';
import { type Fault, fail, faultWords, ok, type Result } from '../core/result';
import { hasTexts, NO_TEXTS, solutionOf } from '../core/scores/compose';
import { type RowFault, type ScoredBy, scoredRow } from '../core/scores/scoredRow';
import type { Scored, ScoreFault } from '../core/scores/scoreFault';
import type { Trajectory } from '../core/trajectory';
import { VERSION } from '../core/version';
import { holdBytes } from '../io/byteSource';
import { fileDigest } from '../io/fileDigest';
import { openSource, type Source, type SourceChoice } from '../io/openSource';
import { spareOwnFiles } from '../io/ownFiles';
import { checkBalance } from '../io/rowBalance';
import { CANCELLED, type RowVisitor, type StreamEnd, streamRows } from '../io/rowStream';
import type { SolutionScorer } from './cachedScorer';
import { type Job, PartialFile } from './partialFile';
import type { StepScores } from './taskQueue';

/** One file that is scored. */
export interface ScoreJob extends SourceChoice {
  readonly source: string;
  /** The file that is written; must not exist, unless `force`. */
  readonly out: string;
  readonly force?: boolean;
  readonly signal?: AbortSignal;
  /** Starts the model, or hands out one that is running; asked once the source and the target are known to be good. */
  scorer(): Promise<Scored<SolutionScorer>>;
  /** `doneBytes` of the source are scored and written. */
  onProgress?(doneBytes: number, totalBytes: number): void;
}

/** What scoring a file gave; the counts are of this run, not of an earlier one that it went on with. */
export interface ScoreReport {
  readonly source: Source;
  /** Rows that an earlier run had written already. */
  readonly resumed: number;
  /** Rows of the source that are not blank, readable or not. */
  readonly rows: number;
  readonly trajectories: number;
  readonly scored: number;
  /** Steps that got a score. */
  readonly steps: number;
  /** Trajectories without scores. */
  readonly failed: number;
  /** Rows that cannot be read; they are in the file as they were. */
  readonly malformed: number;
  /** The first thousand of both, with reasons. */
  readonly faults: readonly (Fault & { readonly kind?: ScoreFault['kind'] })[];
  /** Size of the file that was written. */
  readonly bytes: number;
}

/** The most rows that are listed with the reason why they have no scores; all are counted. */
const LISTED = 1000;
/** Rows, and bytes of them, that are read ahead of the scores: enough that the model never waits. */
const AHEAD_ROWS = 512;
const AHEAD_BYTES = 8 * 1024 * 1024;
const CHUNK_BYTES = 64 * 1024;

/**
 * Writes a copy of a file whose rows have scores and say which model gave them; one line per row, in their order,
 * under the same row numbers. Rows that cannot be read are copied as they are. The file appears when it is complete.
 * Who stops in the middle, or is killed, goes on with the next call for the same source, target and model.
 *
 * Faults: those of `openSource`; the target is the source or its journal, exists without `force`, or cannot be
 * written; the model cannot be used, or not any more; the source changed meanwhile; no row could be read; cancelled.
 */
export async function scoreFile(job: ScoreJob): Promise<Result<ScoreReport>> {
  const release = await holdBytes(job.source);
  try {
    const source = await openSource(job.source, { ...job, edits: false });
    if (!source.ok) return source;
    const allowed = await spareOwnFiles(job.source, job.out);
    if (!allowed.ok) return allowed;
    const scorer = await job.scorer();
    if (!scorer.ok) return scorer;
    // A run goes on only over the very same rows: times and sizes can be put back.
    const before = await fileDigest(job.source, job.signal);
    if (!before.ok) return before;
    const identity = jobIdentity(job, source.value, scorer.value, before.value.sha256);
    const file = await PartialFile.open(job.out, job.force ?? false, identity, job.source);
    if (!file.ok) return file;
    // Another run can go on only where this one was broken off.
    let keep = true;
    try {
      const pass = new ScorePass(job, source.value, scorer.value, file.value);
      const read = await pass.run();
      keep = pass.brokenOff;
      if (!read.ok) return read;
      if (pass.read?.digest?.sha256 !== before.value.sha256) return changed(job);
      const balance = pass.checkBalance();
      if (!balance.ok) return balance;
      keep = true;
      const committed = await file.value.commit();
      return committed.ok ? ok({ ...read.value, ...committed.value }) : committed;
    } finally {
      await file.value.close(keep);
    }
  } finally {
    await release();
  }
}

function changed({ source }: ScoreJob): Result<never> {
  return fail(t('{0} changed while it was scored. Score it again when nobody writes to it.', source));
}

/** What has to be the same for a run to go on where another one ended. */
function jobIdentity(
  job: ScoreJob,
  { format, container }: Source,
  { info }: SolutionScorer,
  sha256: string,
): Job {
  const { mapping, split = null } = job;
  return {
    cfprm: VERSION,
    sha256,
    format: format.id,
    container,
    mapping: mapping === undefined ? null : JSON.stringify(mapping),
    split,
    fingerprint: info.fingerprint,
    model: info.name,
  };
}

/** A line that is being made. */
interface Line {
  readonly row: number;
  /** Offset behind the row in the source. */
  readonly end: number;
  readonly size: number;
  /** Undefined until it is done. */
  bytes: Uint8Array | undefined;
}

/** One pass over the source. */
class ScorePass {
  private readonly lines: Line[] = [];
  private readonly stop = new AbortController();
  private readonly faults: (Fault & { kind?: ScoreFault['kind'] })[] = [];
  private readonly counts = { rows: 0, trajectories: 0, scored: 0, steps: 0, failed: 0, malformed: 0 };
  private readonly by: ScoredBy;
  private aheadBytes = 0;
  private lastRow: number;
  /** Rows that an earlier run has written. */
  private resumed = 0;
  /** How the source was read, once it is. */
  read: StreamEnd | undefined;
  /** Why the pass cannot go on. */
  private broken: Fault | undefined;
  private wake: () => void = () => undefined;

  constructor(
    private readonly job: ScoreJob,
    private readonly source: Source,
    private readonly scorer: SolutionScorer,
    private readonly file: PartialFile,
  ) {
    const { name, family, fingerprint, provider } = scorer.info;
    this.by = { name, family, fingerprint, provider: provider.used, cfprm: VERSION };
    this.lastRow = file.lines;
    // Every row that waits for its scores listens.
    setMaxListeners(0, this.stop.signal);
    this.stop.signal.addEventListener('abort', () => this.wake(), { once: true });
  }

  /** Whether the pass ended before its source, so that another one can go on. */
  get brokenOff(): boolean {
    return this.stop.signal.aborted;
  }

  async run(): Promise<Result<Omit<ScoreReport, 'bytes'>>> {
    const { job, source, stop } = this;
    const abort = (): void => stop.abort();
    job.signal?.addEventListener('abort', abort, { once: true });
    if (job.signal?.aborted) abort();
    const read = await streamRows(job.source, source.container, this.visitor(), {
      signal: stop.signal,
      chunkBytes: CHUNK_BYTES,
      hashed: true,
    });
    if (read.ok) this.read = read.value;
    if (read.ok) await this.wait(() => this.lines.length === 0);
    job.signal?.removeEventListener('abort', abort);
    await this.file.settled();
    if (this.file.failure !== undefined) return this.file.failure;
    if (job.signal?.aborted) return fail(CANCELLED);
    if (this.broken !== undefined) return { ok: false, fault: this.broken };
    return read.ok ? this.result() : read;
  }

  /** Faults: rows were lost on the way. */
  checkBalance(): Result<void> {
    const { rows, malformed } = this.counts;
    return checkBalance(this.job.source, {
      read: this.read?.rows ?? 0,
      used: this.resumed + rows - malformed,
      reported: malformed,
      lines: [[this.file.lineCount, this.lastRow]],
    });
  }

  private result(): Result<Omit<ScoreReport, 'bytes'>> {
    const { counts, faults, source, file } = this;
    if (file.lines > 0 || counts.rows > counts.malformed) {
      return ok({ source, resumed: file.lines, ...counts, faults });
    }
    const [first] = faults;
    const what = t('{0} has no row that can be read as {1}.', source.path, source.format.title);
    return fail(first === undefined ? what : `${what} ${faultWords(first)}`, first);
  }

  private visitor(): RowVisitor {
    return {
      row: (bytes, start, end, row, offset) => {
        if (row > this.file.lines) this.row(bytes.slice(start, end), row, offset + end - start);
        else this.resumed++;
      },
      fault: (fault, isRow) => {
        // A row that is too long to be read cannot be copied either; it leaves an empty line.
        if (!isRow) return this.list(fault);
        if (fault.row! <= this.file.lines) {
          this.resumed++;
          return;
        }
        this.refuse(fault);
        this.finish(this.begin(fault.row!, 0, new Uint8Array(0)), new Uint8Array(0));
      },
      flush: () => this.wait(() => this.lines.length < AHEAD_ROWS && this.aheadBytes < AHEAD_BYTES),
    };
  }

  private row(bytes: Uint8Array, row: number, end: number): void {
    const line = this.begin(row, end, bytes);
    const parsed = parseRow(bytes, 0, bytes.length, row);
    const reading = parsed.ok ? readParsed(parsed.value, row, this.source.format) : parsed;
    if (!reading.ok) {
      this.refuse(reading.fault);
      this.finish(line, onOneLine(bytes));
      return;
    }
    this.counts.rows++;
    void this.score(line, bytes, reading.value);
  }

  private async score(line: Line, bytes: Uint8Array, trajectories: readonly Trajectory[]): Promise<void> {
    const solutions = trajectories.map(solutionOf);
    if (!solutions.some(hasTexts)) {
      this.counts.trajectories += solutions.length;
      this.counts.failed += solutions.length;
      this.list({ row: line.row, kind: 'input-invalid', message: NO_TEXTS });
      this.finish(line, onOneLine(bytes));
      return;
    }
    const results = await this.scorer.score(solutions, { signal: this.stop.signal });
    const fatal = results.find((result) => !result.ok && result.fault.kind === 'cancelled');
    const gone = this.scorer.fault ?? (fatal?.ok === false ? fatal.fault : undefined);
    if (gone !== undefined) return this.breakOff(gone);
    const faults = results.flatMap((result, index): RowFault[] => {
      if (result.ok) return [];
      const { kind, message } = result.fault;
      return [{ trajectory: index + 1, kind, message }];
    });
    const scores = results.map((result) => (result.ok ? result.value.scores : undefined));
    const text = new TextDecoder('utf-8', { ignoreBOM: true }).decode(bytes);
    const written = scoredRow(text, line.row, this.source.format, scores, this.by, faults);
    this.count(results, faults, line.row, written);
    this.finish(line, written.ok ? new TextEncoder().encode(written.value) : onOneLine(bytes));
  }

  private count(
    results: readonly Scored<StepScores>[],
    faults: readonly RowFault[],
    row: number,
    written: Result<string>,
  ): void {
    const { counts } = this;
    counts.trajectories += results.length;
    if (!written.ok) {
      counts.failed += results.length;
      this.list(written.fault);
      return;
    }
    counts.failed += faults.length;
    for (const { kind, message } of faults) this.list({ row, kind, message });
    for (const result of results) {
      if (!result.ok) continue;
      counts.scored++;
      counts.steps += result.value.scores.length;
    }
  }

  private begin(row: number, end: number, bytes: Uint8Array): Line {
    const line: Line = { row, end, size: bytes.length, bytes: undefined };
    this.lines.push(line);
    this.aheadBytes += line.size;
    return line;
  }

  /** Writes what is done, in the order of the source; blank lines between rows stay, so that numbers stay. */
  private finish(line: Line, bytes: Uint8Array): void {
    line.bytes = bytes;
    while (this.lines[0]?.bytes !== undefined && this.broken === undefined) {
      const { row, bytes: done, end, size } = this.lines.shift()!;
      const blank = row - this.lastRow - 1;
      const whole = new Uint8Array(blank + done!.length + 1).fill(NEWLINE);
      whole.set(done!, blank);
      this.file.append(whole);
      this.lastRow = row;
      this.aheadBytes -= size;
      this.job.onProgress?.(end, this.source.bytes);
    }
    if (this.file.failure !== undefined) this.stop.abort();
    this.wake();
  }

  private breakOff(fault: Fault): void {
    this.broken ??= fault;
    this.stop.abort();
  }

  private refuse(fault: Fault): void {
    this.counts.rows++;
    this.counts.malformed++;
    this.list(fault);
  }

  private list(fault: Fault & { kind?: ScoreFault['kind'] }): void {
    if (this.faults.length < LISTED) this.faults.push(fault);
  }

  /** Waits until the condition holds, or nothing more will come. */
  private async wait(condition: () => boolean): Promise<void> {
    while (!condition() && !this.brokenOff) {
      await new Promise<void>((resolve) => {
        this.wake = resolve;
      });
    }
  }
}

/** A row's bytes without line ends, which in JSON are only white space. */
function onOneLine(bytes: Uint8Array): Uint8Array {
  return bytes.map((byte) => (byte === NEWLINE || byte === 0x0d ? 0x20 : byte));
}
