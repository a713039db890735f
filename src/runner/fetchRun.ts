import { mkdir, rename, stat } from 'node:fs/promises';
import { dirname, join, resolve, sep } from 'node:path';
import { t } from '@vscode/l10n';
import { fail, ok, type Result } from '../core/result';
import { exists } from '../io/temporaryPlace';
import { writeFault } from '../io/writeFault';
import { output } from './host';
import { getFile, SHA256 } from './hostFiles';
import type { PlacedRun } from './launcher';
import { quotePath } from './quote';

/** What can be fetched of a run. */
export interface FetchChoice {
  /** The trained weights too, though there is an export. */
  readonly weights?: boolean;
  /** Also what the run would go on from; these are large. */
  readonly checkpoints?: boolean;
}

/** A file of a run that was fetched. */
export interface Fetched {
  /** Relative to the target, with slashes. */
  readonly path: string;
  readonly bytes: number;
  readonly sha256: string;
}

/**
 * Fetches a run's artefacts into a new folder: what was exported (the trained weights where there is no export), the
 * metrics and the log; each file's checksum is compared with the host's. The folder appears when all is there; what was fetched before a break-off
 * is not fetched again. Faults: the target exists; the run has no model yet; those of both file systems.
 */
export async function fetchRun(
  run: PlacedRun,
  target: string,
  choice: FetchChoice,
  onBytes?: (done: number, total: number) => void,
  signal?: AbortSignal,
): Promise<Result<readonly Fetched[]>> {
  const place = resolve(target);
  if (await exists(place)) return fail(t('{0} already exists. Choose another name.', target));
  const listed = await list(run, choice);
  if (!listed.ok) return listed;
  const files = listed.value;
  if (!files.some(({ path }) => /^(?:model|export)\//u.test(path)) && !choice.checkpoints) {
    return fail(
      t(
        'Run {0} has written no model yet. Wait for its end; --checkpoints fetches what is there before.',
        run.record.id,
      ),
    );
  }
  const partial = `${place}.partial-${run.record.id}`;
  const total = files.reduce((bytes, file) => bytes + file.bytes, 0);
  let done = 0;
  try {
    for (const file of files) {
      const path = resolve(partial, ...file.path.split('/'));
      if (!path.startsWith(partial + sep))
        return fail(t('The host lists a file outside of the run: {0}.', file.path));
      await mkdir(dirname(path), { recursive: true });
      const got = await getFile(run.host, `${run.layout.folder}/${source(file.path)}`, file, path, {
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
    return writeFault(error, target);
  }
  return ok(files);
}

/** The folder of a fetched run's model that scores: its export, else the model itself. */
export async function modelFolder(fetched: string): Promise<string> {
  const exported = join(fetched, 'export');
  const info = await stat(exported).catch(() => undefined);
  return info?.isDirectory() ? exported : join(fetched, 'model');
}

function source(path: string): string {
  return path === 'log.txt' ? path : `output/${path}`;
}

async function list(
  run: PlacedRun,
  { weights, checkpoints }: FetchChoice,
): Promise<Result<readonly Fetched[]>> {
  const folders = ['export', ...(weights ? ['model'] : []), ...(checkpoints ? ['checkpoints'] : [])];
  // Weights are several times as large as what is made of them.
  const model = weights ? '' : '[ -d export ] || set -- "$@" model';
  const script = `${SHA256}run=${quotePath(run.layout.folder)}
list() { printf '%s %s %s\\n' "$(sha256 "$1")" "$(wc -c < "$1" | tr -d ' ')" "$2"; }
[ ! -f "$run/log.txt" ] || list "$run/log.txt" log.txt
cd -- "$run/output" 2>/dev/null || exit 0
for name in status.json metrics.jsonl run.json; do [ ! -f "$name" ] || list "$name" "$name"; done
set -- ${folders.join(' ')}
${model}
for folder; do
  [ ! -d "$folder" ] || find "$folder" -type f ! -path '*/.partial/*' | sort | while IFS= read -r name; do list "$name" "$name"; done
done`;
  const said = await output(run.host, script, t('Listing the files of the run'));
  if (!said.ok) return said;
  const rows = said.value.split('\n').filter((line) => line !== '');
  return ok(
    rows.map((line) => {
      const [sha256 = '', bytes = '', ...name] = line.split(' ');
      return { sha256, bytes: Number(bytes), path: name.join(' ') };
    }),
  );
}
