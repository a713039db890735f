import { type FileHandle, open } from 'node:fs/promises';
import { type Container, createSplitter, type SplitStart } from '../core/jsonl/rowSplitter';
import { type Fault, fail, ok, type Result } from '../core/result';
import { fileFault } from './fileFault';

/** What a streaming pass calls, in file order. */
export interface RowVisitor {
  /**
   * A row that is not blank, without byte-order mark and line end, in `bytes[start, end)`; the bytes are only
   * valid during the call. `row` is 1-based, `offset` the file offset of `start`.
   */
  row(bytes: Uint8Array, start: number, end: number, row: number, offset: number): void;
  /** The file's raw bytes as read, in order (for hashing). */
  chunk?(bytes: Uint8Array): void;
  /** A row over `maxRowBytes`, or a container that is broken. */
  fault?(fault: Fault): void;
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
  /** Asked after every chunk; true ends the pass early, before the rows that are not whole yet. */
  enough?(): boolean;
  onProgress?(doneBytes: number): void;
}

/** A longer row cannot become a string in Node. */
export const MAX_ROW_BYTES = 512 * 1024 * 1024 - 64;

/** The fault that a cancelled pass ends with. */
export const CANCELLED = 'Cancelled.';

/**
 * Streams the rows of a file through a visitor in bounded memory: one buffer that holds a chunk and the longest
 * row. Faults: the file cannot be opened or read, or the signal was aborted (`CANCELLED`).
 */
export async function streamRows(
  path: string,
  container: Container,
  visitor: RowVisitor,
  options: StreamOptions = {},
): Promise<Result<{ bytes: number }>> {
  let file: FileHandle;
  try {
    file = await open(path, 'r');
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
    this.visitor.chunk?.(this.buffer.subarray(this.held, this.held + count));
    const to = this.held + count;
    const { buffer, base, visitor, maxRowBytes } = this;
    const used = this.splitter.split(this.view, 0, to, last, (start, end, row) => {
      if (end - start > maxRowBytes) visitor.fault?.(tooLong(row, maxRowBytes));
      else visitor.row(buffer, start, end, row, base + start);
    });
    this.buffer.copyWithin(0, used, to);
    this.held = to - used;
    this.base += used;
    if (this.held > maxRowBytes) {
      visitor.fault?.(tooLong(this.splitter.skip(), maxRowBytes));
      this.base += this.held;
      this.held = 0;
    }
    if (last) {
      const fault = this.splitter.fault();
      if (fault !== undefined) visitor.fault?.(fault);
    }
  }
}

function viewOf({ buffer, byteOffset, length }: Uint8Array<ArrayBuffer>): Uint8Array {
  return Buffer.from(buffer, byteOffset, length);
}

function tooLong(row: number, limit: number): Fault {
  return { row, message: `This row is longer than ${limit} bytes. Split it before reading the file.` };
}

async function pump(
  file: FileHandle,
  container: Container,
  visitor: RowVisitor,
  options: StreamOptions,
): Promise<Result<{ bytes: number }>> {
  const from = options.from ?? { offset: 0, row: 1, inside: false };
  const until = options.until ?? Number.POSITIVE_INFINITY;
  const chunkBytes = options.chunkBytes ?? 512 * 1024;
  const pusher = new RowPusher(container, visitor, chunkBytes, from, options.maxRowBytes, options.room);
  let at = from.offset;
  for (;;) {
    if (options.signal?.aborted) return fail(CANCELLED);
    const room = pusher.room();
    const wanted = Math.min(room.length, until - at);
    const { bytesRead } = wanted > 0 ? await file.read(room, 0, wanted, at) : { bytesRead: 0 };
    at += bytesRead;
    pusher.push(bytesRead, bytesRead === 0);
    await visitor.flush?.();
    options.onProgress?.(at);
    if (bytesRead === 0 || options.enough?.()) return ok({ bytes: at });
  }
}
