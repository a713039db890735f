import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import fc from 'fast-check';
import type { Container } from '../core/jsonl/splitter';
import { CANCELLED, RowPusher, type RowVisitor, type StreamOptions, streamRows } from './rowStream';

const folder = mkdtempSync(path.join(tmpdir(), 'cfprm-stream-'));
const file = path.join(folder, 'rows.jsonl');
after(() => rmSync(folder, { recursive: true }));

/** What a pass reports, in order: the text and the offset of a row, or the message of a fault. */
type Seen = [row: number | undefined, what: string, offset?: number];

function recorder(): RowVisitor & { seen: Seen[] } {
  const seen: Seen[] = [];
  return {
    seen,
    row: (buffer, start, end, row, offset) =>
      seen.push([row, Buffer.from(buffer.subarray(start, end)).toString(), offset]),
    fault: ({ row, message }) => seen.push([row, message]),
  };
}

async function stream(text: string, container: Container, options: StreamOptions = {}): Promise<Seen[]> {
  writeFileSync(file, text);
  const visitor = recorder();
  const result = await streamRows(file, container, visitor, options);
  assert.ok(result.ok);
  return visitor.seen;
}

const texts = fc.array(
  fc.string({ unit: fc.constantFrom('a', 'é', '😀', '"', ',', ']', '\\'), minLength: 0, maxLength: 30 }),
  { maxLength: 12 },
);
const chunkBytes = fc.integer({ min: 1, max: 40 });

const containers = ['lines', 'array', 'values', 'lists'] as const;

/** What stands before, between and behind the rows; a list ends behind every second row. */
const FRAMES: Record<Container, { start: string; between(i: number): string; end: string }> = {
  lines: { start: '', between: () => '\n', end: '' },
  array: { start: '[', between: () => ',', end: ']' },
  values: { start: '', between: () => '\n ', end: '\n' },
  lists: { start: '{"a":[', between: (i) => (i % 2 === 0 ? ',' : '],"b":"]","c":['), end: ']}' },
};

/** The rows of a file and what a pass over it must report. */
function fileOf(rows: readonly string[], container: Container): { text: string; seen: Seen[] } {
  const { start, between, end } = FRAMES[container];
  let text = start;
  const seen: Seen[] = [];
  for (const [i, element] of rows.map((row) => JSON.stringify(row)).entries()) {
    if (i > 0) text += between(i - 1);
    seen.push([i + 1, element, Buffer.byteLength(text)]);
    text += element;
  }
  return { text: text + end, seen };
}

