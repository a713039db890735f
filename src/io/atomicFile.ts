import { link, open, rename, rm, stat } from 'node:fs/promises';
import { dirname } from 'node:path';
import { t } from '@vscode/l10n';
import { fail, ok, type Result } from '../core/result';
import { FileLock } from './fileLock';
import { isJournal } from './labelJournal';
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

/** How a file is written. */
export interface AtomicFileOptions {
  /** Replace an existing file. */
  readonly force: boolean;
  /** The file that it is made of: who may not read that one may not read this one either. */
  readonly source?: string;
  /** How long another writer of the same file is waited for, in milliseconds; not at all unless told. */
  readonly patience?: number;
}

/**
 * A file that appears whole or not at all: it is written under a temporary name beside its target, and gets its name
 * when everything is on the disk. Until then nobody else writes to the same target. What a killed process left
 * behind goes when the next file for the same target is made.
 */
export class AtomicFile {
  private isPlaced = false;

  private constructor(
    /** Where to write until `commit`; an empty file of this user alone. */
    readonly path: string,
    /** Where the file will be, without symbolic links on the way. */
    readonly target: string,
    private readonly force: boolean,
    private readonly mode: number,
    private readonly lock: FileLock,
  ) {}

  /**
   * Makes the temporary file. Faults: the target exists, without `force`, or is a folder or a journal of labels;
   * somebody else writes to it; there is no folder that it could be in.
   */
  static async create(target: string, options: AtomicFileOptions): Promise<Result<AtomicFile>> {
    const place = await realPlace(target);
    if (!place.ok) return place;
    if (isJournal(target) || isJournal(place.value)) return fail(journalTarget(target));
    try {
      const { patience = 0 } = options;
      const lock = await FileLock.take(lockPath(place.value), { what: target, limits: { patience } });
      if (!lock.ok) return lock;
      const file = await make(target, place.value, options, lock.value).catch((error) =>
        writeFault(error, place.value),
      );
      if (!file.ok) {
        await lock.value.release();
        return file;
      }
      const { path, mode } = file.value;
      return ok(new AtomicFile(path, place.value, options.force, mode, lock.value));
    } catch (error) {
      return writeFault(error, place.value);
    }
  }

  /** True once the file has its name, whatever `commit` said. */
  get placed(): boolean {
    return this.isPlaced;
  }

  /** False if another writer took over, because this one did not move for long: then nothing here is to be touched. */
  isOurs(): Promise<boolean> {
    return this.lock.isHeld();
  }

  /**
   * Gives the file its name; its bytes must be on the disk already. Faults: the target appeared meanwhile, without
   * `force`; another writer took over; those of the file system. If the file is not `placed`, the temporary one is
   * still there.
   */
  async commit(): Promise<Result<void>> {
    const { path, target } = this;
    try {
      if (!(await this.isOurs())) return overtaken(target);
      await setMode(path, this.mode);
      if (this.force) await rename(path, target);
      else if (!(await giveFreeName(path, target))) return fail(occupied(target));
    } catch (error) {
      return writeFault(error, target);
    }
    this.isPlaced = true;
    try {
      await rm(path, { force: true });
      await syncFolder(dirname(target));
      return ok(undefined);
    } catch (error) {
      return placedFault(target, error);
    }
  }

  /** Removes the temporary file, if it is still there, and lets others write to the target. */
  async discard(): Promise<void> {
    // What a broken disk keeps goes before the next file for the target is made.
    await rm(this.path, { force: true }).catch(() => undefined);
    await this.lock.release();
  }
}

async function make(
  target: string,
  place: string,
  { force, source }: AtomicFileOptions,
  lock: FileLock,
): Promise<Result<{ path: string; mode: number }>> {
  if (!(await lock.isHeld())) return overtaken(target);
  await recover(place);
  const info = await stat(place).catch(() => undefined);
  if (info === undefined && (await exists(place))) {
    return fail(t('{0} is a link that leads nowhere. Remove it, or choose another name.', target));
  }
  if (info !== undefined && !info.isFile()) {
    return fail(t('{0} is no file that can be replaced. Name a file.', target));
  }
  if (!force && (await exists(place))) return fail(occupied(target));
  const path = temporaryName(place, 'new');
  const file = await open(path, 'wx');
  try {
    const made = (await file.stat()).mode & 0o777;
    const mode = info === undefined ? await modeAfter(source, made) : info.mode;
    await setMode(path, 0o600);
    return ok({ path, mode });
  } finally {
    await file.close();
  }
}

function occupied(target: string): string {
  return t('{0} already exists. Choose another name, or replace it with --force.', target);
}

function journalTarget(target: string): string {
  return t(
    '{0} is the name of a journal of labels, which is never overwritten. Choose another name.',
    target,
  );
}

/** False if the name is taken: a second name for the same file can only be a new one, whoever else is about. */
async function giveFreeName(path: string, target: string): Promise<boolean> {
  try {
    await link(path, target);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false;
    // File systems without second names (FAT, some network disks).
    if (await exists(target)) return false;
    await rename(path, target);
    return true;
  }
}
