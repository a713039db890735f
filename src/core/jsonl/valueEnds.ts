import * as bytes from './bytes';

// Bound once: where modules are not bundled (tests), every use of an import is a call, for every byte here.
const {
  BACKSLASH,
  BRACE_CLOSE,
  BRACE_OPEN,
  BRACKET_CLOSE,
  BRACKET_OPEN,
  COLON,
  COMMA,
  isSpace,
  NEWLINE,
  QUOTE,
} = bytes;

/** What a value is by its first byte: an object, list or string; a number or word; or no JSON at all. */
type Kind = 'nested' | 'literal' | 'junk';

/**
 * Finds where the values of a sequence end, over bytes that come in pieces. A value that is broken does not spoil
 * the others: a line end ends a string, an object that closes ends all that is open in it, and a brace that opens
 * directly behind a value, as in no JSON object or list, begins the next value. What is no JSON at all is one value
 * up to the line end or the next brace.
 */
export class ValueEnds {
  private kind: Kind | undefined;
  private braces = 0;
  private brackets = 0;
  /** Brackets that are open around the outermost brace. */
  private outer = 0;
  private inString = false;
  /** True if the last piece ended behind a backslash. */
  private escaped = false;
  /** The last byte that is no white space, strings by their closing quote. */
  private previous = 0;

  /** True while the value is an object, list or string that has not ended. */
  get isOpen(): boolean {
    return this.kind === 'nested';
  }

  /**
   * Offset behind the value, or -1 if that lies behind `to`, where the next call goes on. The first byte of a value
   * is no white space.
   */
  find(bytes: Uint8Array, from: number, to: number): number {
    if (from < to) this.kind ??= kindOf(bytes[from]!);
    const end = this.kind === 'nested' ? this.nested(bytes, from, to) : this.plain(bytes, from, to);
    if (end >= 0) this.forget();
    return end;
  }

  private nested(bytes: Uint8Array, from: number, to: number): number {
    for (let i = from; i < to; i++) {
      if (this.inString) {
        i = this.stringEnd(bytes, i, to);
        if (this.inString) return -1;
        if (this.isWhole()) return bytes[i] === QUOTE ? i + 1 : i;
        continue;
      }
      const byte = bytes[i]!;
      if (isSpace(byte)) continue;
      if (byte === BRACE_OPEN && this.isNext()) return i;
      this.step(byte);
      this.previous = byte;
      if ((byte === BRACE_CLOSE || byte === BRACKET_CLOSE) && this.isWhole()) return i + 1;
    }
    return -1;
  }

  private step(byte: number): void {
    if (byte === QUOTE) {
      this.inString = true;
    } else if (byte === BRACE_OPEN) {
      if (this.braces++ === 0) this.outer = this.brackets;
    } else if (byte === BRACE_CLOSE) {
      if (this.braces > 0 && --this.braces === 0) this.brackets = this.outer;
    } else if (byte === BRACKET_OPEN) {
      this.brackets++;
    } else if (byte === BRACKET_CLOSE && this.brackets > 0) {
      this.brackets--;
    }
  }

  /** True if a brace that opens here cannot belong to the value. */
  private isNext(): boolean {
    const { previous } = this;
    return !this.isWhole() && previous !== COMMA && previous !== COLON && previous !== BRACKET_OPEN;
  }

  private isWhole(): boolean {
    return this.braces === 0 && this.brackets === 0;
  }

  /** Offset of the quote or line end that ends the string which goes on at `from`; `to` if it lies behind it. */
  private stringEnd(bytes: Uint8Array, from: number, to: number): number {
    let i = this.escaped && bytes[from] !== NEWLINE ? from + 1 : from;
    this.escaped = false;
    for (; i < to; i++) {
      const byte = bytes[i]!;
      if (byte === QUOTE || byte === NEWLINE) {
        this.inString = false;
        return i;
      }
      if (byte !== BACKSLASH) continue;
      if (i + 1 === to) this.escaped = true;
      else if (bytes[i + 1] !== NEWLINE) i++;
    }
    return to;
  }

  private plain(bytes: Uint8Array, from: number, to: number): number {
    const isJunk = this.kind === 'junk';
    for (let i = from; i < to; i++) {
      const byte = bytes[i]!;
      if (byte === NEWLINE || byte === BRACE_OPEN) return i;
      if (!isJunk && (isSpace(byte) || byte === QUOTE || byte === COMMA || byte === BRACKET_OPEN)) return i;
    }
    return -1;
  }

  private forget(): void {
    this.kind = undefined;
    this.braces = 0;
    this.brackets = 0;
    this.inString = false;
    this.escaped = false;
    this.previous = 0;
  }
}

function kindOf(first: number): Kind {
  if (first === BRACE_OPEN || first === BRACKET_OPEN || first === QUOTE) return 'nested';
  const isNumber = first === 0x2d || (first >= 0x30 && first <= 0x39);
  // The first letters of true, false and null.
  return isNumber || first === 0x74 || first === 0x66 || first === 0x6e ? 'literal' : 'junk';
}