describe('streaming rows', () => {
  for (const container of containers) {
    it(`gives every row of ${container} with its place, at any chunk size`, async () => {
      await fc.assert(
        fc.asyncProperty(texts, chunkBytes, async (rows, bytes) => {
          const { text, seen } = fileOf(rows, container);
          assert.deepEqual(await stream(text, container, { chunkBytes: bytes }), seen);
        }),
      );
    });

    it(`reads ${container} between two of its rows`, async () => {
      const cut = fc.nat();
      await fc.assert(
        fc.asyncProperty(texts, chunkBytes, cut, cut, async (rows, bytes, a, b) => {
          const { text, seen } = fileOf(['first', ...rows, 'last'], container);
          const [from, until] = [a % seen.length, b % seen.length].sort((x, y) => x - y) as [number, number];
          const [row, , offset] = seen[from] as [number, string, number];
          const found = await stream(text, container, {
            chunkBytes: bytes,
            from: { row, offset, inside: offset > 0 },
            until: seen[until]![2],
          });
          const rest = found.filter(([, what]) => !what.includes('not closed'));
          assert.deepEqual(rest, seen.slice(from, until));
        }),
      );
    });

    it(`reports rows of ${container} that are too long, in order, and reads the others`, async () => {
      await fc.assert(
        fc.asyncProperty(texts, chunkBytes, async (rows, bytes) => {
          const { text, seen } = fileOf(rows, container);
          const message = 'This row is longer than 25 bytes. Split it before reading the file.';
          const expected = seen.map((it) => (Buffer.byteLength(it[1]) > 25 ? [it[0], message] : it));
          assert.deepEqual(await stream(text, container, { chunkBytes: bytes, maxRowBytes: 25 }), expected);
        }),
      );
    });
  }

  it('goes on behind a line that is too long and looks blank at both ends', async () => {
    const text = `1\n${' '.repeat(30)}x${' '.repeat(30)}\n3\n${' '.repeat(50)}\n5`;
    const seen = await stream(text, 'lines', { chunkBytes: 4, maxRowBytes: 10 });
    assert.deepEqual(
      seen.map(([row, what]) => [row, what.slice(0, 18)]),
      [
        [1, '1'],
        [2, 'This row is longer'],
        [3, '3'],
        [4, 'This row is longer'],
        [5, '5'],
      ],
    );
  });

  it('says that an array is not closed, even when its last element is too long', async () => {
    const seen = await stream(`[1,"${'x'.repeat(50)}`, 'array', { chunkBytes: 8, maxRowBytes: 10 });
    assert.deepEqual(
      seen.map(([row, what]) => [row, what.slice(0, 24)]),
      [
        [1, '1'],
        [2, 'This row is longer than '],
        [2, 'The JSON array is not cl'],
      ],
    );
  });

  it('hashes the bytes of the file as they are, skipped ones too, and counts every row once', async () => {
    await fc.assert(
      fc.asyncProperty(fc.uint8Array({ maxLength: 200 }), chunkBytes, async (content, bytes) => {
        writeFileSync(file, content);
        const visitor = recorder();
        const result = await streamRows(file, 'lines', visitor, {
          chunkBytes: bytes,
          maxRowBytes: 30,
          hashed: true,
        });
        assert.ok(result.ok);
        assert.equal(result.value.digest?.sha256, createHash('sha256').update(content).digest('hex'));
        assert.equal(result.value.rows, visitor.seen.length);
        assert.equal(result.value.bytes, content.length);
      }),
      { numRuns: 50 },
    );
  });

  it('waits for the visitor after every chunk and reports how far it is', async () => {
    writeFileSync(file, '1\n2\n3\n');
    const events: string[] = [];
    const visitor: RowVisitor = {
      row: (_bytes, _start, _end, row) => events.push(`row ${row}`),
      flush: async () => {
        events.push('flush');
        await new Promise(setImmediate);
        events.push('flushed');
      },
    };
    await streamRows(file, 'lines', visitor, {
      chunkBytes: 3,
      onProgress: (done) => events.push(`at ${done}`),
    });
    assert.deepEqual(
      events.join(', '),
      'row 1, flush, flushed, at 3, row 2, row 3, flush, flushed, at 6, flush, flushed, at 6',
    );
  });

  it('stops when there is enough, and when it is cancelled', async () => {
    writeFileSync(file, '1\n2\n3\n4\n');
    const abort = new AbortController();
    const seen: number[] = [];
    const visitor: RowVisitor = { row: (_bytes, _start, _end, row) => seen.push(row) };
    const enough = await streamRows(file, 'lines', visitor, {
      chunkBytes: 2,
      enough: () => seen.length === 2,
    });
    assert.deepEqual([enough.ok, seen], [true, [1, 2]]);
    const flush = async () => abort.abort();
    const cancelled = await streamRows(
      file,
      'lines',
      { ...visitor, flush },
      { chunkBytes: 3, signal: abort.signal },
    );
    assert.deepEqual([cancelled.ok || cancelled.fault.message, seen], [CANCELLED, [1, 2, 1]]);
  });

  it('names the file that it cannot read', async () => {
    for (const [name, words] of [
      [path.join(folder, 'none.jsonl'), / does not exist\. Check the path\.$/],
      [path.join(file, 'none.jsonl'), / does not exist\. Check the path\.$/],
      [folder, / is a directory\. Name a file in it\.$/],
    ] as const) {
      const result = await streamRows(name, 'lines', recorder());
      assert.ok(!result.ok);
      assert.ok(result.fault.message.startsWith(name));
      assert.match(result.fault.message, words);
    }
  });
});

describe('pushing bytes', () => {
  it('gives the rows of bytes that come in pieces of any size', () => {
    const pieces = fc.infiniteStream(fc.integer({ min: 0, max: 12 }));
    fc.assert(
      fc.property(
        texts,
        fc.constantFrom(...containers),
        pieces,
        chunkBytes,
        (rows, container, sizes, most) => {
          const { text, seen } = fileOf(rows, container);
          const visitor = recorder();
          const start = { offset: 0, row: 1, inside: false };
          const pusher = new RowPusher(container, visitor, most, start);
          let bytes = Buffer.from(text);
          while (bytes.length > 0) {
            const room = pusher.room();
            assert.ok(room.length >= most);
            const size = Math.min(room.length, sizes.next().value as number, bytes.length);
            room.set(bytes.subarray(0, size));
            bytes = bytes.subarray(size);
            pusher.push(size, false);
          }
          pusher.push(0, true);
          assert.deepEqual(visitor.seen, seen);
        },
      ),
    );
  });
});
