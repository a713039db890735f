import assert from 'node:assert/strict';
import {
  appendFileSync,
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmdirSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { cliPath, runCli, runOnTinyDisk } from '../../test/support/cli';
import { type MergeRequest, resolveOptions } from '../core/merge/options';
import { AtomicFolder } from './atomicFolder';
import { type MergeJob, mergeFile } from './mergeFile';

const ROW = '{"prompt":"p","completions":["a","b","c"],"labels":[true,true,false]}';

let folder: string;
let out: string;

function write(name: string, content: string): string {
  const path = join(folder, name);
  writeFileSync(path, content);
  return path;
}

function merge(source: string, more: Partial<MergeJob> = {}, request: MergeRequest = {}) {
  const options = resolveOptions(request);
  assert.ok(options.ok);
  return mergeFile({ source, out, options: options.value, ...more });
}

async function refused(result: ReturnType<typeof mergeFile>): Promise<string> {
  const done = await result;
  return done.ok ? assert.fail('it was merged') : done.fault.message;
}

/** Names in the folder beside these, hidden ones too: nothing may be left. */
function leftBeside(...names: string[]): string[] {
  return readdirSync(folder).filter((name) => !names.includes(name));
}

describe('a merge that fails', () => {
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'cfprm-fault-'));
    chmodSync(folder, 0o755);
    out = join(folder, 'out');
  });
  afterEach(() => {
    rmSync(folder, { recursive: true, force: true });
  });

  it('leaves an existing folder alone without force, and replaces one that a merge wrote with force', async () => {
    const source = write('data.jsonl', `${ROW}\n`);
    assert.ok((await merge(source, {}, { max: 3 })).ok);
    assert.match(await refused(merge(source)), /already exists.*--force/);
    assert.ok((await merge(source, { force: true })).ok);
    assert.deepEqual(readdirSync(out).sort(), ['manifest.json', 'window-1.jsonl', 'window-2.jsonl']);
    assert.deepEqual(leftBeside('data.jsonl', 'out'), []);
  });

  it('keeps the old folder when it fails or is cancelled with force', async () => {
    assert.ok((await merge(write('data.jsonl', `${ROW}\n`))).ok);
    const source = write('data.jsonl', `${ROW}\n`.repeat(50_000));
    const before = readFileSync(join(out, 'manifest.json'), 'utf8');
    const stop = new AbortController();
    const job = { force: true, signal: stop.signal, onProgress: () => stop.abort() };
    assert.match(await refused(merge(source, job)), /Cancelled/);
    appendFileSync(source, '{"prompt":"p","completions":["a"],"labels":[true],"cfprm":{}}\n');
    assert.match(await refused(merge(source, { force: true })), /data\.jsonl, row 50001: .*merged before/);
    assert.equal(readFileSync(join(out, 'manifest.json'), 'utf8'), before);
    assert.deepEqual(leftBeside('data.jsonl', 'out'), []);
  });

  it('leaves nothing when it is cancelled, while reading or while shuffling', async () => {
    const source = write('data.jsonl', `${ROW}\n`.repeat(50_000));
    for (const order of ['coarse-to-fine', 'shuffled']) {
      for (const atEnd of [false, true]) {
        const stop = new AbortController();
        const onProgress = (done: number, total: number) => {
          if (!atEnd || done === total) stop.abort();
        };
        assert.match(
          await refused(merge(source, { signal: stop.signal, onProgress }, { order })),
          /Cancelled/,
        );
        assert.deepEqual(leftBeside('data.jsonl'), []);
      }
    }
  });

  it('says that the source changed meanwhile, and writes nothing', async () => {
    const source = write('data.jsonl', `${ROW}\n`.repeat(50_000));
    const changes = [
      () => appendFileSync(source, `${ROW}\n`),
      () => writeFileSync(source, ROW.replace('true', 'null'), { flag: 'r+' }),
      () => {
        renameSync(source, join(folder, 'old.jsonl'));
        renameSync(write('new.jsonl', readFileSync(join(folder, 'old.jsonl'), 'utf8')), source);
        rmSync(join(folder, 'old.jsonl'));
      },
    ];
    for (const change of changes) {
      let once = false;
      const onProgress = () => {
        if (!once) change();
        once = true;
      };
      assert.match(await refused(merge(source, { onProgress })), /data\.jsonl changed while/);
    }
    assert.deepEqual(leftBeside('data.jsonl'), []);
  });

  it('refuses places where no folder can be', async () => {
    const source = write('data.jsonl', `${ROW}\n`);
    assert.match(await refused(merge(source, { out: join(folder, 'no', 'out') })), /no does not exist/);
    assert.match(await refused(merge(source, { out: source, force: true })), /is a file/);
    assert.match(
      await refused(merge(source, { out: folder, force: true })),
      /lies in .* which would be replaced/,
    );
    assert.match(await refused(merge(source, { out: process.cwd(), force: true })), /cannot be replaced/);
    assert.deepEqual(leftBeside('data.jsonl'), []);
  });

  it('has nothing to write for files without a readable row', async () => {
    for (const [text, message] of [
      ['', /empty/],
      ['\n\n', /empty|no row/],
      ['{"a":1}\n', /data\.jsonl/],
      ['nonsense\n', /readable row/],
    ] as const) {
      assert.match(await refused(merge(write('data.jsonl', text))), message);
    }
    assert.match(await refused(merge(folder)), /directory/);
    assert.match(await refused(merge(join(folder, 'none.jsonl'))), /none\.jsonl does not exist/);
    const wrong = write('data.jsonl', `${ROW.replace('true', '7')}\n`);
    assert.match(await refused(merge(wrong, { format: 'trl' })), /no row that can be read .* Row 1: /);
    assert.deepEqual(leftBeside('data.jsonl'), []);
  });

  it('says how much space it needs and has before it starts', async () => {
    const source = write('data.jsonl', `${ROW}\n`.repeat(60_000));
    const disk = join(folder, 'disk');
    mkdirSync(disk);
    const script = `node "${cliPath()}" merge "${source}" --out "${disk}/out"; echo "code $?"; ls -A "${disk}"`;
    const { out: printed, err } = await runOnTinyDisk(disk, 2, script);
    assert.match(err, /needs about 1\d MB, but its disk has 2\.\d MB free\. Free some space/);
    assert.equal(printed, 'code 2\n');
  });

  it('leaves nothing on a disk that becomes full, and says so', async () => {
    // Rows that cannot be read come first, so that the sample foretells a small output.
    const text = `${`${ROW}\n`.repeat(60)}${`not a row ${'-'.repeat(90)}\n`.repeat(40_000)}${`${ROW}\n`.repeat(60_000)}`;
    const source = write('data.jsonl', text);
    const disk = join(folder, 'disk');
    mkdirSync(disk);
    for (const flags of ['', '--order shuffled', '--sizes 1']) {
      const script = `node "${cliPath()}" merge "${source}" --out "${disk}/out" ${flags}; echo "code $?"; ls -A "${disk}"`;
      const { out: printed, err } = await runOnTinyDisk(disk, 3, script);
      assert.match(err, /The disk of .*out is full\. Free some space/);
      assert.equal(printed, 'code 2\n');
    }
  });

  it('says that a file cannot be read', async () => {
    const source = write('data.jsonl', `${ROW}\n`);
    chmodSync(source, 0o000);
    chmodSync(folder, 0o777);
    const nobody = process.getuid?.() === 0 ? { uid: 65534, gid: 65534 } : {};
    const { code, err } = await runCli(['merge', source, '--out', out], nobody);
    assert.equal(code, 2);
    assert.match(err, /data\.jsonl cannot be read: permission denied/);
  });

  it('says that a folder cannot be written to', async () => {
    const source = write('data.jsonl', `${ROW}\n`);
    chmodSync(folder, 0o555);
    const nobody = process.getuid?.() === 0 ? { uid: 65534, gid: 65534 } : {};
    const { code, err } = await runCli(['merge', source, '--out', out], nobody);
    chmodSync(folder, 0o755);
    assert.equal(code, 2);
    assert.match(err, /cannot be written: permission denied/);
  });

  it('ends with 2 and leaves nothing when it is interrupted', async () => {
    const source = write('data.jsonl', `${ROW}\n`.repeat(1_500_000));
    const { code, err } = await runCli(['merge', source, '--out', out], {
      onStart: (child) => whenWriting(() => child.kill('SIGINT')),
    });
    assert.equal(code, 2);
    assert.match(err, /Cancelled/);
    assert.deepEqual(leftBeside('data.jsonl'), []);
  });

  it('killed, never leaves half a folder; the next merge clears up', async () => {
    const source = write('data.jsonl', `${ROW}\n`.repeat(1_500_000));
    const { signal } = await runCli(['merge', source, '--out', out], {
      onStart: (child) => whenWriting(() => child.kill('SIGKILL')),
    });
    assert.equal(signal, 'SIGKILL');
    assert.ok(!existsSync(out));
    assert.equal(leftBeside('data.jsonl').filter((name) => name.includes('.cfprm-new-')).length, 1);
    assert.ok((await merge(write('small.jsonl', `${ROW}\n`))).ok);
    assert.deepEqual(leftBeside('data.jsonl', 'small.jsonl', 'out'), []);
  });

  it('killed between the two renames of force, has the old folder put back by the next merge', async () => {
    const source = write('data.jsonl', `${ROW}\n`);
    mkdirSync(out);
    writeFileSync(join(out, 'mine.txt'), 'mine');
    renameSync(out, join(folder, 'out.cfprm-old-0123abcd'));
    mkdirSync(join(folder, '.out.cfprm-new-0123abce'));
    mkdirSync(join(folder, '.out2.cfprm-new-0123abce'));
    assert.match(await refused(merge(source)), /already exists/);
    assert.equal(readFileSync(join(out, 'mine.txt'), 'utf8'), 'mine');
    assert.deepEqual(leftBeside('data.jsonl', 'out'), ['.out2.cfprm-new-0123abce']);
  });

  it('does not touch the temporary folder of a merge that is still running', async () => {
    const options = { force: false, source: write('data.jsonl', `${ROW}\n`) };
    const first = await AtomicFolder.create(out, options);
    assert.ok(first.ok);
    writeFileSync(join(first.value.path, 'a'), '');
    assert.match(
      await refused(merge(options.source)),
      new RegExp(`is being written by process ${process.pid} on .* Wait until that is done`),
    );
    mkdirSync(out);
    const late = await first.value.commit();
    assert.match(late.ok ? '' : late.fault.message, /has appeared in the meantime/);
    rmdirSync(out);
    assert.ok((await first.value.commit()).ok);
    await first.value.discard();
    assert.deepEqual(leftBeside('data.jsonl'), ['out']);
    assert.deepEqual(readdirSync(out), ['a']);
  });
});

/** Calls back once a temporary folder holds a file with something in it. */
function whenWriting(then: () => void): void {
  const look = setInterval(() => {
    const made = readdirSync(folder).find((name) => name.startsWith('.out.cfprm-new'));
    const path = made && join(folder, made, 'window-2.jsonl');
    if (!path || !existsSync(path) || readFileSync(path).length === 0) return;
    clearInterval(look);
    then();
  }, 5);
}
