import type { Fault } from '../result';

/** How a file holds its rows: one JSON value per line (JSONL), or the elements of one JSON array. */
export type Container = 'lines' | 'array';

/**
 * Called for every row that is not blank. `start` and `end` delimit it in the buffer, without byte-order mark,
 * surrounding white space of an array element, or line end. `row` is the 1-based physical line or element.
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
  /** What is wrong with the container itself, known after the last call (an array that is not closed). */
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
  return container === 'lines' ? new LineSplitter(start) : new ArraySplitter(start);
}

/** The container that a file's first bytes announce: an array if its first visible byte is `[`. */
export function detectContainer(head: Uint8Array): Container {
  let i = startsWithBom(head, 0) ? 3 : 0;
  while (i < head.length && isSpace(head[i]!)) i++;
  return head[i] === BRACKET_OPEN ? 'array' : 'lines';
}

const NEWLINE = 0x0a;
const RETURN = 0x0d;
const QUOTE = 0x22;
const COMMA = 0x2c;
const BRACKET_OPEN = 0x5b;
const BACKSLASH = 0x5c;
const BRACKET_CLOSE = 0x5d;
const BRACE_OPEN = 0x7b;
const BRACE_CLOSE = 0x7d;

function isSpace(byte: number): boolean {
  return byte === 0x20 || byte === NEWLINE || byte === RETURN || byte === 0x09;
}

function startsWithBom(bytes: Uint8Array, at: number): boolean {
  return bytes[at] === 0xef && bytes[at + 1] === 0xbb && bytes[at + 2] === 0xbf;
}

class LineSplitter implements RowSplitter {
  private row: number;
  private atFileStart: boolean;

  constructor(start: SplitStart) {
    this.row = start.row;
    this.atFileStart = !start.inside;
  }

  split(bytes: Uint8Array, from: number, to: number, last: boolean, onRow: OnRow): number {
    let at = from;
    if (this.atFileStart) {
      if (to - at < 3 && !last) return at;
      if (startsWithBom(bytes, at)) at += 3;
      this.atFileStart = false;
    }
    while (at < to) {
      const found = bytes.indexOf(NEWLINE, at);
      const end = found < 0 || found >= to ? to : found;
      if (end === to && !last) break;
      this.report(bytes, at, end, onRow);
      at = end + 1;
    }
    return Math.min(at, to);
  }

  fault(): Fault | undefined {
    return undefined;
  }

  private report(bytes: Uint8Array, from: number, to: number, onRow: OnRow): void {
    let start = from;
    while (start < to && isSpace(bytes[start]!)) start++;
    if (start < to) onRow(from, bytes[to - 1] === RETURN ? to - 1 : to, this.row);
    this.row++;
  }
}

class ArraySplitter implements RowSplitter {
  private state: 'before' | 'inside' | 'after';
  private row: number;
  private trouble: Fault | undefined;

  constructor(start: SplitStart) {
    this.row = start.row;
    this.state = start.inside ? 'inside' : 'before';
  }

  split(bytes: Uint8Array, from: number, to: number, last: boolean, onRow: OnRow): number {
    let at = from;
    if (this.state === 'before') {
      if (to - at < 3 && !last) return at;
      if (startsWithBom(bytes, at)) at += 3;
      while (at < to && isSpace(bytes[at]!)) at++;
      if (at === to) return at;
      at++; // detectContainer saw the bracket
      this.state = 'inside';
    }
    while (this.state === 'inside') {
      while (at < to && isSpace(bytes[at]!)) at++;
      const end = elementEnd(bytes, at, to);
      if (end < 0) return this.unfinished(bytes, at, to, last, onRow);
      this.element(bytes, at, end, onRow);
      at = end + 1;
    }
    return this.afterEnd(bytes, at, to);
  }

  fault(): Fault | undefined {
    return this.trouble;
  }

  /** The bytes end before the element does: more are to come, or the file is truncated. */
  private unfinished(bytes: Uint8Array, at: number, to: number, last: boolean, onRow: OnRow): number {
    if (!last) return at;
    if (at < to) onRow(at, trimmedEnd(bytes, at, to), this.row);
    this.trouble = {
      row: this.row,
      message: 'The JSON array is not closed: the file ends before its "]". It may be truncated.',
    };
    return to;
  }

  private element(bytes: Uint8Array, at: number, end: number, onRow: OnRow): void {
    const stop = trimmedEnd(bytes, at, end);
    const closing = bytes[end] === BRACKET_CLOSE;
    if (closing) this.state = 'after';
    // An empty element is a row (and malformed), but "[]" and a trailing comma hold none.
    if (stop > at || !closing) onRow(at, stop, this.row++);
  }

  private afterEnd(bytes: Uint8Array, from: number, to: number): number {
    for (let at = from; at < to && this.trouble === undefined; at++) {
      if (!isSpace(bytes[at]!)) {
        this.trouble = { row: this.row, message: 'There is text after the closing "]" of the JSON array.' };
      }
    }
    return to;
  }
}

function trimmedEnd(bytes: Uint8Array, from: number, to: number): number {
  let end = to;
  while (end > from && isSpace(bytes[end - 1]!)) end--;
  return end;
}

/** Offset of the `,` or `]` that ends the element at `at`, or -1 if the bytes end first. */
function elementEnd(bytes: Uint8Array, at: number, to: number): number {
  let depth = 0;
  for (let i = at; i < to; i++) {
    const byte = bytes[i]!;
    if (byte === QUOTE) {
      i = stringEnd(bytes, i + 1, to);
    } else if (byte === BRACE_OPEN || byte === BRACKET_OPEN) {
      depth++;
    } else if (byte === BRACE_CLOSE || byte === BRACKET_CLOSE) {
      if (depth === 0) return i;
      depth--;
    } else if (byte === COMMA && depth === 0) {
      return i;
    }
  }
  return -1;
}

/** Offset of the quote that closes the string whose first character is at `from`, or `to`. */
function stringEnd(bytes: Uint8Array, from: number, to: number): number {
  let i = from;
  while (i < to && bytes[i] !== QUOTE) i += bytes[i] === BACKSLASH ? 2 : 1;
  return Math.min(i, to);
}
