import { createHash } from 'node:crypto';
import { type FileHandle, link, open, readdir, rename, rm, stat } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { t } from '@vscode/l10n';
import { fail, ok, type Result } from '../core/result';
import {
  claimant,
  claimName,
  forgetOwner,
  hasEnded,
  type LockLook,
  type LockOwner,
  lookAt,
  newOwner,
  noteText,
} from './lockNote';

/** Times of a lock, in milliseconds. */
export interface LockLimits {
  /** An owner shows that it lives this often. */
  readonly beat: number;
  /** A lock without a heartbeat for so long was left behind, whoever has it. */
  readonly silent: number;
  /** At least so long a lock is watched before it counts as left behind: clocks jump when a machine wakes up. */
  readonly watch: number;
  /** How long an owner that lives is waited for. */
  readonly patience: number;
}

const LIMITS: LockLimits = { beat: 1000, silent: 15_000, watch: 3000, patience: 0 };
/** Work under a journal's lock takes milliseconds: it is worth waiting for. */
const SHORT_WORK: LockLimits = { ...LIMITS, patience: 30_000 };

/** How a lock is taken. */
export interface LockOptions {
  /** What is locked, for people; the lock's path unless told. */
  readonly what?: string;
  readonly limits?: Partial<LockLimits>;
  /** Stands in for `processPlace` in tests: another container, another machine. */
  readonly place?: string;
}

/**
 * A lock file: one owner at a time, whatever processes, containers and machines share the folder. The owner writes a
 * token of its own and a heartbeat into it. The lock of an owner that has ended is taken over when its heartbeat is
 * old, and at once if its process is known to be gone (same host, kernel and process namespace). Who was only asleep
 * finds out with `isHeld`, which has to be asked before anything is put in place.
 */
export class FileLock {
  private beats = 0;
  private beating: Promise<unknown> = Promise.resolve();
  private readonly timer: NodeJS.Timeout;

  private constructor(
    private readonly path: string,
    private readonly owner: LockOwner,
    private readonly file: FileHandle,
    beat: number,
  ) {
    this.timer = setInterval(() => this.beat(), beat).unref();
  }

  /** Takes the lock. Faults: somebody who lives has it, and keeps it. Errors of the file system are thrown. */
  static async take(
    path: string,
    { what = path, limits, place }: LockOptions = {},
  ): Promise<Result<FileLock>> {
    const times = { ...LIMITS, ...limits };
    const claim = await Claim.open(path, newOwner(place), times, place);
    try {
      const refusal = await claim.win();
      if (refusal !== undefined) return inUse(what, refusal.owner);
      const lock = new FileLock(path, claim.owner, claim.keep(), times.beat);
      await sweep(path, times.silent, place);
      return ok(lock);
    } finally {
      await claim.close();
    }
  }

  /** False if somebody took the lock over: then nothing may be put in place. */
  async isHeld(): Promise<boolean> {
    return (await lookAt(this.path))?.owner?.token === this.owner.token;
  }

  /** Gives the lock back. */
  async release(): Promise<void> {
    clearInterval(this.timer);
    await this.beating;
    try {
      if (await this.isHeld()) await rm(this.path, { force: true });
      await this.file.close();
    } catch {
      // Its heartbeat has stopped, so that others take it over when they need it.
    } finally {
      forgetOwner(this.owner);
    }
  }

  private beat(): void {
    this.beats++;
    const write = () => this.file.write(noteText(this.owner, this.beats), 0);
    // A heartbeat that cannot be written is one that is missing; `isHeld` says what came of that.
    this.beating = this.beating.then(write).catch(() => undefined);
  }
}

/**
 * Runs `work` while nobody else runs work under the same lock file, which exists only meanwhile; waits for others.
 * Faults: those of `work`, and a lock that others keep for too long. Errors of the file system are thrown.
 */
export async function withLock<T>(
  path: string,
  work: () => Promise<Result<T>>,
  options: LockOptions = {},
): Promise<Result<T>> {
  const lock = await FileLock.take(path, { ...options, limits: { ...SHORT_WORK, ...options.limits } });
  if (!lock.ok) return lock;
  try {
    return await work();
  } finally {
    await lock.value.release();
  }
}

/**
 * Somebody who wants a lock. Its file has a name of its own first; it becomes the lock by a second name, which one of
 * many can give, on network disks too (`open` with O_EXCL is not safe on all of them).
 */
class Claim {
  private file: FileHandle | undefined;
  private readonly ownName: string;

  private constructor(
    private readonly path: string,
    readonly owner: LockOwner,
    private readonly times: LockLimits,
    private readonly place: string | undefined,
  ) {
    this.ownName = `${path}.${claimName(owner)}`;
  }

  static async open(
    path: string,
    owner: LockOwner,
    times: LockLimits,
    place: string | undefined,
  ): Promise<Claim> {
    const claim = new Claim(path, owner, times, place);
    try {
      claim.file = await open(claim.ownName, 'wx');
      await claim.file.write(noteText(owner, 0), 0);
      return claim;
    } catch (error) {
      await claim.close();
      throw error;
    }
  }

