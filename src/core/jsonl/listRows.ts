import { BRACKET_CLOSE, skipSpace, trimmedEnd } from './bytes';
import { ElementEnds } from './elementEnds';
import type { OnRow } from './splitter';

/** Reports the elements of JSON lists as rows, from behind a list's `[` to its `]`, over bytes in pieces. */
export class ListRows {
  /** True from the list's `]` on, until `open`. */
  closed = false;
  /** True if the bytes ended before the list did. */
  truncated = false;
  private readonly ends = new ElementEnds(BRACKET_CLOSE);
  /** Bytes of the unfinished element, which `ends` has seen. */
  private searched = 0;
  private skipping = false;

  /** @param row 1-based number of the next element, which goes on counting over all lists */
  constructor(public row: number) {}

  /** Another list begins. */
  open(): void {
    this.closed = false;
  }

  /**
   * Reports the whole elements in `bytes[from, to)` and returns the first offset that it did not consume: behind
   * the `]` if the list is `closed`.
   */
  split(bytes: Uint8Array, from: number, to: number, last: boolean, onRow: OnRow): number {
    let at = from;
    while (!this.closed) {
      if (!this.skipping) at = skipSpace(bytes, at, to);
      const end = this.ends.find(bytes, at + this.searched, to);
      if (end < 0) return this.unfinished(bytes, at, to, last, onRow);
      this.searched = 0;
      this.element(bytes, at, end, onRow);
      at = end + 1;
    }
    return at;
  }

  /** Gives up the unfinished element, as `RowSplitter.skip`. */
  skip(): number {
    this.skipping = true;
    this.searched = 0;
    return this.row;
  }

  /** The bytes end before the element does: more are to come, or the file is truncated. */
  private unfinished(bytes: Uint8Array, at: number, to: number, last: boolean, onRow: OnRow): number {
    if (!last) {
      if (this.skipping) return to;
      this.searched = to - at;
      return at;
    }
    if (at < to && !this.skipping) onRow(at, trimmedEnd(bytes, at, to), this.row);
    this.truncated = true;
    return to;
  }

  private element(bytes: Uint8Array, at: number, end: number, onRow: OnRow): void {
    const stop = trimmedEnd(bytes, at, end);
    this.closed = bytes[end] === BRACKET_CLOSE;
    if (this.skipping) {
      this.skipping = false;
      this.row++;
      return;
    }
    // An empty element is a row (and malformed), but "[]" and a trailing comma hold none.
    if (stop > at || !this.closed) onRow(at, stop, this.row++);
  }
}
