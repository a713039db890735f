import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import {
  closeSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  truncateSync,
  utimesSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { onBrokenDisk } from '../../test/support/brokenDisk';
import { cliPath, runCli, runOnTinyDisk } from '../../test/support/cli';
import { FEATURE_SETS } from '../core/features/stepFeatures';
import { formatById } from '../core/formats/registry';
import type { Manifest } from '../core/merge/manifest';
import { resolveOptions } from '../core/merge/options';
import type { Result } from '../core/result';
import { convertFile } from './convertFile';
import { featuresFile } from './featuresFile';
import { mergeFile } from './mergeFile';
import { openSource } from './openSource';
import { checkBalance } from './rowBalance';
import { validateFile } from './validateFile';

const ROW = '{"prompt":"p","completions":["a","b","c"],"labels":[true,true,false]}';

let folder: string;
let out: string;

function write(name: string, content: string | Uint8Array): string {
  const path = join(folder, name);
  writeFileSync(path, content);
  return path;
}

/** Rows that do not compress well, so that there are several pieces to unpack. */
function rows(count: number): string {
  let seed = 1;
  const word = (): string => {
    seed = (seed * 48271) % 2147483647;
    return seed.toString(36);
  };
  return Array.from(
    { length: count },
    () => `${ROW.replace('"p"', `"${word()} ${word()} ${word()}"`)}\n`,
  ).join('');
}

interface Job {
  readonly source: string;
  readonly out: string;
  onProgress?(): void;
}

const WRITERS: { readonly [name: string]: (job: Job) => Promise<Result<unknown>> } = {
  merge(job) {
    const options = resolveOptions({});
    assert.ok(options.ok);
    return mergeFile({ ...job, options: options.value });
  },
  convert: (job) => convertFile({ ...job, to: formatById('processbench')! }),
  features: (job) => featuresFile({ ...job, set: FEATURE_SETS[0]! }),
};

async function refused(work: Promise<Result<unknown>>): Promise<string> {
  const done = await work;
  assert.ok(!readdirSync(folder).some((name) => name.includes('out')), 'something was written');
  return done.ok ? assert.fail('it was written') : done.fault.message;
}

describe('a source', () => {
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'cfprm-unreadable-'));
    out = join(folder, 'out');
  });
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  for (const [name, work] of Object.entries(WRITERS)) {
    it(`that the disk cannot read is not a damaged one: ${name} writes nothing`, async () => {
      for (const source of [write('rows.jsonl.gz', gzipSync(rows(8000))), write('rows.jsonl', rows(8000))]) {
        const broken = await onBrokenDisk({ call: 'read', path: /rows\.jsonl/, from: 65_536 }, async () => {
          assert.match(await refused(work({ source, out })), /rows\.jsonl.*EIO/);
        });
        assert.ok(broken > 0);
      }
    });

    it(`whose content has no room to be unpacked is not a damaged one: ${name} writes nothing`, async () => {
      const source = write('rows.jsonl.gz', gzipSync(rows(8000)));
      const broken = await onBrokenDisk(
        { call: 'write', path: /cfprm-spool-/, code: 'ENOSPC', after: 2 },
        async () => {
          const message = await refused(work({ source, out }));
          assert.match(message, /cannot be unpacked beyond byte \d+ of its content: the disk of .* is full/);
        },
      );
      assert.ok(broken > 0);
    });

    it(`that is rewritten while ${name} reads it is seen, though size, time and inode are put back`, async () => {
      const text = rows(6000);
      for (const [file, content] of [
        ['rows.jsonl', text],
        ['rows.jsonl.gz', gzipSync(text)],
      ] as const) {
        const source = write(file, content);
        // Whole seconds: a time that is put back is the same to the nanosecond.
        utimesSync(source, 1e9, 1e9);
        let isDone = false;
        const onProgress = (): void => {
          if (isDone) return;
          isDone = true;
          const handle = openSync(source, 'r+');
          // What was read already is of another state than what is there in the end.
          writeSync(handle, 'Z', 20);
          closeSync(handle);
          utimesSync(source, 1e9, 1e9);
        };
        assert.match(
          await refused(work({ source, out, onProgress })),
          /rows\.jsonl(\.gz)? changed while it was/,
        );
        assert.ok(isDone);
      }
    });
  }

  it('that ends with a damaged container counts the same everywhere, and rows in are rows out', async () => {
    for (const [text, expected] of [
      [`[${ROW},${ROW},{"prompt":"p","compl`, [3, 2]],
      [`[${ROW},${ROW},`, [3, 2]],
      [`[${ROW},${ROW}`, [2, 2]],
      [`[${ROW},${ROW}] more`, [3, 2]],
    ] as const) {
      const source = write('rows.json', text);
      const inspected = await validateFile(source, {});
      const written = await WRITERS.merge!({ source, out });
      assert.ok(inspected.ok && written.ok);
      const { source: merged, skipped, malformed } = written.value as Manifest;
      const { rows: count, trajectories, malformedRows } = inspected.value.report;
      assert.deepEqual([count, trajectories], expected, text);
      assert.deepEqual([merged.rows, merged.trajectories], expected, text);
      assert.equal(merged.rows, merged.trajectories + skipped.malformed, text);
      assert.deepEqual([malformedRows, malformed.length], [skipped.malformed, 1], text);
      rmSync(out, { recursive: true });
    }
    const { code } = await runCli(['merge', write('rows.json', `[${ROW},${ROW}`), '--out', out]);
    assert.equal(code, 1);
  });

  it('is never written in part: numbers that do not add up stop the writer', () => {
    const lines = [[4, 4]] as const;
    assert.ok(checkBalance('rows.jsonl', { read: 5, used: 4, reported: 1, lines }).ok);
    for (const balance of [
      { read: 5, used: 4, reported: 0, lines },
      { read: 5, used: 4, reported: 2, lines },
      { read: 5, used: 4, reported: 1, lines: [[3, 4]] as const },
    ]) {
      const checked = checkBalance('rows.jsonl', balance);
      assert.match(
        checked.ok ? '' : checked.fault.message,
        /Nothing was written, because rows of rows\.jsonl/,
      );
    }
  });

  it('that becomes shorter while it is only looked at is no result, and one that grows is one', async () => {
    const source = write('rows.jsonl', rows(8000));
    const shorter = await validateFile(source, {}, undefined, () => truncateSync(source, 1000));
    assert.match(shorter.ok ? '' : shorter.fault.message, /rows\.jsonl changed while it was read/);
    const grown = write('grows.jsonl', rows(8000));
    let isDone = false;
    const longer = await validateFile(grown, {}, undefined, () => {
      if (!isDone) writeFileSync(grown, `${ROW}\n`, { flag: 'a' });
      isDone = true;
    });
    assert.ok(longer.ok);
  });

  it('that is a pipe or a device is refused wherever it is read', async () => {
    const pipe = join(folder, 'pipe');
    execFileSync('mkfifo', [pipe]);
    for (const source of ['/dev/zero', pipe]) {
      for (const work of [...Object.values(WRITERS), ({ source: path }: Job) => validateFile(path, {})]) {
        assert.match(await refused(work({ source, out })), /is not a regular file\. Copy its content/);
      }
    }
  });

  it('that unpacks to far more than rows can hold is stopped early, by ratio', async () => {
    const source = write(
      'bomb.jsonl.gz',
      gzipSync(Buffer.alloc(80 * 1024 * 1024, `${ROW.replace('"a"', `"${'a'.repeat(1e6)}"`)}\n`)),
    );
    assert.ok(statSync(source).size < 4e5);
    const opened = await openSource(source);
    assert.ok(opened.ok);
    assert.match(
      await refused(WRITERS.merge!({ source, out })),
      /gzip data hold more than 67 MB of content, over 250 times .*unpack it yourself \(gunzip -k\)/,
    );
    const { code, err } = await runCli(['inspect', '-'], { stdin: readFileSync(source) });
    assert.equal(code, 2);
    assert.match(err, /Standard input is not unpacked further/);
  });

  it('never fills the disk for temporary files', async () => {
    const source = write('large.jsonl.gz', gzipSync(rows(100_000), { level: 1 }));
    const disk = join(folder, 'disk');
    mkdirSync(disk);
    const command = `TMPDIR="${disk}" "${process.execPath}" "${cliPath()}" merge "${source}" --out "${out}"`;
    const { out: printed, err } = await runOnTinyDisk(disk, 6, `${command}; echo "code $?"; ls -A "${disk}"`);
    assert.equal(printed, 'code 2\n');
    assert.match(err, /about [\d.]+ MB are still to come, and .*disk has [\d.]+ MB free/);
  });
});
