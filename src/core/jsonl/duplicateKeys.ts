/** Objects with more keys than this are looked up in a set: linear search over few keys needs no strings. */
const FEW = 16;

interface Frame {
  object: boolean;
  /** Where this object's keys start in the shared list. */
  first: number;
  /** Its keys as strings and how often they came, once it has many of them or one with an escape. */
  names: Map<string, number> | undefined;
  /** The bytes of the key whose value is being read. */
  keyStart: number;
  keyEnd: number;
}

/**
 * Finds keys that occur twice in one object while a scanner walks a row. It makes no string for ordinary
 * objects: their few keys are compared as bytes.
 */
export class DuplicateKeys {
  /** The duplicates as dotted paths without array indices, each once. A dot in a key is written `\.`. */
  paths: string[] = [];

  private bytes: Uint8Array = new Uint8Array(0);
  private depth = 0;
  private readonly frames: Frame[] = [];
  /** Start and end of the keys of all open objects, innermost last. */
  private readonly spans: number[] = [];
  private top = 0;
  private readonly known = new Set<string>();

  /** Forgets the last row. */
  reset(bytes: Uint8Array): void {
    this.bytes = bytes;
    this.depth = 0;
    this.top = 0;
    if (this.paths.length > 0) {
      this.paths = [];
      this.known.clear();
    }
  }

  /** A container opens. */
  open(object: boolean): void {
    let frame = this.frames[this.depth];
    if (!frame) {
      frame = { object, first: 0, names: undefined, keyStart: 0, keyEnd: 0 };
      this.frames.push(frame);
    }
    frame.object = object;
    frame.first = this.top;
    frame.names = undefined;
    this.depth++;
  }

  /** The innermost container closes. */
  close(): void {
    this.depth--;
    const frame = this.frames[this.depth]!;
    this.top = frame.first;
    frame.names = undefined;
  }

  /** The innermost object has a key at `bytes[start, end)`, quotes excluded. */
  add(start: number, end: number, escaped: boolean): void {
    const frame = this.frames[this.depth - 1]!;
    frame.keyStart = start;
    frame.keyEnd = end;
    if (frame.names === undefined) {
      if (!escaped && this.top - frame.first < 2 * FEW) {
        if (this.seen(frame.first, start, end)) this.report();
        this.spans[this.top++] = start;
        this.spans[this.top++] = end;
        return;
      }
      frame.names = this.toNames(frame.first);
    }
    const name = decodeKey(this.bytes, start, end);
    const times = (frame.names.get(name) ?? 0) + 1;
    frame.names.set(name, times);
    if (times === 2) this.report();
  }

  private seen(first: number, start: number, end: number): boolean {
    const bytes = this.bytes;
    const spans = this.spans;
    const length = end - start;
    for (let k = first; k < this.top; k += 2) {
      const other = spans[k]!;
      if (spans[k + 1]! - other !== length) continue;
      let same = 0;
      while (same < length && bytes[other + same] === bytes[start + same]) same++;
      if (same === length) return true;
    }
    return false;
  }

  private toNames(first: number): Map<string, number> {
    const names = new Map<string, number>();
    for (let k = first; k < this.top; k += 2) {
      names.set(decodeKey(this.bytes, this.spans[k]!, this.spans[k + 1]!), 1);
    }
    this.top = first;
    return names;
  }

  private report(): void {
    const path = this.frames
      .slice(0, this.depth)
      .filter((frame) => frame.object)
      .map((frame) => decodeKey(this.bytes, frame.keyStart, frame.keyEnd).replaceAll('.', '\\.'))
      .join('.');
    if (!this.known.has(path)) {
      this.known.add(path);
      this.paths.push(path);
    }
  }
}

const decoder = new TextDecoder('utf-8', { ignoreBOM: true });

/** The key whose valid JSON spelling, without quotes, is `bytes[start, end)`. */
export function decodeKey(bytes: Uint8Array, start: number, end: number): string {
  const text = decoder.decode(bytes.subarray(start, end));
  return text.includes('\\') ? (JSON.parse(`"${text}"`) as string) : text;
}
