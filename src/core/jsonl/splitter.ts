import type { Fault } from '../result';

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
