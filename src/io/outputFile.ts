import { createHash, type Hash } from 'node:crypto';
import { writeSync } from 'node:fs';
import { type FileHandle, open } from 'node:fs/promises';
import { ByteSink } from '../core/merge/byteSink';

/** A file that is written from its start through a sink, hashed on the way. */
export class OutputFile {
  /** Where to write. Errors of the file system are thrown from its methods and from `flush`. */
  readonly sink: ByteSink;
  /** The last error; a reader in between may have taken it for its own. */
  error: unknown;
  private readonly hash: Hash | undefined;

  private constructor(
    private readonly handle: FileHandle,
    private readonly capacity: number,
    hashed: boolean,
  ) {
    this.hash = hashed ? createHash('sha256') : undefined;
    // Only one long row fills a sink between two flushes; its parts are written at once.
    this.sink = new ByteSink(capacity, (bytes) => this.writeNow(bytes));
  }

  /** Creates the file, or empties it; `capacity` is the size of its buffer. */
  static async create(path: string, capacity: number, hashed = true): Promise<OutputFile> {
    return new OutputFile(await open(path, 'w'), capacity, hashed);
  }

  /** Writes what waits in the sink if it is worth a write; nothing may go into the sink meanwhile. */
  flush(least = this.capacity / 2): Promise<void> | undefined {
    return this.sink.waiting < Math.max(1, least) ? undefined : this.write(this.sink.take());
  }

  /** Writes the rest, makes it durable (if it is to stay: if it is hashed) and closes. */
  async finish(): Promise<{ bytes: number; sha256: string }> {
    await this.flush(0);
    try {
      if (this.hash !== undefined) await this.handle.sync();
      await this.handle.close();
    } catch (error) {
      this.error = error;
      throw error;
    }
    return { bytes: this.sink.total, sha256: this.hash?.digest('hex') ?? '' };
  }

  /** Closes a file that is not needed; safe to call twice. */
  async abandon(): Promise<void> {
    await this.handle.close().catch(() => undefined);
  }

  private async write(bytes: Uint8Array): Promise<void> {
    this.hash?.update(bytes);
    try {
      for (let at = 0; at < bytes.length; ) {
        at += (await this.handle.write(bytes, at, bytes.length - at)).bytesWritten;
      }
    } catch (error) {
      this.error = error;
      throw error;
    }
  }

  private writeNow(bytes: Uint8Array): void {
    this.hash?.update(bytes);
    try {
      for (let at = 0; at < bytes.length; ) at += writeSync(this.handle.fd, bytes, at, bytes.length - at);
    } catch (error) {
      this.error = error;
      throw error;
    }
  }
}
