import { stat } from 'node:fs/promises';
import { t } from '@vscode/l10n';
import type { Overlay } from '../core/labels/overlay';
import type { Relabel } from '../core/labels/relabel/relabel';
import { type Fault, fail, ok, type Result } from '../core/result';
import { AtomicFile } from './atomicFile';
import { type ByteSource, openBytes } from './byteSource';
import { fileFault } from './fileFault';
import type { Source } from './openSource';
import { OutputFile } from './outputFile';
import { spareOwnFiles } from './ownFiles';
import { rowHash } from './rowHash';
import { CANCELLED, streamRows } from './rowStream';
import { SourceWatch } from './sourceWatch';
import { writeFault } from './writeFault';

/** One copy of a source with the labels of its journal. */
export interface LabelledCopyJob {
  readonly source: Pick<Source, 'path' | 'container'>;
  readonly overlay: Overlay;
  /** How a row of the source's format is given other labels (`relabellerOf`). */
  readonly relabel: Relabel;
  /** The file that is written; must not exist, unless `force`. */
  readonly out: string;
  /** Replace an existing file, in one step. */
  readonly force?: boolean;
  readonly signal?: AbortSignal;
  onProgress?(doneBytes: number, totalBytes: number): void;
}

/** What came of a copy. */
export interface LabelledCopy {
  readonly bytes: number;
  /** Of the file that was written, in hex. */
  readonly sha256: string;
  /** Rows whose labels the copy has, those included that the source had the same way already. */
  readonly relabelled: number;
  /** Labels in them that are the journal's. */
  readonly labels: number;
  /** 1-based rows whose edits were made to other bytes; copied as they are. */
  readonly stale: readonly number[];
  /** Rows whose labels the format cannot hold, or that cannot be read, with the reason; copied as they are. */
  readonly refused: readonly Fault[];
}

/** Bytes per read and write. */
const CHUNK = 1024 * 1024;

/**
 * Writes a copy of a source that has the labels of its journal. Rows without edits, line ends and all that stands
 * between rows are copied byte for byte; in the other rows only the labels are rewritten. The copy of a compressed
 * source is not compressed. The file appears when it is complete; a fault, which a cancelled signal gives too, leaves nothing.
 *
 * Faults: the target is the source or its journal, or exists without `force`; the source cannot be read or changes
 * meanwhile; the target cannot be written; cancelled.
 */
export async function writeLabelledCopy(job: LabelledCopyJob): Promise<Result<LabelledCopy>> {
  const allowed = await spareOwnFiles(job.source.path, job.out);
  if (!allowed.ok) return allowed;
  const target = await AtomicFile.create(job.out, { force: job.force ?? false, source: job.source.path });
  if (!target.ok) return target;
  let file: ByteSource | undefined;
  try {
    file = await openBytes(job.source.path);
    const made = await new CopyPass(file, job).run(target.value.path);
    if (!made.ok) return made;
    if (job.signal?.aborted) return fail(CANCELLED);
    const committed = await target.value.commit();
    return committed.ok ? made : committed;
  } catch (error) {
    return fileFault(error, job.source.path);
  } finally {
    await file?.close();
    await target.value.discard();
  }
}

/** A row's bytes in the source, and what takes their place. */
interface Replacement {
  readonly from: number;
  readonly to: number;
  readonly bytes: Uint8Array;
}

/** One copy, from an empty temporary file to a complete one. */
class CopyPass {
  private readonly replacements: Replacement[] = [];
  private readonly stale: number[] = [];
  private readonly refused: Fault[] = [];
  /** Rows with edits that were not seen yet. */
  private readonly awaited: Set<number>;
  private relabelled = 0;
  private labels = 0;
  private buffer = new Uint8Array(CHUNK);
  /** The source's bytes [bufferAt, bufferAt + buffered) are in the buffer; those before `copied` are written. */
  private bufferAt = 0;
  private buffered = 0;
  private copied = 0;

  constructor(
    private readonly file: ByteSource,
    private readonly job: LabelledCopyJob,
  ) {
    this.awaited = new Set(job.overlay.editedRows().map(({ row }) => row));
  }

