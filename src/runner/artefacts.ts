import { t } from '@vscode/l10n';
import { fail, ok, type Result } from '../core/result';
import { type Content, SHA256 } from './hostFiles';
import { quote, quotePath } from './quote';

/** A file of a run that is fetched. */
export interface Artefact extends Content {
  /** Relative to the target, with slashes. */
  readonly path: string;
}

/** Folders of a run's output that are fetched, and files beside them. */
const FOLDERS: readonly string[] = ['export', 'model', 'checkpoints'];
const FILES: readonly string[] = ['log.txt', 'status.json', 'metrics.jsonl', 'run.json'];

/** Bytes that file systems take in a name. */
const NAME_BYTES = 255;

/** Days after which a snapshot was left behind by a fetch that broke off. */
const ABANDONED_DAYS = 2;

/**
 * A script that makes a snapshot of a run's files in its folder `snapshot` and lists it: a line per file with checksum,
 * size and path. Links hold what a run at work replaces or removes; of files that only grow, the beginning counts.
 * `folders` are some of `export`, `model` and `checkpoints`; `orModel` adds the model where there is no export.
 */
export function listing(
  runFolder: string,
  snapshot: string,
  { folders, orModel }: { readonly folders: readonly string[]; readonly orModel: boolean },
): string {
  return `${SHA256}cd -- ${quotePath(runFolder)} || exit 1
find . -maxdepth 1 -name 'fetching.*' -mtime +${ABANDONED_DAYS} -exec rm -rf -- {} +
snap=${quote(snapshot)}
mkdir -- "$snap" || exit 1
hold() {
  mkdir -p -- "$snap/$(dirname -- "$2")"
  ln -- "$1" "$snap/$2" 2>/dev/null || cp -- "$1" "$snap/$2" 2>/dev/null
}
list() {
  size=$(wc -c < "$snap/$1" | tr -d ' ') || return
  printf '%s %s %s\\n' "$(head -c "$size" < "$snap/$1" | sha256 /dev/stdin)" "$size" "$1"
}
[ ! -f log.txt ] || { hold log.txt log.txt && list log.txt; }
for name in status.json metrics.jsonl run.json; do
  [ ! -f "output/$name" ] || { hold "output/$name" "$name" && list "$name"; }
done
set -- ${folders.join(' ')}
${orModel ? '[ -d output/export ] || set -- "$@" model' : ''}
files() { find "$1" -type f ! -path '*/.*' | sort; }
for folder; do
  [ -d "output/$folder" ] || continue
  ( cd output && files "$folder" ) | while IFS= read -r name; do hold "output/$name" "$name"; done
done
# A checkpoint of which something was removed in between is not whole.
for one in "$snap"/checkpoints/*; do
  [ -d "$one" ] || continue
  name=\${one#"$snap/"}
  [ "$(cd output && files "$name" 2>/dev/null)" = "$(cd "$snap" && files "$name")" ] || rm -rf -- "$one"
done
cd -- "$snap" || exit 1
snap=.
for folder; do
  [ ! -d "$folder" ] || files "$folder" | while IFS= read -r name; do list "$name"; done
done`;
}

/**
 * Reads what `listing` printed. Faults: a line that is none; a path that leaves the target or that some file system
 * takes for something else; a file that was not asked for.
 */
export function readListing(text: string, host: string): Result<readonly Artefact[]> {
  const found = new Map<string, Artefact>();
  for (const line of text.split('\n')) {
    if (line === '') continue;
    const row = /^([0-9a-f]{64}) (\d{1,15}) (.+)$/u.exec(line);
    if (row === null)
      return fail(
        t(
          '{0} lists the files of the run in a way that CFPRM does not know: {1}. Nothing was fetched.',
          host,
          shown(line),
        ),
      );
    const [, sha256 = '', bytes = '', path = ''] = row;
    if (!isSafe(path) || found.has(path))
      return fail(
        t(
          "{0} lists a file that does not belong to a run: {1}. Nothing was fetched. Look at what is in the run's folder there.",
          host,
          shown(path),
        ),
      );
    found.set(path, { sha256, bytes: Number(bytes), path });
  }
  return ok([...found.values()]);
}

/** True for a path that means the same file below the target on every file system, and that a run may have. */
function isSafe(path: string): boolean {
  const parts = path.split('/');
  const isFine = (part: string): boolean =>
    part !== '' &&
    !/^[-.]/u.test(part) &&
    !/[. ]$/u.test(part) &&
    !/[\\:*?"<>|\p{Cc}\p{Cf}]/u.test(part) &&
    Buffer.byteLength(part) <= NAME_BYTES;
  if (!parts.every(isFine)) return false;
  return parts.length === 1 ? FILES.includes(path) : FOLDERS.includes(parts[0]!);
}

/** A text of the host as it may stand in a message: on one line, and not too long. */
function shown(text: string): string {
  return JSON.stringify(text.length > 200 ? `${text.slice(0, 200)}…` : text).replace(/\p{Cf}/gu, '�');
}
