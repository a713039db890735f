import { t } from '@vscode/l10n';
import type { Fault } from '../result';
import {
  BACKSLASH,
  BRACE_CLOSE,
  BRACKET_OPEN,
  COLON,
  COMMA,
  isSpace,
  QUOTE,
  skipSpace,
  startsWithBom,
} from './bytes';
import { ElementEnds } from './elementEnds';
import { ListRows } from './listRows';
import type { OnRow, RowSplitter, SplitStart } from './splitter';

/** Where in the object the next byte stands. */
type Place = 'before' | 'key' | 'value' | 'other value' | 'list' | 'after';

/** Cuts the lists that are members of one JSON object into their elements. Keys and other members are not kept. */
export class ListSplitter implements RowSplitter {
  private place: Place;
  private readonly rows: ListRows;
  private readonly memberEnds = new ElementEnds(BRACE_CLOSE);
  private inKey = false;
  private escaped = false;
  private trouble: Fault | undefined;

  constructor(start: SplitStart) {
    this.rows = new ListRows(start.row);
    this.place = start.inside ? 'list' : 'before';
  }

  split(bytes: Uint8Array, from: number, to: number, last: boolean, onRow: OnRow): number {
    let at = from;
    while (at < to || (last && this.place === 'list' && !this.rows.truncated)) {
      if (this.place === 'list') {
        at = this.rows.split(bytes, at, to, last, onRow);
        if (!this.rows.closed) break;
        this.place = 'key';
      } else if (this.place === 'before') {
        if (to - at < 3 && !last) return at;
        at = this.begin(bytes, at, to);
      } else {
        at = this.outside(bytes, at, to);
      }
    }
    if (last) this.trouble ??= this.notClosed();
    return at;
  }

  skip(): number {
    return this.rows.skip();
  }

  fault(): Fault | undefined {
    return this.trouble;
  }

  private begin(bytes: Uint8Array, from: number, to: number): number {
    const at = skipSpace(bytes, startsWithBom(bytes, from, to) ? from + 3 : from, to);
    if (at === to) return at;
    this.place = 'key';
    return at + 1; // possibleContainers saw the brace
  }

  /** Passes over what is no list; everything is consumed, so that it may be of any length. */
  private outside(bytes: Uint8Array, from: number, to: number): number {
    if (this.place === 'key') return this.key(bytes, from, to);
    const at = this.place === 'other value' ? from : skipSpace(bytes, from, to);
    if (at === to) return to;
    if (this.place === 'after') {
      this.trouble ??= this.broken(t('There is text after the closing "}" of the JSON object. Remove it.'));
      return to;
    }
    if (this.place === 'value' && bytes[at] === BRACKET_OPEN) {
      this.place = 'list';
      this.rows.open();
      return at + 1;
    }
    this.place = 'other value';
    const end = this.memberEnds.find(bytes, at, to);
    if (end < 0) return to;
    this.place = bytes[end] === COMMA ? 'key' : 'after';
    return end + 1;
  }

  /** Passes over a key with its colon, and over what stands between members. */
  private key(bytes: Uint8Array, from: number, to: number): number {
    for (let at = from; at < to; at++) {
      const byte = bytes[at]!;
      if (this.inKey) {
        if (this.escaped) this.escaped = false;
        else if (byte === BACKSLASH) this.escaped = true;
        else if (byte === QUOTE) this.inKey = false;
      } else if (byte === QUOTE) {
        this.inKey = true;
      } else if (byte === COLON || byte === BRACE_CLOSE) {
        this.place = byte === COLON ? 'value' : 'after';
        return at + 1;
      } else if (byte !== COMMA && !isSpace(byte)) {
        this.trouble ??= this.broken(
          t('The JSON object around the lists is broken between two of its members.'),
        );
      }
    }
    return to;
  }

  private notClosed(): Fault | undefined {
    if (this.place === 'after' || this.place === 'before') return undefined;
    return this.broken(
      this.place === 'list'
        ? t('A list in the JSON object is not closed: the file ends before its "]". It may be truncated.')
        : t(
            'The JSON object around the lists is not closed: the file ends before its "}". It may be truncated.',
          ),
    );
  }

  private broken(message: string): Fault {
    return { row: this.rows.row, message };
  }
}
