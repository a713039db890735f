import { createHash, randomBytes } from 'node:crypto';
import { chmod, lstat, open, readdir, realpath, rename, rm, stat } from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';
import { t } from '@vscode/l10n';
import { errorWords, type Failure, fail, ok, type Result } from '../core/result';
import { ownMerge, removeMerge } from './mergeFolder';

/** Longest part of the target's name that a temporary name repeats. */
const LONGEST_NAME = 100;

/**
 * The target without symbolic links on the way, whether it exists or not. Faults: there is no folder that it could
 * be in.
 */
export async function realPlace(target: string): Promise<Result<string>> {
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
    return fail(t('{0} is not a folder, so {1} cannot be made in it. Choose another place.', parent, target));
  } catch {
    return fail(t('{0} does not exist. Create it first, or choose another place.', parent));
  }
}

/** The lock that every writer of a target holds: who has it may clear away what others left. */
export function lockPath(target: string): string {
  return join(dirname(target), `.${shortName(target)}.cfprm-lock`);
}

/** A free name beside the target: hidden for what is being written, in view for what was moved aside. */
export function temporaryName(target: string, kind: 'new' | 'old'): string {
  const random = randomBytes(4).toString('hex');
  return join(dirname(target), `${prefix(target, kind)}${random}`);
}

function prefix(target: string, kind: 'new' | 'old'): string {
  return kind === 'new' ? `.${shortName(target)}.cfprm-new-` : `${shortName(target)}.cfprm-old-`;
}

function shortName(target: string): string {
  const name = basename(target);
  const digest = createHash('sha256').update(name).digest('hex').slice(0, 8);
  return name.length <= LONGEST_NAME ? name : `${name.slice(0, LONGEST_NAME / 2)}~${digest}`;
}

/**
 * Puts right what other writers of the target left, for somebody who holds its lock: a folder that was moved aside
 * and never replaced goes back; what was being written goes, and of what was replaced all that a merge wrote.
 */
export async function recover(target: string): Promise<void> {
  const parent = dirname(target);
  for (const name of (await readdir(parent)).sort()) {
    const path = join(parent, name);
    if (isLeft(name, prefix(target, 'new'))) await rm(path, { recursive: true, force: true });
    if (!isLeft(name, prefix(target, 'old'))) continue;
    if (!(await exists(target))) {
      await rename(path, target);
      continue;
    }
    const files = await ownMerge(path);
    if (files.ok) await removeMerge(path, files.value);
  }
}

function isLeft(name: string, start: string): boolean {
  return name.startsWith(start) && /^[0-9a-f]{8}$/u.test(name.slice(start.length));
}

/** True if there is something at the path, a broken link too. */
export async function exists(path: string): Promise<boolean> {
  return (await lstat(path).catch(() => undefined)) !== undefined;
}

/** Makes names in a folder durable; where folders cannot be opened (Windows), the file system sees to it. */
export async function syncFolder(path: string): Promise<void> {
  if (process.platform === 'win32') return;
  const folder = await open(path, 'r');
  try {
    await folder.sync();
  } finally {
    await folder.close();
  }
}

/**
 * The permissions for something that is made of a file: those that it would get anyway, but nobody may read or
 * write it who may not do the same with the file. `made` is what the system gives.
 */
export async function modeAfter(source: string | undefined, made: number): Promise<number> {
  if (source === undefined) return made;
  // That it is not there, its reader says.
  const own = (await stat(source).catch(() => undefined))?.mode ?? 0;
  return (made & own & 0o666) | (made & 0o600);
}

/** Sets permissions, where the file system has them. */
export async function setMode(path: string, mode: number): Promise<void> {
  try {
    await chmod(path, mode & 0o777);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code !== 'EPERM' && code !== 'ENOTSUP' && code !== 'ENOSYS') throw error;
  }
}

/** What a person is told if something failed when the target was in its place already. */
export function placedFault(target: string, error: unknown): Failure {
  return fail(
    t(
      '{0} is written and complete, but then the disk reported an error ({1}). Check the disk; if {0} is gone after a restart, write it again.',
      target,
      errorWords(error),
    ),
  );
}

/** The fault of a writer whose lock somebody else took over, because it did not move for a long time. */
export function overtaken(target: string): Failure {
  return fail(
    t(
      'Nothing was written to {0}: this program stood still for so long that another one writes to it now. Wait for that one, or choose another name.',
      target,
    ),
  );
}
