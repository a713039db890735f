import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import * as zlib from 'node:zlib';
import { noise, readAll, rowLines, rowText, TraceFolder } from '../../test/support/traceFolder';
import { openSource } from './openSource';
import { TraceFile } from './traceFile';

const samples = path.resolve(__dirname, '../../test');
const plain = readFileSync(path.join(samples, 'fixtures/trl.jsonl'));

describe('a compressed file that is not whole', () => {
  const folder = TraceFolder.use();

  // Enough for several pieces of the input.
  const text = Array.from({ length: 5000 }, (_, i) => `${rowText(i, noise(20))}\n`).join('');
  const whole = zlib.gzipSync(text);

  async function damaged(
    name: string,
    content: Uint8Array,
  ): Promise<{ good: number; fault: string; at: number }> {
    const file = folder.write(name, content);
    const trace = await folder.open(file);
    const readings = await readAll(trace);
    const fault = trace.fault?.message ?? '';
    assert.ok(fault.startsWith(`${file}: its `), fault);
    assert.deepEqual(
      readings.map(({ result }) => result.ok && result.value[0]!.id),
      readings.map((_, i) => `row${i}`),
    );
    return { good: readings.length, fault, at: Number(/behind byte (\d+) /.exec(fault)?.[1]) };
  }

  it('shows all whole rows of gzip data that are cut off, and where they are', async () => {
    for (const cut of [whole.length - 1, whole.length - 9, whole.length >> 1, 70_000]) {
      const { good, fault, at } = await damaged('cut.gz', whole.subarray(0, cut));
      assert.match(fault, /gzip data is cut off behind byte \d+ .*copy or download the file again/);
      const before = text.slice(0, at).split('\n').length - 1;
      assert.equal(good, before);
    }
  });

  it('shows the rows before damage in gzip data', async () => {
    const broken = Buffer.from(whole);
    broken.fill(0xff, whole.length >> 1, (whole.length >> 1) + 100);
    const trace = await folder.open(folder.write('broken.gz', broken));
    const readings = await readAll(trace);
    assert.match(trace.fault?.message ?? '', /gzip data is damaged \(.*\) behind byte \d+ /);
    // Damage is noticed some bytes later; until then it unpacks to nonsense.
    const good = readings.findIndex(
      ({ result }) => !result.ok || !/^row\d+$/.test(result.value[0]!.id ?? ''),
    );
    assert.ok(good > 2300 && good < 2700, `${good} of ${readings.length}`);
  });

  it('shows every row in front of a wrong checksum, and of other data behind', async () => {
    const small = zlib.gzipSync(rowLines(20));
    for (const [packed, count] of [
      [whole, 5000],
      [small, 20],
    ] as const) {
      const checksum = Buffer.from(packed);
      checksum.writeUInt32LE(1, packed.length - 8);
      const wrong = await damaged('checksum.gz', checksum);
      assert.match(wrong.fault, /damaged \(incorrect data check\)/);
      const behind = await damaged('behind.gz', Buffer.concat([packed, Buffer.from('garbage')]));
      assert.match(behind.fault, /damaged \(incorrect header check\)/);
      assert.deepEqual([wrong.good, behind.good], [count, count]);
    }
  });

  it('shows the rows of whole zstd frames, and says that one is cut off or broken', async () => {
    const frames = readFileSync(path.join(samples, 'compressed/trl-frames.jsonl.zst'));
    for (const [content, words] of [
      [frames.subarray(0, -10), /zstd data is cut off behind byte 400 /],
      [Buffer.concat([frames, Buffer.from('garbage')]), /zstd data is damaged \(.*\) behind byte \d+ /],
    ] as const) {
      const trace = await folder.open(folder.write('cut.zst', content));
      assert.ok((await readAll(trace)).length > 0);
      assert.match(trace.fault?.message ?? '', words);
    }
  });

  // Node has zstd from 22.15 on; elsewhere checksums of zstd are not verified, and there is nothing to compress with.
  const { zstdCompressSync } = zlib as { zstdCompressSync?: (data: Uint8Array | string) => Buffer };
  if (zstdCompressSync !== undefined) {
    it('shows the rows of large zstd frames, in front of damage and where they are cut off', async () => {
      const frame = zstdCompressSync(text);
      const two = Buffer.concat([frame, frame]);
      assert.equal((await readAll(await folder.open(folder.write('two.zst', two)))).length, 10_000);
      const cut = await damaged('cut.zst', frame.subarray(0, frame.length >> 1));
      assert.match(cut.fault, /zstd data is cut off behind byte \d+ /);
      assert.ok(cut.good > 2000 && cut.good < 3000, `${cut.good}`);
      const broken = Buffer.from(frame);
      broken.fill(0xff, frame.length >> 1, (frame.length >> 1) + 100);
      const trace = await folder.open(folder.write('broken.zst', broken));
      assert.ok((await readAll(trace)).length > 1500);
      assert.match(trace.fault?.message ?? '', /zstd data is damaged \(.*\) behind byte \d+ /);
    });

    it('says that a checksum of zstd data is wrong', async () => {
      const frames = readFileSync(path.join(samples, 'compressed/trl-frames.jsonl.zst'));
      frames[frames.length - 1]! ^= 1;
      const trace = await folder.open(folder.write('checksum.zst', frames));
      assert.equal((await readAll(trace)).length, 5);
      assert.match(trace.fault?.message ?? '', /zstd data is damaged \(.*checksum.*\) behind byte \d+ /);
    });
  }

  it('counts as one malformed row where it breaks off', async () => {
    const trace = await folder.open(folder.write('cut.gz', whole.subarray(0, whole.length >> 1)));
    await trace.whenIndexed();
    assert.equal(trace.fault?.row, trace.rowCount + 1);
  });

  const refused: [what: string, content: Uint8Array, words: RegExp][] = [
    ['only a gzip header', whole.subarray(0, 2), /gzip data is cut off behind byte 0 of the content/],
    [
      'garbage behind a gzip header',
      Buffer.concat([whole.subarray(0, 10), Buffer.alloc(50, 0xff)]),
      /gzip data is damaged \(.*\) behind byte 0 /,
    ],
    [
      'garbage behind a zstd header',
      Buffer.from('28b52ffd2410070000ffffffffffffffffffffffffff', 'hex'),
      /zstd data is damaged/,
    ],
    ['only a zstd header', Buffer.from('28b52ffd24', 'hex'), /zstd data is cut off/],
    ['nothing', zlib.gzipSync(''), /is empty: it has no rows/],
    ['no JSON', zlib.gzipSync('a,b\n1,2\n'), /no readable row\. Row 1: /],
    [
      'a tar archive',
      zlib.gzipSync(tar()),
      /holds content that is a tar archive\. Unpack it, and open the JSON file in it\.$/,
    ],
    [
      'gzip again',
      zlib.gzipSync(zlib.gzipSync(plain)),
      /holds content that is compressed with gzip again\. Unpack it once\.$/,
    ],
  ];
  for (const [what, content, words] of refused) {
    it(`is refused if it holds ${what}`, async () => {
      const file = folder.write('file.gz', content);
      const source = await openSource(file);
      assert.ok(!source.ok);
      assert.ok(source.fault.message.startsWith(file));
      assert.match(source.fault.message, words);
      assert.equal((await TraceFile.open(file)).ok, false);
    });
  }

  const foreign: [what: string, content: Uint8Array, words: RegExp][] = [
    ['a zip archive', Buffer.from('504b030414000000', 'hex'), /is a zip archive\. Unpack it/],
    ['a tar archive', tar(), /is a tar archive\. Unpack it/],
    ['a 7z archive', Buffer.from('377abcaf271c0004', 'hex'), /is a 7z archive\. Unpack it/],
    ['xz', Buffer.from('fd377a585a000004', 'hex'), /is compressed with xz\. Unpack it \(xz -dk\)/],
    ['bzip2', Buffer.from('BZh91AY'), /is compressed with bzip2\. Unpack it/],
    ['lz4', Buffer.from('04224d1864', 'hex'), /is compressed with lz4\. Unpack it/],
    ['a Parquet file', Buffer.from('PAR1....'), /is a Parquet file\. Write it as JSONL first/],
  ];
  for (const [what, content, words] of foreign) {
    it(`is told apart from ${what}, with what to do`, async () => {
      const source = await openSource(folder.write('file', content));
      assert.ok(!source.ok);
      assert.match(source.fault.message, words);
    });
  }
});

function tar(): Buffer {
  const archive = Buffer.alloc(1024);
  archive.write('rows.jsonl', 0);
  archive.write('ustar', 257);
  return archive;
}
