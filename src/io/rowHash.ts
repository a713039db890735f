import { createHash } from 'node:crypto';

/**
 * The hash that ties labels to a row: the first 16 hex digits of the SHA-256 of `bytes[start, end)`. A row's bytes
 * are what `RowVisitor.row` hands over: without line end, byte-order mark and the white space around an array's
 * elements.
 */
export function rowHash(bytes: Uint8Array, start = 0, end = bytes.length): string {
  return createHash('sha256').update(bytes.subarray(start, end)).digest('hex').slice(0, 16);
}
