import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import fc from 'fast-check';
import type { Container } from '../core/jsonl/splitter';
import type { RowReading } from '../core/trace/rowReading';
import { CANCELLED } from './rowStream';
import { TraceFile } from './traceFile';

const folder = mkdtempSync(path.join(tmpdir(), 'cfprm-trace-'));
after(() => rmSync(folder, { recursive: true }));

interface Known {
  readonly row: number;
  readonly text: string;
  readonly offset: number;
}

interface Sample {
  readonly content: string;
  readonly rows: readonly Known[];
}

/** A row of a size of its own; every seventh is malformed. */
function rowText(i: number, bytes: number): string {
  if (i % 7 === 5) return `{"prompt":"broken ${i}", "é`;
  return JSON.stringify({
    id: `é${i}`,
    prompt: 'p',
    completions: ['😀', 'x'.repeat(bytes)],
    labels: [true, i % 2 === 0],
  });
}

const STARTS = { lines: '\uFEFF', array: '[ ', values: '\n', lists: '{"v":{"x":[1]} ,"a":[ ' };

/** A file with a row of each size; between the lines of JSONL are blank ones, and a list ends at every 100th row. */
function sample(sizes: readonly number[], container: Container): Sample {
  const rows: Known[] = [];
  let content = STARTS[container];
  let row = 1;
  for (const [i, bytes] of sizes.entries()) {
    if (container === 'lines' && i % 5 === 3) {
      content += ' \r\n\n';
      row += 2;
    }
    const text = container === 'lines' ? rowText(i, bytes) : goodText(i, bytes, container);
    rows.push({ row: row++, text, offset: Buffer.byteLength(content) });
    content += text + between(container, i, i === sizes.length - 1);
  }
  return { content, rows };
}

function goodText(i: number, bytes: number, container: Container): string {
  const text = rowText(i - (i % 7), bytes);
  return container === 'values' ? JSON.stringify(JSON.parse(text), null, 2) : text;
}

/** What stands behind the i-th row. */
function between(container: Container, i: number, isLast: boolean): string {
  if (container === 'lines') return '\r\n';
  if (container === 'values') return i % 2 === 0 ? '\n' : ' ';
  if (isLast) return container === 'lists' ? '\n]}' : '\n]';
  return container === 'lists' && i % 100 === 99 ? '\n],"more":[]\n,"b":[' : ' ,\n ';
}

async function opened(name: string, content: string): Promise<TraceFile> {
  const file = path.join(folder, name);
  writeFileSync(file, content);
  const result = await TraceFile.open(file);
  assert.ok(result.ok, result.ok ? '' : result.fault.message);
  return result.value;
}

function unwrap<T>(result: { ok: true; value: T } | { ok: false; fault: { message: string } }): T {
  assert.ok(result.ok, result.ok ? '' : result.fault.message);
  return result.value;
}

/** Asserts that a reading is that of the row which the file was made with. */
function assertReading(reading: RowReading | undefined, known: Known, ordinal: number): void {
  assert.ok(reading);
  assert.deepEqual(
    [reading.row, reading.ordinal, reading.bytes],
    [known.row, ordinal, Buffer.byteLength(known.text)],
  );
  if (reading.result.ok)
    assert.equal(reading.result.value[0]!.id, (JSON.parse(known.text) as { id: string }).id);
  else assert.deepEqual([reading.result.fault.row, known.text.endsWith('é')], [known.row, true]);
}

