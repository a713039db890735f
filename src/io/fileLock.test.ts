import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { hostname, tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fail, ok } from '../core/result';
import { withLock } from './fileLock';

let folder: string;
let lock: string;

/** What a process that has ended would have written into its lock. */
function deadOwner(): string {
  return `${hostname()} ${spawnSync('true').pid} 0123456789abcdef`;
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
      assert.ok(existsSync(lock));
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

  it('of a process that is gone is taken over, by one of many', async () => {
    for (let round = 0; round < 10; round++) {
      writeFileSync(lock, deadOwner());
      let working = 0;
      const work = async () => {
        working++;
        assert.equal(working, 1);
        await sleep(1);
        working--;
        return ok(1);
      };
      await Promise.all(Array.from({ length: 8 }, () => withLock(lock, work)));
      assert.deepEqual(readdirSync(folder), []);
    }
  });

  it('of a dead process whose id this one has now is taken over', async () => {
    writeFileSync(lock, `${hostname()} ${process.pid} 0123456789abcdef`);
    assert.ok((await withLock(lock, async () => ok(1))).ok);
  });

  it('is taken over also if somebody died while taking it over', async () => {
    const owner = deadOwner();
    writeFileSync(lock, owner);
    const { ino, mtimeMs } = statSync(lock);
    const digest = createHash('sha256').update(`${ino} ${mtimeMs} ${owner}`).digest('hex').slice(0, 16);
    writeFileSync(`${lock}.${digest}`, deadOwner());
    assert.ok((await withLock(lock, async () => ok(1))).ok);
    assert.deepEqual(readdirSync(folder), []);
  });

  it('of a process that lives is waited for', async () => {
    writeFileSync(lock, `${hostname()} ${process.ppid} 0123456789abcdef`);
    let entered = false;
    const waiting = withLock(lock, async () => {
      entered = true;
      return ok(1);
    });
    await sleep(80);
    assert.ok(!entered);
    rmSync(lock);
    assert.ok((await waiting).ok);
  });

  it('that has not changed for long is taken over, whoever has it', async () => {
    for (const owner of [
      'another-host 1 0123456789abcdef',
      `${hostname()} ${process.ppid} 0123456789abcdef`,
      '',
    ]) {
      writeFileSync(lock, owner);
      const start = performance.now();
      const limits = { abandoned: 90, ownerless: 30, patience: 5000 };
      assert.ok((await withLock(lock, async () => ok(1), limits)).ok);
      assert.ok(performance.now() - start > (owner === '' ? 30 : 90));
      assert.deepEqual(readdirSync(folder), []);
    }
  });

  it('that others keep is a fault after a while, which says who they are', async () => {
    writeFileSync(lock, 'another-host 17 0123456789abcdef');
    const limits = { abandoned: 5000, ownerless: 5000, patience: 60 };
    const result = await withLock(lock, async () => ok(1), limits);
    assert.match(result.ok ? '' : result.fault.message, /lock is held by another window \(another-host 17 /);
    assert.deepEqual(readdirSync(folder), ['lock']);
  });
});
