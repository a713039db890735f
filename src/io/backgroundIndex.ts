import { type Anchor, RowIndex } from '../core/jsonl/rowIndex';
import type { Container } from '../core/jsonl/splitter';
import type { Fault, Result } from '../core/result';
import { CANCELLED, type StreamOptions, streamRows } from './rowStream';

const CHUNK_BYTES = 1024 * 1024;

/** The row index of one file, built in the background. Who waits for rows waits on when it is built anew. */
export class BackgroundIndex {
  /** The rows, as far as the index reaches. */
  rows = new RowIndex();
  /** True once it covers the whole file. */
  complete = false;
  /** What is wrong with the container or with reading it, if anything. */
  fault: Fault | undefined;
  private reached = 0;
  private closed = false;
  private stopping = new AbortController();
  private building: Promise<unknown> = Promise.resolve();
  private readonly waiting = new Set<{ count: number; resolve(): void }>();

  /** Builds it anew, or with an anchor from there on; what was being built must have ended. */
  start(path: string, container: Container, anchor?: Anchor): void {
    if (anchor === undefined && this.rows.count > 0) this.rows = new RowIndex();
    this.complete = false;
    this.fault = undefined;
    this.stopping = new AbortController();
    this.reached = anchor?.offset ?? 0;
    this.building = this.build(path, container, anchor);
  }

  /** Share of a file of so many bytes that is indexed, in [0, 1]. */
  progress(bytes: number): number {
    return this.complete ? 1 : Math.min(1, this.reached / Math.max(1, bytes));
  }

  /** Resolves when this many rows are indexed, or all that there are, or the file is closed. */
  whenIndexed(count: number): Promise<void> {
    if (this.complete || this.closed || this.rows.count >= count) return Promise.resolve();
    return new Promise((resolve) => this.waiting.add({ count, resolve }));
  }

  /** Resolves when nothing is being built. */
  async ended(): Promise<void> {
    await this.building;
  }

  /** Stops what is being built, and resolves when that has ended. */
  async stop(): Promise<void> {
    this.stopping.abort();
    await this.building;
  }

  /** Stops for good: nobody waits any longer. Resolves when nothing is being built. */
  async close(): Promise<void> {
    this.closed = true;
    this.wake();
    await this.stop();
  }

  private async build(path: string, container: Container, anchor?: Anchor): Promise<Result<unknown>> {
    const { rows } = this;
    const { signal } = this.stopping;
    const visitor = {
      row: (_bytes: Uint8Array, _start: number, _end: number, row: number, offset: number): void =>
        rows.add(offset, row),
      fault: (fault: Fault): void => {
        this.fault = fault;
      },
    };
    const result = await streamRows(path, container, visitor, {
      signal,
      chunkBytes: CHUNK_BYTES,
      from: startAt(anchor),
      onProgress: (done) => {
        this.reached = done;
        this.wake();
      },
    });
    if (signal.aborted && !this.closed) return result; // another index comes, and those who wait wait for it
    if (!result.ok && result.fault.message !== CANCELLED) this.fault = result.fault;
    this.complete = true;
    this.wake();
    return result;
  }

  private wake(): void {
    for (const waiter of this.waiting) {
      if (this.complete || this.closed || this.rows.count >= waiter.count) {
        this.waiting.delete(waiter);
        waiter.resolve();
      }
    }
  }
}

/** Where a pass over the file starts that begins with the anchor's row; undefined for the whole file. */
export function startAt(anchor: Anchor | undefined): StreamOptions['from'] {
  return anchor && { offset: anchor.offset, row: anchor.row, inside: anchor.offset > 0 };
}
