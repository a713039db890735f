import type { BigIntStats } from 'node:fs';
import { stat } from 'node:fs/promises';
import { openRegular } from './regularFile';

/** A file as it was at one look, so that the next look can tell what happened to it. */
export interface FileStamp {
  readonly bytes: number;
  /** When its content was changed, as the file says, and when anything about it was: milliseconds since 1970. */
  readonly modified: number;
  readonly changed: number;
  readonly inode: number;
  /** The last bytes, by which a file that only grew is told from one that was rewritten. */
  readonly tail: Uint8Array;
}

/**
 * A file's content as the file system tells it apart: where it lies, its size, and when content and status were
 * changed, to the nanosecond. The last of these cannot be put back.
 */
export function identityOf({ dev, ino, size, mtimeNs, ctimeNs }: BigIntStats): string {
  return [dev, ino, size, mtimeNs, ctimeNs].join(':');
}

const TAIL_BYTES = 4096;

/** Looks at a file. Throws the errors of the file system. */
export async function takeStamp(path: string): Promise<FileStamp> {
  const info = await stat(path);
  const length = Math.min(TAIL_BYTES, info.size);
  const tail = await readBytes(path, info.size - length, length);
  return { bytes: info.size, modified: info.mtimeMs, changed: info.ctimeMs, inode: info.ino, tail };
}

/** True if nobody changed the file since the stamp, as far as the file system knows. Throws its errors. */
export async function isUntouched(path: string, stamp: FileStamp): Promise<boolean> {
  const { size, mtimeMs, ctimeMs, ino } = await stat(path);
  const { bytes, modified, changed, inode } = stamp;
  return size === bytes && mtimeMs === modified && ctimeMs === changed && ino === inode;
}

/** True if the file is the one of the stamp, untouched or longer. Throws the errors of the file system. */
export async function isSteady(path: string, stamp: FileStamp): Promise<boolean> {
  if (await isUntouched(path, stamp)) return true;
  const { size, ino } = await stat(path);
  return size > stamp.bytes && ino === stamp.inode && (await beginsWith(path, stamp));
}

/** True if the file still holds, at the same place, the last bytes that it ended with at the stamp. */
export async function beginsWith(path: string, { bytes, tail }: FileStamp): Promise<boolean> {
  const now = await readBytes(path, bytes - tail.length, tail.length);
  return now.length === tail.length && now.every((byte, i) => byte === tail[i]);
}

async function readBytes(path: string, offset: number, length: number): Promise<Uint8Array> {
  const file = await openRegular(path);
  try {
    const bytes = new Uint8Array(length);
    const { bytesRead } = await file.read(bytes, 0, length, offset);
    return bytes.subarray(0, bytesRead);
  } finally {
    await file.close();
  }
}
