import { randomBytes } from 'node:crypto';
import { mkdir, rename, stat, statfs } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { t } from '@vscode/l10n';
import { fail, ok, type Result } from '../core/result';
import { exists } from '../io/temporaryPlace';
import { writeFault } from '../io/writeFault';
import { type Artefact, listing, readListing } from './artefacts';
import { output } from './host';
import { getFile } from './hostFiles';
import type { PlacedRun } from './launcher';
import { size } from './preflight';
import { quotePath, under } from './quote';
import type { RunRecord } from './record';

/** What can be fetched of a run. */
export interface FetchChoice {
  /** The trained weights too, though there is an export. */
  readonly weights?: boolean;
  /** Also what the run would go on from; these are large. */
  readonly checkpoints?: boolean;
}

/**
 * Fetches a run's artefacts into a new folder: what was exported (the trained weights where there is no export), the
 * metrics and the log; each file's checksum is compared with the host's. Of a run at work it is a snapshot. The folder
 * appears when all is there; what was fetched before a break-off is not fetched again. Faults: the target exists; the
 * run has no model yet; the disk has no room; the host lists or sends what is no part of a run; those of both file
 * systems.
 */
export async function fetchRun(
  run: PlacedRun,
  target: string,
  choice: FetchChoice,
  onBytes?: (done: number, total: number) => void,
  signal?: AbortSignal,
): Promise<Result<readonly Artefact[]>> {
  const place = resolve(target);
  if (await exists(place)) return fail(t('{0} already exists. Choose another name.', target));
  const snapshot = `fetching.${randomBytes(6).toString('hex')}`;
  try {
    const files = await list(run, snapshot, choice, signal);
    if (!files.ok) return files;
    const room = await roomFor(files.value, place);
    if (!room.ok) return room;
    return await fetchFiles(run, snapshot, files.value, place, onBytes, signal);
  } finally {
    // Whatever became of it: what it held of a run at work may go now.
    await run.host.run(`rm -rf -- ${quotePath(under(run.layout.folder, snapshot))}`);
  }
}

async function fetchFiles(
  run: PlacedRun,
  snapshot: string,
  files: readonly Artefact[],
  place: string,
  onBytes?: (done: number, total: number) => void,
  signal?: AbortSignal,
): Promise<Result<readonly Artefact[]>> {
  const partial = `${place}.partial-${run.record.id}`;
  const total = files.reduce((bytes, file) => bytes + file.bytes, 0);
  let done = 0;
  try {
    for (const file of files) {
      const path = resolve(partial, ...file.path.split('/'));
      await mkdir(dirname(path), { recursive: true });
      const got = await getFile(run.host, under(run.layout.folder, snapshot, file.path), file, path, {
        ...(signal && { signal }),
        onBytes(bytes) {
          done += bytes;
          onBytes?.(done, total);
        },
      });
      if (!got.ok) return got;
    }
    await rename(partial, place);
  } catch (error) {
    return writeFault(error, place);
  }
  return ok(files);
}

async function list(
  run: PlacedRun,
  snapshot: string,
  { weights, checkpoints }: FetchChoice,
  signal: AbortSignal | undefined,
): Promise<Result<readonly Artefact[]>> {
  // Weights are several times as large as what is made of them.
  const folders = ['export', ...(weights ? ['model'] : []), ...(checkpoints ? ['checkpoints'] : [])];
  const script = listing(run.layout.folder, snapshot, { folders, orModel: !weights });
  const said = await output(run.host, script, t('Listing the files of the run'), {
    ...(signal && { signal }),
  });
  if (!said.ok) return said;
  const files = readListing(said.value, run.host.name);
  if (!files.ok) return files;
  const has = (folder: RegExp): boolean => files.value.some(({ path }) => folder.test(path));
  if (has(/^(?:model|export)\//u) || (checkpoints && has(/^checkpoints\//u))) return files;
  return fail(
    checkpoints
      ? t('Run {0} has written neither a model nor a checkpoint yet. Try again later.', run.record.id)
      : t(
          'Run {0} has written no model yet. Wait for its end; --checkpoints fetches what is there before.',
          run.record.id,
        ),
  );
}

/** Fault: the disk of the target has no room for what the host announces. */
async function roomFor(files: readonly Artefact[], place: string): Promise<Result<void>> {
  const bytes = files.reduce((sum, file) => sum + file.bytes, 0);
  let folder = dirname(place);
  while (!(await exists(folder))) folder = dirname(folder);
  const { bavail, bsize } = await statfs(folder);
  if (bytes <= bavail * bsize) return ok(undefined);
  return fail(
    t(
      'The files of the run have {0}, and the disk of {1} has {2} free. Make room, or choose a folder on another disk.',
      size(bytes),
      folder,
      size(bavail * bsize),
    ),
  );
}

/** A name for a fetched run's folder: what a person calls it, as far as every file system takes that, and its id. */
export function fetchedName({ name, id }: RunRecord): string {
  const plain = name.replace(/[^\p{L}\p{N}._-]+/gu, '-').replace(/^[-.]+|[-.]+$/gu, '');
  return `${[...plain].slice(0, 60).join('') || 'run'}-${id}`;
}

/** The folder of a fetched run's model that scores: its export, else the model itself. */
export async function modelFolder(fetched: string): Promise<string> {
  const exported = join(fetched, 'export');
  const info = await stat(exported).catch(() => undefined);
  return info?.isDirectory() ? exported : join(fetched, 'model');
}
