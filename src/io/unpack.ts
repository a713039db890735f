import type { Transform } from 'node:stream';
import { createGunzip } from 'node:zlib';
import { Decompress, type ZstdError, ZstdErrorCode } from 'fzstd';
import type { Compression } from './compression';

/** Why compressed data could not be unpacked to its end. */
export interface Damage {
  /** True if the data just ends too early. */
  readonly cutOff: boolean;
  /** What the decompressor says, in its words. */
  readonly reason: string;
}

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
/** Less, as zstd unpacks in this thread and may hold 32,768 times as much. */
const ZSTD_TURN = 8 * 1024;
const GZIP_CHUNK = 256 * 1024;

/**
 * Unpacks compressed bytes; gzip members and zstd frames that follow each other are read as one. Yields pieces of
 * the content and returns what is wrong if it breaks off; everything before that has been yielded, but for what a
 * damaged piece of gzip data unpacks to (at most 256 KiB). Errors of the input are thrown.
 */
export async function* unpack(
  compression: Compression,
  input: AsyncIterable<Uint8Array>,
): AsyncGenerator<Uint8Array, Damage | undefined> {
  const isGzip = compression === 'gzip';
  const unpacker = isGzip ? new GzipUnpacker() : new ZstdUnpacker();
  const turn = isGzip ? GZIP_TURN : ZSTD_TURN;
  try {
    for await (const piece of input) {
      for (let at = 0; at < piece.length; at += turn) {
        const damage = await damageOf(unpacker.push(piece.subarray(at, at + turn)));
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

async function damageOf(work: Promise<void>): Promise<Damage | undefined> {
  try {
    await work;
    return undefined;
  } catch (error) {
    const { code, message } = error as ZstdError & NodeJS.ErrnoException;
    const cutOff = (code as unknown) === ZstdErrorCode.UnexpectedEOF || (code as unknown) === 'Z_BUF_ERROR';
    return { cutOff, reason: message };
  }
}

/** Node's gunzip, one piece at a time, so that an error loses nothing that was unpacked before. */
class GzipUnpacker implements Unpacker {
  readonly ready: Uint8Array[] = [];
  private readonly stream: Transform = createGunzip({ chunkSize: GZIP_CHUNK });
  private fail: (error: Error) => void = () => undefined;

  constructor() {
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

/**
 * fzstd on every Node. Node's own zstd (from 22.15 on) ends in silence after the first of several frames, and where
 * data is cut off (tried with 22.23), so that rows would be lost unseen.
 */
class ZstdUnpacker implements Unpacker {
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
