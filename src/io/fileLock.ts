import { createHash, randomBytes } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { open, rm } from 'node:fs/promises';
import { hostname } from 'node:os';
import { setTimeout as sleep } from 'node:timers/promises';
import { t } from '@vscode/l10n';
import { fail, type Result } from '../core/result';
import { isAlive } from './processes';

/** How long others are waited for, in milliseconds. */
export interface LockLimits {
  /** A lock that did not change for so long was left behind, whoever has it: work under it takes milliseconds. */
  readonly abandoned: number;
  /** The same for a lock without owner: it gets one at once, unless its maker is killed just then. */
  readonly ownerless: number;
  /** After so long a person is told who holds the lock. */
  readonly patience: number;
}

const LIMITS: LockLimits = { abandoned: 10_000, ownerless: 1_000, patience: 30_000 };

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
 * a killed process is taken over: at once if it ran on this host, else when it has not changed for a while.
 * Faults: those of `work`, and a lock that others kept for too long. Errors of the file system are thrown.
 */
export async function withLock<T>(
  path: string,
  work: () => Promise<Result<T>>,
  limits = LIMITS,
): Promise<Result<T>> {
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
    const enough = other?.owner === '' ? limits.ownerless : limits.abandoned;
    if (now - begun > limits.patience) return fail(inUse(path, other));
    if (other !== undefined && (isDead(other) || now - since > enough)) await takeAway(path, other);
    else await sleep(1 + Math.random() * 6);
  }
}

function inUse(path: string, other: Look | undefined): string {
  const who = other === undefined ? t('another window') : t('another window ({0})', other.owner);
  return t('{0} is held by {1}. Try again; if no other window has the file open, delete it.', path, who);
}

/** Makes the lock file; undefined if there is one. */
async function create(path: string): Promise<string | undefined> {
  const owner = `${hostname()} ${process.pid} ${randomBytes(8).toString('hex')}`;
  held.add(owner);
  try {
    // In one go: a process that is killed between making and filling the file makes others wait.
    writeFileSync(path, owner, { flag: 'wx' });
    return owner;
  } catch (error) {
    held.delete(owner);
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return undefined;
    await dropUnfilled(path, error);
    throw error;
  }
}

/** Removes the lock that could be made but not filled: the disk is full. */
async function dropUnfilled(path: string, error: unknown): Promise<void> {
  const { syscall } = error as NodeJS.ErrnoException;
  if (syscall === 'write') await rm(path, { force: true });
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
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
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
