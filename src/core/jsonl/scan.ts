import {
  BACKSLASH,
  BRACE_CLOSE,
  BRACE_OPEN,
  BRACKET_CLOSE,
  BRACKET_OPEN,
  COLON,
  COMMA,
  QUOTE,
} from './bytes';
import { DuplicateKeys } from './duplicateKeys';
import { explain, type Place } from './scanMessage';
import { finderIn, type SpecialFinder } from './scanRoom';

/** What a scan found wrong; a row without one is one valid JSON value. */
export interface ScanFault {
  /** 0-based byte offset from the buffer's start. */
  readonly offset: number;
  /** What is wrong, in plain words, with the way out. No row, no file. */
  readonly message: string;
}

/** Deepest nesting that is accepted; far beyond any trajectory, and safe for every JSON reader downstream. */
export const MAX_DEPTH = 1000;

/** 1 for the bytes that end a run of plain string bytes: control bytes, the quote and the backslash. */
const SPECIAL = new Uint8Array(256).fill(1, 0, 0x20);
SPECIAL[QUOTE] = 1;
SPECIAL[BACKSLASH] = 1;

const LITTLE_ENDIAN = new Uint8Array(new Uint16Array([1]).buffer)[0] === 1;

/**
 * Validates JSON rows over bytes, without making strings or objects: RFC 8259 to the letter, plus a limit on
 * nesting. This is the one definition of "valid JSON" that reading, merging and validating share; that the
 * bytes are UTF-8 is for the caller to check.
 *
 * Strings, which are most of a row, are tested four bytes at a time on an `Int32Array` over the same memory, or 16 at
 * a time in memory made for it (`scanRoom`).
 * One scanner is reused for many rows and holds no row's bytes longer than until the next one.
 *
 * Besides `scan` it lends its parts (`attach`, `white`, `string`, `value`) to passes that walk a row
 * themselves and must agree with it on what is valid. A part returns the offset after what it read, or -1
 * with `fault` set.
 */
export class RowScanner {
  /** Why the last part returned -1. */
  fault: ScanFault | undefined;
  /** Keys that occur twice in one object of the last scanned row, as dotted paths without array indices. */
  get duplicates(): string[] {
    return this.keys.paths;
  }
  /** True if the string that `string` read last holds an escape. */
  escaped = false;
  /** True if white space since the last `attach` held a line break (possible inside the rows of an array). */
  broken = false;

  private bytes: Uint8Array = new Uint8Array(0);
  private end = 0;
  private words: Int32Array = new Int32Array(0);
  private memory: ArrayBufferLike | undefined;
  private special: SpecialFinder | undefined;
  private readonly keys = new DuplicateKeys();
  /** 1 at the depths where an object is open, 0 for arrays. */
  private readonly isObject = new Uint8Array(MAX_DEPTH + 1);

  /** Checks that `bytes[start, end)` is exactly one JSON value, white space around it allowed. */
  scan(bytes: Uint8Array, start: number, end: number): ScanFault | undefined {
    this.attach(bytes, end);
    this.keys.reset(bytes);
    const first = this.white(start);
    const after = this.value(first, 0, this.keys);
    if (after < 0) return this.fault;
    const rest = this.white(after);
    return rest < end ? this.refuse(rest, 'after') : undefined;
  }

  /** Takes the bytes that the other parts work on; nothing from `end` on is looked at. */
  attach(bytes: Uint8Array, end: number): void {
    this.fault = undefined;
    this.broken = false;
    this.end = end;
    if (bytes === this.bytes) return;
    this.bytes = bytes;
    if (bytes.buffer === this.memory) return;
    this.memory = bytes.buffer;
    this.special = finderIn(bytes.buffer);
    this.words = new Int32Array(bytes.buffer, 0, bytes.buffer.byteLength >> 2);
  }

  /** Skips white space. */
  white(start: number): number {
    const bytes = this.bytes;
    let i = start;
    while (i < this.end) {
      const byte = bytes[i]!;
      if (byte > 0x20) break;
      if (byte === 0x0a || byte === 0x0d) this.broken = true;
      else if (byte !== 0x20 && byte !== 0x09) break;
      i++;
    }
    return i;
  }

  /** Reads the string whose opening quote is at `open`. */
  string(open: number): number {
    const bytes = this.bytes;
    const end = this.end;
    const { special } = this;
    const base = bytes.byteOffset;
    let i = open + 1;
    this.escaped = false;
    for (;;) {
      i = special === undefined ? this.plainEnd(i) : special(base + i, base + end) - base;
      if (i >= end) return this.stop(end, 'string');
      const byte = bytes[i]!;
      if (byte === QUOTE) return i + 1;
      if (byte !== BACKSLASH) return this.stop(i, 'string');
      this.escaped = true;
      const length = escapeLength(bytes, i, end);
      if (length === 0) return this.stop(i, 'escape');
      i += length;
    }
  }

  /** The first quote, backslash or control byte from `start` on, or the end. */
  private plainEnd(start: number): number {
    const bytes = this.bytes;
    const words = this.words;
    const base = bytes.byteOffset;
    const end = this.end;
    const lastWord = (base + end) >> 2;
    let i = start;
    while (i < end && ((base + i) & 3) !== 0 && SPECIAL[bytes[i]!] === 0) i++;
    if (((base + i) & 3) !== 0) return i;
    let word = (base + i) >> 2;
    let found = 0;
    while (word < lastWord) {
      const four = words[word]!;
      const quote = four ^ 0x22222222;
      const slash = four ^ 0x5c5c5c5c;
      // "has a zero byte" and "has a byte below 0x20" (Anderson, Bit Twiddling Hacks): exact on whether.
      const hit =
        ((quote - 0x01010101) & ~quote) | ((slash - 0x01010101) & ~slash) | ((four - 0x20202020) & ~four);
      found = hit & 0x80808080;
      if (found !== 0) break;
      word++;
    }
    // The lowest bit that is set belongs to the first of the bytes, if that is the lowest one of the word.
    i = (word << 2) - base;
    if (found !== 0 && LITTLE_ENDIAN) return i + ((31 - Math.clz32(found & -found)) >> 3);
    while (i < end && SPECIAL[bytes[i]!] === 0) i++;
    return i;
  }

