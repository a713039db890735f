import { type FileHandle, open, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { t } from '@vscode/l10n';
import { NEWLINE } from '../core/jsonl/bytes';
import { fail, ok, type Result } from '../core/result';
import { AtomicFile } from '../io/atomicFile';
import { hostTag, isAlive } from '../io/processes';
import { writeFault } from '../io/writeFault';

/** What a partial file was made of; only the same work goes on with it. */
export type Job = { readonly [key: string]: string | number | boolean | null };

/** Who writes a partial file, and what for. */
interface Header {
  readonly job: Job;
  readonly host: string;
  readonly pid: number;
}

const CHUNK = 1024 * 1024;

/**
 * A file of lines that grows beside its target and takes its place when it is complete. If its maker is killed, the
 * same job goes on behind the last whole line; a line cut in two is made again.
 */
export class PartialFile {
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
  ) {}

  /**
   * Opens the partial file of a target: goes on with one of the same job, replaces one of another job. Faults: the
   * target exists, without `force`; another process that lives is writing it; it cannot be written.
   */
  static async open(out: string, force: boolean, job: Job): Promise<Result<PartialFile>> {
    const target = await AtomicFile.create(out, force);
    if (!target.ok) return target;
    const folder = dirname(target.value.target);
    const path = join(folder, `.${basename(target.value.target)}.cfprm-partial`);
    const headerPath = `${path}.json`;
    try {
      const old = await readHeader(headerPath);
      const sameHost = old?.host === hostTag();
      if (old !== undefined && sameHost && old.pid !== process.pid && isAlive(old.pid)) {
        await target.value.discard();
        return fail(
          t('{0} is being written by the process {1}. Wait for it, or choose another name.', out, old.pid),
        );
      }
      const goesOn = old !== undefined && sameJob(old.job, job);
      if (!goesOn) await rm(path, { force: true });
      const header: Header = { job, host: hostTag(), pid: process.pid };
      await writeFile(headerPath, JSON.stringify(header));
      const handle = await open(path, 'a+');
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
      await rename(this.path, this.target.path);
      const committed = await this.target.commit();
      if (!committed.ok) {
        await rename(this.target.path, this.path);
        return committed;
      }
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
    await this.target.discard();
    if (keep && this.position > 0) return;
    await rm(this.path, { force: true });
    await rm(this.headerPath, { force: true });
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
  const keys = [...new Set([...Object.keys(a), ...Object.keys(b)])];
  return keys.every((key) => a[key] === b[key]);
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
