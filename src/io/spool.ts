import type { FileHandle } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { t } from '@vscode/l10n';
import type { Fault } from '../core/result';
import type { Compression } from './compression';
import { fileFault } from './fileFault';
import { SpoolFile } from './spoolFile';
import { type Damage, unpack } from './unpack';

const PIECE_BYTES = 64 * 1024;
/** Content per compressed byte, before anything is known. */
const FIRST_GUESS = 4;

/** The spools in use, by what file they unpack. */
const spools = new Map<string, Spool>();

/**
 * The content of a compressed file, unpacked once in the background into a temporary file, and read by byte range
 * meanwhile. Everybody in this process who opens the same state of the file shares one.
 */
export class Spool {
  /** What keeps the content from being whole, once it is known. */
  fault: Fault | undefined;
  private users = 0;
  private unpackedBytes = 0;
  /** How far the unpacking of whole pieces had come, in the file and in the content. */
  private known = { compressed: 0, content: 0 };
  private isDone = false;
  private stopped = false;
  private waiting: (() => void)[] = [];
  private target: SpoolFile | undefined;
  private readonly running: Promise<void>;

  private constructor(
    private readonly path: string,
    /** How the file is compressed. */
    readonly compression: Compression,
    private readonly key: string,
    private readonly compressedBytes: number,
    source: FileHandle,
  ) {
    this.running = this.run(source);
  }

  /** The spool of an open file, which it closes; every call needs its `release`. Throws file system errors. */
  static async open(path: string, source: FileHandle, compression: Compression): Promise<Spool> {
    const { dev, ino, size, mtimeMs } = await source.stat();
    const key = [path, dev, ino, size, mtimeMs].join(':');
    let spool = spools.get(key);
    if (spool === undefined) {
      spool = new Spool(path, compression, key, size, source);
      spools.set(key, spool);
    } else {
      await source.close();
    }
    spool.users++;
    return spool;
  }

  /**
   * Bytes of the content: an estimate from the ratio so far, always above what is unpacked, until all of it is;
   * exact from then on.
   */
  get bytes(): number {
    if (this.isDone) return this.unpackedBytes;
    const { compressed, content } = this.known;
    const ratio = compressed > 0 ? content / compressed : FIRST_GUESS;
    return Math.max(this.unpackedBytes + 1, Math.ceil(this.compressedBytes * ratio));
  }

  /** Bytes of the content that lie in the temporary file. */
  get unpacked(): number {
    return this.unpackedBytes;
  }

  /** Resolves when everything is unpacked that can be. */
  whenComplete(): Promise<void> {
    return this.running;
  }

  /** Waits until the range is unpacked, or all there is, and reads it; returns the number of bytes. */
  async read(buffer: Uint8Array, offset: number, length: number, position: number): Promise<number> {
    while (!this.isDone && this.unpackedBytes < position + length) {
      await new Promise<void>((resolve) => this.waiting.push(resolve));
    }
    const available = Math.min(length, this.unpackedBytes - position);
    if (available <= 0 || this.target === undefined) return 0;
    return (await this.target.handle.read(buffer, offset, available, position)).bytesRead;
  }

  /** Ends one use; with the last one, unpacking stops and the temporary file goes. */
  async release(): Promise<void> {
    if (--this.users > 0) return;
    this.stopped = true;
    spools.delete(this.key);
    await this.running;
    await this.target?.close();
  }

  private async run(source: FileHandle): Promise<void> {
    try {
      this.fault = await this.unpackAll(source);
    } catch (error) {
      this.fault = fileFault(error, this.path).fault;
    } finally {
      this.isDone = true;
      this.wake();
      await source.close();
    }
  }

