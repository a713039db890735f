import { createHash, randomBytes } from 'node:crypto';
import { lstat, open, readdir, realpath, rename, rm, stat } from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';
import { t } from '@vscode/l10n';
import { fail, ok, type Result } from '../core/result';
import { hostTag, isAlive } from './processes';

/** Temporary files and folders of this process that are in use; a new process may have an old one's id. */
export const active = new Set<string>();

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

/** `.name.cfprm-new-host-pid-random` beside the target: who made it can be told from the name. */
export function temporaryName(target: string, kind: 'new' | 'old'): string {
  const random = randomBytes(4).toString('hex');
  return join(dirname(target), `${prefix(target)}${kind}-${hostTag()}-${process.pid}-${random}`);
}

function prefix(target: string): string {
  const name = basename(target);
  const digest = createHash('sha256').update(name).digest('hex').slice(0, 8);
  const short = name.length <= LONGEST_NAME ? name : `${name.slice(0, LONGEST_NAME / 2)}~${digest}`;
  return `.${short}.cfprm-`;
}

/**
 * Puts right what processes left that no longer live: a folder that was moved aside and never replaced goes back,
 * everything else goes. What belongs to living processes and to other hosts is left alone.
 */
export async function recover(target: string): Promise<void> {
  const parent = dirname(target);
  const start = prefix(target);
  for (const name of (await readdir(parent)).filter((entry) => entry.startsWith(start)).sort()) {
    const parts = /^(new|old)-(.+)-(\d+)-[0-9a-f]{8}$/u.exec(name.slice(start.length));
    if (parts === null || parts[2] !== hostTag()) continue;
    const path = join(parent, name);
    const pid = Number(parts[3]);
    if (active.has(path) || (pid !== process.pid && isAlive(pid))) continue;
    if (parts[1] === 'old' && !(await exists(target))) await rename(path, target);
    else await rm(path, { recursive: true, force: true });
  }
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
