import { t } from '@vscode/l10n';
import type { Fault } from '../result';
import { skipSpace, trimmedEnd } from './bytes';
import type { OnRow } from './splitter';
import { StreamSplitter } from './streamSplitter';
import { ValueEnds } from './valueEnds';

/** Cuts a sequence of JSON values, each on any number of lines. */
export class ValueSplitter extends StreamSplitter {
  private trouble: Fault | undefined;
  private readonly ends = new ValueEnds();

  fault(): Fault | undefined {
    return this.trouble;
  }

  protected cut(bytes: Uint8Array, from: number, to: number, last: boolean, onRow: OnRow): number {
    let at = from;
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

  private report(bytes: Uint8Array, from: number, to: number, onRow: OnRow): void {
    if (!this.skipping) onRow(from, trimmedEnd(bytes, from, to), this.row);
    this.skipping = false;
    this.searched = 0;
    this.row++;
  }

  private notClosed(): Fault {
    const message = t('The last JSON value is not closed: the file ends inside it. It may be truncated.');
    return { row: this.row, message };
  }
}
