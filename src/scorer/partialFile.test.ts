import assert from 'node:assert/strict';
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
import { type Job, PartialFile } from './partialFile';

const JOB: Job = { model: 'a', fingerprint: '01', bytes: 7, split: null };
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
    const second = await open({ ...JOB, bytes: 8, fingerprint: '02' });
    assert.equal(second.lines, 0);
    second.append(bytes('x\n'));
    await second.close(false);
    assert.deepEqual(readdirSync(folder), []);
  });

  it('is kept from another model that does the same, unless it is told to start over', async () => {
    const first = await open();
    first.append(bytes('1\n'));
    await first.close(true);
    const other = { ...JOB, fingerprint: '02' };
    const refused = await PartialFile.open(out, false, other);
    assert.match(
      refused.ok ? '' : refused.fault.message,
      /was begun with other weights: a \(01\), and the model is now a \(02\)\. Restore those weights to resume, choose another name, or start over with --force\./,
    );
    const again = await open();
    assert.equal(again.lines, 1, 'what was there is still there');
    await again.close(true);
    const anew = await open(other, true);
    assert.equal(anew.lines, 0);
    await anew.close(false);
    assert.deepEqual(readdirSync(folder), []);
  });

  it('is left to whoever writes it, and taken over by the next one', async () => {
    const first = await open();
    first.append(bytes('1\n'));
    const refused = await PartialFile.open(out, false, JOB);
    assert.match(
      refused.ok ? '' : refused.fault.message,
      new RegExp(`is being written by process ${process.pid} on `),
    );
    await first.close(true);
    const second = await open();
    assert.equal(second.lines, 1);
    await second.close(true);
  });

  it('is not written by one whose place was taken over while it stood still', async () => {
    const first = await open();
    first.append(bytes('1\n'));
    await first.settled();
    // What another machine does when there was no heartbeat for long.
    rmSync(join(folder, '.out.jsonl.cfprm-lock'));
    const second = await open();
    assert.equal(second.lines, 1);
    first.append(bytes('too late\n'));
    second.append(bytes('2\n'));
    await first.settled();
    const late = await first.commit();
    assert.match(late.ok ? '' : late.fault.message, /another one writes to it now/);
    await first.close(false);
    assert.ok((await second.commit()).ok);
    await second.close(true);
    assert.equal(readFileSync(out, 'utf8'), '1\n2\n');
    assert.deepEqual(readdirSync(folder), ['out.jsonl']);
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
