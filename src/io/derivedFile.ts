import { fail, ok, type Result } from '../core/result';
import { AtomicFile } from './atomicFile';
import type { Digest } from './fileDigest';
import { fileFault } from './fileFault';
import { spareOwnFiles } from './ownFiles';
import { CANCELLED } from './rowStream';
import { SourceWatch } from './sourceWatch';

/** A file that is made from another one. */
export interface DerivedFile {
  readonly source: string;
  /** The file that is written; must not exist, unless `force`. */
  readonly out: string;
  /** Replace an existing file, in one step. */
  readonly force?: boolean;
  readonly signal?: AbortSignal;
}

/** What was made, and the source as it was read for it. */
export interface Derived<T> {
  readonly made: T;
  readonly read: Digest | undefined;
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
  write: (path: string) => Promise<Result<Derived<T>>>,
): Promise<Result<T>> {
  const allowed = await spareOwnFiles(source, out);
  if (!allowed.ok) return allowed;
  const target = await AtomicFile.create(out, { force: force ?? false, source });
  if (!target.ok) return target;
  try {
    const watch = await SourceWatch.begin(source);
    const derived = await write(target.value.path);
    if (!derived.ok) return derived;
    if (signal?.aborted) return fail(CANCELLED);
    const { made, read } = derived.value;
    if (!(await watch.isSame(read))) return fail(changed);
    const committed = await target.value.commit();
    return committed.ok ? ok(made) : committed;
  } catch (error) {
    return fileFault(error, source);
  } finally {
    await target.value.discard();
  }
}