for (const container of ['lines', 'array', 'values', 'lists'] as const) {
  describe(`an open file of ${container}`, () => {
    // Large enough for several anchors by count and by bytes.
    const sizes = Array.from({ length: 1500 }, (_, i) => (i % 400 === 30 ? 700_000 : (i * 37) % 300));
    const { content, rows } = sample(sizes, container);
    let file: TraceFile;
    before(async () => {
      file = await opened(`${container}.data`, content);
    });

    it('indexes all rows', async () => {
      await file.whenIndexed();
      assert.deepEqual([file.rowCount, file.complete, file.progress], [rows.length, true, 1]);
      assert.equal(file.allRows.length, rows.length);
      assert.equal(file.fault, undefined);
      assert.equal(file.source.container, container);
    });

    it('reads any of its rows', async () => {
      const pick = fc
        .uniqueArray(fc.nat(rows.length - 1), { maxLength: 6 })
        .map((all) => all.sort((a, b) => a - b));
      await fc.assert(
        fc.asyncProperty(pick, async (ordinals) => {
          const readings = unwrap(await file.read(ordinals));
          assert.equal(readings.length, ordinals.length);
          for (const [i, ordinal] of ordinals.entries()) assertReading(readings[i], rows[ordinal]!, ordinal);
        }),
        { numRuns: 60 },
      );
      const all = unwrap(await file.read(rows.map((_, i) => i)));
      for (const [i, known] of rows.entries()) assertReading(all[i], known, i);
      const last = rows.length - 1;
      assert.deepEqual(
        unwrap(await file.read([last, last + 1, last + 500])).map((it) => it.ordinal),
        [last],
      );
    });

    it('finds the position of a row number, or of the next row that is not blank', async () => {
      const numbers = [-1, 0, 1, ...rows.map(({ row }) => row).filter((row) => row % 17 < 3)];
      for (const number of numbers) {
        const expected = rows.findIndex(({ row }) => row >= number);
        assert.equal(await file.ordinalOfRow(number), expected, `row ${number}`);
      }
      assert.equal(await file.ordinalOfRow(rows.at(-1)!.row + 1), undefined);
      if (container === 'lines') assert.equal(await file.ordinalOfRow(rows[3]!.row - 1), 3, 'a blank line');
    });

    it('gives rows as they stand in the file', async () => {
      for (const ordinal of [0, 1, 3, 255, 256, 257, 430, 431, 1000, rows.length - 1]) {
        const { row, text, offset } = rows[ordinal]!;
        assert.deepEqual(unwrap(await file.rowSource(ordinal)), { row, text, offset });
      }
      const none = await file.rowSource(rows.length);
      assert.ok(!none.ok && none.fault.message.startsWith(file.source.path));
    });

    it('finds the next and the last row that passes a test, in all rows or in some', async () => {
      const some = { length: rows.length / 3, at: (i: number) => i * 3 };
      const probe = fc.record({
        range: fc.constantFrom(file.allRows, some),
        wanted: fc.uniqueArray(fc.nat(rows.length - 1), { maxLength: 3 }),
        from: fc.integer({ min: -1, max: rows.length }),
        step: fc.constantFrom(1 as const, -1 as const),
      });
      await fc.assert(
        fc.asyncProperty(probe, async ({ range, wanted, from, step }) => {
          const passes = (i: number): boolean => wanted.includes(range.at(i));
          let expected: number | undefined = from;
          if (from < 0 || from >= range.length) expected = undefined;
          while (expected !== undefined && !passes(expected)) {
            expected += step;
            if (expected < 0 || expected >= range.length) expected = undefined;
          }
          const test = ({ ordinal }: RowReading): boolean => wanted.includes(ordinal);
          const hit = unwrap(await file.find(range, from, step, test));
          assert.equal(hit?.index, expected);
          if (hit !== undefined) assert.equal(hit.ordinal, range.at(hit.index));
        }),
        { numRuns: 25 },
      );
    });

    it('leaves out no row where a search goes on with the next batch', async () => {
      for (const [from, step] of [
        [10, 1],
        [1200, -1],
      ] as const) {
        for (const far of [0, 1, 254, 255, 256, 257, 511, 512, 513]) {
          const wanted = from + step * far;
          const hit = unwrap(await file.find(file.allRows, from, step, ({ ordinal }) => ordinal === wanted));
          assert.equal(hit?.index, wanted);
        }
      }
    });

    it('visits the rows from any position on', async () => {
      for (const from of [0, 1, 255, 256, 700, rows.length - 1, rows.length]) {
        const seen: number[] = [];
        unwrap(await file.visit((reading) => seen.push(reading.ordinal), { from }));
        const expected = Array.from({ length: rows.length - from }, (_, i) => from + i);
        assert.deepEqual(seen, expected);
      }
    });

    it('visits all rows in order, and stops when it is cancelled', async () => {
      let at = 0;
      const progress: number[] = [];
      unwrap(
        await file.visit((reading) => assertReading(reading, rows[at]!, at++), {
          onProgress: (done, total) => progress.push(done / total),
        }),
      );
      assert.equal(at, rows.length);
      assert.equal(progress.at(-1), 1);
      assert.deepEqual(
        progress,
        progress.toSorted((a, b) => a - b),
      );
      const abort = new AbortController();
      let seen = 0;
      const cancelled = await file.visit(() => ++seen === 10 && abort.abort(), { signal: abort.signal });
      assert.ok(!cancelled.ok && cancelled.fault.message === CANCELLED);
      assert.ok(seen >= 10 && seen < rows.length);
      const search = await file.find(file.allRows, 0, 1, () => false, abort.signal);
      assert.ok(!search.ok && search.fault.message === CANCELLED);
    });

    it('names rows beyond the budget instead of parsing them', async () => {
      const readings = unwrap(await file.read([29, 30, 31, 32], 600_000));
      const known = [29, 30, 31, 32].map((i) => rows[i]!);
      assert.deepEqual(
        readings.map(({ row, bytes }) => ({ row, bytes })),
        known.map(({ row, text }) => ({ row, bytes: Buffer.byteLength(text) })),
      );
      const [first, ...rest] = readings.map(({ result }) => result);
      assert.ok(first?.ok);
      for (const [i, result] of rest.entries()) {
        assert.ok(!result.ok);
        assert.equal(result.fault.row, known[i + 1]!.row);
        assert.match(result.fault.message, /^This row holds \d+ bytes, too many for this page\. Enter opens/);
      }
      const alone = unwrap(await file.read([30], 10));
      assert.ok(alone[0]!.result.ok, 'a first row is read whatever it costs');
    });
  });
}

describe('an open file with a very long line', () => {
  it('reads it and its neighbours', async () => {
    const { content, rows } = sample([5, 10_000_000, 5, 5], 'lines');
    const file = await opened('long.jsonl', content);
    const readings = unwrap(await file.read([0, 1, 2, 3]));
    for (const [i, known] of rows.entries()) assertReading(readings[i], known, i);
    assert.equal(unwrap(await file.rowSource(1)).text, rows[1]!.text);
    assert.equal(unwrap(await file.rowSource(2)).offset, rows[2]!.offset);
  });
});

describe('an open array that is truncated', () => {
  it('shows its rows, the last one as malformed, and says what is wrong', async () => {
    const { content, rows } = sample([1, 2, 3], 'array');
    const file = await opened('cut.json', content.slice(0, content.lastIndexOf(',')));
    await file.whenIndexed();
    assert.match(file.fault?.message ?? '', /not closed/);
    assert.equal(file.rowCount, 3);
    const seen: RowReading[] = [];
    unwrap(await file.visit((reading) => seen.push(reading)));
    assert.deepEqual(seen, unwrap(await file.read([0, 1, 2])));
    assertReading(seen[0], rows[0]!, 0);
    assertReading(seen[1], rows[1]!, 1);
    const last = seen[2]!.result;
    assert.ok(!last.ok);
    assert.deepEqual([last.fault.row, /truncated/.test(last.fault.message)], [3, true]);
  });
});
