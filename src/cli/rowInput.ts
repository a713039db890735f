import type { JsonObject } from '../core/formats/format';
import { parseRow, readRow } from '../core/jsonl/readRow';
import { detectContainer } from '../core/jsonl/rowSplitter';
import { type Fault, fail, ok, type Result } from '../core/result';
import type { Trajectory } from '../core/trajectory';
import { chooseFormat, openSource, type Source, type SourceChoice } from '../io/openSource';
import { RowPusher, type RowVisitor, streamRows } from '../io/rowStream';

/** What a command does with the rows of its input, in order. */
export interface RowConsumer {
  /** Called once, before the first row. */
  opened(source: Source): void;
  /** A row that is not blank, read or malformed; every fault carries its row. */
  row(result: Result<Trajectory[]>): void;
  /** A fault of the file itself, such as an array that is not closed. */
  fault(fault: Fault): void;
  onProgress?(doneBytes: number, totalBytes: number): void;
}

/** Bytes that are held back to find the format of a stream, which cannot be read twice. */
const HEAD_BYTES = 4 * 1024 * 1024;
const SAMPLE_ROWS = 64;
const CHUNK_BYTES = 256 * 1024;

/**
 * Reads every row of a file, or of `input` if the path is `-`. Faults: those of
 * `openSource`, and reading that fails.
 */
export async function consumeRows(
  path: string,
  input: AsyncIterable<Uint8Array>,
  choice: SourceChoice,
  consumer: RowConsumer,
): Promise<Result<unknown>> {
  if (path === '-') return consumeStream('Standard input', input, choice, consumer);
  const source = await openSource(path, choice);
  if (!source.ok) return source;
  consumer.opened(source.value);
  return streamRows(path, source.value.container, visitorFor(source.value, consumer), {
    onProgress: (done) => consumer.onProgress?.(done, source.value.bytes),
  });
}

function visitorFor(source: Source, consumer: RowConsumer): RowVisitor {
  let last = 0;
  return {
    row(bytes, start, end, row) {
      last = row;
      consumer.row(readRow(bytes, start, end, row, source.format));
    },
    fault(fault) {
      // A row that is too long comes as a fault, too; it was not seen before.
      if (fault.row !== undefined && fault.row > last) consumer.row({ ok: false, fault });
      else consumer.fault(fault);
    },
  };
}

async function consumeStream(
  name: string,
  input: AsyncIterable<Uint8Array>,
  choice: SourceChoice,
  consumer: RowConsumer,
): Promise<Result<unknown>> {
  const iterator = input[Symbol.asyncIterator]();
  const head = await readHead(iterator);
  const source = openHead(name, head.chunks, head.ended, choice);
  if (!source.ok) return source;
  consumer.opened(source.value);
  const pusher = new RowPusher(
    source.value.container,
    visitorFor(source.value, consumer),
    CHUNK_BYTES,
    FROM_START,
  );
  for (const chunk of head.chunks) pushAll(pusher, chunk);
  for (
    let next = head.ended ? undefined : await iterator.next();
    next && !next.done;
    next = await iterator.next()
  ) {
    pushAll(pusher, next.value);
  }
  pusher.push(0, true);
  return ok(undefined);
}

const FROM_START = { offset: 0, row: 1, inside: false };

async function readHead(
  iterator: AsyncIterator<Uint8Array>,
): Promise<{ readonly chunks: readonly Uint8Array[]; readonly ended: boolean }> {
  const chunks: Uint8Array[] = [];
  for (let held = 0; held < HEAD_BYTES; ) {
    const next = await iterator.next();
    if (next.done) return { chunks, ended: true };
    chunks.push(next.value);
    held += next.value.length;
  }
  return { chunks, ended: false };
}

/** Finds out how a stream is to be read, from its first bytes. Faults as `openSource`. */
function openHead(
  name: string,
  chunks: readonly Uint8Array[],
  ended: boolean,
  choice: SourceChoice,
): Result<Source> {
  const rows: JsonObject[] = [];
  let trouble: Fault | undefined;
  const visitor: RowVisitor = {
    row(bytes, start, end, row) {
      if (rows.length >= SAMPLE_ROWS) return;
      const parsed = parseRow(bytes, start, end, row);
      if (parsed.ok) rows.push(parsed.value.value);
      else trouble ??= parsed.fault;
    },
    fault(fault) {
      trouble ??= fault;
    },
  };
  const container = detectContainer(firstBytes(chunks));
  const pusher = new RowPusher(container, visitor, CHUNK_BYTES, FROM_START);
  for (const chunk of chunks) pushAll(pusher, chunk);
  if (ended) pusher.push(0, true);
  if (rows.length === 0) {
    if (trouble === undefined) return fail(`${name} is empty: it has no rows.`);
    return fail(`${name} has no readable row. Row ${trouble.row}: ${trouble.message}`);
  }
  const format = chooseFormat(rows, choice, name);
  return format.ok ? ok({ path: '-', bytes: 0, container, ...format.value }) : format;
}

/** Enough of the stream's start to see through a byte-order mark and white space. */
function firstBytes(chunks: readonly Uint8Array[]): Uint8Array {
  const bytes = new Uint8Array(
    Math.min(
      64 * 1024,
      chunks.reduce((sum, chunk) => sum + chunk.length, 0),
    ),
  );
  let at = 0;
  for (const chunk of chunks) {
    const part = chunk.subarray(0, bytes.length - at);
    bytes.set(part, at);
    at += part.length;
  }
  return bytes;
}

function pushAll(pusher: RowPusher, chunk: Uint8Array): void {
  for (let at = 0; at < chunk.length; ) {
    const room = pusher.room();
    const part = chunk.subarray(at, at + room.length);
    room.set(part);
    pusher.push(part.length, false);
    at += part.length;
  }
}
