import { stat } from 'node:fs/promises';
import { t } from '@vscode/l10n';
import { readRow } from '../core/jsonl/readRow';
import type { Anchor } from '../core/jsonl/rowIndex';
import { type Fault, fail, ok, type Result } from '../core/result';
import type { RowReading } from '../core/trace/rowReading';
import { BackgroundIndex, startAt } from './backgroundIndex';
import { holdBytes } from './byteSource';
import { fileFault } from './fileFault';
import { beginsWith, type FileStamp, isUntouched, takeStamp } from './fileStamp';
import { openSource, type Source, type SourceChoice } from './openSource';
import { rowHash } from './rowHash';
import { CANCELLED, type RowVisitor, type StreamOptions, streamRows } from './rowStream';
import type { FileChange, FileRow, LabelSource, RowRange, RowSource } from './traceRows';

const FIND_BATCH = 256;

const rowText = new TextDecoder('utf-8', { ignoreBOM: true });

/**
 * A trajectory file that is open: its format, its row index (built in the background), and reading of any rows
 * by byte range. Nothing of its content is kept in memory.
 */
export class TraceFile {
  private readonly index = new BackgroundIndex();
  /** Refreshes run one after the other: each starts from what the last one left. */
  private refreshing: Promise<unknown> = Promise.resolve();
  /** Reading that goes on. */
  private readonly passes = new Set<Promise<unknown>>();
  private closed = false;

  private constructor(
    /** How the file is read; a new object after the file was replaced. */
    public source: Source,
    private readonly choice: SourceChoice,
    private stamp: FileStamp,
    /** Lets go of what is unpacked of a compressed file. */
    private release: () => Promise<void>,
    private readonly labels: LabelSource | undefined,
  ) {
    this.startIndex();
  }

  /** Opens a file. Faults: those of `openSource`. */
  static async open(
    path: string,
    choice: SourceChoice = {},
    labels?: LabelSource,
  ): Promise<Result<TraceFile>> {
    const release = await holdBytes(path);
    try {
      const source = await openSource(path, choice);
      if (source.ok) return ok(new TraceFile(source.value, choice, await takeStamp(path), release, labels));
      await release();
      return source;
    } catch (error) {
      await release();
      return fileFault(error, path);
    }
  }

  /** Rows that are not blank, as far as the index reaches. */
  get rowCount(): number {
    return this.index.rows.count;
  }

  /** True once the index covers the whole file. */
  get complete(): boolean {
    return this.index.complete;
  }

  /** All rows; its length grows with the index. */
  get allRows(): RowRange {
    const { rows } = this.index;
    return {
      get length() {
        return rows.count;
      },
      at: (i) => i,
    };
  }

  /** Share of the file that is indexed, in [0, 1]. */
  get progress(): number {
    return this.index.progress(this.source.bytes);
  }

  /** What is wrong with the container or with reading it, if anything. */
  get fault(): Fault | undefined {
    return this.index.fault;
  }

  /** Resolves when this many rows are indexed, or all that there are. */
  whenIndexed(count = Number.POSITIVE_INFINITY): Promise<void> {
    return this.index.whenIndexed(count);
  }

  /**
   * Reads the rows at these ascending 0-based positions. Once they have cost `budgetBytes`, the rest is named
   * with its size but not parsed.
   */
  async read(
    ordinals: readonly number[],
    budgetBytes = Number.POSITIVE_INFINITY,
  ): Promise<Result<RowReading[]>> {
    const readings: RowReading[] = [];
    const pass = await this.each(ordinals, budgetBytes, (reading) => {
      readings.push(reading);
      return false;
    });
    return pass.ok ? ok(readings) : pass;
  }

  /**
   * The first row of `range` from its index `from` on, going forward (`step` 1) or back (-1), whose reading
   * passes `test`; undefined if there is none. Faults: reading failed, or the signal was aborted (`CANCELLED`).
   */
  async find(
    range: RowRange,
    from: number,
    step: 1 | -1,
    test: (reading: RowReading) => boolean,
    signal?: AbortSignal,
  ): Promise<Result<{ index: number; ordinal: number } | undefined>> {
    await this.whenIndexed();
    for (let at = from; at >= 0 && at < range.length; at += step * FIND_BATCH) {
      const low = step === 1 ? at : Math.max(0, at - FIND_BATCH + 1);
      const high = step === 1 ? Math.min(at + FIND_BATCH, range.length) : at + 1;
      const ordinals = Array.from({ length: high - low }, (_, i) => range.at(low + i));
      let seen = 0;
      let hit: { index: number; ordinal: number } | undefined;
      const pass = await this.each(ordinals, Number.POSITIVE_INFINITY, (reading) => {
        if (test(reading)) hit = { index: low + seen, ordinal: reading.ordinal };
        seen++;
        return signal?.aborted === true || (hit !== undefined && step === 1);
      });
      if (!pass.ok) return pass;
      if (signal?.aborted) return fail(CANCELLED);
      if (hit !== undefined) return ok(hit);
    }
    return ok(undefined);
  }

