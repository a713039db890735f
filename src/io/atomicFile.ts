import { link, rename, rm, stat } from 'node:fs/promises';
import { dirname } from 'node:path';
import { t } from '@vscode/l10n';
import { fail, ok, type Result } from '../core/result';
import { active, exists, realPlace, recover, syncFolder, temporaryName } from './temporaryPlace';
import { writeFault } from './writeFault';

/**
 * A file that appears whole or not at all: it is written under a temporary name beside its target, and gets its name
 * when everything is on the disk. What a killed process left behind goes when the next file for the same target is
 * made.
 */
export class AtomicFile {
  private constructor(
    /** Where to write until `commit`. */
    readonly path: string,
    /** Where the file will be, without symbolic links on the way. */
    readonly target: string,
    private readonly force: boolean,
  ) {}

  /**
   * Finds a temporary name; the file is the caller's to make. With `force`, an existing file is replaced on
   * `commit`. Faults: the target exists, or is a folder; there is no folder that it could be in.
   */
  static async create(target: string, force: boolean): Promise<Result<AtomicFile>> {
    const place = await realPlace(target);
    if (!place.ok) return place;
    try {
      await recover(place.value);
      const info = await stat(place.value).catch(() => undefined);
      if (info !== undefined && !info.isFile()) {
        return fail(t('{0} is no file that can be replaced. Name a file.', target));
      }
      if (!force && (await exists(place.value))) return fail(occupied(target));
      const path = temporaryName(place.value, 'new');
      active.add(path);
      return ok(new AtomicFile(path, place.value, force));
    } catch (error) {
      return writeFault(error, dirname(place.value));
    }
  }

  /**
   * Gives the file its name; its bytes must be on the disk already. Faults: the target appeared meanwhile, without
   * `force`; those of the file system. The temporary file is then still there.
   */
  async commit(): Promise<Result<void>> {
    const { path, target } = this;
    try {
      if (this.force) await rename(path, target);
      else if (!(await renameToFreeName(path, target))) return fail(occupied(target));
      await syncFolder(dirname(target));
      active.delete(path);
      return ok(undefined);
    } catch (error) {
      return writeFault(error, target);
    }
  }

  /** Removes the temporary file, if it is still there. */
  async discard(): Promise<void> {
    await rm(this.path, { force: true });
    active.delete(this.path);
  }
}

function occupied(target: string): string {
  return t('{0} already exists. Choose another name, or replace it with --force.', target);
}

/** False if the name is taken: a second name for the same file can only be a new one, whoever else is about. */
async function renameToFreeName(path: string, target: string): Promise<boolean> {
  try {
    await link(path, target);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false;
    // File systems without second names (FAT, some network disks).
    if (await exists(target)) return false;
    await rename(path, target);
    return true;
  }
  await rm(path);
  return true;
}
