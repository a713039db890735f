import { randomBytes } from 'node:crypto';
import { mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { t } from '@vscode/l10n';
import { type Fault, fail, ok, type Result } from '../core/result';
import { AtomicFile } from '../io/atomicFile';
import { dataFolder } from '../io/dataFolder';
import { fileFault } from '../io/fileFault';
import { writeFault } from '../io/writeFault';
import { isRunId, parseRecord, type RunRecord } from './record';

/** Saving takes milliseconds: another window that does it is worth waiting for. */
const SAVE_PATIENCE_MS = 10_000;

/**
 * The runs that this machine knows: a file per run, which editor and command line share. It is a list of where to
 * look and nothing more: a run's folder on its host says everything else.
 */
export class RunStore {
  private readonly folder: string;

  constructor(private readonly data = dataFolder()) {
    this.folder = join(data, 'runs');
  }

  /** All runs, the newest first, and what is wrong with records that cannot be read. */
  async list(): Promise<Result<{ readonly runs: readonly RunRecord[]; readonly faults: readonly Fault[] }>> {
    let names: string[];
    try {
      names = await readdir(this.folder);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') return ok({ runs: [], faults: [] });
      return fileFault(error, this.folder);
    }
    const runs: RunRecord[] = [];
    const faults: Fault[] = [];
    for (const name of names
      .filter((one) => one.endsWith('.json'))
      .sort()
      .reverse()) {
      const record = await this.read(join(this.folder, name));
      if (record.ok) runs.push(record.value);
      else faults.push(record.fault);
    }
    return ok({ runs, faults });
  }

  /** The run whose id, beginning of id, or name this is. Faults: there is none; there are several. */
  async find(text: string): Promise<Result<RunRecord>> {
    const all = await this.list();
    if (!all.ok) return all;
    const { runs } = all.value;
    const exact = runs.filter(({ id, name }) => id === text || name === text);
    const found = exact.length > 0 ? exact : runs.filter(({ id }) => id.startsWith(text));
    if (found.length === 1) return ok(found[0]!);
    if (found.length > 1) {
      return fail(
        t(
          '{0} is several runs: {1}. Name one by its id.',
          JSON.stringify(text),
          found.map(({ id }) => id).join(', '),
        ),
      );
    }
    return fail(
      t(
        'No run {0} is known here. "cfprm runs list" names them; "cfprm runs attach" takes up one that was started elsewhere.',
        JSON.stringify(text),
      ),
    );
  }

  /** Writes a run's record, in place of an older one of the same run. */
  async save(record: RunRecord): Promise<Result<void>> {
    const path = this.path(record.id);
    try {
      await mkdir(this.folder, { recursive: true });
    } catch (error) {
      return writeFault(error, this.folder);
    }
    const file = await AtomicFile.create(path, { force: true, patience: SAVE_PATIENCE_MS });
    if (!file.ok) return file;
    try {
      await writeFile(file.value.path, `${JSON.stringify(record, null, 2)}\n`, { flush: true } as object);
      return await file.value.commit();
    } catch (error) {
      return writeFault(error, path);
    } finally {
      await file.value.discard();
    }
  }

  /** Forgets a run; nothing happens to the run itself. */
  async forget(id: string): Promise<void> {
    await rm(this.path(id), { force: true });
  }

  /** A word that tells this machine's uploads from those of others; made once. */
  async client(): Promise<Result<string>> {
    const path = join(this.data, 'client');
    try {
      await mkdir(this.data, { recursive: true });
      await writeFile(path, randomBytes(8).toString('hex'), { flag: 'wx' });
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') return writeFault(error, path);
    }
    const word = await readFile(path, 'utf8');
    if (/^[0-9a-f]{16}$/u.test(word)) return ok(word);
    return fail(t('{0} is damaged. Delete it.', path));
  }

  private async read(path: string): Promise<Result<RunRecord>> {
    try {
      return parseRecord(await readFile(path, 'utf8'), path);
    } catch (error) {
      return fileFault(error, path);
    }
  }

  private path(id: string): string {
    if (!isRunId(id)) throw new Error(`${id} is no id of a run`);
    return join(this.folder, `${id}.json`);
  }
}
