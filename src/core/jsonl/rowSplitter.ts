import type { Fault } from '../result';
import { ArraySplitter } from './arraySplitter';
import { BRACE_OPEN, BRACKET_OPEN, isSpace, NEWLINE, RETURN, startsWithBom } from './bytes';
import { ListSplitter } from './listSplitter';
import { ValueSplitter } from './valueSplitter';

/**
 * How a file holds its rows:
 * - `lines`: one JSON value per line (JSONL); the row number is the physical line;
 * - `array`: the elements of one JSON array;
 * - `values`: JSON values one after the other, each laid out over any number of lines (a single object that is
 *   indented, or what `jq .` writes); the row number counts the values;
 * - `lists`: the elements of the lists in one JSON object, `{"<key>": [row, row], "other": 1}` (Mr-Ben); members
 *   that are no lists are passed over, and the row number counts the elements of all lists.
 */
export type Container = 'lines' | 'array' | 'values' | 'lists';

/**
 * Called for every row that is not blank. `start` and `end` delimit it in the buffer, without byte-order mark,
 * surrounding white space of an element or value, or line end. `row` is the 1-based physical line, element or value.
 */
export type OnRow = (start: number, end: number, row: number) => void;

/** Cuts a sequence of bytes into rows; made for buffers that are refilled between calls. */
export interface RowSplitter {
  /**
   * Reports the whole rows in `bytes[from, to)` and returns the offset of the first byte that it did not
   * consume; the caller keeps the bytes from there on and calls again with more behind them. With `last`, no
   * more bytes come and everything is consumed.
   */
  split(bytes: Uint8Array, from: number, to: number, last: boolean, onRow: OnRow): number;
  /**
   * Gives up the row that the last call left unfinished, whose bytes the caller drops: what follows of it is
   * consumed but not reported. Returns its number.
   */
  skip(): number;
  /** What is wrong with the container itself (an array that is not closed); at the latest known after the last call. */
  fault(): Fault | undefined;
}

/** Where a splitter starts: at the file's first byte, or at the start of a row that an index knows. */
export interface SplitStart {
  /** 1-based number of the row that the first byte belongs to. */
  readonly row: number;
  /** True when the first byte is a row's start in the middle of the file. */
  readonly inside: boolean;
}

const FILE_START: SplitStart = { row: 1, inside: false };

/** A splitter for the container. */
export function createSplitter(container: Container, start: SplitStart = FILE_START): RowSplitter {
  switch (container) {
    case 'lines':
      return new LineSplitter(start);
    case 'array':
      return new ArraySplitter(start);
    case 'values':
      return new ValueSplitter(start);
    case 'lists':
      return new ListSplitter(start);
  }
}

/**
 * The containers that a file's first bytes leave open, the likeliest first: an array if the first visible byte is
 * `[`; lines, values or lists if it is a brace; lines for anything else.
 */
export function possibleContainers(head: Uint8Array): readonly Container[] {
  let i = startsWithBom(head, 0, head.length) ? 3 : 0;
  while (i < head.length && isSpace(head[i]!)) i++;
  if (head[i] === BRACKET_OPEN) return ['array'];
  return head[i] === BRACE_OPEN ? ['lines', 'values', 'lists'] : ['lines'];
}

class LineSplitter implements RowSplitter {
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
