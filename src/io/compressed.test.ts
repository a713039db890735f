import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import {
  appendFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { hostname, tmpdir } from 'node:os';
import path from 'node:path';
import { gzipSync } from 'node:zlib';
import { cliPath, runOnTinyDisk } from '../../test/support/cli';
import { openSource } from './openSource';
import { TraceFile } from './traceFile';

const samples = path.resolve(__dirname, '../../test');
const plain = readFileSync(path.join(samples, 'fixtures/trl.jsonl'));

let folder: string;
const opened: TraceFile[] = [];

beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'cfprm-compressed-'));
});
afterEach(() => {
  for (const file of opened.splice(0)) file.close();
  rmSync(folder, { recursive: true });
});

function write(name: string, content: Uint8Array): string {
  const file = path.join(folder, name);
  writeFileSync(file, content);
  return file;
}

async function open(file: string): Promise<TraceFile> {
  const trace = await TraceFile.open(file);
  assert.ok(trace.ok, trace.ok ? '' : trace.fault.message);
  opened.push(trace.value);
  return trace.value;
}

/** All readings of a file once it is indexed. */
async function readAll(trace: TraceFile) {
  await trace.whenIndexed();
  const readings = await trace.read(Array.from({ length: trace.rowCount }, (_, i) => i));
  assert.ok(readings.ok);
  return readings.value;
}

const row = (i: number, text = ''): string =>
  JSON.stringify({ id: `row${i}`, prompt: `p${text}`, completions: ['a', 'b'], labels: [true, false] });

const lines = (count: number, text = ''): string =>
  Array.from({ length: count }, (_, i) => `${row(i, text)}\n`).join('');

let seed = 1;

/** Numbers that do not compress well. */
function noise(count: number): string {
  const next = (): number => {
    seed = (seed * 48271) % 2147483647;
    return seed;
  };
  return Array.from({ length: count }, next).join(' ');
}

/** A gzip file of some 200 MB of rows, made of members of 10 MB each. */
function writeLarge(name: string): { file: string; rows: number; bytes: number } {
  const text = Buffer.from(Array.from({ length: 10_000 }, (_, i) => `${row(i, noise(90))}\n`).join(''));
  const member = gzipSync(text, { level: 1 });
  const file = write(name, Buffer.concat(Array<Buffer>(20).fill(member)));
  return { file, rows: 200_000, bytes: 20 * text.length };
}

describe('a compressed file', () => {
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
      const expected = await readAll(await open(write('plain.jsonl', plain)));
      assert.ok(expected.length > 1);
      for (const name of ['rows.jsonl', 'rows.jsonl.gz', 'rows.json.zst', 'rows']) {
        const trace = await open(write(name, content));
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
    const rows = Array.from({ length: 4 }, (_, i) => JSON.parse(row(i)) as object);
    for (const [container, text] of [
      ['array', JSON.stringify(rows)],
      ['values', rows.map((it) => JSON.stringify(it, null, 2)).join('\n')],
      ['lists', JSON.stringify({ a: rows })],
    ]) {
      const trace = await open(write(`${container}.gz`, gzipSync(text!)));
      assert.deepEqual([(await readAll(trace)).length, trace.source.container], [4, container]);
    }
  });

  it('is searched and found in like any other', async () => {
    const trace = await open(write('rows.gz', gzipSync(lines(3000, 'y'.repeat(500)))));
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
    const { file, rows, bytes } = writeLarge('large.jsonl.gz');
    const trace = await open(file);
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
    const file = write('rows.gz', gzipSync(lines(3)));
    const trace = await open(file);
    assert.equal((await readAll(trace)).length, 3);
    assert.deepEqual(await trace.refresh(), { ok: true, value: 'same' });
    appendFileSync(file, gzipSync(lines(2)));
    assert.deepEqual(await trace.refresh(), { ok: true, value: 'replaced' });
    assert.equal((await readAll(trace)).length, 5);
    writeFileSync(file, lines(4));
    assert.deepEqual(await trace.refresh(), { ok: true, value: 'replaced' });
    assert.equal((await readAll(trace)).length, 4);
    writeFileSync(file, gzipSync(lines(6)));
    assert.deepEqual(await trace.refresh(), { ok: true, value: 'replaced' });
    assert.deepEqual([(await readAll(trace)).length, trace.source.compression], [6, 'gzip']);
  });
});

