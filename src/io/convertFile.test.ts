import assert from 'node:assert/strict';
import {
  appendFileSync,
  chmodSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { cliPath, runCli, runOnTinyDisk } from '../../test/support/cli';
import { formatById } from '../core/formats/registry';
import { type ConvertJob, convertFile, previewConversion } from './convertFile';

const ROW = '{"prompt":"p","completions":["a","b","c"],"labels":[true,true,false]}';
const SOFT = '{"prompt":"p","completions":["a","b","c"],"labels":[true,0.5,false]}';

let folder: string;
let out: string;

function write(name: string, content: string | Uint8Array): string {
  const path = join(folder, name);
  writeFileSync(path, content);
  return path;
}

function convert(source: string, more: Partial<ConvertJob> = {}) {
  return convertFile({ source, out, to: formatById('trl')!, ...more });
}

async function refused(result: ReturnType<typeof convertFile>): Promise<string> {
  const done = await result;
  return done.ok ? assert.fail('it was converted') : done.fault.message;
}

/** What lies in the folder, hidden files too. */
const names = (): string[] => readdirSync(folder).sort();

describe('a conversion', () => {
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'cfprm-convert-'));
    chmodSync(folder, 0o755);
    out = join(folder, 'out.jsonl');
  });
  afterEach(() => {
    rmSync(folder, { recursive: true, force: true });
  });

  it('is foretold by a dry run that writes nothing', async () => {
    const text = `${ROW}\nnot a row\n${SOFT}\n${ROW.replace('"a"', '"ки"')}\n`;
    const source = write('data.jsonl', text);
    for (const to of ['trl', 'math-shepherd', 'processbench']) {
      const job = { source, to: formatById(to)! };
      const preview = await previewConversion(job);
      assert.deepEqual(names(), ['data.jsonl']);
      const done = await convert(source, job);
      assert.ok(preview.ok && done.ok);
      const { bytes, sha256, source: _, ...report } = done.value;
      const { bytes: none, sha256: noHash, source: __, ...foretold } = preview.value;
      assert.deepEqual(foretold, report);
      assert.deepEqual([none, noHash, bytes > 0, sha256.length], [0, '', true, 64]);
      rmSync(out);
    }
  });

  it('leaves nothing when it is cancelled, at whatever moment, and keeps the old file', async () => {
    const source = write('data.jsonl', `${ROW}\n`.repeat(40_000));
    writeFileSync(out, 'mine');
    // The last file is written a second time, because a soft label comes at its end.
    const soft = write('soft.jsonl', `${`${ROW}\n`.repeat(40_000)}${SOFT}\n`);
    // At its end a pass tells its progress twice: behind the last bytes, and when no more came.
    for (const [path, ends] of [
      [source, 0],
      [source, 1],
      [source, 2],
      [soft, 1],
    ] as const) {
      const stop = new AbortController();
      let seen = 0;
      const onProgress = (done: number, total: number): void => {
        if (done >= total) seen++;
        if (seen >= ends) stop.abort();
      };
      assert.match(
        await refused(convert(path, { signal: stop.signal, onProgress, force: true })),
        /Cancelled/,
      );
    }
    const signal = AbortSignal.abort();
    assert.match(await refused(convert(source, { signal, force: true })), /Cancelled/);
    assert.equal(readFileSync(out, 'utf8'), 'mine');
    assert.deepEqual(names(), ['data.jsonl', 'out.jsonl', 'soft.jsonl']);
  });

  it('says that the source changed meanwhile, and writes nothing', async () => {
    const text = `${ROW}\n`.repeat(40_000);
    const source = write('data.jsonl', text);
    const changes = [
      () => appendFileSync(source, `${ROW}\n`),
      () => writeFileSync(source, ROW.replace('true', 'null'), { flag: 'r+' }),
      () => renameSync(write('new.jsonl', text), source),
      () => rmSync(source),
    ];
    for (const change of changes) {
      let once = false;
      const onProgress = (): void => {
        if (!once) change();
        once = true;
      };
      assert.match(await refused(convert(source, { onProgress })), /data\.jsonl changed while it was conv/);
    }
    assert.deepEqual(names(), []);
  });

  it('leaves nothing on a disk that becomes full, and says so', async () => {
    const disk = join(folder, 'disk');
    mkdirSync(disk);
    // Without and with a second pass; the second file becomes too large only there.
    for (const text of [`${ROW}\n`.repeat(60_000), `${`${ROW}\n`.repeat(60_000)}${SOFT}\n`]) {
      const source = write('data.jsonl', text);
      const command = `node "${cliPath()}" convert "${source}" --to trl --out "${disk}/out.jsonl" --json`;
      const script = `${command}; echo "code $?"; ls -A "${disk}"`;
      const { out: printed, err } = await runOnTinyDisk(disk, 2, script);
      assert.match(err, /The disk of .*out\.jsonl is full\. Free some space/);
      assert.equal(printed, 'code 2\n');
    }
  });

  it('says that a folder cannot be written to, or is none', async () => {
    const source = write('data.jsonl', `${ROW}\n`);
    assert.match(await refused(convert(source, { out: join(folder, 'no', 'out') })), /no does not exist/);
    assert.match(await refused(convert(source, { out: folder, force: true })), /is no file that can be/);
    chmodSync(folder, 0o555);
    const nobody = process.getuid?.() === 0 ? { uid: 65534, gid: 65534 } : {};
    const { code, err } = await runCli(['convert', source, '--to', 'trl', '--out', out, '--json'], nobody);
    chmodSync(folder, 0o755);
    assert.equal(code, 2);
    assert.match(err, /out\.jsonl cannot be written: permission denied\. Choose another folder/);
    assert.deepEqual(names(), ['data.jsonl']);
  });

  it('does not replace a file that appears meanwhile', async () => {
    const source = write('data.jsonl', `${ROW}\n`);
    const onProgress = (): void => writeFileSync(out, 'mine');
    assert.match(await refused(convert(source, { onProgress })), /already exists/);
    assert.equal(readFileSync(out, 'utf8'), 'mine');
    assert.deepEqual(names(), ['data.jsonl', 'out.jsonl']);
  });

  it('replaces where a link leads to, and keeps the link', async () => {
    const source = write('data.jsonl', `${ROW}\n`);
    const real = write('real.jsonl', 'old');
    symlinkSync(real, out);
    assert.ok((await convert(source, { force: true })).ok);
    assert.match(readFileSync(real, 'utf8'), /"prompt":"p"/);
    assert.deepEqual(names(), ['data.jsonl', 'out.jsonl', 'real.jsonl']);
  });

  it('writes what is there of a compressed source that breaks off, and lists the damage', async () => {
    const row = (k: number): string => ROW.replace('"p"', `"p${k * k}"`);
    const text = Array.from({ length: 1000 }, (_, k) => `${row(k)}\n`).join('');
    const source = write('data.jsonl.gz', gzipSync(text).subarray(0, -100));
    const done = await convert(source);
    assert.ok(done.ok);
    const { rows, written, malformed, faults } = done.value;
    assert.ok(written > 0 && written < 1000);
    assert.deepEqual([rows, malformed, faults.length], [written + 1, 1, 1]);
    assert.match(faults[0]!.message, /gzip data is cut off/);
    assert.equal(readFileSync(out, 'utf8').split('\n').length, written + 1);
  });

  it('counts a row once that breaks off at the end of a list', async () => {
    const done = await convert(write('data.json', `[${ROW},{"prompt":"p","compl`));
    assert.ok(done.ok);
    const { rows, written, malformed, faults } = done.value;
    assert.deepEqual([rows, written, malformed, faults.length], [2, 1, 1, 2]);
    assert.match(faults[1]!.message, /not closed/);
  });
});
