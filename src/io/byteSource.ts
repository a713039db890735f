import { type FileHandle, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import type { Fault, Result } from '../core/result';
import { type Compression, compressionOf, MAGIC_BYTES } from './compression';
import type { Digest } from './fileDigest';
import { openRegular } from './regularFile';
import { Spool } from './spool';

/** The content of a file, read by byte range: the file's bytes, or what they unpack to if it is compressed. */
export interface ByteSource {
  /** The spool with the content of a compressed file. */
  readonly spool: Spool | undefined;
  /** Where the content breaks off because the file is damaged, if it is; known once its end was read. */
  readonly damage: Fault | undefined;
  /** Why the rest of the content cannot be read although nothing is wrong with the file; known at its end, too. */
  readonly trouble: Fault | undefined;
  /** The file on disk as it was read to make the content; undefined for a file that is its own content. */
  digest(): Promise<Result<Digest> | undefined>;
  /**
   * Reads up to `length` bytes at `position` into `buffer` from `offset` on; waits for content that is being
   * unpacked. Returns the number of bytes, 0 only at the end. Throws file system errors.
   */
  read(buffer: Uint8Array, offset: number, length: number, position: number): Promise<number>;
  /** Must be called once. */
  close(): Promise<void>;
}

/** Opens a file; gzip and zstd are told by their first bytes. Throws file system errors. */
export async function openBytes(path: string): Promise<ByteSource> {
  const file = await openRegular(path);
  try {
    const head = new Uint8Array(MAGIC_BYTES);
    const { bytesRead } = await file.read(head, 0, MAGIC_BYTES, 0);
    const compression = compressionOf(head.subarray(0, bytesRead));
    return compression === undefined ? plain(file) : unpacked(await Spool.open(path, file, compression));
  } catch (error) {
    await file.close();
    throw error;
  }
}

/**
 * Keeps what is unpacked of a compressed file over several passes, until the function that it returns is called
 * (once or more often);
 * does nothing for other files. What is wrong with a file, opening it says.
 */
export async function holdBytes(path: string): Promise<() => Promise<void>> {
  const source = await openBytes(path).catch(() => undefined);
  let held = source?.spool === undefined ? undefined : source;
  if (held === undefined) await source?.close();
  return async () => {
    const last = held;
    held = undefined;
    await last?.close();
  };
}

/** A file of which the size is asked. */
interface Sized {
  readonly path: string;
  readonly bytes: number;
  readonly compression: Compression | undefined;
}

/**
 * Bytes of a file's content; waits until a compressed one is unpacked, or until the signal is aborted (the estimate
 * is returned then). Throws file system errors.
 */
export async function exactBytes(file: Sized, signal?: AbortSignal): Promise<number> {
  if (file.compression === undefined) return file.bytes;
  const source = await openBytes(file.path);
  try {
    const aborted = new Promise<void>((resolve) => {
      if (signal?.aborted) resolve();
      signal?.addEventListener('abort', () => resolve(), { once: true });
    });
    await Promise.race([source.spool?.whenComplete(), aborted]);
    return source.spool?.bytes ?? file.bytes;
  } finally {
    await source.close();
  }
}

/** Bytes that unpacking the file still writes to the disk on which `folder` lies. Throws file system errors. */
export async function bytesToUnpack(file: Sized, folder: string): Promise<number> {
  if (file.compression === undefined) return 0;
  if ((await stat(folder)).dev !== (await stat(tmpdir())).dev) return 0;
  const source = await openBytes(file.path);
  const { spool } = source;
  await source.close();
  return spool === undefined ? 0 : spool.bytes - spool.unpacked;
}

function plain(file: FileHandle): ByteSource {
  return {
    spool: undefined,
    damage: undefined,
    trouble: undefined,
    digest: async () => undefined,
    read: async (buffer, offset, length, position) =>
      (await file.read(buffer, offset, length, position)).bytesRead,
    close: () => file.close(),
  };
}

function unpacked(spool: Spool): ByteSource {
  return {
    spool,
    get damage() {
      return spool.damage;
    },
    get trouble() {
      return spool.trouble;
    },
    digest: () => spool.digest(),
    read: (buffer, offset, length, position) => spool.read(buffer, offset, length, position),
    close: () => spool.release(),
  };
}