  /**
   * Reads one value of any kind at `start`, which must not be white space.
   * @param depth how many containers are open around it
   * @param keys where duplicate keys are collected, if that is wanted
   */
  value(start: number, depth: number, keys?: DuplicateKeys): number {
    const bytes = this.bytes;
    const end = this.end;
    const isObject = this.isObject;
    const bottom = depth;
    let level = depth;
    let i = start;
    for (;;) {
      const byte = i < end ? bytes[i]! : -1;
      if (byte === QUOTE) {
        i = this.string(i);
      } else if (byte === BRACE_OPEN || byte === BRACKET_OPEN) {
        if (level === MAX_DEPTH) return this.stop(i, 'depth');
        const object = byte === BRACE_OPEN;
        isObject[++level] = object ? 1 : 0;
        keys?.open(object);
        i = this.white(i + 1);
        const empty = i < end && bytes[i] === (object ? BRACE_CLOSE : BRACKET_CLOSE);
        if (!empty) {
          if (object) i = this.key(i, keys);
          if (i < 0) return -1;
          continue;
        }
      } else {
        i = this.atom(i, byte);
      }
      if (i < 0) return -1;
      // A value has ended, or an empty container stands at its closing bracket: close what closes here.
      for (;;) {
        if (level === bottom) return i;
        i = this.white(i);
        const next = i < end ? bytes[i]! : -1;
        const object = isObject[level] === 1;
        if (next === COMMA) {
          i = this.white(i + 1);
          if (object) i = this.key(i, keys);
          if (i < 0) return -1;
          break;
        }
        if (next !== (object ? BRACE_CLOSE : BRACKET_CLOSE)) return this.stop(i, object ? 'object' : 'array');
        level--;
        keys?.close();
        i++;
      }
    }
  }

  /** Reads a key and its colon; returns where its value starts. */
  key(start: number, keys?: DuplicateKeys): number {
    if (start >= this.end || this.bytes[start] !== QUOTE) return this.stop(start, 'key');
    const after = this.string(start);
    if (after < 0) return -1;
    keys?.add(start + 1, after - 1, this.escaped);
    const colon = this.white(after);
    if (colon >= this.end || this.bytes[colon] !== COLON) return this.stop(colon, 'colon');
    return this.white(colon + 1);
  }

  /** Sets the fault that `place` calls for at `offset`; -1. */
  stop(offset: number, place: Place): -1 {
    this.refuse(offset, place);
    return -1;
  }

  private refuse(offset: number, place: Place): ScanFault {
    const fault = { offset, message: explain(this.bytes, offset, this.end, place) };
    this.fault = fault;
    return fault;
  }

  private atom(start: number, byte: number): number {
    if (byte === 0x2d || (byte >= 0x30 && byte <= 0x39)) return this.number(start);
    const word = byte === 0x74 ? TRUE : byte === 0x66 ? FALSE : byte === 0x6e ? NULL : undefined;
    if (word === undefined || start + word.length > this.end) return this.stop(start, 'value');
    for (let k = 1; k < word.length; k++) {
      if (this.bytes[start + k] !== word[k]) return this.stop(start, 'value');
    }
    return start + word.length;
  }

  private number(start: number): number {
    const bytes = this.bytes;
    const end = this.end;
    let i = bytes[start] === 0x2d ? start + 1 : start;
    const whole = i;
    i = this.digits(i);
    if (i === whole || (bytes[whole] === 0x30 && i > whole + 1)) return this.stop(start, 'number');
    if (i < end && bytes[i] === 0x2e) {
      const fraction = ++i;
      i = this.digits(i);
      if (i === fraction) return this.stop(start, 'number');
    }
    if (i < end && (bytes[i]! | 0x20) === 0x65) {
      i++;
      if (i < end && (bytes[i] === 0x2b || bytes[i] === 0x2d)) i++;
      const exponent = i;
      i = this.digits(i);
      if (i === exponent) return this.stop(start, 'number');
    }
    return i;
  }

  private digits(start: number): number {
    const bytes = this.bytes;
    let i = start;
    while (i < this.end && bytes[i]! >= 0x30 && bytes[i]! <= 0x39) i++;
    return i;
  }
}

const TRUE = [0x74, 0x72, 0x75, 0x65];
const FALSE = [0x66, 0x61, 0x6c, 0x73, 0x65];
const NULL = [0x6e, 0x75, 0x6c, 0x6c];

/** The bytes that the escape at `i` takes (2 or 6), or 0 if it is none. */
function escapeLength(bytes: Uint8Array, i: number, end: number): number {
  if (i + 1 >= end) return 0;
  switch (bytes[i + 1]) {
    case 0x22: // "
    case 0x5c: // backslash
    case 0x2f: // /
    case 0x62: // b
    case 0x66: // f
    case 0x6e: // n
    case 0x72: // r
    case 0x74: // t
      return 2;
    case 0x75: // u
      if (i + 6 > end) return 0;
      for (let k = i + 2; k < i + 6; k++) {
        const byte = bytes[k]!;
        const letter = byte | 0x20;
        if (!((byte >= 0x30 && byte <= 0x39) || (letter >= 0x61 && letter <= 0x66))) return 0;
      }
      return 6;
    default:
      return 0;
  }
}
