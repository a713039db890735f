import type { Fault } from '../result';
import { isSpace, NEWLINE, RETURN, startsWithBom } from './bytes';
import type { OnRow, RowSplitter, SplitStart } from './splitter';

/** Cuts JSONL into its lines. */
export class LineSplitter implements RowSplitter {
  private row: number;
  private atFileStart: boolean;
  /** Bytes of the unfinished row, which hold no line end. */
  private searched = 0;
  private skipping = false;

  constructor(start: SplitStart) {
    this.row = start.row;
    this.atFileStart = !start.inside;
  }

  split(bytes: Uint8Array, from: number, to: number, last: boolean, onRow: OnRow): number {
    let at = from;
    if (this.atFileStart) {
      if (to - at < 3 && !last) return at;
      if (startsWithBom(bytes, at, to)) at += 3;
      this.atFileStart = false;
    }
    const view = bytes.subarray(0, to);
    while (at < to) {
      const found = view.indexOf(NEWLINE, at + this.searched);
      if (found < 0 && !last) return this.unfinished(at, to);
      const end = found < 0 ? to : found;
      this.report(bytes, at, end, onRow);
      this.searched = 0;
      at = end + 1;
    }
    return to;
  }

  skip(): number {
    this.skipping = true;
    this.searched = 0;
    return this.row;
  }

  fault(): Fault | undefined {
    return undefined;
  }

  private unfinished(at: number, to: number): number {
    if (this.skipping) return to;
    this.searched = to - at;
    return at;
  }

  private report(bytes: Uint8Array, from: number, to: number, onRow: OnRow): void {
    let start = this.skipping ? to : from;
    while (start < to && isSpace(bytes[start]!)) start++;
    if (start < to) onRow(from, bytes[to - 1] === RETURN ? to - 1 : to, this.row);
    this.skipping = false;
    this.row++;
  }
}
