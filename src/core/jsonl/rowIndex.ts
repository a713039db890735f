/** A row whose place in the file is known. */
export interface Anchor {
  /** Byte offset of the row's first byte. */
  readonly offset: number;
  /** 1-based physical row number. */
  readonly row: number;
  /** 0-based position among the rows that are not blank. */
  readonly ordinal: number;
}

const ROWS_PER_ANCHOR = 256;
const BYTES_PER_ANCHOR = 1 << 20;

/**
 * Sparse index of a file's rows: one anchor per 256 rows or 1 MiB, whichever comes first, so that 100 GB need
 * a few megabytes and reaching any row means reading at most a mebibyte and one row.
 */
export class RowIndex {
  private offsets = new Float64Array(1024);
  private rows = new Float64Array(1024);
  private ordinals = new Float64Array(1024);
  private anchors = 0;
  private total = 0;

  /** Rows that are not blank. */
  get count(): number {
    return this.total;
  }

  /** Appends the next row in file order. */
  add(offset: number, row: number): void {
    const last = this.anchors - 1;
    const due =
      last < 0 ||
      this.total - this.ordinals[last]! >= ROWS_PER_ANCHOR ||
      offset - this.offsets[last]! >= BYTES_PER_ANCHOR;
    if (due) {
      if (this.anchors === this.offsets.length) this.grow();
      this.offsets[this.anchors] = offset;
      this.rows[this.anchors] = row;
      this.ordinals[this.anchors] = this.total;
      this.anchors++;
    }
    this.total++;
  }

  /** The last anchor at or before the row at this 0-based position, or undefined beyond the end. */
  anchorAt(ordinal: number): Anchor | undefined {
    if (ordinal < 0 || ordinal >= this.total) return undefined;
    return this.anchor(lastAtMost(this.ordinals, this.anchors, ordinal));
  }

  /** The last anchor whose row number is at most `row`, or undefined if there is none. */
  anchorAtRow(row: number): Anchor | undefined {
    const at = lastAtMost(this.rows, this.anchors, row);
    return at < 0 ? undefined : this.anchor(at);
  }

  /** The anchor after this one, or undefined when it is the last. */
  next(anchor: Anchor): Anchor | undefined {
    const at = lastAtMost(this.offsets, this.anchors, anchor.offset) + 1;
    return at < this.anchors ? this.anchor(at) : undefined;
  }

  /** The last anchor, or undefined when the index is empty. */
  last(): Anchor | undefined {
    return this.anchors === 0 ? undefined : this.anchor(this.anchors - 1);
  }

  /** Forgets the rows from the last anchor on, so that a file that grew is indexed again from there. */
  dropLastAnchor(): Anchor | undefined {
    const dropped = this.last();
    if (dropped === undefined) return undefined;
    this.anchors--;
    this.total = dropped.ordinal;
    return dropped;
  }

  private anchor(at: number): Anchor {
    return { offset: this.offsets[at]!, row: this.rows[at]!, ordinal: this.ordinals[at]! };
  }

  private grow(): void {
    const larger = (old: Float64Array): Float64Array<ArrayBuffer> => {
      const copy = new Float64Array(old.length * 2);
      copy.set(old);
      return copy;
    };
    this.offsets = larger(this.offsets);
    this.rows = larger(this.rows);
    this.ordinals = larger(this.ordinals);
  }
}

/** Index of the last of the first `count` ascending values that is at most `limit`, or -1. */
function lastAtMost(values: Float64Array, count: number, limit: number): number {
  let low = 0;
  let high = count;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (values[middle]! <= limit) low = middle + 1;
    else high = middle;
  }
  return low - 1;
}
