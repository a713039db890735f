import { type FileHandle, open } from 'node:fs/promises';

// What of onnx.proto (ONNX IR, version 10) is read: where a model's tensors name files of data. A model holds graphs and
// functions; graphs hold nodes and tensors; nodes hold attributes, which hold tensors and graphs again.

type Kind = 'model' | 'training' | 'function' | 'graph' | 'node' | 'attribute' | 'sparse' | 'tensor';

/** The fields of each kind of message that hold messages, by their numbers. */
const FIELDS: { readonly [kind in Kind]: { readonly [field: number]: Kind } } = {
  model: { 7: 'graph', 20: 'training', 25: 'function' },
  training: { 1: 'graph', 2: 'graph' },
  function: { 7: 'node', 11: 'attribute' },
  graph: { 1: 'node', 5: 'tensor', 15: 'sparse' },
  node: { 5: 'attribute' },
  attribute: { 5: 'tensor', 6: 'graph', 10: 'tensor', 11: 'graph', 22: 'sparse', 23: 'sparse' },
  sparse: { 1: 'tensor', 2: 'tensor' },
  tensor: {},
};

/** Fields of a tensor: an entry about its data elsewhere, and whether that is where they are. */
const EXTERNAL_DATA = 13;
const DATA_LOCATION = 14;
const EXTERNAL = 1;

/** Graphs within graphs, far more than any exporter makes. */
const MAX_DEPTH = 200;
/** The longest entry about a tensor's data; names of files are shorter. */
const ENTRY_BYTES = 64 * 1024;
const WINDOW_BYTES = 256 * 1024;
/** A tag or a length takes no more. */
const VARINT_BYTES = 10;

/** One field of a message: where its content begins and ends. */
interface Field {
  readonly number: number;
  /** 0 a number, which is `value`; 2 bytes; else of fixed size. */
  readonly wire: number;
  readonly value: number;
  readonly from: number;
  readonly to: number;
}

/**
 * The files of data that an ONNX file's tensors name, as it names them, each once; undefined if it is not a whole ONNX
 * file. Reads the file in parts, and passes over the tensors' own data. Throws the errors of the file system.
 */
export async function externalFiles(path: string): Promise<string[] | undefined> {
  const file = await open(path, 'r');
  try {
    const { size } = await file.stat();
    const found = new Set<string>();
    const isWhole = await new Scan(file, found).message('model', 0, size, 0);
    return isWhole ? [...found].sort() : undefined;
  } finally {
    await file.close();
  }
}

class Scan {
  private window = new Uint8Array(0);
  private start = 0;

  constructor(
    private readonly file: FileHandle,
    private readonly found: Set<string>,
  ) {}

  /** Looks through the message at these bytes; false if it is damaged. */
  async message(kind: Kind, from: number, to: number, depth: number): Promise<boolean> {
    if (depth > MAX_DEPTH) return false;
    const locations: string[] = [];
    let isExternal = false;
    for (let at = from; at < to; ) {
      const field = fieldAt(await this.view(at, Math.min(2 * VARINT_BYTES, to - at)), at);
      if (field === undefined || field.to > to) return false;
      at = field.to;
      const inner = field.wire === 2 ? FIELDS[kind][field.number] : undefined;
      if (inner !== undefined && !(await this.message(inner, field.from, field.to, depth + 1))) return false;
      if (kind !== 'tensor') continue;
      if (field.number === DATA_LOCATION) isExternal = field.value === EXTERNAL;
      if (field.number !== EXTERNAL_DATA) continue;
      if (field.to - field.from > ENTRY_BYTES) return false;
      const location = locationOf(await this.view(field.from, field.to - field.from));
      if (location !== undefined) locations.push(location);
    }
    if (isExternal) for (const location of locations) this.found.add(location);
    return true;
  }

  /** Bytes of the file; fewer at its end. */
  private async view(at: number, length: number): Promise<Uint8Array> {
    const { start, window } = this;
    if (at < start || at + length > start + window.length) {
      const buffer = new Uint8Array(Math.max(WINDOW_BYTES, length));
      const { bytesRead } = await this.file.read(buffer, 0, buffer.length, at);
      [this.start, this.window] = [at, buffer.subarray(0, bytesRead)];
    }
    return this.window.subarray(at - this.start, at - this.start + length);
  }
}

