import type { Fault } from '../result';
import { isSpace, NEWLINE, RETURN } from './bytes';
import type { OnRow } from './splitter';
import { StreamSplitter } from './streamSplitter';

/** Cuts JSONL into its lines. */
export class LineSplitter extends StreamSplitter {
  fault(): Fault | undefined {
    return undefined;
  }

  protected cut(bytes: Uint8Array, from: number, to: number, last: boolean, onRow: OnRow): number {
    let at = from;
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

  private report(bytes: Uint8Array, from: number, to: number, onRow: OnRow): void {
    let start = this.skipping ? to : from;
    while (start < to && isSpace(bytes[start]!)) start++;
    if (start < to) onRow(from, bytes[to - 1] === RETURN ? to - 1 : to, this.row);
    this.skipping = false;
    this.row++;
  }
}