describe('a compressed file that is not whole', () => {
  // Enough for several pieces of the input.
  const text = Array.from({ length: 5000 }, (_, i) => `${row(i, noise(20))}\n`).join('');
  const whole = gzipSync(text);

  async function damaged(
    name: string,
    content: Uint8Array,
  ): Promise<{ good: number; fault: string; at: number }> {
    const file = write(name, content);
    const trace = await open(file);
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
    const trace = await open(write('broken.gz', broken));
    const readings = await readAll(trace);
    assert.match(trace.fault?.message ?? '', /gzip data is damaged \(.*\) behind byte \d+ /);
    // Damage is noticed some bytes later; until then it unpacks to nonsense.
    const good = readings.findIndex(
      ({ result }) => !result.ok || !/^row\d+$/.test(result.value[0]!.id ?? ''),
    );
    assert.ok(good > 2300 && good < 2700, `${good} of ${readings.length}`);
  });

  it('shows every row in front of a wrong checksum, and of other data behind', async () => {
    const small = gzipSync(lines(20));
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
      const trace = await open(write('cut.zst', content));
      assert.ok((await readAll(trace)).length > 0);
      assert.match(trace.fault?.message ?? '', words);
    }
  });

  it('counts as one malformed row where it breaks off', async () => {
    const trace = await open(write('cut.gz', whole.subarray(0, whole.length >> 1)));
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
    ['nothing', gzipSync(''), /is empty: it has no rows/],
    ['no JSON', gzipSync('a,b\n1,2\n'), /no readable row\. Row 1: /],
    [
      'a tar archive',
      gzipSync(tar()),
      /holds content that is a tar archive\. Unpack it, and open the JSON file in it\.$/,
    ],
    [
      'gzip again',
      gzipSync(gzipSync(plain)),
      /holds content that is compressed with gzip again\. Unpack it once\.$/,
    ],
  ];
  for (const [what, content, words] of refused) {
    it(`is refused if it holds ${what}`, async () => {
      const file = write('file.gz', content);
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
      const source = await openSource(write('file', content));
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

if (process.platform === 'linux') {
  /** Temporary files that a process has open; they have no names any more. */
  const spoolsOf = (pid: number | 'self'): string[] =>
    readdirSync(`/proc/${pid}/fd`)
      .map((fd) => {
        try {
          return readlinkSync(`/proc/${pid}/fd/${fd}`);
        } catch {
          return ''; // closed meanwhile
        }
      })
      .filter((target) => target.includes('cfprm-spool-'));

  const until = async (condition: () => boolean): Promise<void> => {
    while (!condition()) await new Promise((resolve) => setTimeout(resolve, 5));
  };

  const leftIn = (place: string): string[] =>
    readdirSync(place).filter((name) => name.startsWith('cfprm-spool-'));

  describe('the temporary file of a compressed file', () => {
    let place: string;
    const usual = process.env.TMPDIR;
    // It is made once for all tests, where this process finds it later.
    before(() => void cliPath());
    beforeEach(async () => {
      await until(() => spoolsOf('self').length === 0);
      place = path.join(folder, 'tmp');
      mkdirSync(place);
      process.env.TMPDIR = place;
    });
    afterEach(() => {
      if (usual === undefined) delete process.env.TMPDIR;
      else process.env.TMPDIR = usual;
    });

    it('is shared by all who have the file open, and gone when the last one closes', async () => {
      const { file, rows } = writeLarge('shared.gz');
      const [a, b] = [await open(file), await open(file)];
      await Promise.all([a.whenIndexed(), b.whenIndexed()]);
      assert.equal(spoolsOf('self').length, 1);
      assert.deepEqual(leftIn(place), [], 'it has no name that could be left');
      a.close();
      const reading = await b.read([rows - 1]);
      assert.ok(reading.ok && reading.value[0]!.result.ok, 'the other one still reads');
      assert.equal(spoolsOf('self').length, 1);
      b.close();
      b.close();
      await until(() => spoolsOf('self').length === 0);
    });

    it('goes at once when the file is closed while it is being unpacked', async () => {
      const trace = await open(writeLarge('stopped.gz').file);
      assert.equal(spoolsOf('self').length, 1);
      assert.equal(trace.complete, false);
      trace.close();
      await until(() => spoolsOf('self').length === 0);
    });

    it('goes when the file was replaced, and another one comes', async () => {
      const file = write('rows.gz', gzipSync(lines(10)));
      const trace = await open(file);
      await trace.whenIndexed();
      writeFileSync(file, gzipSync(lines(20)));
      assert.ok((await trace.refresh()).ok);
      await trace.whenIndexed();
      assert.equal(spoolsOf('self').length, 1);
      trace.close();
      await until(() => spoolsOf('self').length === 0);
    });

    it('is not left by a file that cannot be opened', async () => {
      assert.equal((await TraceFile.open(write('odd.gz', gzipSync('{"x":1}')))).ok, false);
      await until(() => spoolsOf('self').length === 0);
    });

    it('does not survive a process that is killed', async () => {
      const { file } = writeLarge('killed.gz');
      const child = spawn(process.execPath, [cliPath(), 'inspect', file], { stdio: 'ignore' });
      const ended = new Promise<string | null>((resolve) => child.on('exit', (_, signal) => resolve(signal)));
      await until(() => spoolsOf(child.pid!).some((target) => target.endsWith(' (deleted)')));
      child.kill('SIGKILL');
      assert.equal(await ended, 'SIGKILL');
      assert.deepEqual(leftIn(place), []);
    });

    it('is removed if a process that lives no longer left it with a name, and only then', async () => {
      const host = hostname().replace(/[^\w.]/gu, '_');
      const dead = spawn(process.execPath, ['--version'], { stdio: 'ignore' });
      await new Promise((resolve) => dead.on('exit', resolve));
      const names = [dead.pid, process.ppid].map((pid) => `cfprm-spool-${host}-${pid}-aB3xYz`);
      names.push(`cfprm-spool-elsewhere.${host}-${dead.pid}-aB3xYz`);
      for (const name of names) {
        mkdirSync(path.join(place, name));
        writeFileSync(path.join(place, name, 'content'), 'x');
      }
      await (await open(write('rows.gz', gzipSync(lines(3))))).whenIndexed();
      assert.deepEqual(
        names.map((name) => existsSync(path.join(place, name))),
        [false, true, true],
      );
    });

    it('says where there is no room for it, and keeps what is read', async () => {
      const { file } = writeLarge('full.gz');
      const disk = path.join(folder, 'disk');
      mkdirSync(disk);
      const script = `TMPDIR="${disk}" "${process.execPath}" "${cliPath()}" inspect "${file}"`;
      const run = await runOnTinyDisk(disk, 30, script);
      assert.equal(run.code, 1, run.err);
      assert.equal(run.err, '');
      assert.match(run.out, /trajectories 3\d,\d{3} /);
      assert.match(run.out, /cannot be unpacked beyond byte \d+ of its content: the disk of .*disk is full/);
      assert.match(run.out, /Free some space, set TMPDIR .*, or unpack the file yourself \(gunzip -k\)/);
    });

    it('says where it may not be made', async () => {
      process.env.TMPDIR = path.join(folder, 'none');
      const source = await openSource(write('rows.gz', gzipSync(lines(3))));
      assert.ok(!source.ok);
      assert.match(
        source.fault.message,
        /cannot be unpacked .*none cannot be written to \(ENOENT\).*set TMPDIR/,
      );
    });
  });
}
