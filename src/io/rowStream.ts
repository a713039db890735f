import { createHash } from 'node:crypto';
import { t } from '@vscode/l10n';
import { createSplitter } from '../core/jsonl/rowSplitter';
import type { Container, SplitStart } from '../core/jsonl/splitter';
import { type Fault, fail, ok, type Result } from '../core/result';
import { type ByteSource, openBytes } from './byteSource';
import type { Digest } from './fileDigest';
import { fileFault } from './fileFault';

/** What a streaming pass calls, in file order. */
export interface RowVisitor {
  /**
   * A row that is not blank, without byte-order mark and line end, in `bytes[start, end)`; the bytes are only
   * valid during the call. `row` is 1-based, `offset` the file offset of `start`.
   */
  row(bytes: Uint8Array, start: number, end: number, row: number, offset: number): void;
  /**
   * A row over `maxRowBytes`, a container that is broken, or a compressed file that is damaged. `isRow` says that a
   * row is lost which `row` was not called with, so that every row is told exactly once.
   */
  fault?(fault: Fault, isRow: boolean): void;
  /** Awaited after every chunk: back-pressure, and the event loop's turn. */
  flush?(): Promise<void> | undefined;
}

/** How to stream. */
export interface StreamOptions {
  readonly signal?: AbortSignal;
  /** Bytes per read. */
  readonly chunkBytes?: number;
  /** Memory for the buffer, at least twice `chunkBytes`; one of its own is made if a row needs more, or without it. */
  readonly room?: Uint8Array<ArrayBuffer>;
  /** Byte offset to start from, with the row that begins there. */
  readonly from?: { readonly offset: number } & SplitStart;
  /** Stop before this byte offset (a row's start, or beyond the end). */
  readonly until?: number;
  /** Rows longer than this are reported and passed over. */
  readonly maxRowBytes?: number;
  /** Whether to hash the file on the way. */
  readonly hashed?: boolean;
  /** Asked after every chunk; true ends the pass early, before the rows that are not whole yet. */
  enough?(): boolean;
  onProgress?(doneBytes: number): void;
}

/** A longer row cannot become a string in Node. */
export const MAX_ROW_BYTES = 512 * 1024 * 1024 - 64;

/** The fault that a cancelled pass ends with. */
export const CANCELLED = 'Cancelled.';

/** How a pass ended. */
export interface StreamEnd {
  /** Offset behind the last byte that was read. */
  readonly bytes: number;
  /** Why a compressed file ended too early; the visitor was told, too, with the row where it broke off. */
  readonly damage: Fault | undefined;
  /** Rows that the visitor was told, with `row` or `fault`. */
  readonly rows: number;
  /** The file on disk as it was read, if it was to be hashed and was read to its end. */
  readonly digest: Digest | undefined;
}

/**
 * Streams the rows of a file, compressed or not, through a visitor in bounded memory: one buffer that holds a chunk
 * and the longest row. Offsets are those of the unpacked content. Faults: the file cannot be opened or read to its end
 * (damage is no such fault: the visitor is told where a damaged file breaks off), or the signal was aborted
 * (`CANCELLED`).
 */
export async function streamRows(
  path: string,
  container: Container,
  visitor: RowVisitor,
  options: StreamOptions = {},
): Promise<Result<StreamEnd>> {
  let file: ByteSource;
  try {
    file = await openBytes(path);
  } catch (error) {
    return fileFault(error, path);
  }
  try {
    return await pump(file, container, visitor, options);
  } catch (error) {
    return fileFault(error, path);
  } finally {
    await file.close();
  }
}

/** A pass over the bytes that a caller pushes, for input that is not a file (standard input). */
export class RowPusher {
  private readonly splitter;
  private buffer: Uint8Array<ArrayBuffer>;
  /** The same memory for the splitter: `Buffer.indexOf` finds line ends much faster than `Uint8Array`'s. */
  private view: Uint8Array;
  /** Unconsumed bytes are `buffer[0, held)`, and `base` is the file offset of `buffer[0]`. */
  private held = 0;
  private base: number;
  private toldFault = false;
  private lastRow: number;
  private told = 0;

