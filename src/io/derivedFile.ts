import { stat } from 'node:fs/promises';
import { fail, type Result } from '../core/result';
import { AtomicFile } from './atomicFile';
import { isUnchanged } from './fileStamp';
import { spareOwnFiles } from './ownFiles';
import { CANCELLED } from './rowStream';

/** A file that is made from another one. */
export interface DerivedFile {
  readonly source: string;
  /** The file that is written; must not exist, unless `force`. */
  readonly out: string;
  /** Replace an existing file, in one step. */
  readonly force?: boolean;
  readonly signal?: AbortSignal;
}

/**
 * Has a file written beside its place, and moves it there when it is complete; a fault, which a cancelled signal gives
 * too, leaves nothing.
 *
 * Faults: those of `write`; the target is the source or its journal, or exists without `force`; the source changed
 * meanwhile; cancelled.
 *
 * @param changed what a person is told if the source changed meanwhile
 * @param write writes the file at a path
 */
export async function derivedFile<T>(
  { source, out, force, signal }: DerivedFile,
  changed: string,
  write: (path: string) => Promise<Result<T>>,
): Promise<Result<T>> {
  const allowed = await spareOwnFiles(source, out);
  if (!allowed.ok) return allowed;
  const target = await AtomicFile.create(out, { force: force ?? false, source });
  if (!target.ok) return target;
  try {
    const before = await stat(source).catch(() => undefined);
    const made = await write(target.value.path);
    if (!made.ok) return made;
    if (signal?.aborted) return fail(CANCELLED);
    const after = await stat(source).catch(() => undefined);
    if (!isUnchanged(before, after)) return fail(changed);
    const committed = await target.value.commit();
    return committed.ok ? made : committed;
  } finally {
    await target.value.discard();
  }
}
