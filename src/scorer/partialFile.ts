import {
  constants,
  copyFile,
  type FileHandle,
  open,
  readFile,
  rename,
  rm,
  writeFile,
} from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { t } from '@vscode/l10n';
import { NEWLINE } from '../core/jsonl/bytes';
import { fail, ok, type Result } from '../core/result';
import { AtomicFile } from '../io/atomicFile';
import { overtaken } from '../io/temporaryPlace';
import { writeFault } from '../io/writeFault';

/** What a partial file was made of; only the same work goes on with it. */
export type Job = { readonly [key: string]: string | number | boolean | null };

/** What a partial file is for. */
interface Header {
  readonly job: Job;
}

const CHUNK = 1024 * 1024;

/**
 * A file of lines that grows beside its target and takes its place when it is complete. If its maker is killed, the
 * same job goes on behind the last whole line; a line cut in two is made again.
 */
export class PartialFile {
  /** Lines in the file, those included that were added. */
  lineCount: number;
  private queue: Uint8Array[] = [];
  private writing: Promise<void> | undefined;
  private error: unknown;

  private constructor(
    private readonly path: string,
    private readonly headerPath: string,
    private readonly handle: FileHandle,
    private readonly target: AtomicFile,
    /** Whole lines that were there already. */
    readonly lines: number,
    private position: number,
  ) {
    this.lineCount = lines;
  }

  /**
   * Opens the partial file of a target: goes on with one of the same job, replaces one of another job. Faults: without
   * `force`, the target exists, or it was begun with another model and is the same job otherwise; somebody else is writing it; it cannot be written.
   */
  static async open(out: string, force: boolean, job: Job, source?: string): Promise<Result<PartialFile>> {
    const target = await AtomicFile.create(out, { force, source });
    if (!target.ok) return target;
    const folder = dirname(target.value.target);
    const path = join(folder, `.${basename(target.value.target)}.cfprm-partial`);
    const headerPath = `${path}.json`;
    try {
      const old = await readHeader(headerPath);
      if (old !== undefined && !force && isByOtherModel(old.job, job)) {
        await target.value.discard();
        return fail(otherModel(out, old.job, job));
      }
      if (old !== undefined && sameJob(old.job, job)) await detach(path);
      else await rm(path, { force: true });
      await writeFile(headerPath, JSON.stringify({ job } satisfies Header), { mode: 0o600 });
      const handle = await open(path, 'a+', 0o600);
      const { lines, end } = await countLines(handle);
      await handle.truncate(end);
      return ok(new PartialFile(path, headerPath, handle, target.value, lines, end));
    } catch (error) {
      await target.value.discard();
      return writeFault(error, out);
    }
  }

  /** Adds bytes, which end with a line end; they are on their way to the file when this returns. */
  append(bytes: Uint8Array): void {
    this.queue.push(bytes);
    for (const byte of bytes) if (byte === NEWLINE) this.lineCount++;
    this.writing ??= this.write();
  }

  /** Why writing failed, if it did; nothing more is written then. */
  get failure(): Result<never> | undefined {
    return this.error === undefined ? undefined : writeFault(this.error, this.target.target);
  }

  /** Waits until what was added is written. */
  async settled(): Promise<void> {
    await this.writing;
  }

  /** Makes the file durable and gives it its name. Faults: it cannot be written; the name was taken meanwhile. */
  async commit(): Promise<Result<{ readonly bytes: number }>> {
    try {
      await this.writing;
      if (this.error !== undefined) throw this.error;
      await this.handle.sync();
      await this.handle.close();
      // The one who took over goes on with a copy, under the same name.
      if (!(await this.target.isOurs())) return overtaken(this.target.target);
      await rename(this.path, this.target.path);
      const committed = await this.target.commit();
      if (!committed.ok && !this.target.placed) await rename(this.target.path, this.path);
      if (!committed.ok) return committed;
      await rm(this.headerPath, { force: true });
      return ok({ bytes: this.position });
    } catch (error) {
      return writeFault(error, this.target.target);
    }
  }

  /** Closes the file. What is in it stays for the next time if it is to be kept and there is any. */
  async close(keep: boolean): Promise<void> {
    await this.writing;
    await this.handle.close().catch(() => undefined);
    const isKept = keep && this.position > 0 && !this.target.placed;
    if (!isKept && (await this.target.isOurs())) {
      await rm(this.path, { force: true });
      await rm(this.headerPath, { force: true });
    }
    await this.target.discard();
  }

  private async write(): Promise<void> {
    try {
      while (this.queue.length > 0 && this.error === undefined) {
        const bytes = Buffer.concat(this.queue.splice(0));
        // In append mode: at the end, wherever that is.
        await this.handle.appendFile(bytes);
        this.position += bytes.length;
      }
    } catch (error) {
      this.error = error;
    }
    this.writing = undefined;
  }
}

/**
 * Puts a copy in the place of a file: whoever made it and only stood still has it open, and writes to one without a
 * name from now on.
 */
async function detach(path: string): Promise<void> {
  try {
    await copyFile(path, `${path}.copy`, constants.COPYFILE_FICLONE);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return;
    throw error;
  }
  await rename(`${path}.copy`, path);
}

async function readHeader(path: string): Promise<Header | undefined> {
  const text = await readFile(path, 'utf8').catch(() => undefined);
  if (text === undefined) return undefined;
  try {
    return JSON.parse(text) as Header;
  } catch {
    // Its maker was killed while it wrote it, before any line.
    return undefined;
  }
}

function sameJob(a: Job, b: Job): boolean {
  return differences(a, b).length === 0;
}

function differences(a: Job, b: Job): string[] {
  const keys = [...new Set([...Object.keys(a), ...Object.keys(b)])];
  return keys.filter((key) => a[key] !== b[key]);
}

/** Whether a job is the same but for its model: then its scores are work that somebody may still want. */
function isByOtherModel(a: Job, b: Job): boolean {
  const keys = differences(a, b);
  return keys.includes('fingerprint') && keys.every((key) => key === 'fingerprint' || key === 'model');
}

function otherModel(out: string, before: Job, now: Job): string {
  const name = ({ model, fingerprint }: Job): string => `${model} (${fingerprint})`;
  return t(
    '{0} was begun with other weights: {1}, and the model is now {2}. Restore those weights to resume, choose another name, or start over with --force.',
    out,
    name(before),
    name(now),
  );
}

/** Whole lines of a file, and the offset behind the last one. */
async function countLines(file: FileHandle): Promise<{ lines: number; end: number }> {
  const chunk = Buffer.alloc(CHUNK);
  let [lines, end] = [0, 0];
  for (let at = 0; ; ) {
    const { bytesRead } = await file.read(chunk, 0, CHUNK, at);
    if (bytesRead === 0) return { lines, end };
    for (let k = chunk.indexOf(NEWLINE); k >= 0 && k < bytesRead; k = chunk.indexOf(NEWLINE, k + 1)) {
      lines++;
      end = at + k + 1;
    }
    at += bytesRead;
  }
}
