import { createHash } from 'node:crypto';
import { fail, ok, type Result } from '../core/result';
import { fileFault } from './fileFault';
import { openRegular } from './regularFile';
import { CANCELLED } from './rowStream';

/** What a file holds, in short. */
export interface Digest {
  readonly bytes: number;
  /** In hexadecimal digits. */
  readonly sha256: string;
}

const CHUNK_BYTES = 1024 * 1024;

/** Hashes a file as it lies on the disk. Faults: it cannot be read, or the signal was aborted (`CANCELLED`). */
export async function fileDigest(path: string, signal?: AbortSignal): Promise<Result<Digest>> {
  const hash = createHash('sha256');
  const chunk = new Uint8Array(CHUNK_BYTES);
  try {
    const file = await openRegular(path);
    try {
      for (let bytes = 0; ; ) {
        if (signal?.aborted) return fail(CANCELLED);
        const { bytesRead } = await file.read(chunk, 0, chunk.length, bytes);
        if (bytesRead === 0) return ok({ bytes, sha256: hash.digest('hex') });
        hash.update(chunk.subarray(0, bytesRead));
        bytes += bytesRead;
      }
    } finally {
      await file.close();
    }
  } catch (error) {
    return fileFault(error, path);
  }
}