/** The field whose tag is the first of these bytes, which lie at this offset; undefined if there is none. */
function fieldAt(bytes: Uint8Array, offset: number): Field | undefined {
  const tag = varint(bytes, 0);
  if (tag === undefined) return undefined;
  const [number, wire] = [Math.floor(tag.value / 8), tag.value % 8];
  if (wire === 1 || wire === 5) {
    const from = offset + tag.end;
    return { number, wire, value: 0, from, to: from + (wire === 1 ? 8 : 4) };
  }
  const second = wire === 0 || wire === 2 ? varint(bytes, tag.end) : undefined;
  if (second === undefined) return undefined;
  const from = offset + second.end;
  return { number, wire, value: second.value, from, to: wire === 2 ? from + second.value : from };
}

/** A number of seven bits per byte, the lowest first, and where it ends. */
function varint(bytes: Uint8Array, start: number): { value: number; end: number } | undefined {
  let value = 0;
  for (let k = 0; k < VARINT_BYTES; k++) {
    const byte = bytes[start + k];
    if (byte === undefined) return undefined;
    value += (byte & 0x7f) * 2 ** (7 * k);
    if (byte < 0x80) return { value, end: start + k + 1 };
  }
  return undefined;
}

/** The value of an entry (key, value) whose key is `location`. */
function locationOf(entry: Uint8Array): string | undefined {
  const texts = new Map<number, string>();
  for (let at = 0; at < entry.length; ) {
    const field = fieldAt(entry.subarray(at), at);
    if (field === undefined || field.to > entry.length) return undefined;
    if (field.wire === 2)
      texts.set(field.number, new TextDecoder().decode(entry.subarray(field.from, field.to)));
    at = field.to;
  }
  return texts.get(1) === 'location' ? texts.get(2) : undefined;
}

/**
 * An ONNX file with other names for its files of data: what `rename` gives for each. Undefined if it is not a whole
 * ONNX file.
 */
export function withExternalFiles(
  bytes: Uint8Array,
  rename: (location: string) => string,
): Uint8Array | undefined {
  const parts = renamed(bytes, 'model', rename, 0);
  return parts && Buffer.concat(parts);
}

function renamed(
  bytes: Uint8Array,
  kind: Kind,
  rename: (location: string) => string,
  depth: number,
): Uint8Array[] | undefined {
  if (depth > MAX_DEPTH) return undefined;
  const parts: Uint8Array[] = [];
  for (let at = 0; at < bytes.length; ) {
    const field = fieldAt(bytes.subarray(at, at + 2 * VARINT_BYTES), at);
    if (field === undefined || field.to > bytes.length) return undefined;
    const content = bytes.subarray(field.from, field.to);
    const inner = field.wire === 2 ? FIELDS[kind][field.number] : undefined;
    const location = kind === 'tensor' && field.number === EXTERNAL_DATA ? locationOf(content) : undefined;
    if (inner !== undefined) {
      const changed = renamed(content, inner, rename, depth + 1);
      if (changed === undefined) return undefined;
      parts.push(...message(field.number, changed));
    } else if (location !== undefined) {
      const name = message(2, [Buffer.from(rename(location))]);
      parts.push(...message(EXTERNAL_DATA, [...message(1, [Buffer.from('location')]), ...name]));
    } else parts.push(bytes.subarray(at, field.to));
    at = field.to;
  }
  return parts;
}

/** A field of bytes. */
function message(number: number, content: readonly Uint8Array[]): Uint8Array[] {
  const length = content.reduce((sum, { length: part }) => sum + part, 0);
  return [Uint8Array.from([...digits(number * 8 + 2), ...digits(length)]), ...content];
}

/** A number as `varint` reads it. */
function digits(value: number): number[] {
  const bytes: number[] = [];
  let rest = value;
  for (; rest >= 0x80; rest = Math.floor(rest / 0x80)) bytes.push((rest % 0x80) | 0x80);
  return [...bytes, rest];
}
