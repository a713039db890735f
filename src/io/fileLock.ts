import { createHash, randomBytes } from 'node:crypto';
import { open, rm } from 'node:fs/promises';
import { hostname } from 'node:os';
import { setTimeout as sleep } from 'node:timers/promises';
import { fail, type Result } from '../core/result';
import { isAlive } from './processes';

/** A lock that did not change for so long has been left behind, whoever holds it: work under it takes milliseconds. */
const ABANDONED_MS = 10_000;
/** After so long a person is told who holds the lock. */
const PATIENCE_MS = 30_000;

/** Locks of this process; a new process may have an old one's id. */
const held = new Set<string>();

/** A lock file as one look at it found it. */
interface Look {
  /** Tells this lock from every other one that may stand at the same place. */
  readonly identity: string;
  /** What its owner wrote; empty if the owner was killed before it could. */
  readonly owner: string;
}

/**
 * Runs `work` while no other process runs work under the same lock file, which exists only meanwhile. The lock of
 * a killed process is taken over: at once if it ran on this host, else when it has not changed for ten seconds.
 * Faults: those of `work`, and a lock that others kept for half a minute. Errors of the file system are thrown.
 */
export async function withLock<T>(path: string, work: () => Promise<Result<T>>): Promise<Result<T>> {
  const begun = performance.now();
  let seen: Look | undefined;
  let since = begun;
  for (;;) {
    const own = await create(path);
    if (own !== undefined) {
      try {
        return await work();
      } finally {
        await release(path, own);
      }
    }
    const now = performance.now();
    const other = await look(path);
    if (other?.identity !== seen?.identity) since = now;
    seen = other;
    if (now - begun > PATIENCE_MS) return fail(inUse(path, other));
    if (other !== undefined && (isDead(other) || now - since > ABANDONED_MS)) await takeAway(path, other);
    else await sleep(1 + Math.random() * 6);
  }
}

function inUse(path: string, other: Look | undefined): string {
  const who = other === undefined ? 'another window' : `another window (${other.owner})`;
  return `${path} is held by ${who}. Try again; if no other window has the file open, delete it.`;
}

/** Makes the lock file; undefined if there is one. */
async function create(path: string): Promise<string | undefined> {
  const owner = `${hostname()} ${process.pid} ${randomBytes(8).toString('hex')}`;
  held.add(owner);
  try {
    const file = await open(path, 'wx');
    try {
      await file.writeFile(owner);
      return owner;
    } catch (error) {
      await rm(path, { force: true });
      throw error;
    } finally {
      await file.close();
    }
  } catch (error) {
    held.delete(owner);
    if (isTaken(error)) return undefined;
    throw error;
  }
}

function isTaken(error: unknown): boolean {
  const { code } = error as NodeJS.ErrnoException;
  // Windows says so of a file that another process is just deleting.
  return code === 'EEXIST' || (process.platform === 'win32' && (code === 'EPERM' || code === 'EBUSY'));
}

async function release(path: string, owner: string): Promise<void> {
  if ((await look(path))?.owner === owner) await rm(path, { force: true });
  held.delete(owner);
}

async function look(path: string): Promise<Look | undefined> {
  try {
    const file = await open(path, 'r');
    try {
      const { ino, mtimeMs } = await file.stat();
      const owner = await file.readFile('utf8');
      return { identity: `${ino} ${mtimeMs} ${owner}`, owner };
    } finally {
      await file.close();
    }
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT' || isTaken(error)) return undefined;
    throw error;
  }
}

/** True if the owner ran on this host and does not live any more. */
function isDead({ owner }: Look): boolean {
  const [host, id] = owner.split(' ');
  if (host !== hostname() || id === undefined) return false;
  const pid = Number(id);
  if (pid === process.pid) return !held.has(owner);
  return !isAlive(pid);
}

/**
 * Removes an abandoned lock. Of all who want to, only the one that makes a guard file, named after this very lock,
 * may; and it looks again first, so that nobody removes the lock of the one who came next. Who dies meanwhile
 * leaves a guard, which is removed in the same way.
 */
async function takeAway(path: string, abandoned: Look): Promise<void> {
  const digest = createHash('sha256').update(abandoned.identity).digest('hex').slice(0, 16);
  const guard = `${path}.${digest}`;
  const own = await create(guard);
  if (own === undefined) {
    const other = await look(guard);
    if (other !== undefined && isDead(other)) await takeAway(guard, other);
    else await sleep(1);
    return;
  }
  try {
    if ((await look(path))?.identity === abandoned.identity) await rm(path, { force: true });
  } finally {
    await release(guard, own);
  }
}
