const encoder = new TextEncoder();

/** Below this many bytes a loop beats the set-up of a block copy. */
const SMALL = 16;

/** Memory that a sink shares with the source of most of its bytes. */
export interface SharedRoom {
  /** Where the sink's two buffers lie: twice its capacity. */
  readonly buffers: Uint8Array;
  /** Where the source's bytes lie, in the same `ArrayBuffer`. */
  readonly source: Uint8Array;
}

/**
 * Collects output bytes in a buffer of fixed size and hands it on whenever it is full, so that output of any
 * length needs the same memory. The owner may also empty it at quiet times (`take`). There are two buffers in
 * turn, so that one can still be written out while the other fills.
 *
 * Bytes of a source that shares its memory are copied within it, which needs no object per copy and takes half the
 * time.
 */
export class ByteSink {
  /** Bytes written so far, those that were handed on included. */
  total = 0;
  private buffer: Uint8Array;
  private other: Uint8Array;
  private length = 0;
  private readonly near: Uint8Array | undefined;
  private readonly memory: Uint8Array;
  /** Offsets in the memory: of the source, and of the two buffers. */
  private readonly nearAt: number;
  private bufferAt: number;
  private otherAt: number;

  /**
   * @param capacity size of each buffer, in bytes
   * @param onFull gets a full buffer, whose bytes are only valid during the call
   */
  constructor(
    capacity: number,
    private readonly onFull: (bytes: Uint8Array) => void,
    room?: SharedRoom,
  ) {
    const buffers = room?.buffers ?? new Uint8Array(2 * capacity);
    this.buffer = buffers.subarray(0, capacity);
    this.other = buffers.subarray(capacity, 2 * capacity);
    this.bufferAt = this.buffer.byteOffset;
    this.otherAt = this.other.byteOffset;
    this.memory = new Uint8Array(buffers.buffer);
    this.near = room?.source;
    this.nearAt = room?.source.byteOffset ?? 0;
  }

  /** How many bytes wait. */
  get waiting(): number {
    return this.length;
  }

  /** The bytes that wait; they count as handed on, and are valid until the next `take`. */
  take(): Uint8Array {
    const { buffer, bufferAt, length } = this;
    this.buffer = this.other;
    this.bufferAt = this.otherAt;
    this.other = buffer;
    this.otherAt = bufferAt;
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
    } else if (source === this.near) {
      this.memory.copyWithin(this.bufferAt + length, this.nearAt + from, this.nearAt + to);
    } else {
      buffer.set(source.subarray(from, to), length);
    }
    this.length = length + count;
    this.total += count;
  }

  /** Writes all of `source`. */
  put(source: Uint8Array): void {
    const { buffer, length } = this;
    const count = source.length;
    if (count < SMALL || length + count > buffer.length) {
      this.copy(source, 0, count);
      return;
    }
    buffer.set(source, length);
    this.length = length + count;
    this.total += count;
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
