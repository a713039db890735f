import { lstat, mkdir, rename, rm } from 'node:fs/promises';
import { homedir } from 'node:os';
import { dirname, relative, resolve, sep } from 'node:path';
import { t } from '@vscode/l10n';
import { type Fault, fail, ok, type Result } from '../core/result';
import { active, exists, realPlace, recover, syncFolder, temporaryName } from './temporaryPlace';
import { writeFault } from './writeFault';

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

async function checkTarget(target: string, force: boolean): Promise<Fault | undefined> {
  const info = await lstat(target).catch(() => undefined);
  if (info === undefined) return undefined;
  if (!info.isDirectory())
    return { message: t('{0} is a file. Name a folder that does not exist yet.', target) };
  if (!force)
    return { message: t('{0} already exists. Choose another folder, or replace it with --force.', target) };
  const needed = [process.cwd(), homedir()].find((folder) => isInside(folder, target));
  if (needed === undefined) return undefined;
  return { message: t('{0} cannot be replaced: {1} lies in it. Choose another folder.', target, needed) };
}

function appeared(target: string): string {
  return t('{0} has appeared in the meantime. Choose another folder, or replace it with --force.', target);
}
