import { stat } from 'node:fs/promises';
import { t } from '@vscode/l10n';
import { fail, ok, type Result } from '../core/result';
import { journalPath } from './labelJournal';
import { realPlace } from './temporaryPlace';

/**
 * Makes sure that what is made of a source overwrites neither the source nor its labels, under whatever name, and
 * whether there are labels yet or not. Faults: it would; there is no folder that `out` could be in.
 */
export async function spareOwnFiles(source: string, out: string): Promise<Result<void>> {
  const place = await realPlace(out);
  if (!place.ok) return place;
  const there = await stat(out).catch(() => undefined);
  for (const path of [source, journalPath(source)]) {
    const own = await realPlace(path);
    const info = await stat(path).catch(() => undefined);
    // The same file may also have two names.
    const same =
      info !== undefined && there !== undefined && info.ino === there.ino && info.dev === there.dev;
    if (!same && !(own.ok && own.value === place.value)) continue;
    return fail(
      path === source
        ? t('{0} is the source itself, which is never overwritten. Choose another name.', out)
        : t('{0} is where the labels are kept, which is never overwritten. Choose another name.', out),
    );
  }
  return ok(undefined);
}
