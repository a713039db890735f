import { createHash, type Hash } from 'node:crypto';
import { writeSync } from 'node:fs';
import { type FileHandle, open } from 'node:fs/promises';
import { NEWLINE } from '../core/jsonl/bytes';
import { ByteSink, type SharedRoom } from '../core/merge/byteSink';

/** Bytes between two early syncs. */
const SYNC_BYTES = 16 * 1024 * 1024;

/** A file that is written from its start through a sink, hashed on the way. */
export class OutputFile {
  /** Where to write. Errors of the file system are thrown from its methods and from `flush`. */
  readonly sink: ByteSink;
  /** Line ends in what was hashed. */
  lines = 0;
  /** The last error; a reader in between may have taken it for its own. */
  error: unknown;
  private readonly hash: Hash | undefined;
  private writing: Promise<void> = Promise.resolve();
  /** The early sync that is under way, and how far the last one reached. */
  private syncing: Promise<void> | undefined;
  private synced = 0;
  private claimed = 0;
  /** Bytes that were taken from the sink and are still to be hashed, before any later ones. */
  private undigested: Uint8Array | undefined;

  private constructor(
    private readonly handle: FileHandle,
    private readonly capacity: number,
    hashed: boolean,
    room: SharedRoom | undefined,
  ) {
    this.hash = hashed ? createHash('sha256') : undefined;
    // Only one long row fills a sink between two flushes; its parts are written at once.
    this.sink = new ByteSink(capacity, (bytes) => this.writeNow(bytes), room);
  }

  /** Creates the file, or empties it; `capacity` is the size of its buffer, `room` memory to share. */
  static async create(path: string, capacity: number, hashed = true, room?: SharedRoom): Promise<OutputFile> {
    return new OutputFile(await open(path, 'w'), capacity, hashed, room);
  }

  /**
   * Starts writing what waits in the sink, if it is worth a write, and returns once the last such write is done:
   * one buffer is written while the other fills.
   */
  flush(least = this.capacity / 4): Promise<void> | undefined {
    return this.sink.waiting < Math.max(1, least) ? undefined : this.flushNow();
  }

  /** Writes the rest, makes it durable (if it is to stay: if it is hashed) and closes. */
  async finish(): Promise<{ bytes: number; sha256: string }> {
    await this.flushNow();
    await this.writing;
    await this.syncing;
    this.digest();
    try {
      this.check();
      if (this.hash !== undefined) await this.handle.sync();
      await this.handle.close();
    } catch (error) {
      this.error ??= error;
      throw error;
    }
    return { bytes: this.sink.total, sha256: this.hash?.digest('hex') ?? '' };
  }

  /** Closes a file that is not needed; safe to call twice. */
  async abandon(): Promise<void> {
    await this.writing;
    await this.syncing;
    await this.handle.close().catch(() => undefined);
  }

  private async flushNow(): Promise<void> {
    await this.writing;
    this.check();
    this.digest();
    const bytes = this.sink.take();
    this.writing = this.write(bytes, this.claim(bytes)).catch((error: unknown) => {
      this.error ??= error;
    });
    if (this.hash === undefined) return;
    // Hashed in the next turn, while the source's next bytes are being read.
    this.undigested = bytes;
    setImmediate(() => this.digest());
  }

  private async write(bytes: Uint8Array, position: number): Promise<void> {
    for (let at = 0; at < bytes.length; ) {
      at += (await this.handle.write(bytes, at, bytes.length - at, position + at)).bytesWritten;
    }
    this.syncEarly(position + bytes.length);
  }

  /** Lets the disk take what is written while more is made, so that little is left to wait for at the end. */
  private syncEarly(end: number): void {
    if (this.hash === undefined || this.syncing !== undefined || end - this.synced < SYNC_BYTES) return;
    this.synced = end;
    this.syncing = this.handle
      .datasync()
      .catch((error: unknown) => {
        this.error ??= error;
      })
      .finally(() => {
        this.syncing = undefined;
      });
  }

  private digest(): void {
    if (this.undigested !== undefined) this.take(this.undigested);
    this.undigested = undefined;
  }

  private take(bytes: Uint8Array): void {
    if (this.hash === undefined) return;
    this.hash.update(bytes);
    const view = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
    for (let at = view.indexOf(NEWLINE); at >= 0; at = view.indexOf(NEWLINE, at + 1)) this.lines++;
  }

  private writeNow(bytes: Uint8Array): void {
    this.digest();
    this.take(bytes);
    const position = this.claim(bytes);
    try {
      for (let at = 0; at < bytes.length; ) {
        at += writeSync(this.handle.fd, bytes, at, bytes.length - at, position + at);
      }
    } catch (error) {
      this.error ??= error;
      throw error;
    }
  }

  /** The place in the file for these bytes. Places are explicit, so that writes may overlap in time. */
  private claim(bytes: Uint8Array): number {
    const position = this.claimed;
    this.claimed += bytes.length;
    return position;
  }

  private check(): void {
    if (this.error !== undefined) throw this.error;
  }
}
