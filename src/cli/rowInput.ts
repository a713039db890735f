import { possibleContainers } from '../core/jsonl/rowSplitter';
import type { Container } from '../core/jsonl/splitter';
import { fail, ok, type Result } from '../core/result';
import { foreignContent } from '../io/compression';
import { chooseFormat, type Source, type SourceChoice } from '../io/openSource';
import { passSteadyRows, type RowConsumer, surviving, visitorFor } from '../io/rowPass';
import { type RowSample, SampleTaker } from '../io/rowSample';
import { RowPusher } from '../io/rowStream';
import { findShape } from '../io/sourceShape';
import { UnpackedStream } from '../io/unpackedStream';

/** Bytes of a stream that are held back to find its format, as it cannot be read twice; more if no row ends in them. */
const HEAD_BYTES = [4, 16, 64].map((megabytes) => megabytes * 1024 * 1024);
const SAMPLE_ROWS = 64;
const CHUNK_BYTES = 256 * 1024;

/**
 * Reads every row of a file, or of `input` if the path is `-`; both may be compressed. A row on which the consumer
 * throws is a fault of the file; the others go on. Faults: those of
 * `openSource`, and reading that fails.
 */
export async function consumeRows(
  path: string,
  input: AsyncIterable<Uint8Array>,
  choice: SourceChoice,
  consumer: RowConsumer,
): Promise<Result<unknown>> {
  const survivor = surviving(consumer);
  if (path === '-') return consumeStream('Standard input', input, choice, survivor);
  return passSteadyRows(path, choice, survivor);
}

async function consumeStream(
  name: string,
  input: AsyncIterable<Uint8Array>,
  choice: SourceChoice,
  consumer: RowConsumer,
): Promise<Result<unknown>> {
  const stream = new UnpackedStream(name, input);
  const source = await openStream(name, stream, choice);
  if (!source.ok) return source;
  consumer.opened(source.value, undefined);
  const { container } = source.value;
  const pusher = new RowPusher(container, visitorFor(source.value, consumer), CHUNK_BYTES, FROM_START);
  for (const chunk of stream.held.splice(0)) pushAll(pusher, chunk);
  for (let chunk = await stream.next(); chunk !== undefined; chunk = await stream.next()) {
    pushAll(pusher, chunk);
  }
  if (stream.trouble !== undefined) return { ok: false, fault: stream.trouble };
  if (stream.damage === undefined) pusher.push(0, true);
  else pusher.breakOff(stream.damage);
  return ok(undefined);
}

const FROM_START = { offset: 0, row: 1, inside: false };

/** Finds out how a stream is to be read, from its first bytes. Faults as `openSource`. */
async function openStream(
  name: string,
  stream: UnpackedStream,
  choice: SourceChoice,
): Promise<Result<Source>> {
  for (const bytes of HEAD_BYTES) {
    await stream.hold(bytes);
    if (stream.trouble !== undefined) return { ok: false, fault: stream.trouble };
    const head = firstBytes(stream.held);
    const foreign = foreignContent(head, stream.compression !== undefined);
    if (foreign !== undefined) return fail(`${name} ${foreign}`);
    let hasRows = false;
    const shape = await findShape(
      name,
      possibleContainers(head),
      async (container, maxRowBytes) => {
        const sample = sampleHeld(stream, container, maxRowBytes);
        hasRows ||= sample.rows.length > 0;
        return ok(sample);
      },
      (rows, seen) => chooseFormat(rows, choice, name, seen),
    );
    if (shape.ok) return ok({ path: '-', bytes: 0, compression: stream.compression, ...shape.value });
    if (hasRows || stream.ended || bytes === HEAD_BYTES.at(-1)) return shape;
  }
  throw new Error('the last size of a head decides');
}

function sampleHeld(stream: UnpackedStream, container: Container, maxRowBytes: number): RowSample {
  const taker = new SampleTaker(container, SAMPLE_ROWS);
  const pusher = new RowPusher(container, taker.visitor, CHUNK_BYTES, FROM_START, maxRowBytes);
  for (const chunk of stream.held) pushAll(pusher, chunk);
  if (stream.damage !== undefined) pusher.breakOff(stream.damage);
  else if (stream.ended) pusher.push(0, true);
  return taker.take(stream.damage);
}

/** Enough of the stream's start to see through a byte-order mark and white space. */
function firstBytes(chunks: readonly Uint8Array[]): Uint8Array {
  const size = chunks.reduce((sum, chunk) => sum + chunk.length, 0);
  const bytes = new Uint8Array(Math.min(64 * 1024, size));
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