  /** Faults: as for `writeLabelledCopy`; errors of reading the source are thrown. */
  async run(path: string): Promise<Result<LabelledCopy>> {
    const { path: source } = this.job.source;
    const watch = await SourceWatch.begin(source);
    const { size } = await stat(source);
    let output: OutputFile;
    try {
      output = await OutputFile.create(path, CHUNK);
    } catch (error) {
      return writeFault(error, this.job.out);
    }
    try {
      const read = await this.relabelRows(output, size);
      if (!read.ok) return output.error === undefined ? read : writeFault(output.error, this.job.out);
      // Rows that the source does not have any more.
      this.stale.push(...this.awaited);
      const copied = await this.copyTo(Number.POSITIVE_INFINITY, output, size);
      if (!copied.ok) return copied;
      const unread = this.file.trouble ?? this.file.damage;
      if (unread !== undefined) return { ok: false, fault: unread };
      const written = await output.finish();
      if (!(await watch.isSame(undefined))) return this.changed();
      const { relabelled, labels, stale, refused } = this;
      return ok({ ...written, relabelled, labels, stale, refused });
    } catch (error) {
      if (output.error !== undefined) return writeFault(output.error, this.job.out);
      throw error;
    } finally {
      await output.abandon();
    }
  }

  /** Copies up to behind the last row that has edits. */
  private async relabelRows(output: OutputFile, total: number): Promise<Result<unknown>> {
    if (this.awaited.size === 0) return ok(undefined);
    const { source, signal } = this.job;
    let seenTo = 0;
    let trouble: Result<void> = ok(undefined);
    const visitor = {
      row: (bytes: Uint8Array, start: number, end: number, row: number, offset: number): void => {
        if (this.awaited.size === 0) return;
        seenTo = offset + end - start;
        if (this.awaited.delete(row)) this.row(bytes.subarray(start, end), row, offset);
      },
      fault: (fault: Fault): void => {
        if (fault.row !== undefined && this.awaited.delete(fault.row)) this.refused.push(fault);
      },
      flush: async (): Promise<void> => {
        for (const { from, to, bytes } of this.replacements.splice(0)) {
          if (trouble.ok) trouble = await this.copyTo(from, output, total);
          output.sink.put(bytes);
          this.copied = to;
          await output.flush();
        }
        if (trouble.ok) trouble = await this.copyTo(seenTo, output, total);
      },
    };
    const enough = (): boolean => this.awaited.size === 0 || !trouble.ok;
    const read = await streamRows(source.path, source.container, visitor, { signal, enough });
    return trouble.ok ? read : trouble;
  }

  private row(bytes: Uint8Array, row: number, offset: number): void {
    const { overlay, relabel } = this.job;
    const hash = rowHash(bytes);
    if (overlay.staleEdits(row, hash) > 0) this.stale.push(row);
    const labels = overlay.labelsOf(row, hash);
    if (labels.length === 0) return;
    const result = relabel(bytes, row, labels);
    if (!result.ok) {
      this.refused.push(result.fault);
      return;
    }
    this.relabelled++;
    this.labels += labels.length;
    if (result.value === bytes) return;
    this.replacements.push({ from: offset, to: offset + bytes.length, bytes: result.value });
  }

  /**
   * Copies the source's bytes from `copied` to this offset, to the end if it is infinite. Faults: cancelled, or the
   * source is shorter now.
   */
  private async copyTo(end: number, output: OutputFile, total: number): Promise<Result<void>> {
    while (this.copied < end) {
      if (this.job.signal?.aborted) return fail(CANCELLED);
      let from = this.copied - this.bufferAt;
      if (from >= this.buffered) {
        const bytesRead = await this.file.read(this.buffer, 0, CHUNK, this.copied);
        if (bytesRead === 0 && end === Number.POSITIVE_INFINITY) break;
        if (bytesRead === 0) return this.changed();
        this.bufferAt = this.copied;
        this.buffered = bytesRead;
        from = 0;
      }
      const to = Math.min(this.buffered, end - this.bufferAt);
      output.sink.copy(this.buffer, from, to);
      this.copied = this.bufferAt + to;
      await output.flush();
      this.job.onProgress?.(this.copied, total);
    }
    return ok(undefined);
  }

  private changed(): Result<never> {
    return fail(
      t('{0} changed while it was copied. Copy it again when nobody writes to it.', this.job.source.path),
    );
  }
}
