/** A part of a piece of zstd data that belongs to one frame. */
export interface FramePart {
  readonly bytes: Uint8Array;
  /** True if the frame ends with it. */
  readonly isEnd: boolean;
}

/** What the bytes that come next are. */
type Field = 'magic' | 'skippable size' | 'descriptor' | 'header' | 'block' | 'body' | 'checksum' | 'unknown';

const MAGIC = 0xfd2fb528;
const SKIPPABLE = 0x184d2a50;
const DICTIONARY_BYTES = [0, 1, 2, 4] as const;

/**
 * Finds where zstd frames end (RFC 8878, section 3.1), over bytes that come in pieces, by the lengths in their
 * headers; nothing is unpacked. Data that begin like no frame are one part to their end.
 */
export class ZstdFrames {
  private field: Field = 'magic';
  /** Bytes of the field that are still to come. */
  private missing = 4;
  /** The field's number so far, little-endian, where it is one. */
  private value = 0;
  private shift = 0;
  private isLastBlock = false;
  private hasChecksum = false;

  /** True where a frame has ended and no other one has begun. */
  get isBetween(): boolean {
    return this.field === 'magic' && this.missing === 4;
  }

  /** The parts of the next piece, which together are the piece. */
  split(piece: Uint8Array): FramePart[] {
    const parts: FramePart[] = [];
    let start = 0;
    for (let at = 0; at < piece.length; ) {
      at += this.take(piece, at);
      if (this.missing > 0 || !this.next()) continue;
      parts.push({ bytes: piece.subarray(start, at), isEnd: true });
      start = at;
    }
    if (start < piece.length) parts.push({ bytes: piece.subarray(start), isEnd: false });
    return parts;
  }

  /** Takes bytes of the field and returns their number. */
  private take(piece: Uint8Array, at: number): number {
    if (this.field === 'body' || this.field === 'unknown') {
      const count = Math.min(this.missing, piece.length - at);
      this.missing -= count;
      return count;
    }
    this.value += piece[at]! * 2 ** this.shift;
    this.shift += 8;
    this.missing--;
    return 1;
  }

  /** The field is whole: goes on to the next one, and returns true if that is another frame's. */
  private next(): boolean {
    const { value } = this;
    switch (this.field) {
      case 'magic':
        if (value - (value % 16) === SKIPPABLE) return this.expect('skippable size', 4);
        return value === MAGIC
          ? this.expect('descriptor', 1)
          : this.expect('unknown', Number.POSITIVE_INFINITY);
      case 'skippable size':
        this.isLastBlock = true;
        this.hasChecksum = false;
        return this.expect('body', value);
      case 'descriptor':
        this.hasChecksum = (value & 4) !== 0;
        return this.expect('header', headerBytes(value));
      case 'header':
        return this.expect('block', 3);
      case 'block':
        this.isLastBlock = (value & 1) !== 0;
        // The body of a run is the byte that is repeated.
        return this.expect('body', ((value >> 1) & 3) === 1 ? 1 : value >> 3);
      case 'body':
        if (!this.isLastBlock) return this.expect('block', 3);
        return this.hasChecksum ? this.expect('checksum', 4) : this.endFrame();
      default:
        return this.endFrame();
    }
  }

  private expect(field: Field, bytes: number): boolean {
    this.field = field;
    this.missing = bytes;
    this.value = 0;
    this.shift = 0;
    return bytes === 0 && this.next();
  }

  private endFrame(): boolean {
    this.expect('magic', 4);
    return true;
  }
}

/** Length of what stands between a frame's descriptor and its first block. */
function headerBytes(descriptor: number): number {
  const isSingleSegment = (descriptor & 0x20) !== 0;
  const sizeFlag = descriptor >> 6;
  const size = sizeFlag > 0 ? 1 << sizeFlag : isSingleSegment ? 1 : 0;
  return (isSingleSegment ? 0 : 1) + DICTIONARY_BYTES[(descriptor & 3) as 0 | 1 | 2 | 3] + size;
}
