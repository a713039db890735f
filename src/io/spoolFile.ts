import { rmSync } from 'node:fs';
import { type FileHandle, mkdtemp, open, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { hostTag, isAlive, processPlace } from './processes';

const PREFIX = 'cfprm-spool-';

/**
 * A file for this process alone, in a private folder in the place for temporary files. Where the system allows it,
 * it has no name any more once it is open, so that nothing of it is left however the process ends.
 */
export class SpoolFile {
  private constructor(
    readonly handle: FileHandle,
    /** The folder, where it has to stay as long as the file is open. */
    private readonly folder: string | undefined,
  ) {}

  /** Creates the file, and removes those that processes left which no longer live. Throws file system errors. */
  static async create(): Promise<SpoolFile> {
    await removeLeftovers();
    const folder = await mkdtemp(join(tmpdir(), `${PREFIX}${place()}-${process.pid}-`));
    const handle = await open(join(folder, 'content'), 'wx+', 0o600).catch(async (error: unknown) => {
      await rm(folder, { recursive: true, force: true });
      throw error;
    });
    try {
      await rm(folder, { recursive: true });
      return new SpoolFile(handle, undefined);
    } catch {
      // Windows may refuse to remove a file that is open: it goes when it is closed.
      removeAtExit(folder);
      return new SpoolFile(handle, folder);
    }
  }

  /** Closes the file, which removes it. */
  async close(): Promise<void> {
    await this.handle.close();
    if (this.folder === undefined) return;
    await rm(this.folder, { recursive: true, force: true });
    remaining.delete(this.folder);
  }
}

/** Folders of this process that are to be removed when it ends. */
const remaining = new Set<string>();

function removeAtExit(folder: string): void {
  if (remaining.size === 0) {
    process.once('exit', () => {
      for (const each of remaining) rmSync(each, { recursive: true, force: true });
    });
  }
  remaining.add(folder);
}

/** Where this process's id means something; without namespaces that is the host. */
function place(): string {
  return processPlace() ?? hostTag();
}

async function removeLeftovers(): Promise<void> {
  const start = `${PREFIX}${place()}-`;
  for (const name of await readdir(tmpdir()).catch(() => [])) {
    const pid = name.startsWith(start) ? /^(\d+)-\w+$/u.exec(name.slice(start.length))?.[1] : undefined;
    if (pid === undefined || isAlive(Number(pid))) continue;
    // Another user's folder stays: it is not ours to remove.
    await rm(join(tmpdir(), name), { recursive: true, force: true }).catch(() => undefined);
  }
}
