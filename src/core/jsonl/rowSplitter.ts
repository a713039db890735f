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
  /**
   * Gives up the row that the last call left unfinished, whose bytes the caller drops: what follows of it is
   * consumed but not reported. Returns its number.
   */
  skip(): number;
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
  let i = startsWithBom(head, 0, head.length) ? 3 : 0;
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

function startsWithBom(bytes: Uint8Array, at: number, to: number): boolean {
  return to - at >= 3 && bytes[at] === 0xef && bytes[at + 1] === 0xbb && bytes[at + 2] === 0xbf;
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

class ArraySplitter implements RowSplitter {
  private state: 'before' | 'inside' | 'after';
  private row: number;
  private trouble: Fault | undefined;
  private readonly ends = new ElementEnds();
  /** Bytes of the unfinished element, which `ends` has seen. */
  private searched = 0;
  private skipping = false;

  constructor(start: SplitStart) {
    this.row = start.row;
    this.state = start.inside ? 'inside' : 'before';
  }

  split(bytes: Uint8Array, from: number, to: number, last: boolean, onRow: OnRow): number {
    let at = from;
    if (this.state === 'before') {
      if (to - at < 3 && !last) return at;
      if (startsWithBom(bytes, at, to)) at += 3;
      while (at < to && isSpace(bytes[at]!)) at++;
      if (at === to) return at;
      at++; // detectContainer saw the bracket
      this.state = 'inside';
    }
    while (this.state === 'inside') {
      while (at < to && !this.skipping && isSpace(bytes[at]!)) at++;
      const end = this.ends.find(bytes, at + this.searched, to);
      if (end < 0) return this.unfinished(bytes, at, to, last, onRow);
      this.searched = 0;
      this.element(bytes, at, end, onRow);
      at = end + 1;
    }
    return this.afterEnd(bytes, at, to);
  }

  skip(): number {
    this.skipping = true;
    this.searched = 0;
    return this.row;
  }

  fault(): Fault | undefined {
    return this.trouble;
  }

  /** The bytes end before the element does: more are to come, or the file is truncated. */
  private unfinished(bytes: Uint8Array, at: number, to: number, last: boolean, onRow: OnRow): number {
    if (!last) {
      if (this.skipping) return to;
      this.searched = to - at;
      return at;
    }
    if (at < to && !this.skipping) onRow(at, trimmedEnd(bytes, at, to), this.row);
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
    if (this.skipping) {
      this.skipping = false;
      this.row++;
      return;
    }
    // An empty element is a row (and malformed), but "[]" and a trailing comma hold none.
    if (stop > at || !closing) onRow(at, stop, this.row++);
  }

  private afterEnd(bytes: Uint8Array, from: number, to: number): number {
    for (let at = from; at < to && this.trouble === undefined; at++) {
      if (!isSpace(bytes[at]!)) {
        this.trouble = {
          row: this.row,
          message: 'There is text after the closing "]" of the JSON array. Remove it.',
        };
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

/**
 * Finds where an array's elements end, over bytes that come in pieces. An object that closes ends all that is
 * open in it, so that a row with brackets that do not match spoils no other row.
 */
class ElementEnds {
  private braces = 0;
  private brackets = 0;
  /** Brackets that are open around the outermost brace. */
  private outer = 0;
  private inString = false;
  /** True if the last piece ended behind a backslash. */
  private escaped = false;

  /** Offset of the `,` or `]` that ends the element, or -1 if it lies behind `to`, where the next call goes on. */
  find(bytes: Uint8Array, from: number, to: number): number {
    for (let i = from; i < to; i++) {
      if (this.inString) {
        i = this.stringEnd(bytes, i, to);
        continue;
      }
      const byte = bytes[i]!;
      if (byte === QUOTE) {
        this.inString = true;
      } else if (byte === BRACE_OPEN) {
        if (this.braces++ === 0) this.outer = this.brackets;
      } else if (byte === BRACE_CLOSE) {
        if (this.braces > 0 && --this.braces === 0) this.brackets = this.outer;
      } else if (byte === BRACKET_OPEN) {
        this.brackets++;
      } else if (byte === BRACKET_CLOSE) {
        if (this.brackets > 0) this.brackets--;
        else if (this.braces === 0) return i;
      } else if (byte === COMMA && this.braces === 0 && this.brackets === 0) {
        return i;
      }
    }
    return -1;
  }

  /** Offset of the quote that closes the string which goes on at `from`; from `to` on if it lies behind it. */
  private stringEnd(bytes: Uint8Array, from: number, to: number): number {
    let i = this.escaped ? from + 1 : from;
    while (i < to && bytes[i] !== QUOTE) i += bytes[i] === BACKSLASH ? 2 : 1;
    this.inString = i >= to;
    this.escaped = i > to;
    return i;
  }
}
