import assert from 'node:assert/strict';
import { appendFileSync, mkdtempSync, renameSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import fc from 'fast-check';
import { TraceFile } from './traceFile';
import type { FileChange } from './traceRows';

const folder = mkdtempSync(path.join(tmpdir(), 'cfprm-follow-'));
const file = path.join(folder, 'rows.jsonl');
after(() => rmSync(folder, { recursive: true }));

let opened: TraceFile | undefined;
afterEach(() => opened?.close());

const row = (id: string, bytes = 0): string =>
  JSON.stringify({ id, prompt: 'p', completions: ['x'.repeat(bytes)], labels: [true] });

const rows = (name: string, count: number, bytes = 0): string =>
  Array.from({ length: count }, (_, i) => `${row(`${name}${i}`, bytes)}\n`).join('');

async function open(content: string | Uint8Array): Promise<TraceFile> {
  rmSync(file, { force: true });
  writeFileSync(file, content);
  const result = await TraceFile.open(file);
  assert.ok(result.ok);
  opened = result.value;
  return opened;
}

async function refresh(trace: TraceFile): Promise<FileChange | string> {
  const change = await trace.refresh();
  return change.ok ? change.value : change.fault.message;
}

/** Asserts that the open file shows exactly the rows that the content holds. */
async function assertShows(trace: TraceFile, content: string): Promise<void> {
  const known = content
    .replace(/^\uFEFF/, '')
    .split('\n')
    .map((text, i) => ({ text: text.replace(/\r$/, ''), row: i + 1 }))
    .filter(({ text }) => text.trim() !== '');
  await trace.whenIndexed();
  assert.equal(trace.rowCount, known.length);
  assert.equal(trace.source.bytes, Buffer.byteLength(content));
  const readings = await trace.read(known.map((_, i) => i));
  assert.ok(readings.ok);
  assert.deepEqual(
    readings.value.map((it) => [it.ordinal, it.row, it.result.ok && it.result.value[0]!.id]),
    known.map(({ text, row }, i) => [i, row, idOf(text)]),
  );
}

function idOf(text: string): string | false {
  try {
    return (JSON.parse(text) as { id: string }).id;
  } catch {
    return false;
  }
}

describe('following a file', () => {
  it('sees that nothing changed', async () => {
    const trace = await open(rows('a', 3));
    const before = trace.source;
    assert.equal(await refresh(trace), 'same');
    assert.equal(trace.source, before);
  });

  it('sees all that is appended, wherever a write ends', async () => {
    const piece = fc.oneof(
      fc.constantFrom('\n', ' ', '\r\n', '\n\n', '{"prompt":', ' \n \n'),
      fc.nat(400).map((count) => rows('more', count)),
      fc.constantFrom(
        row('part'),
        row('part').slice(0, 20),
        row('part').slice(20),
        `${row('big', 600_000)}\n`,
      ),
    );
    const start = fc.constantFrom(rows('a', 1), row('a'), `\uFEFF${rows('a', 300)}`, `\n${row('a')} `);
    await fc.assert(
      fc.asyncProperty(start, fc.array(piece, { minLength: 1, maxLength: 5 }), async (first, pieces) => {
        const trace = await open(first);
        let content = first;
        for (const more of pieces) {
          appendFileSync(file, more);
          content += more;
          assert.equal(await refresh(trace), more === '' ? 'same' : 'grew');
          await assertShows(trace, content);
        }
        await trace.close();
      }),
      { numRuns: 30 },
    );
  });

  it('sees all that is appended while it is still indexing, and when several look at once', async () => {
    let content = rows('a', 3000, 900);
    const trace = await open(content);
    const looks: Promise<unknown>[] = [];
    for (let i = 0; i < 6; i++) {
      const more = rows(`more${i}-`, 100, i * 100);
      appendFileSync(file, more);
      content += more;
      looks.push(refresh(trace), refresh(trace));
    }
    assert.deepEqual(new Set(await Promise.all(looks)), new Set(['grew', 'same']));
    await assertShows(trace, content);
  });

  it('reads the new rows of a file that shrank', async () => {
    const content = rows('a', 1000);
    const trace = await open(content);
    await trace.whenIndexed();
    const half = content.slice(0, content.indexOf(row('a500')));
    truncateSync(file, half.length);
    assert.equal(await refresh(trace), 'replaced');
    await assertShows(trace, half);
  });

  it('does not fail when a file shrinks under it', async () => {
    const trace = await open(rows('a', 1000));
    await trace.whenIndexed();
    truncateSync(file, 100);
    const readings = await trace.read([0, 1, 999]);
    assert.ok(readings.ok);
    assert.deepEqual(
      readings.value.map(({ ordinal }) => ordinal),
      [0, 1],
    );
    const source = await trace.rowSource(999);
    assert.ok(!source.ok);
    assert.match(source.fault.message, /changed while it was read\. Open it again\.$/);
  });

  it('sees that a file was rewritten in place, though it is larger now', async () => {
    const trace = await open(rows('a', 100));
    await trace.whenIndexed();
    const content = rows('other', 500, 20);
    writeFileSync(file, content);
    assert.equal(await refresh(trace), 'replaced');
    await assertShows(trace, content);
  });

  it('sees that another file took its place, in another format and container too', async () => {
    const trace = await open(rows('a', 100));
    await trace.whenIndexed();
    const next = path.join(folder, 'next');
    const content = rows('a', 100) + rows('b', 20);
    writeFileSync(next, content);
    renameSync(next, file);
    assert.equal(await refresh(trace), 'replaced');
    await assertShows(trace, content);
    writeFileSync(
      next,
      `[${Array(200).fill('{"id":"x","problem":"p","steps":["s"],"label":-1}').join(',\n')}]`,
    );
    renameSync(next, file);
    assert.equal(await refresh(trace), 'replaced');
    await trace.whenIndexed();
    assert.deepEqual(
      [trace.source.format.id, trace.source.container, trace.rowCount],
      ['processbench', 'array', 200],
    );
  });

  it('turns to the new file at once when it is replaced while the old one is still being indexed', async () => {
    const trace = await open(rows('old', 8000, 3000));
    const counted = trace.whenIndexed().then(() => trace.rowCount);
    const next = path.join(folder, 'next');
    writeFileSync(next, rows('new', 5));
    renameSync(next, file);
    assert.equal(await refresh(trace), 'replaced');
    assert.equal(await counted, 5, 'who waits, waits for the new file');
    await assertShows(trace, rows('new', 5));
  });

  it('indexes an array that grew from its start', async () => {
    const trace = await open(`[${row('a')}`);
    await trace.whenIndexed();
    assert.match(trace.fault?.message ?? '', /not closed/);
    appendFileSync(file, `,${row('b')}]`);
    assert.equal(await refresh(trace), 'replaced');
    await trace.whenIndexed();
    assert.deepEqual([trace.rowCount, trace.fault], [2, undefined]);
  });

  it('says that it is gone or empty, keeps what it knew, and sees the next file', async () => {
    const trace = await open(rows('a', 10));
    await trace.whenIndexed();
    rmSync(file);
    assert.match(await refresh(trace), /rows\.jsonl does not exist/);
    const reading = await trace.read([0]);
    assert.ok(!reading.ok && reading.fault.message.includes('does not exist'));
    writeFileSync(file, '');
    assert.match(await refresh(trace), /rows\.jsonl is empty/);
    assert.match(await refresh(trace), /rows\.jsonl is empty/, 'it is still not what is shown');
    assert.equal(trace.rowCount, 10);
    writeFileSync(file, rows('b', 4));
    assert.equal(await refresh(trace), 'replaced');
    await assertShows(trace, rows('b', 4));
  });

  it('lets nobody wait once it is closed', async () => {
    const trace = await open(rows('a', 8000, 3000));
    const waiting = trace.whenIndexed();
    void trace.close();
    await waiting;
    await trace.whenIndexed();
    assert.ok(trace.rowCount <= 8000);
    assert.ok(trace.progress <= 1);
  });

  it('shows its first rows before it knows the others', async () => {
    const trace = await open(rows('a', 5000, 7000));
    const first = await trace.read([0, 1]);
    assert.ok(first.ok);
    assert.deepEqual([first.value.length, trace.complete], [2, false]);
    assert.ok(trace.rowCount < 5000 && trace.progress < 1);
  });
});
