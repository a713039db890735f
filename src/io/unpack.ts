import type { Transform } from 'node:stream';
import * as zlib from 'node:zlib';
import { Decompress, type ZstdError, ZstdErrorCode } from 'fzstd';
import type { Compression } from './compression';
import { ZstdFrames } from './zstdFrames';

/** Why compressed data were not unpacked to their end. */
export interface Damage {
  /** The data are wrong, just end too early, or hold so much that they can only be made to fill disks. */
  readonly kind: 'damaged' | 'cutOff' | 'bomb';
  /** What the decompressor says, in its words; empty for a bomb. */
  readonly reason: string;
}

/** Content per compressed byte that no file of rows reaches: rows that repeat each other reach some 100. */
export const MOST_RATIO = 250;
/** So much content is unpacked whatever the ratio. */
export const FREE_BYTES = 64 * 1024 * 1024;

/** Unpacks one sequence of compressed bytes, piece by piece. */
interface Unpacker {
  /** What was unpacked and not taken yet; filled before `push` and `end` settle, errors or not. */
  readonly ready: Uint8Array[];
  /** Throws (rejects) if the data is damaged. Bytes of the piece may be kept. */
  push(piece: Uint8Array): Promise<void>;
  /** No more bytes come. Throws if the data is not whole. */
  end(): Promise<void>;
  close(): void;
}

/** Compressed bytes at a time: they bound the memory for what they unpack to. */
const GZIP_TURN = 64 * 1024;
/** Less, as zstd data may hold 32,768 times as much, and may be unpacked in this thread. */
const ZSTD_TURN = 8 * 1024;
const CHUNK_BYTES = 256 * 1024;
/** The code of an error where data are cut off, in zlib and here. */
const CUT_OFF = 'Z_BUF_ERROR';

/**
 * Unpacks compressed bytes; gzip members and zstd frames that follow each other are read as one. Yields pieces of
 * the content and returns what is wrong if it breaks off; everything before that has been yielded, but for what a
 * damaged piece unpacks to (at most 256 KiB). Errors of the input are thrown.
 */
export async function* unpack(
  compression: Compression,
  input: AsyncIterable<Uint8Array>,
): AsyncGenerator<Uint8Array, Damage | undefined> {
  const unpacker = createUnpacker(compression);
  const turn = compression === 'gzip' ? GZIP_TURN : ZSTD_TURN;
  let [taken, given] = [0, 0];
  try {
    for await (const piece of input) {
      for (let at = 0; at < piece.length; at += turn) {
        const part = piece.subarray(at, at + turn);
        taken += part.length;
        const damage = await damageOf(unpacker.push(part));
        given += unpacker.ready.reduce((sum, { length }) => sum + length, 0);
        if (given > Math.max(FREE_BYTES, taken * MOST_RATIO)) return { kind: 'bomb', reason: '' };
        yield* unpacker.ready.splice(0);
        if (damage !== undefined) return damage;
      }
    }
    const damage = await damageOf(unpacker.end());
    yield* unpacker.ready.splice(0);
    return damage;
  } finally {
    unpacker.close();
  }
}

function createUnpacker(compression: Compression): Unpacker {
  if (compression === 'gzip') return new StreamUnpacker(zlib.createGunzip({ chunkSize: CHUNK_BYTES }));
  return createZstdDecompress ? new NativeZstdUnpacker(createZstdDecompress) : new ScriptZstdUnpacker();
}

async function damageOf(work: Promise<void>): Promise<Damage | undefined> {
  try {
    await work;
    return undefined;
  } catch (error) {
    const { code, message } = error as ZstdError & NodeJS.ErrnoException;
    const cutOff = (code as unknown) === ZstdErrorCode.UnexpectedEOF || (code as unknown) === CUT_OFF;
    return { kind: cutOff ? 'cutOff' : 'damaged', reason: message };
  }
}

/** A decompressing stream of Node, one piece at a time, so that an error loses nothing that was unpacked before. */
class StreamUnpacker implements Unpacker {
  private fail: (error: Error) => void = () => undefined;

  constructor(
    private readonly stream: Transform,
    readonly ready: Uint8Array[] = [],
  ) {
    this.stream.on('data', (chunk: Uint8Array) => this.ready.push(chunk));
    this.stream.on('error', (error) => this.fail(error));
  }

  push(piece: Uint8Array): Promise<void> {
    return new Promise((resolve, reject) => {
      this.fail = reject;
      this.stream.write(piece, () => resolve());
    });
  }

  end(): Promise<void> {
    return new Promise((resolve, reject) => {
      this.fail = reject;
      this.stream.once('close', resolve);
      this.stream.end();
    });
  }

  close(): void {
    this.stream.destroy();
  }
}

/** Node's zstd, from 22.15 on; the types of older versions do not have it. */
const { createZstdDecompress } = zlib as {
  createZstdDecompress?: (options: { chunkSize: number }) => Transform;
};

/**
 * Node's zstd, which has threads of its own and verifies checksums. It ends in silence after the first of several
 * frames, and where data are cut off (seen in 22.23), so every frame gets a stream of its own, and `ZstdFrames`
 * knows whether the last one is whole.
 */
class NativeZstdUnpacker implements Unpacker {
  readonly ready: Uint8Array[] = [];
  private readonly frames = new ZstdFrames();
  private frame: StreamUnpacker | undefined;

  constructor(private readonly create: NonNullable<typeof createZstdDecompress>) {}

  async push(piece: Uint8Array): Promise<void> {
    for (const { bytes, isEnd } of this.frames.split(piece)) {
      this.frame ??= new StreamUnpacker(this.create({ chunkSize: CHUNK_BYTES }), this.ready);
      await this.frame.push(bytes);
      if (!isEnd) continue;
      await this.frame.end();
      this.frame = undefined;
    }
  }

  async end(): Promise<void> {
    if (!this.frames.isBetween) throw Object.assign(new Error('unexpected EOF'), { code: CUT_OFF });
  }

  close(): void {
    this.frame?.close();
  }
}

/** zstd where Node has none; in this thread, and without checksums. */
class ScriptZstdUnpacker implements Unpacker {
  readonly ready: Uint8Array[] = [];
  private readonly stream = new Decompress((chunk) => this.ready.push(chunk));

  async push(piece: Uint8Array): Promise<void> {
    this.stream.push(piece);
  }

  async end(): Promise<void> {
    this.stream.push(new Uint8Array(0), true);
  }

  close(): void {
    this.ready.length = 0;
  }
}
