import assert from 'node:assert/strict';
import { appendFileSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { gzipSync } from 'node:zlib';
import { readAll, rowLines, rowText, TraceFolder } from '../../test/support/traceFolder';

const samples = path.resolve(__dirname, '../../test');
const plain = readFileSync(path.join(samples, 'fixtures/trl.jsonl'));

describe('a compressed file', () => {
  const folder = TraceFolder.use();

  const half = plain.indexOf('\n', plain.length / 2);
  const forms: [what: string, content: Uint8Array, compression: string][] = [
    ['gzip', gzipSync(plain), 'gzip'],
    [
      'gzip of several members',
      Buffer.concat([plain.subarray(0, half), plain.subarray(half)].map((it) => gzipSync(it))),
      'gzip',
    ],
    [
      'gzip with zeros behind it, as tapes have',
      Buffer.concat([gzipSync(plain), Buffer.alloc(100_000)]),
      'gzip',
    ],
    // Made with the tool zstd 1.5: level 19 without checksum; two frames with checksums, a skippable one between.
    ['zstd', readFileSync(path.join(samples, 'compressed/trl.jsonl.zst')), 'zstd'],
    ['zstd of several frames', readFileSync(path.join(samples, 'compressed/trl-frames.jsonl.zst')), 'zstd'],
  ];
  for (const [what, content, compression] of forms) {
    it(`reads as what it holds, whatever its name: ${what}`, async () => {
      const expected = await readAll(await folder.open(folder.write('plain.jsonl', plain)));
      assert.ok(expected.length > 1);
      for (const name of ['rows.jsonl', 'rows.jsonl.gz', 'rows.json.zst', 'rows']) {
        const trace = await folder.open(folder.write(name, content));
        assert.deepEqual(await readAll(trace), expected);
        assert.deepEqual([trace.source.compression, trace.source.bytes], [compression, plain.length]);
        assert.deepEqual([trace.complete, trace.progress, trace.fault], [true, 1, undefined]);
        const last = await trace.rowSource(expected.length - 1);
        assert.ok(last.ok);
        assert.equal(plain.toString('utf8', last.value.offset).trim(), last.value.text);
      }
    });
  }

  it('may hold its rows in any way', async () => {
    const rows = Array.from({ length: 4 }, (_, i) => JSON.parse(rowText(i)) as object);
    for (const [container, text] of [
      ['array', JSON.stringify(rows)],
      ['values', rows.map((it) => JSON.stringify(it, null, 2)).join('\n')],
      ['lists', JSON.stringify({ a: rows })],
    ]) {
      const trace = await folder.open(folder.write(`${container}.gz`, gzipSync(text!)));
      assert.deepEqual([(await readAll(trace)).length, trace.source.container], [4, container]);
    }
  });

  it('is searched and found in like any other', async () => {
    const trace = await folder.open(folder.write('rows.gz', gzipSync(rowLines(3000, 'y'.repeat(500)))));
    const seen: string[] = [];
    let progress = 0;
    const pass = await trace.visit(({ result }) => result.ok && seen.push(result.value[0]!.id!), {
      from: 1500,
      onProgress: (done, total) => {
        progress = done / total;
      },
    });
    assert.ok(pass.ok);
    assert.deepEqual([seen.length, seen[0], seen.at(-1), progress], [1500, 'row1500', 'row2999', 1]);
    const found = await trace.find(
      trace.allRows,
      0,
      1,
      ({ result }) => result.ok && result.value[0]!.id === 'row2000',
    );
    assert.ok(found.ok);
    assert.equal(found.value?.ordinal, 2000);
  });

  it('shows its first rows before it is unpacked, and all rows with its size in the end', async () => {
    const { file, rows, bytes } = folder.writeLarge('large.jsonl.gz');
    const trace = await folder.open(file);
    const first = await trace.read([0, 1]);
    assert.ok(first.ok);
    assert.deepEqual(
      first.value.map(({ result }) => result.ok && result.value[0]!.id),
      ['row0', 'row1'],
    );
    assert.equal(trace.complete, false);
    assert.ok(trace.rowCount < rows && trace.progress < 1);
    const estimate = trace.source.bytes;
    assert.ok(estimate > bytes / 2 && estimate < bytes * 2, `${estimate} is no good estimate of ${bytes}`);
    await trace.whenIndexed();
    assert.deepEqual([trace.rowCount, trace.source.bytes, trace.progress], [rows, bytes, 1]);
    const last = await trace.read([rows - 1]);
    assert.ok(last.ok && last.value[0]!.result.ok);
  });

  it('is read anew when it changed, also when it only grew', async () => {
    const file = folder.write('rows.gz', gzipSync(rowLines(3)));
    const trace = await folder.open(file);
    assert.equal((await readAll(trace)).length, 3);
    assert.deepEqual(await trace.refresh(), { ok: true, value: 'same' });
    appendFileSync(file, gzipSync(rowLines(2)));
    assert.deepEqual(await trace.refresh(), { ok: true, value: 'replaced' });
    assert.equal((await readAll(trace)).length, 5);
    writeFileSync(file, rowLines(4));
    assert.deepEqual(await trace.refresh(), { ok: true, value: 'replaced' });
    assert.equal((await readAll(trace)).length, 4);
    writeFileSync(file, gzipSync(rowLines(6)));
    assert.deepEqual(await trace.refresh(), { ok: true, value: 'replaced' });
    assert.deepEqual([(await readAll(trace)).length, trace.source.compression], [6, 'gzip']);
  });
});