  /** The row at this position as it stands in the file. Faults: it is not there any more, or cannot be read. */
  async rowSource(ordinal: number): Promise<Result<RowSource>> {
    let found: RowSource | undefined;
    const pass = await this.rowBytes(ordinal, (bytes, start, end, row, offset) => {
      found = { text: rowText.decode(bytes.subarray(start, end)), row, offset };
    });
    return pass.ok ? ok(found!) : pass;
  }

  /** The row at this position as the file has it, without edited labels. Faults: as `rowSource`, or malformed. */
  async fileRow(ordinal: number): Promise<Result<FileRow>> {
    let found: Result<FileRow> | undefined;
    const pass = await this.rowBytes(ordinal, (bytes, start, end, row) => {
      const result = readRow(bytes, start, end, row, this.source.format);
      found = result.ok ? ok({ row, hash: rowHash(bytes, start, end), trajectories: result.value }) : result;
    });
    return pass.ok ? found! : pass;
  }

  /** Position of the row with this number, or of the next one that is not blank; undefined beyond the end. */
  async ordinalOfRow(row: number): Promise<number | undefined> {
    await this.whenIndexed();
    const anchor = this.index.rows.anchorAtRow(row);
    if (anchor === undefined) return this.index.rows.count > 0 ? 0 : undefined;
    let ordinal = anchor.ordinal;
    let found: number | undefined;
    const enough = (): boolean => found !== undefined;
    await this.readBetween(anchor, enough, (_bytes, _start, _end, at) => {
      if (at >= row) found ??= ordinal;
      ordinal++;
    });
    return found ?? (ordinal < this.index.rows.count ? ordinal : undefined);
  }

  /**
   * Streams the rows of the file in order, from the 0-based position `from` on; what is wrong with the container
   * is in `fault`. Faults: reading failed, or the signal was aborted (`CANCELLED`).
   */
  async visit(
    onRow: (reading: RowReading) => void,
    options: {
      from?: number;
      signal?: AbortSignal;
      onProgress?(doneBytes: number, totalBytes: number): void;
    } = {},
  ): Promise<Result<unknown>> {
    const { from = 0, signal, onProgress } = options;
    if (from > 0) await this.whenIndexed(from + 1);
    const anchor = this.index.rows.anchorAt(from);
    if (from > 0 && anchor === undefined) return ok(undefined);
    let ordinal = anchor?.ordinal ?? 0;
    const visitor = {
      row: (bytes: Uint8Array, start: number, end: number, row: number): void => {
        const at = ordinal++;
        if (at < from) return;
        onRow(this.reading(bytes, start, end, row, at));
      },
    };
    return this.stream(visitor, {
      from: from > 0 ? startAt(anchor) : undefined,
      signal,
      // Small chunks keep each turn of the event loop short: a chunk is parsed in one turn.
      chunkBytes: 256 * 1024,
      onProgress: (done) => onProgress?.(done, this.source.bytes),
    });
  }

  /**
   * Looks at the file again and brings the index up to date. Faults: those of `openSource`; nothing has changed
   * then, and the next refresh tries again.
   */
  refresh(): Promise<Result<FileChange>> {
    const next = this.refreshing.then(() => this.refreshNow());
    this.refreshing = next;
    return next;
  }

  /** Reads the rows at ascending positions one by one, until `onReading` returns true. */
  private async each(
    ordinals: readonly number[],
    budgetBytes: number,
    onReading: (reading: RowReading) => boolean,
  ): Promise<Result<unknown>> {
    await this.whenIndexed((ordinals.at(-1) ?? 0) + 2);
    let next = 0;
    let spent = 0;
    let stopped = false;
    while (next < ordinals.length && !stopped) {
      const anchor = this.index.rows.anchorAt(ordinals[next]!);
      if (anchor === undefined) break;
      const before = next;
      let ordinal = anchor.ordinal;
      const enough = (): boolean => stopped || next === ordinals.length;
      const pass = await this.readBetween(anchor, enough, (bytes, start, end, row) => {
        if (!stopped && ordinal === ordinals[next]) {
          next++;
          const length = end - start;
          const tooMuch = spent > 0 && spent + length > budgetBytes;
          spent += length;
          const reading = tooMuch
            ? { row, ordinal, bytes: length, result: fail(tooManyBytes(length), { row }) }
            : this.reading(bytes, start, end, row, ordinal);
          stopped = onReading(reading);
        }
        ordinal++;
      });
      if (!pass.ok) return pass;
      if (next === before) break; // the file shrank under the index; a refresh follows
    }
    return ok(undefined);
  }

