import { lstat, readlink, stat } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import { t } from '@vscode/l10n';
import { fail, ok, type Result } from '../core/result';
import { isInside } from './atomicFolder';
import { journalPath } from './labelJournal';
import { realPlace } from './temporaryPlace';

/** Links that are followed: the system stops there, too. */
const MOST_LINKS = 40;

/**
 * Makes sure that what is made of a source overwrites neither the source nor its labels, under whatever name, and
 * whether there are labels yet or not. Faults: it would; there is no folder that `out` could be in.
 */
export async function spareOwnFiles(source: string, out: string): Promise<Result<void>> {
  const place = await realPlace(out);
  if (!place.ok) return place;
  const there = await stat(out).catch(() => undefined);
  for (const name of await linksTo(source)) {
    for (const path of [name, journalPath(name)]) {
      const own = await realPlace(path);
      const info = await stat(path).catch(() => undefined);
      // The same file may also have two names.
      const same =
        info !== undefined && there !== undefined && info.ino === there.ino && info.dev === there.dev;
      if (!same && !(own.ok && own.value === place.value)) continue;
      return fail(
        path === name
          ? t('{0} is the source itself, which is never overwritten. Choose another name.', out)
          : t('{0} is where the labels are kept, which is never overwritten. Choose another name.', out),
      );
    }
  }
  return ok(undefined);
}

/**
 * Makes sure that neither a source, nor a link on the way to it, nor its labels lie in a folder that is replaced.
 * Faults: they do; there is no folder that `out` could be in.
 */
export async function spareOwnPlaces(source: string, out: string): Promise<Result<void>> {
  const folder = await realPlace(out);
  if (!folder.ok) return folder;
  for (const name of await linksTo(source)) {
    for (const path of [name, journalPath(name)]) {
      const parent = await realPlace(dirname(path));
      if (!parent.ok || !isInside(parent.value, folder.value)) continue;
      return fail(t('{0} lies in {1}, which would be replaced. Choose another folder.', path, out));
    }
  }
  return ok(undefined);
}

/** The names by which a file is reached: the one given, and every link's target on the way, absolute. */
async function linksTo(source: string): Promise<readonly string[]> {
  const names = [resolve(source)];
  while (names.length <= MOST_LINKS) {
    const last = names.at(-1)!;
    const info = await lstat(last).catch(() => undefined);
    if (info === undefined || !info.isSymbolicLink()) break;
    names.push(resolve(dirname(last), await readlink(last)));
  }
  return names;
}