  /** Returns when the lock is won, or with the lock of somebody who lives and keeps it. */
  async win(): Promise<LockLook | undefined> {
    const begun = performance.now();
    let first: string | undefined;
    let seen: LockLook | undefined;
    let since = begun;
    let fresh = begun;
    for (;;) {
      if (await this.become(this.path)) return undefined;
      const other = await lookAt(this.path);
      const now = performance.now();
      if (other === undefined) continue;
      if (other.state !== seen?.state) since = now;
      seen = other;
      first ??= other.state;
      const lives = other.state !== first;
      if (lives && now - begun >= this.times.patience) return other;
      if (hasEnded(other.owner, this.place) || (await this.isSilent(other, now - since))) {
        if (await this.takeOver(other)) return undefined;
        continue;
      }
      if (now - fresh >= this.times.beat) {
        fresh = now;
        await this.refresh();
      }
      await sleep(1 + Math.random() * Math.min(100, 6 + (now - begun) / 10));
    }
  }

  /** Hands the file over to the lock that it has become. */
  keep(): FileHandle {
    const { file } = this;
    this.file = undefined;
    if (file === undefined) throw new Error('a claim that was won has its file');
    return file;
  }

  /** Clears away what did not become the lock. */
  async close(): Promise<void> {
    if (this.file !== undefined) forgetOwner(this.owner);
    await this.file?.close();
    await rm(this.ownName, { force: true });
  }

  /** Whether the lock has had no heartbeat for so long that it was left behind. */
  private async isSilent({ written }: LockLook, watched: number): Promise<boolean> {
    if (watched >= this.times.silent) return true;
    if (watched < this.times.watch) return false;
    // Both times are those of the file system: hosts need not agree about theirs.
    await this.refresh();
    return (await this.file!.stat()).mtimeMs - written >= this.times.silent;
  }

  /** Shows others that the claim's file is in use. */
  private async refresh(): Promise<void> {
    await this.file!.write(noteText(this.owner, 0), 0);
  }

  /** Gives the claim's file the name if it is free. */
  private async become(name: string): Promise<boolean> {
    try {
      await link(this.ownName, name);
      return true;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') return this.becomeWithoutLinks(name);
      // Over a network the answer to the call that did it may be lost.
      return (await lookAt(name))?.owner?.token === this.owner.token;
    }
  }

  /** For file systems without second names (FAT, some network disks). */
  private async becomeWithoutLinks(name: string): Promise<boolean> {
    let file: FileHandle;
    try {
      file = await open(name, 'wx');
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false;
      throw error;
    }
    try {
      await file.write(noteText(this.owner, 0), 0);
    } catch (error) {
      await file.close();
      await rm(name, { force: true });
      throw error;
    }
    const spare = name === this.path ? this.file : file;
    if (spare === this.file) this.file = file;
    await spare?.close();
    return true;
  }

  /**
   * Replaces a lock that was left behind. Of all who want to, only the one that makes a guard, named after this very
   * lock, may; and it looks again first, so that nobody replaces the lock of the one who came next.
   */
  private async takeOver(gone: LockLook): Promise<boolean> {
    const name = gone.owner?.token ?? gone.state;
    const digest = createHash('sha256').update(name).digest('hex').slice(0, 16);
    const guard = `${this.path}.guard-${digest}`;
    if (!(await this.become(guard))) {
      const other = await lookAt(guard);
      const left =
        other !== undefined &&
        (hasEnded(other.owner, this.place) || (await this.isSilent(other, this.times.watch)));
      if (left) await rm(guard, { force: true });
      else await sleep(1);
      return false;
    }
    try {
      if ((await lookAt(this.path))?.state !== gone.state) return false;
      await rename(this.ownName, this.path);
      return true;
    } finally {
      await rm(guard, { force: true });
    }
  }
}

/** Locks that this process has looked around already. */
const swept = new Set<string>();

/** Removes, once, what others left beside a lock who were killed while they asked for it. */
async function sweep(path: string, silent: number, place: string | undefined): Promise<void> {
  if (swept.has(path)) return;
  swept.add(path);
  const now = (await stat(path)).mtimeMs;
  const start = `${basename(path)}.`;
  for (const name of await readdir(dirname(path))) {
    if (!name.startsWith(start)) continue;
    const end = name.slice(start.length);
    const asks = claimant(end);
    if (asks === undefined && !/^guard-[0-9a-f]{16}$/u.test(end)) continue;
    const look = await lookAt(join(dirname(path), name));
    if (look === undefined) continue;
    const isLeft = hasEnded(asks ?? look.owner, place) || now - look.written >= silent;
    if (isLeft) await rm(join(dirname(path), name), { force: true });
  }
}

function inUse(what: string, owner: LockOwner | undefined): Result<never> {
  const who =
    owner === undefined
      ? t('another program')
      : t('process {0} on {1} (since {2})', owner.pid, owner.host, owner.since);
  return fail(t('{0} is being written by {1}. Wait until that is done, or choose another name.', what, who));
}
