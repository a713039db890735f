import * as bytes from './bytes';

// Bound once: where modules are not bundled (tests), every use of an import is a call, for every byte here.
const { BACKSLASH, BRACE_CLOSE, BRACE_OPEN, BRACKET_CLOSE, BRACKET_OPEN, COMMA, QUOTE } = bytes;

/**
 * Finds where the elements of an array, or the values of an object's members, end, over bytes that come in pieces.
 * An object that closes ends all that is open in it, so that a row with brackets that do not match spoils no other
 * row.
 */
export class ElementEnds {
  private braces = 0;
  private brackets = 0;
  /** Brackets that are open around the outermost brace. */
  private outer = 0;
  private inString = false;
  /** True if the last piece ended behind a backslash. */
  private escaped = false;

  /** @param closer the byte that ends the container, `]` or `}`; the other one is passed over where it is too many */
  constructor(private readonly closer: typeof BRACKET_CLOSE | typeof BRACE_CLOSE) {}

  /** Offset of the `,` or closer that ends the element, or -1 if it lies behind `to`, where the next call goes on. */
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
        if (this.braces === 0) {
          if (this.closer === BRACE_CLOSE) return this.end(i);
        } else if (--this.braces === 0) {
          this.brackets = this.outer;
        }
      } else if (byte === BRACKET_OPEN) {
        this.brackets++;
      } else if (byte === BRACKET_CLOSE) {
        if (this.brackets > 0) this.brackets--;
        else if (this.braces === 0 && this.closer === BRACKET_CLOSE) return i;
      } else if (byte === COMMA && this.braces === 0 && this.brackets === 0) {
        return i;
      }
    }
    return -1;
  }

  /** The object around the members closes, whatever brackets are still open. */
  private end(at: number): number {
    this.brackets = 0;
    return at;
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
