import type { Fault } from '../result';
import { startsWithBom } from './bytes';
import type { OnRow, RowSplitter, SplitStart } from './splitter';

/** What splitters share that take rows from a stream of bytes: the mark at a file's start, and rows that go on. */
export abstract class StreamSplitter implements RowSplitter {
  protected row: number;
  /** Bytes of the unfinished row, in which its end was looked for in vain. */
  protected searched = 0;
  /** True until the end of a row that is too long to be handed over. */
  protected skipping = false;
  private atFileStart: boolean;

  constructor(start: SplitStart) {
    this.row = start.row;
    this.atFileStart = !start.inside;
  }

  split(bytes: Uint8Array, from: number, to: number, last: boolean, onRow: OnRow): number {
    if (!this.atFileStart) return this.cut(bytes, from, to, last, onRow);
    if (to - from < 3 && !last) return from;
    this.atFileStart = false;
    return this.cut(bytes, startsWithBom(bytes, from, to) ? from + 3 : from, to, last, onRow);
  }

  skip(): number {
    this.skipping = true;
    this.searched = 0;
    return this.row;
  }

  abstract fault(): Fault | undefined;

  /** `split`, behind the mark. */
  protected abstract cut(bytes: Uint8Array, from: number, to: number, last: boolean, onRow: OnRow): number;

  /** Where to go on when more bytes are there, if the row at `at` does not end before `to`. */
  protected unfinished(at: number, to: number): number {
    if (this.skipping) return to;
    this.searched = to - at;
    return at;
  }
}
