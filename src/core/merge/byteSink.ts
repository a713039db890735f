const encoder = new TextEncoder();

/** Below this many bytes a loop beats the set-up of a block copy. */
const SMALL = 32;

/**
 * Collects output bytes in a buffer of fixed size and hands it on whenever it is full, so that output of any
 * length needs the same memory. The owner may also empty it at quiet times (`take`). There are two buffers in
 * turn, so that one can still be written out while the other fills.
 */
export class ByteSink {
  /** Bytes written so far, those that were handed on included. */
  total = 0;
  private buffer: Uint8Array;
  private other: Uint8Array | undefined;
  private length = 0;

  /** @param onFull gets a full buffer, whose bytes are only valid during the call */
  constructor(
    capacity: number,
    private readonly onFull: (bytes: Uint8Array) => void,
  ) {
    this.buffer = new Uint8Array(capacity);
  }

  /** How many bytes wait. */
  get waiting(): number {
    return this.length;
  }

  /** The bytes that wait; they count as handed on, and are valid until the next `take`. */
  take(): Uint8Array {
    const { buffer, length } = this;
    this.buffer = this.other ?? new Uint8Array(buffer.length);
    this.other = buffer;
    this.length = 0;
    return buffer.subarray(0, length);
  }

  /** Writes `source[from, to)`. */
  copy(source: Uint8Array, from: number, to: number): void {
    const count = to - from;
    const { buffer, length } = this;
    if (length + count > buffer.length) {
      this.copyInParts(source, from, to);
      return;
    }
    if (count < SMALL) {
      for (let i = 0; i < count; i++) buffer[length + i] = source[from + i]!;
    } else {
      buffer.set(source.subarray(from, to), length);
    }
    this.length = length + count;
    this.total += count;
  }

  /** Writes all of `source`. */
  put(source: Uint8Array): void {
    this.copy(source, 0, source.length);
  }

  /** Writes text as UTF-8. */
  text(text: string): void {
    this.put(encoder.encode(text));
  }

  private copyInParts(source: Uint8Array, from: number, to: number): void {
    for (let at = from; at < to; ) {
      if (this.length === this.buffer.length) {
        this.onFull(this.buffer);
        this.length = 0;
      }
      const part = Math.min(to - at, this.buffer.length - this.length);
      this.buffer.set(source.subarray(at, at + part), this.length);
      this.length += part;
      this.total += part;
      at += part;
    }
  }
}
