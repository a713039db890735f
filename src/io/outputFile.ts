import { writeSync } from 'node:fs';
import { type FileHandle, open } from 'node:fs/promises';
import { ByteSink } from '../core/merge/byteSink';
import { type Sha256, sharedBytes } from './sha256';

/** A file that is written from its start through a sink, hashed on the way. */
export class OutputFile {
  /** Where to write. Errors of the file system are thrown from its methods and from `flush`. */
  readonly sink: ByteSink;
  /** The last error; a reader in between may have taken it for its own. */
  error: unknown;
  private writing: Promise<void> = Promise.resolve();
  private claimed = 0;

  private constructor(
    private readonly handle: FileHandle,
    private readonly capacity: number,
    private readonly hash: Sha256 | undefined,
  ) {
    // Only one long row fills a sink between two flushes; its parts are written at once.
    this.sink = new ByteSink(capacity, (bytes) => this.writeNow(bytes), sharedBytes);
  }

  /**
   * Creates the file, or empties it; `capacity` is the size of its buffer. A file without a hash is a temporary
   * one.
   */
  static async create(path: string, capacity: number, hash?: Sha256): Promise<OutputFile> {
    return new OutputFile(await open(path, 'w'), capacity, hash);
  }

  /**
   * Starts writing what waits in the sink, if it is worth a write, and returns once the last such write is done:
   * one buffer is written while the other fills.
   */
  flush(least = this.capacity / 4): Promise<void> | undefined {
    return this.sink.waiting < Math.max(1, least) ? undefined : this.flushNow();
  }

  /** Writes the rest, makes it durable (unless it is a temporary one) and closes. */
  async finish(): Promise<{ bytes: number; sha256: string }> {
    await this.flushNow();
    await this.writing;
    try {
      this.check();
      if (this.hash !== undefined) await this.handle.sync();
      await this.handle.close();
    } catch (error) {
      this.error ??= error;
      throw error;
    }
    return { bytes: this.sink.total, sha256: (await this.hash?.digest()) ?? '' };
  }

  /** Closes a file that is not needed; safe to call twice. */
  async abandon(): Promise<void> {
    await this.writing;
    await this.handle.close().catch(() => undefined);
  }

  private async flushNow(): Promise<void> {
    await this.writing;
    this.check();
    const bytes = this.sink.take();
    const done = [this.write(bytes, this.claim(bytes)), this.hash?.update(bytes)];
    this.writing = Promise.all(done).then(
      () => undefined,
      (error: unknown) => {
        this.error ??= error;
      },
    );
  }

  private async write(bytes: Uint8Array, position: number): Promise<void> {
    for (let at = 0; at < bytes.length; ) {
      at += (await this.handle.write(bytes, at, bytes.length - at, position + at)).bytesWritten;
    }
  }

  private writeNow(bytes: Uint8Array): void {
    this.hash?.update(bytes.slice())?.catch((error: unknown) => {
      this.error ??= error;
    });
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
