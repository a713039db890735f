import { t } from '@vscode/l10n';
import type { Fault } from '../result';
import { skipSpace, startsWithBom } from './bytes';
import { ListRows } from './listRows';
import type { OnRow, RowSplitter, SplitStart } from './splitter';

/** Cuts one JSON array into its elements. */
export class ArraySplitter implements RowSplitter {
  private started: boolean;
  private readonly rows: ListRows;
  private trouble: Fault | undefined;

  constructor(start: SplitStart) {
    this.rows = new ListRows(start.row);
    this.started = start.inside;
  }

  split(bytes: Uint8Array, from: number, to: number, last: boolean, onRow: OnRow): number {
    let at = from;
    if (!this.started) {
      if (to - at < 3 && !last) return at;
      if (startsWithBom(bytes, at, to)) at += 3;
      at = skipSpace(bytes, at, to);
      if (at === to) return at;
      at++; // possibleContainers saw the bracket
      this.started = true;
    }
    at = this.rows.split(bytes, at, to, last, onRow);
    if (this.rows.truncated) this.trouble = this.notClosed();
    if (!this.rows.closed) return at;
    if (skipSpace(bytes, at, to) < to) this.trouble ??= this.textAfterEnd();
    return to;
  }

  skip(): number {
    return this.rows.skip();
  }

  fault(): Fault | undefined {
    return this.trouble;
  }

  private notClosed(): Fault {
    const message = t('The JSON array is not closed: the file ends before its "]". It may be truncated.');
    return { row: this.rows.row, message };
  }

  private textAfterEnd(): Fault {
    const message = t('There is text after the closing "]" of the JSON array. Remove it.');
    return { row: this.rows.row, message };
  }
}
