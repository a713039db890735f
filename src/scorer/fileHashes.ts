import { randomUUID } from 'node:crypto';
import { mkdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { t } from '@vscode/l10n';
import { fail, ok, type Result } from '../core/result';
import { dataFolder } from '../io/dataFolder';
import { fileDigest } from '../io/fileDigest';
import { fileFault } from '../io/fileFault';
import { identityOf } from '../io/fileStamp';

/** A file as it was hashed. */
export interface HashedFile {
  readonly path: string;
  readonly sha256: string;
  /** Where it lies and when it was written or replaced last, to the nanosecond. */
  readonly stamp: string;
  /** Whether a change since would have changed the stamp: the file had been left alone for long enough. */
  readonly isSettled: boolean;
}

/** The clock of some file systems goes in steps: within one, a second change leaves no trace. */
const SETTLED_MS = 2500;
/** Smaller files are hashed anew by every process: that takes no longer than looking them up. */
const KEPT_BYTES = 32 * 1024 * 1024;
/** Files whose hashes are kept on the disk, the latest. */
const KEPT = 200;
const NAME = 'file-hashes.json';

/** Hashes of settled files by their stamps, the longest unused first. */
const known = new Map<string, string>();
let loaded: Promise<void> | undefined;

/**
 * Hashes a whole file, or takes the hash from the last time if nobody wrote to it since: by device, inode, size, and
 * the times of content and inode (ctime, which cannot be put back). Large files' hashes are kept between processes, in
 * the folder of `dataFolder`. Faults: it cannot be read, is not a regular file, or is being written; the
 * signal was aborted (`CANCELLED`).
 */
export async function hashedFile(path: string, signal?: AbortSignal): Promise<Result<HashedFile>> {
  const before = await stampOf(path);
  if (!before.ok) return before;
  const { stamp, bytes, isSettled } = before.value;
  const isKept = isSettled && bytes >= KEPT_BYTES;
  if (isKept) {
    loaded ??= load();
    await loaded;
  }
  const old = isSettled ? known.get(stamp) : undefined;
  const digest = old === undefined ? await fileDigest(path, signal) : ok({ sha256: old });
  if (!digest.ok) return digest;
  const { sha256 } = digest.value;
  if (old === undefined) {
    const after = await stampOf(path);
    if (!after.ok) return after;
    if (after.value.stamp !== stamp)
      return fail(t('{0} changed while it was read. Use it when nobody writes to it.', path));
  }
  if (isSettled) {
    known.delete(stamp);
    known.set(stamp, sha256);
  }
  if (isKept && old === undefined) await save(stamp, sha256);
  return ok({ path, sha256, stamp, isSettled });
}

/**
 * The same files as they are now; undefined if one holds something else by now. Hashes again what has another stamp or
 * had not settled. A file that is gone or cannot be read stays as it was: who has it open reads what it was.
 */
export async function ifUnchanged(files: readonly HashedFile[]): Promise<readonly HashedFile[] | undefined> {
  const now = await Promise.all(
    files.map(async (file) => {
      const found = await stampOf(file.path);
      if (!found.ok || (file.isSettled && found.value.stamp === file.stamp)) return file;
      const hashed = await hashedFile(file.path);
      return hashed.ok && hashed.value.sha256 === file.sha256 ? hashed.value : undefined;
    }),
  );
  return now.every((file) => file !== undefined) ? now : undefined;
}

async function stampOf(path: string): Promise<Result<{ stamp: string; bytes: number; isSettled: boolean }>> {
  try {
    const info = await stat(path, { bigint: true });
    // A pipe or a device would be read without end.
    if (!info.isFile()) return fail(t('{0} is not a regular file. Copy its content to one first.', path));
    const isSettled = Date.now() - Number(info.ctimeNs / 1_000_000n) > SETTLED_MS;
    return ok({ stamp: identityOf(info), bytes: Number(info.size), isSettled });
  } catch (error) {
    return fileFault(error, path);
  }
}

async function load(): Promise<void> {
  for (const [stamp, sha256] of await read()) if (!known.has(stamp)) known.set(stamp, sha256);
}

async function read(): Promise<[string, string][]> {
  const text = await readFile(join(dataFolder(), NAME), 'utf8').catch(() => '[]');
  try {
    const pairs: unknown = JSON.parse(text);
    return Array.isArray(pairs) ? pairs.filter(isPair) : [];
  } catch {
    // Damaged: the files are hashed again.
    return [];
  }
}

function isPair(value: unknown): value is [string, string] {
  const [stamp, sha256, ...more] = Array.isArray(value) ? value : [];
  return typeof stamp === 'string' && typeof sha256 === 'string' && more.length === 0;
}

async function save(stamp: string, sha256: string): Promise<void> {
  const path = join(dataFolder(), NAME);
  const others = (await read()).filter(([other]) => other !== stamp);
  const temporary = `${path}.${randomUUID()}`;
  try {
    await mkdir(dirname(path), { recursive: true });
    await writeFile(temporary, JSON.stringify([...others, [stamp, sha256]].slice(-KEPT)), { mode: 0o600 });
    await rename(temporary, path);
  } catch {
    // Nothing is lost but the time to hash the file again.
    await rm(temporary, { force: true }).catch(() => undefined);
  }
}
