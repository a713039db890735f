import assert from 'node:assert/strict';
import fc from 'fast-check';
import { createSplitter } from '../../src/core/jsonl/rowSplitter';
import type { Container, SplitStart } from '../../src/core/jsonl/splitter';

/** What a splitter reported. */
export interface Split {
  readonly rows: [row: number, text: string, offset: number][];
  readonly fault: string | undefined;
}

/** Splits bytes that come in pieces of the given sizes (the last size again and again). */
export function split(
  bytes: Uint8Array,
  container: Container,
  sizes: readonly number[],
  start?: SplitStart,
): Split {
  const splitter = createSplitter(container, start);
  const rows: Split['rows'] = [];
  let from = 0;
  let to = 0;
  for (let piece = 0; ; piece++) {
    const last = to === bytes.length;
    // What lies behind `to` is stale in a buffer that is refilled: commas, quotes and line ends must not matter.
    const buffer = Buffer.concat([bytes.subarray(0, to), Buffer.from(']\n",\n')]);
    from = splitter.split(buffer, from, to, last, (a, b, row) => {
      rows.push([row, buffer.toString('utf8', a, b), a]);
    });
    if (last) break;
    to = Math.min(bytes.length, to + sizes[Math.min(piece, sizes.length - 1)]!);
  }
  assert.equal(from, bytes.length, 'everything is consumed');
  return { rows, fault: splitter.fault()?.message };
}

/** Sizes of pieces for `split`. */
export const sizes = fc.array(fc.integer({ min: 1, max: 9 }), { minLength: 1, maxLength: 6 });

const tricky = fc.constantFrom('[', ']', '{', '}', ',', '"', '\\', '\\"', ']},', '\\u0022', 'é😀', '\n', '');

/** Texts that are hard on a splitter: brackets, quotes, escapes. */
export const trickyText = fc.oneof(
  fc.array(tricky, { maxLength: 5 }).map((parts) => parts.join('')),
  fc.string({ maxLength: 8 }),
);

/** Any JSON value, with such texts as keys and strings. */
export const jsonValue = fc.letrec((tie) => ({
  value: fc.oneof({ maxDepth: 3 }, trickyText, fc.integer(), fc.constant(null), tie('list'), tie('object')),
  list: fc.array(tie('value'), { maxLength: 3 }),
  object: fc.dictionary(trickyText, tie('value'), { maxKeys: 3 }),
})).value;
