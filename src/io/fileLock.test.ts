import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { hostname, tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { bundlePath } from '../../test/support/cli';
import { holdElsewhere } from '../../test/support/lockHolder';
import { fail, ok } from '../core/result';
import { FileLock, withLock } from './fileLock';
import { processPlace } from './processes';

/** As the product's, a tenth as long. */
const QUICK = { beat: 20, silent: 1500, watch: 60, patience: 0 };
/** For locks that are not to be taken over because the machine is busy. */
const PATIENT = { ...QUICK, silent: 50_000 };

let folder: string;
let lock: string;

/** Leaves a lock behind, as an owner does that was killed. */
function leave(owner: { pid?: number; place?: string | null; token?: string } = {}): void {
  const { pid = 17, place = 'another place', token = 'a'.repeat(24) } = owner;
  const note = { token, host: hostname(), pid, place, since: 'then', beat: '000000000007' };
  writeFileSync(lock, `${JSON.stringify(note)}\n`);
}

/** Makes the lock as old as one that was left behind an hour ago. */
function age(path = lock): void {
  const then = Date.now() / 1000 - 3600;
  utimesSync(path, then, then);
}

async function taken(limits = QUICK): Promise<FileLock> {
  const result = await FileLock.take(lock, { limits });
  return result.ok ? result.value : assert.fail(result.fault.message);
}

async function refused(place?: string): Promise<string> {
  const result = await FileLock.take(lock, { limits: PATIENT, place });
  return result.ok ? assert.fail('it was taken') : result.fault.message;
}

describe('a lock file', () => {
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'cfprm-lock-'));
    lock = join(folder, 'lock');
  });
  afterEach(() => {
    rmSync(folder, { recursive: true, force: true });
  });

  it('lets one at a time work, and is there only meanwhile, whatever comes of the work', async () => {
    let working = 0;
    const work = async () => {
      working++;
      assert.equal(working, 1);
      assert.ok(readdirSync(folder).includes('lock'));
      await sleep(1);
      working--;
      return ok(1);
    };
    const results = await Promise.all(Array.from({ length: 20 }, () => withLock(lock, work)));
    assert.deepEqual(results, new Array(20).fill({ ok: true, value: 1 }));
    assert.equal((await withLock(lock, async () => fail('no'))).ok, false);
    await assert.rejects(
      withLock(lock, () => Promise.reject(new Error('a bug'))),
      /a bug/,
    );
    assert.deepEqual(readdirSync(folder), []);
  });

  it('is refused while its owner shows that it lives, whoever asks, with who has it', async () => {
    const held = await taken();
    const words = new RegExp(`lock is being written by process ${process.pid} on ${hostname()} \\(since 20`);
    // From another container, and from another machine, process ids mean nothing.
    for (const place of [undefined, 'another container']) assert.match(await refused(place), words);
    assert.ok(await held.isHeld());
    await held.release();
    assert.deepEqual(readdirSync(folder), []);
  });

  it('of a process that is known to be gone is taken over at once, by one of many', async () => {
    const { pid } = spawnSync('true');
    for (let round = 0; round < 10; round++) {
      leave({ pid, place: processPlace() ?? null });
      // Where the system does not say which processes are which, only age tells.
      if (processPlace() === undefined) age();
      let working = 0;
      const work = async () => {
        working++;
        assert.equal(working, 1);
        await sleep(1);
        working--;
        return ok(1);
      };
      await Promise.all(Array.from({ length: 8 }, () => withLock(lock, work, { limits: { watch: 20 } })));
      assert.deepEqual(readdirSync(folder), []);
    }
  });

  it('of another place is taken over only when its heartbeat is old, though nobody has its process id', async () => {
    const { pid } = spawnSync('true');
    for (const place of ['another place', null]) {
      leave({ pid, place });
      const begun = performance.now();
      await (await taken()).release();
      assert.ok(performance.now() - begun >= QUICK.silent);
      assert.deepEqual(readdirSync(folder), []);
    }
  });

  it('that is old by the clock of its disk is watched first, and taken over soon', async () => {
    for (const left of [() => leave(), () => writeFileSync(lock, '')]) {
      left();
      age();
      const begun = performance.now();
      await (await taken(PATIENT)).release();
      assert.ok(performance.now() - begun >= QUICK.watch);
    }
    // A machine that wakes up finds its own lock old: its owner goes on with the heartbeat.
    const held = await taken();
    age();
    assert.match(await refused('another place'), /is being written by process/);
    await held.release();
  });

  it('is not held any more by an owner that stood still while another one took over', async () => {
    const first = await taken();
    leave();
    assert.ok(!(await first.isHeld()));
    await first.release();
    assert.match(readFileSync(lock, 'utf8'), /"token":"a{24}"/);
  });

  it('is taken over also if somebody died while taking it over', async () => {
    const token = 'b'.repeat(24);
    leave({ token });
    age();
    const { createHash } = await import('node:crypto');
    const guard = `${lock}.guard-${createHash('sha256').update(token).digest('hex').slice(0, 16)}`;
    for (const path of [guard, `${lock}.elsewhere-17-${'c'.repeat(24)}`]) {
      writeFileSync(path, '');
      age(path);
    }
    // Killed between making its file and writing to it, a moment ago.
    const { pid } = spawnSync('true');
    const here = processPlace();
    if (here !== undefined) writeFileSync(`${lock}.${here}-${pid}-${'d'.repeat(24)}`, '');
    await (await taken()).release();
    assert.deepEqual(readdirSync(folder), []);
  });

  it('is waited for where that is worth it', async () => {
    const held = await taken();
    let entered = false;
    const waiting = withLock(lock, async () => {
      entered = true;
      return ok(1);
    });
    await sleep(80);
    assert.ok(!entered);
    await held.release();
    assert.ok((await waiting).ok);
  });

  for (const [where, unshare] of [
    ['another process namespace', ['--pid', '--fork', '--mount-proc']],
    ['another host', ['--uts']],
  ] as const) {
    it(`holds against ${where}`, async () => {
      const worker = bundlePath('test/support/lockWorker.ts');
      const holder = await holdElsewhere(worker, lock, unshare);
      assert.match(
        await refused(),
        new RegExp(`is being written by process ${holder.pid} on ${holder.host} `),
      );
      await holder.kill();
      const begun = performance.now();
      await (await taken()).release();
      assert.ok(performance.now() - begun >= QUICK.silent - 100);
    });
  }
});