  /** Throws errors of reading the source; everything else is the fault that it returns. */
  private async unpackAll(source: FileHandle): Promise<Fault | undefined> {
    let end = await this.pass(source, Number.POSITIVE_INFINITY);
    const isDamaged = end !== undefined && 'cutOff' in end && !end.cutOff;
    if (isDamaged && !this.stopped) {
      // Node keeps the last content before damage for itself; fed byte by byte, it gives all but what is broken.
      end = await this.pass(source, this.known.compressed);
    }
    if (this.stopped || end === undefined) return undefined;
    return 'cutOff' in end ? damageFault(this.path, this.compression, this.unpackedBytes, end) : end;
  }

  /** Unpacks from the file's start and appends what is not there yet; byte by byte from the offset `careful` on. */
  private async pass(source: FileHandle, careful: number): Promise<Damage | Fault | undefined> {
    const content = unpack(this.compression, this.pieces(source, careful));
    // One chunk is written while the next one is unpacked.
    let writing: Promise<Fault | undefined> = Promise.resolve(undefined);
    for (let at = 0; ; ) {
      const next = await content.next();
      const fault = await writing;
      if (fault !== undefined) await content.return(undefined);
      if (fault !== undefined || next.done) return fault ?? (next.value as Damage | undefined);
      writing = this.append(next.value.subarray(Math.max(0, this.unpackedBytes - at)));
      at += next.value.length;
    }
  }

  /** The compressed bytes that there were when the file was opened. */
  private async *pieces(source: FileHandle, careful: number): AsyncGenerator<Uint8Array> {
    for (let at = 0; at < this.compressedBytes && !this.stopped; ) {
      const piece = new Uint8Array(Math.min(PIECE_BYTES, this.compressedBytes - at));
      const { bytesRead } = await source.read(piece, 0, piece.length, at);
      if (bytesRead === 0) return;
      const step = at < careful ? bytesRead : 1;
      for (let i = 0; i < bytesRead; i += step) yield piece.subarray(i, i + step);
      at += bytesRead;
      if (at > this.known.compressed) this.known = { compressed: at, content: this.unpackedBytes };
    }
  }

  private async append(chunk: Uint8Array): Promise<Fault | undefined> {
    try {
      this.target ??= await SpoolFile.create();
      for (let at = 0; at < chunk.length; ) {
        const { handle } = this.target;
        const { bytesWritten } = await handle.write(chunk, at, chunk.length - at, this.unpackedBytes);
        at += bytesWritten;
        this.unpackedBytes += bytesWritten;
      }
    } catch (error) {
      return this.unwritable(error);
    }
    this.wake();
    return undefined;
  }

  private wake(): void {
    const { waiting } = this;
    this.waiting = [];
    for (const resolve of waiting) resolve();
  }

  private unwritable(error: unknown): Fault {
    const code = (error as NodeJS.ErrnoException).code;
    if (typeof code !== 'string') throw error;
    const isFull = code === 'ENOSPC' || code === 'EDQUOT';
    const why = isFull
      ? t('the disk of {0} is full', tmpdir())
      : t('{0} cannot be written to ({1})', tmpdir(), code);
    const tool = this.compression === 'gzip' ? 'gunzip -k' : 'unzstd';
    const message = t(
      '{0} cannot be unpacked beyond byte {1} of its content: {2}. Free some space, set TMPDIR to a folder on another disk, or unpack the file yourself ({3}).',
      this.path,
      this.unpackedBytes,
      why,
      tool,
    );
    return { message };
  }
}

/** Says that compressed data is damaged or cut off, where in the content, and what to do. */
export function damageFault(
  name: string,
  compression: Compression,
  atByte: number,
  { cutOff, reason }: Damage,
): Fault {
  const what = cutOff
    ? t('{0}: its {1} data is cut off behind byte {2} of the content.', name, compression, atByte)
    : t(
        '{0}: its {1} data is damaged ({2}) behind byte {3} of the content.',
        name,
        compression,
        reason,
        atByte,
      );
  const way = t('The rows before that can be read; for the others, copy or download the file again.');
  return { message: `${what} ${way}` };
}