  /** Hands over the bytes of the row at this position. Faults: it is not there any more, or cannot be read. */
  private async rowBytes(ordinal: number, onRow: RowVisitor['row']): Promise<Result<unknown>> {
    await this.whenIndexed(ordinal + 1);
    const gone = fail(t('{0} changed while it was read. Open it again.', this.source.path));
    const anchor = this.index.rows.anchorAt(ordinal);
    if (anchor === undefined) return gone;
    let found = false;
    let at = anchor.ordinal;
    const pass = await this.readBetween(
      anchor,
      () => found,
      (...row) => {
        if (at++ !== ordinal) return;
        found = true;
        onRow(...row);
      },
    );
    return pass.ok && !found ? gone : pass;
  }

  private reading(bytes: Uint8Array, start: number, end: number, row: number, ordinal: number): RowReading {
    const result = readRow(bytes, start, end, row, this.source.format);
    const plain = { row, ordinal, bytes: end - start, result };
    const overlay = this.labels?.overlay;
    if (!result.ok || overlay === undefined || !overlay.hasEdits(row)) return plain;
    const { trajectories } = overlay.applyTo(row, () => rowHash(bytes, start, end), result.value);
    if (trajectories === result.value) return plain;
    return { ...plain, result: ok(trajectories), unedited: result.value };
  }

  private async refreshNow(): Promise<Result<FileChange>> {
    const { path } = this.source;
    try {
      const info = await stat(path);
      const old = this.stamp;
      if (await isUntouched(path, old)) return ok('same');
      const grew = info.size > old.bytes && info.ino === old.inode && (await beginsWith(path, old));
      const isFollowed = this.source.container === 'lines' && this.source.compression === undefined;
      return await this.reload(grew && isFollowed);
    } catch (error) {
      return fileFault(error, path);
    }
  }

  /** Stops background work, and lets go of the file; resolves when that is done. */
  async close(): Promise<void> {
    this.closed = true;
    // A pass that is still opening a compressed file would have it unpacked anew if nobody held it any more.
    await Promise.allSettled([this.index.close(), ...this.passes]);
    await this.release();
  }

  private async reload(grew: boolean): Promise<Result<FileChange>> {
    const { path } = this.source;
    if (grew) {
      await this.index.ended();
      this.stamp = await takeStamp(path);
      this.source = { ...this.source, bytes: this.stamp.bytes };
      this.startIndex(this.index.rows.dropLastAnchor());
      return ok('grew');
    }
    const stamp = await takeStamp(path);
    const release = await holdBytes(path);
    const source = await openSource(path, this.choice);
    if (!source.ok) {
      await release();
      return source;
    }
    await this.index.stop();
    await this.release();
    this.release = release;
    this.stamp = stamp;
    this.source = source.value;
    this.startIndex();
    if (this.closed) await release();
    return ok('replaced');
  }

  private startIndex(anchor?: Anchor): void {
    if (!this.closed) this.index.start(this.source.path, this.source.container, anchor);
  }

  /** Streams the rows from an anchor to the next one, or to the end of the chunk after which there are `enough`. */
  private async readBetween(
    anchor: Anchor,
    enough: () => boolean,
    onRow: RowVisitor['row'],
  ): Promise<Result<unknown>> {
    const next = this.index.rows.next(anchor);
    const visitor = { row: onRow };
    return this.stream(visitor, {
      from: startAt(anchor),
      until: next?.offset,
      enough,
    });
  }

  /** A pass over the file's rows. */
  private async stream(visitor: RowVisitor, options: StreamOptions): Promise<Result<unknown>> {
    const pass = streamRows(this.source.path, this.source.container, visitor, options);
    this.passes.add(pass);
    try {
      return await pass;
    } finally {
      this.passes.delete(pass);
    }
  }
}

function tooManyBytes(length: number): string {
  return t('This row holds {0} bytes, too many for this page. Enter opens it alone.', length);
}
