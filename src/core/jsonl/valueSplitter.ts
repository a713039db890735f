import type { Fault } from '../result';
import { skipSpace, startsWithBom, trimmedEnd } from './bytes';
import type { OnRow, RowSplitter, SplitStart } from './splitter';
import { ValueEnds } from './valueEnds';

/** Cuts a sequence of JSON values, each on any number of lines. */
export class ValueSplitter implements RowSplitter {
  private row: number;
  private atFileStart: boolean;
  private trouble: Fault | undefined;
  private readonly ends = new ValueEnds();
  /** Bytes of the unfinished value, which `ends` has seen. */
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
    for (;;) {
      if (!this.skipping && this.searched === 0) at = skipSpace(bytes, at, to);
      if (at === to && !(last && this.skipping)) return to;
      const found = this.ends.find(bytes, at + this.searched, to);
      if (found < 0 && !last) return this.unfinished(at, to);
      if (found < 0 && this.ends.isOpen) this.trouble = this.notClosed();
      const end = found < 0 ? to : found;
      this.report(bytes, at, end, onRow);
      if (found < 0) return to;
      at = end;
    }
  }

  skip(): number {
    this.skipping = true;
    this.searched = 0;
    return this.row;
  }

  fault(): Fault | undefined {
    return this.trouble;
  }

  private unfinished(at: number, to: number): number {
    if (this.skipping) return to;
    this.searched = to - at;
    return at;
  }

  private report(bytes: Uint8Array, from: number, to: number, onRow: OnRow): void {
    if (!this.skipping) onRow(from, trimmedEnd(bytes, from, to), this.row);
    this.skipping = false;
    this.searched = 0;
    this.row++;
  }

  private notClosed(): Fault {
    const message = 'The last JSON value is not closed: the file ends inside it. It may be truncated.';
    return { row: this.row, message };
  }
}
