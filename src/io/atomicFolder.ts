import { createHash, randomBytes } from 'node:crypto';
import { lstat, mkdir, open, readdir, realpath, rename, rm, stat } from 'node:fs/promises';
import { homedir } from 'node:os';
import { basename, dirname, join, relative, resolve, sep } from 'node:path';
import { type Fault, fail, ok, type Result } from '../core/result';
import { hostTag, isAlive } from './processes';
import { writeFault } from './writeFault';

/** Temporary folders of this process that are in use; a new process may have an old one's id. */
const active = new Set<string>();

/** Longest part of the target's name that a temporary name repeats. */
const LONGEST_NAME = 100;

/**
 * A folder that appears whole or not at all: it is filled under a temporary name beside its target, and renamed
 * when everything is on the disk. What a killed process left behind is put right when the next folder for the
 * same target is created.
 */
export class AtomicFolder {
  private constructor(
    /** Where to write files until `commit`. */
    readonly path: string,
    /** Where the folder will be. */
    readonly target: string,
    private readonly force: boolean,
  ) {}

  /**
   * Makes the temporary folder. With `force`, an existing folder is replaced on `commit`. Faults: the target
   * exists, is a file or holds the working directory; its parent does not exist or cannot be written to.
   */
  static async create(target: string, force: boolean): Promise<Result<AtomicFolder>> {
    const place = await realPlace(target);
    if (!place.ok) return place;
    try {
      await recover(place.value);
      const trouble = await checkTarget(place.value, force);
      if (trouble !== undefined) return { ok: false, fault: trouble };
      const path = temporaryName(place.value, 'new');
      active.add(path);
      await mkdir(path);
      return ok(new AtomicFolder(path, place.value, force));
    } catch (error) {
      return writeFault(error, dirname(place.value));
    }
  }

  /**
   * Puts the folder in its place; its files must be on the disk already. On a fault everything is as before, the
   * temporary folder included.
   */
  async commit(): Promise<Result<void>> {
    const { path, target } = this;
    const backup = temporaryName(target, 'old');
    active.add(backup);
    try {
      await syncFolder(path);
      const occupied = await exists(target);
      if (occupied && !this.force) return fail(appeared(target));
      if (occupied) await rename(target, backup);
      try {
        await rename(path, target);
      } catch (error) {
        if (occupied) await rename(backup, target);
        throw error;
      }
      await syncFolder(dirname(target));
      if (occupied) await rm(backup, { recursive: true, force: true });
      active.delete(path);
      return ok(undefined);
    } catch (error) {
      return writeFault(error, target);
    } finally {
      active.delete(backup);
    }
  }

  /** Removes the temporary folder and all in it. */
  async discard(): Promise<void> {
    await rm(this.path, { recursive: true, force: true });
    active.delete(this.path);
  }
}

/** True if `path` is `folder` or lies in it; both absolute, without symbolic links. */
export function isInside(path: string, folder: string): boolean {
  const way = relative(folder, path);
  return way === '' || (way !== '..' && !way.startsWith(`..${sep}`) && resolve(way) !== way);
}

/** The target without symbolic links on the way, whether it exists or not. */
async function realPlace(target: string): Promise<Result<string>> {
  const path = resolve(target);
  try {
    return ok(await realpath(path));
  } catch {
    // It does not exist: only its parent has to.
  }
  const parent = dirname(path);
  try {
    const real = await realpath(parent);
    if ((await stat(real)).isDirectory()) return ok(join(real, basename(path)));
    return fail(`${parent} is not a folder, so ${target} cannot be made in it. Choose another place.`);
  } catch {
    return fail(`${parent} does not exist. Create it first, or choose another place.`);
  }
}

async function checkTarget(target: string, force: boolean): Promise<Fault | undefined> {
  const info = await lstat(target).catch(() => undefined);
  if (info === undefined) return undefined;
  if (!info.isDirectory()) return { message: `${target} is a file. Name a folder that does not exist yet.` };
  if (!force)
    return { message: `${target} already exists. Choose another folder, or replace it with --force.` };
  const needed = [process.cwd(), homedir()].find((folder) => isInside(folder, target));
  if (needed === undefined) return undefined;
  return { message: `${target} cannot be replaced: ${needed} lies in it. Choose another folder.` };
}

function appeared(target: string): string {
  return `${target} has appeared in the meantime. Choose another folder, or replace it with --force.`;
}

/** `.name.cfprm-new-host-pid-random` beside the target: who made it can be told from the name. */
function temporaryName(target: string, kind: 'new' | 'old'): string {
  const random = randomBytes(4).toString('hex');
  return join(dirname(target), `${prefix(target)}${kind}-${hostTag()}-${process.pid}-${random}`);
}

function prefix(target: string): string {
  const name = basename(target);
  const digest = createHash('sha256').update(name).digest('hex').slice(0, 8);
  const short = name.length <= LONGEST_NAME ? name : `${name.slice(0, LONGEST_NAME / 2)}~${digest}`;
  return `.${short}.cfprm-`;
}

/**
 * Puts right what processes left that no longer live: a folder that was moved aside and never replaced goes back,
 * everything else goes. Folders of living processes and of other hosts are left alone.
 */
async function recover(target: string): Promise<void> {
  const parent = dirname(target);
  const start = prefix(target);
  for (const name of (await readdir(parent)).filter((entry) => entry.startsWith(start)).sort()) {
    const parts = /^(new|old)-(.+)-(\d+)-[0-9a-f]{8}$/u.exec(name.slice(start.length));
    if (parts === null || parts[2] !== hostTag()) continue;
    const path = join(parent, name);
    const pid = Number(parts[3]);
    if (active.has(path) || (pid !== process.pid && isAlive(pid))) continue;
    if (parts[1] === 'old' && !(await exists(target))) await rename(path, target);
    else await rm(path, { recursive: true, force: true });
  }
}

async function exists(path: string): Promise<boolean> {
  return (await lstat(path).catch(() => undefined)) !== undefined;
}

/** Makes names in a folder durable; where folders cannot be opened (Windows), the file system sees to it. */
async function syncFolder(path: string): Promise<void> {
  if (process.platform === 'win32') return;
  const folder = await open(path, 'r');
  try {
    await folder.sync();
  } finally {
    await folder.close();
  }
}
