import { lstat, mkdir, readdir, rename, rm } from 'node:fs/promises';
import { homedir } from 'node:os';
import { dirname, join, relative, resolve, sep } from 'node:path';
import { t } from '@vscode/l10n';
import { errorWords, type Failure, fail, ok, type Result } from '../core/result';
import { FileLock } from './fileLock';
import { isJournal } from './labelJournal';
import { MANIFEST_FILE, ownMerge, removeMerge } from './mergeFolder';
import {
  exists,
  lockPath,
  modeAfter,
  overtaken,
  placedFault,
  realPlace,
  recover,
  setMode,
  syncFolder,
  temporaryName,
} from './temporaryPlace';
import { writeFault } from './writeFault';

/** How a folder is written. */
export interface AtomicFolderOptions {
  /** Replace an existing folder that a merge wrote. */
  readonly force: boolean;
  /** The file that it is made of: who may not read that one may not read what is in the folder either. */
  readonly source: string;
}

/**
 * The folder of a merge, which appears whole or not at all: it is filled under a temporary name beside its target,
 * and renamed when everything is on the disk. Until then nobody else writes to the same target. What a killed process
 * left behind is put right when the next folder for the same target is created.
 *
 * Only what a merge wrote is ever replaced; it is moved aside first, and removed when the new folder is in its place.
 */
export class AtomicFolder {
  private keeps = false;

  private constructor(
    /** Where to write files until `commit`. */
    readonly path: string,
    /** Where the folder will be. */
    readonly target: string,
    private readonly options: AtomicFolderOptions,
    /** What the system gives a new folder. */
    private readonly made: number,
    private readonly lock: FileLock,
  ) {}

  /**
   * Makes the temporary folder. Faults: the target exists, without `force`; it holds what no merge wrote, or the
   * working directory; it is a file; somebody else writes to it; its parent does not exist or cannot be written to.
   */
  static async create(target: string, options: AtomicFolderOptions): Promise<Result<AtomicFolder>> {
    const place = await realPlace(target);
    if (!place.ok) return place;
    if (isJournal(place.value))
      return fail(t('{0} is the name of a journal of labels. Choose another name.', target));
    try {
      const lock = await FileLock.take(lockPath(place.value), { what: target });
      if (!lock.ok) return lock;
      const folder = await make(place.value, options, lock.value).catch((error) =>
        writeFault(error, place.value),
      );
      if (!folder.ok) await lock.value.release();
      if (!folder.ok) return folder;
      const { path, made } = folder.value;
      return ok(new AtomicFolder(path, place.value, options, made, lock.value));
    } catch (error) {
      return writeFault(error, place.value);
    }
  }

  /**
   * Puts the folder in its place; its files must be on the disk already. On a fault everything is as before, the
   * temporary folder included, unless the fault says where things are.
   */
  async commit(): Promise<Result<void>> {
    const { path, target } = this;
    let replaced: Replaced | undefined;
    try {
      if (!(await this.lock.isHeld())) return overtaken(target);
      const old = await this.replaced();
      if (!old.ok) return old;
      replaced = old.value;
      await this.setModes(replaced);
      await syncFolder(path);
      const swapped = await this.swap(replaced?.aside);
      if (!swapped.ok) return swapped;
    } catch (error) {
      return writeFault(error, target);
    }
    try {
      await syncFolder(dirname(target));
      if (replaced === undefined || (await removeMerge(replaced.aside, replaced.files))) return ok(undefined);
    } catch (error) {
      return placedFault(target, error);
    }
    return fail(
      t(
        '{0} is written and complete. Something came into the old folder meanwhile, which is kept: {1}.',
        target,
        replaced.aside,
      ),
    );
  }

  /** Removes the temporary folder and all in it, and lets others write to the target. */
  async discard(): Promise<void> {
    // What a broken disk keeps goes before the next folder for the target is made.
    if (!this.keeps) await rm(this.path, { recursive: true, force: true }).catch(() => undefined);
    await this.lock.release();
  }

  /** What stands in the place, looked at again: a merge may take hours. */
  private async replaced(): Promise<Result<Replaced | undefined>> {
    const { target, options } = this;
    if (!(await exists(target))) return ok(undefined);
    if (!options.force) return fail(appeared(target));
    const files = await ownMerge(target);
    return files.ok ? ok({ files: files.value, aside: temporaryName(target, 'old') }) : files;
  }

  private async swap(aside: string | undefined): Promise<Result<void>> {
    const { path, target } = this;
    if (aside !== undefined) await rename(target, aside);
    try {
      await rename(path, target);
      return ok(undefined);
    } catch (error) {
      if (aside === undefined) throw error;
      const back = await rename(aside, target).then(
        () => true,
        () => false,
      );
      if (back) throw error;
      this.keeps = true;
      return bothAside(target, aside, path, error);
    }
  }

  /** The folder and its files have the permissions of those that they replace, or of their source. */
  private async setModes(replaced: Replaced | undefined): Promise<void> {
    const { path, target, made, options } = this;
    const old = (name: string) => lstat(join(target, name)).catch(() => undefined);
    const readable = await modeAfter(options.source, made & 0o666);
    const usual = (replaced && (await old(MANIFEST_FILE))?.mode) ?? readable;
    for (const name of await readdir(path)) {
      await setMode(join(path, name), (replaced && (await old(name))?.mode) ?? usual);
    }
    // Who may read its files may list and enter it.
    const entered = readable | ((readable & 0o444) >> 2);
    await setMode(path, (replaced && (await old('.'))?.mode) ?? entered);
  }
}

/** A folder that is replaced. */
interface Replaced {
  /** What a merge wrote in it: all there is. */
  readonly files: readonly string[];
  /** Where it stands until the new one is in its place. */
  readonly aside: string;
}

/** True if `path` is `folder` or lies in it; both absolute, without symbolic links. */
export function isInside(path: string, folder: string): boolean {
  const way = relative(folder, path);
  return way === '' || (way !== '..' && !way.startsWith(`..${sep}`) && resolve(way) !== way);
}

async function make(
  target: string,
  { force }: AtomicFolderOptions,
  lock: FileLock,
): Promise<Result<{ path: string; made: number }>> {
  if (!(await lock.isHeld())) return overtaken(target);
  await recover(target);
  const checked = await checkTarget(target, force);
  if (!checked.ok) return checked;
  const path = temporaryName(target, 'new');
  await mkdir(path);
  const made = (await lstat(path)).mode & 0o777;
  await setMode(path, 0o700);
  return ok({ path, made });
}

async function checkTarget(target: string, force: boolean): Promise<Result<unknown>> {
  const info = await lstat(target).catch(() => undefined);
  if (info === undefined) return ok(undefined);
  if (!info.isDirectory()) return fail(t('{0} is a file. Name a folder that does not exist yet.', target));
  if (!force) {
    return fail(t('{0} already exists. Choose another folder, or replace it with --force.', target));
  }
  const needed = [process.cwd(), homedir()].find((folder) => isInside(folder, target));
  if (needed === undefined) return ownMerge(target);
  return fail(t('{0} cannot be replaced: {1} lies in it. Choose another folder.', target, needed));
}

function appeared(target: string): string {
  return t('{0} has appeared in the meantime. Choose another folder, or replace it with --force.', target);
}

function bothAside(target: string, aside: string, path: string, error: unknown): Failure {
  return fail(
    t(
      'The disk failed while {0} was replaced ({1}). The old folder is {2}, the new one, complete, {3}: rename one of them to {0}.',
      target,
      errorWords(error),
      aside,
      path,
    ),
  );
}
