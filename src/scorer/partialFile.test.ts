import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import {
  appendFileSync,
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { hostTag } from '../io/processes';
import { type Job, PartialFile } from './partialFile';

const JOB: Job = { model: 'a', bytes: 7, split: null };
const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);

describe('a partial file', () => {
  let folder: string;
  let out: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'cfprm-partial-'));
    out = join(folder, 'out.jsonl');
  });
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  async function open(job = JOB, force = false): Promise<PartialFile> {
    const file = await PartialFile.open(out, force, job);
    return file.ok ? file.value : assert.fail(file.fault.message);
  }
  const partial = (): string => join(folder, '.out.jsonl.cfprm-partial');

  it('goes on behind the last whole line, and takes its name when it is complete', async () => {
    const first = await open();
    first.append(bytes('1\n'));
    first.append(bytes('2\n'));
    await first.close(true);
    // As if its maker had been killed in the middle of a line.
    appendFileSync(partial(), 'thr');
    const second = await open();
    assert.equal(second.lines, 2);
    second.append(bytes('3\n'));
    const committed = await second.commit();
    assert.deepEqual(committed, { ok: true, value: { bytes: 6 } });
    await second.close(true);
    assert.equal(readFileSync(out, 'utf8'), '1\n2\n3\n');
    assert.deepEqual(readdirSync(folder), ['out.jsonl']);
  });

  it('starts over for another job, and leaves nothing if nothing is to be kept', async () => {
    const first = await open();
    first.append(bytes('1\n'));
    await first.close(true);
    const second = await open({ ...JOB, model: 'b' });
    assert.equal(second.lines, 0);
    second.append(bytes('x\n'));
    await second.close(false);
    assert.deepEqual(readdirSync(folder), []);
  });

  it('is left to a process that lives, and taken over from one that does not', async () => {
    const first = await open();
    first.append(bytes('1\n'));
    await first.close(true);
    const other = spawn(process.execPath, ['-e', 'setTimeout(() => {}, 60000)']);
    const owner = (): void =>
      writeFileSync(`${partial()}.json`, JSON.stringify({ job: JOB, host: hostTag(), pid: other.pid }));
    owner();
    const refused = await PartialFile.open(out, false, JOB);
    assert.ok(!refused.ok);
    assert.match(refused.fault.message, new RegExp(`is being written by the process ${other.pid}`));
    const gone = new Promise((resolve) => other.on('exit', resolve));
    other.kill('SIGKILL');
    await gone;
    const second = await open();
    assert.equal(second.lines, 1);
    await second.close(true);
  });

  it('does not replace a file that somebody made meanwhile, and keeps what it has', async () => {
    const file = await open();
    file.append(bytes('1\n'));
    await file.settled();
    writeFileSync(out, 'mine');
    const committed = await file.commit();
    assert.ok(!committed.ok);
    assert.match(committed.fault.message, /already exists/);
    await file.close(true);
    assert.equal(readFileSync(out, 'utf8'), 'mine');
    assert.equal(readFileSync(partial(), 'utf8'), '1\n');
  });

  it('is not begun where its target exists', async () => {
    writeFileSync(out, 'mine');
    const refused = await PartialFile.open(out, false, JOB);
    assert.ok(!refused.ok);
    assert.equal(existsSync(partial()), false);
    const forced = await open(JOB, true);
    forced.append(bytes('1\n'));
    assert.ok((await forced.commit()).ok);
    await forced.close(true);
    assert.equal(readFileSync(out, 'utf8'), '1\n');
  });
});
