import { createHash } from 'node:crypto';
import { type FileHandle, statfs } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { t } from '@vscode/l10n';
import { type Fault, ok, type Result } from '../core/result';
import { size } from '../core/trace/words';
import type { Compression } from './compression';
import { type Digest, fileDigest } from './fileDigest';
import { fileFault } from './fileFault';
import { identityOf } from './fileStamp';
import { CHANGED } from './regularFile';
import { SpoolFile } from './spoolFile';
import { type Damage, FREE_BYTES, MOST_RATIO, unpack } from './unpack';

const PIECE_BYTES = 64 * 1024;
/** Content per compressed byte, before anything is known. */
const FIRST_GUESS = 4;

/** Content between two looks at the disk. */
const SPACE_BYTES = 1024 * 1024;
/** Share of the compressed file that has to be unpacked before its ratio foretells the rest. */
const KNOWN_SHARE = 0.05;
/** What is left free on the disk for temporary files: so much, or the share of a small disk. */
const SPARED_BYTES = 64 * 1024 * 1024;
const SPARED_SHARE = 0.02;

/** Why unpacking ended before the end of the content. */
type Stop = { readonly damage: Damage } | { readonly trouble: Fault };

/** The spools in use, by what file they unpack. */
const spools = new Map<string, Spool>();

/**
 * The content of a compressed file, unpacked once in the background into a temporary file, and read by byte range
 * meanwhile. Everybody in this process who opens the same state of the file shares one.
 */
export class Spool {
  /** Where the compressed data break off, once it is known: everything before can be used. */
  damage: Fault | undefined;
  /** Why the content cannot be read to its end although nothing is wrong with it: then none of it may be used. */
  trouble: Fault | undefined;
  /** Of the compressed bytes, as far as they were read in order. */
  private readonly hash = createHash('sha256');
  private hashed = 0;
  private looked = 0;
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
    const info = await source.stat({ bigint: true });
    const key = `${path}:${identityOf(info)}`;
    let spool = spools.get(key);
    if (spool === undefined) {
      spool = new Spool(path, compression, key, Number(info.size), source);
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

  /** The compressed file as it was read, once that is done. Faults: it was not read to its end and cannot be. */
  async digest(): Promise<Result<Digest>> {
    await this.running;
    if (this.hashed < this.compressedBytes) return fileDigest(this.path);
    return ok({ bytes: this.hashed, sha256: this.hash.copy().digest('hex') });
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
      await this.unpackAll(source);
    } catch (error) {
      this.trouble = fileFault(error, this.path).fault;
    } finally {
      this.isDone = true;
      this.wake();
      await source.close();
    }
  }

  /** Throws errors of reading the source; everything else that ends it early is `damage` or `trouble`. */
  private async unpackAll(source: FileHandle): Promise<void> {
    let end = await this.pass(source, Number.POSITIVE_INFINITY);
    if (end !== undefined && 'damage' in end && end.damage.kind === 'damaged' && !this.stopped) {
      // Node keeps the last content before damage for itself; fed byte by byte, it gives all but what is broken.
      end = await this.pass(source, this.known.compressed);
    }
    if (this.stopped || end === undefined) return;
    if ('trouble' in end) this.trouble = end.trouble;
    else if (end.damage.kind === 'bomb') this.trouble = bombFault(this.path, this.compression);
    else this.damage = damageFault(this.path, this.compression, this.unpackedBytes, end.damage);
  }

  /** Unpacks from the file's start and appends what is not there yet; byte by byte from the offset `careful` on. */
  private async pass(source: FileHandle, careful: number): Promise<Stop | undefined> {
    const content = unpack(this.compression, this.pieces(source, careful));
    // One chunk is written while the next one is unpacked.
    let writing: Promise<Fault | undefined> = Promise.resolve(undefined);
    for (let at = 0; ; ) {
      const next = await content.next();
      const fault = await writing;
      if (fault !== undefined) await content.return(undefined);
      if (fault !== undefined) return { trouble: fault };
      if (next.done) return next.value === undefined ? undefined : { damage: next.value };
      writing = this.append(next.value.subarray(Math.max(0, this.unpackedBytes - at)));
      at += next.value.length;
    }
  }

  /** The compressed bytes that there were when the file was opened. */
  private async *pieces(source: FileHandle, careful: number): AsyncGenerator<Uint8Array> {
    for (let at = 0; at < this.compressedBytes && !this.stopped; ) {
      const piece = new Uint8Array(Math.min(PIECE_BYTES, this.compressedBytes - at));
      const { bytesRead } = await source.read(piece, 0, piece.length, at);
      if (bytesRead === 0) {
        const message = t('{0} changed while it was read. Try it again when nobody writes to it.', this.path);
        throw Object.assign(new Error(message), { code: CHANGED });
      }
      if (at === this.hashed) {
        this.hash.update(piece.subarray(0, bytesRead));
        this.hashed += bytesRead;
      }
      const step = at < careful ? bytesRead : 1;
      for (let i = 0; i < bytesRead; i += step) yield piece.subarray(i, i + step);
      at += bytesRead;
      if (at > this.known.compressed) this.known = { compressed: at, content: this.unpackedBytes };
    }
  }

  private async append(chunk: Uint8Array): Promise<Fault | undefined> {
    try {
      this.target ??= await SpoolFile.create();
      const full = await this.checkSpace();
      if (full !== undefined) return full;
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

  /** Stops before the disk is full, as soon as it is known that the content is too large for it. */
  private async checkSpace(): Promise<Fault | undefined> {
    if (this.unpackedBytes < this.looked) return undefined;
    this.looked = this.unpackedBytes + SPACE_BYTES;
    const disk = await statfs(tmpdir());
    if (disk.blocks === 0) return undefined;
    const have = disk.bavail * disk.bsize;
    const spared = Math.min(SPARED_BYTES, disk.blocks * disk.bsize * SPARED_SHARE);
    const isKnown = this.known.compressed > this.compressedBytes * KNOWN_SHARE;
    const need = isKnown ? this.bytes - this.unpackedBytes : 0;
    if (need + spared <= have) return undefined;
    return this.noRoom(
      isKnown
        ? t('about {0} are still to come, and {1} has {2} free', size(need), tmpdir(), size(have))
        : t('the disk of {0} is nearly full', tmpdir()),
    );
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
    return this.noRoom(why);
  }

  private noRoom(why: string): Fault {
    const message = t(
      '{0} cannot be unpacked beyond byte {1} of its content: {2}. Free some space, set TMPDIR to a folder on another disk, or unpack the file yourself ({3}).',
      this.path,
      this.unpackedBytes,
      why,
      tool(this.compression),
    );
    return { message };
  }
}

/** Says that compressed data hold far more than rows can. */
export function bombFault(name: string, compression: Compression): Fault {
  const message = t(
    '{0} is not unpacked further: its {1} data hold more than {2} of content, over {3} times their own size, as no file of rows does. If you trust it, unpack it yourself ({4}).',
    name,
    compression,
    size(FREE_BYTES),
    MOST_RATIO,
    tool(compression),
  );
  return { message };
}

function tool(compression: Compression): string {
  return compression === 'gzip' ? 'gunzip -k' : 'unzstd';
}

/** Says that compressed data is damaged or cut off, where in the content, and what to do. */
export function damageFault(
  name: string,
  compression: Compression,
  atByte: number,
  { kind, reason }: Damage,
): Fault {
  const what =
    kind === 'cutOff'
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