  constructor(
    container: Container,
    private readonly visitor: RowVisitor,
    private readonly chunkBytes: number,
    start: { readonly offset: number } & SplitStart,
    private readonly maxRowBytes = MAX_ROW_BYTES,
    room: Uint8Array<ArrayBuffer> = new Uint8Array(chunkBytes * 2),
  ) {
    this.splitter = createSplitter(container, start);
    this.buffer = room;
    this.view = viewOf(room);
    this.base = start.offset;
    this.lastRow = start.row - 1;
  }

  /** Rows that the visitor was told so far. */
  get rows(): number {
    return this.told;
  }

  /** Room for the next read, directly behind what is held. */
  room(): Uint8Array<ArrayBuffer> {
    if (this.buffer.length - this.held < this.chunkBytes) {
      const larger = new Uint8Array(Math.max(this.buffer.length * 2, this.held + this.chunkBytes));
      larger.set(this.buffer.subarray(0, this.held));
      this.buffer = larger;
      this.view = viewOf(larger);
    }
    return this.buffer.subarray(this.held, this.held + this.chunkBytes);
  }

  /** Takes the first `count` bytes written into the last `room()`; with `last`, ends the pass. */
  push(count: number, last: boolean): void {
    const to = this.held + count;
    const { buffer, base, visitor, maxRowBytes } = this;
    const used = this.splitter.split(this.view, 0, to, last, (start, end, row) => {
      if (end - start > maxRowBytes) return this.tell(tooLong(row, maxRowBytes));
      this.lastRow = row;
      this.told++;
      visitor.row(buffer, start, end, row, base + start);
    });
    this.buffer.copyWithin(0, used, to);
    this.held = to - used;
    this.base += used;
    if (this.held > maxRowBytes) {
      this.tell(tooLong(this.splitter.skip(), maxRowBytes));
      this.base += this.held;
      this.held = 0;
    }
    const fault = this.splitter.fault();
    if (fault === undefined || this.toldFault) return;
    this.toldFault = true;
    this.tell(fault);
  }

  /** Ends the pass where the input broke off: the row that is not whole is told as this fault. */
  breakOff(fault: Fault): void {
    this.tell({ ...fault, row: this.splitter.skip() });
  }

  private tell(fault: Fault): void {
    const isRow = fault.row !== undefined && fault.row > this.lastRow;
    if (isRow) {
      this.lastRow = fault.row!;
      this.told++;
    }
    this.visitor.fault?.(fault, isRow);
  }
}

function viewOf({ buffer, byteOffset, length }: Uint8Array<ArrayBuffer>): Uint8Array {
  return Buffer.from(buffer, byteOffset, length);
}

function tooLong(row: number, limit: number): Fault {
  return { row, message: t('This row is longer than {0} bytes. Split it before reading the file.', limit) };
}

async function pump(
  file: ByteSource,
  container: Container,
  visitor: RowVisitor,
  options: StreamOptions,
): Promise<Result<StreamEnd>> {
  const from = options.from ?? { offset: 0, row: 1, inside: false };
  const until = options.until ?? Number.POSITIVE_INFINITY;
  const chunkBytes = options.chunkBytes ?? 512 * 1024;
  const pusher = new RowPusher(container, visitor, chunkBytes, from, options.maxRowBytes, options.room);
  const hash = options.hashed && file.spool === undefined ? createHash('sha256') : undefined;
  let at = from.offset;
  for (;;) {
    if (options.signal?.aborted) return fail(CANCELLED);
    const room = pusher.room();
    const wanted = Math.min(room.length, until - at);
    const count = wanted > 0 ? await file.read(room, 0, wanted, at) : 0;
    at += count;
    hash?.update(room.subarray(0, count));
    // A pass that stops where it was told to does not ask what comes behind.
    const isEnd = count === 0 && wanted > 0;
    if (file.trouble !== undefined) return { ok: false, fault: file.trouble };
    const damage = isEnd ? file.damage : undefined;
    if (damage === undefined) pusher.push(count, count === 0);
    else pusher.breakOff(damage);
    await visitor.flush?.();
    options.onProgress?.(at);
    if (count > 0 && !options.enough?.()) continue;
    const { rows } = pusher;
    if (!options.hashed || !isEnd) return ok({ bytes: at, damage, rows, digest: undefined });
    if (hash !== undefined)
      return ok({ bytes: at, damage, rows, digest: { bytes: at, sha256: hash.digest('hex') } });
    const digest = await file.digest();
    return digest?.ok === false ? digest : ok({ bytes: at, damage, rows, digest: digest?.value });
  }
}
