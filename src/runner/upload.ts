import { readdir, readFile, stat } from 'node:fs/promises';
import { join, relative, sep } from 'node:path';
import { t } from '@vscode/l10n';
import { fail, ok, type Result } from '../core/result';
import { fileDigest } from '../io/fileDigest';
import { fileFault } from '../io/fileFault';
import { CANCELLED } from '../io/rowStream';
import { type Host, isUnreachable, output } from './host';
import { type Content, type MoveOptions, putFile, SHA256 } from './hostFiles';
import type { HostLayout } from './layout';
import { quotePath, under } from './quote';

/** A file that a run needs: what it holds, where it is here, and its path in the run's input folder. */
export interface InputFile extends Content {
  readonly source: string;
  /** With slashes. */
  readonly path: string;
}

/** Files up to this size are sent together, as many as fit: each call of a host takes its time. */
const SMALL_BYTES = 256 * 1024;
const BATCH_BYTES = 8 * 1024 * 1024;

/** What tools leave in folders, and no part of what these mean. */
const LEFT_OUT = /^(?:\.|__pycache__$|.*\.egg-info$)/u;

/**
 * Hashes every file of a folder, for `as` in the input folder. Faults: a file cannot be read; a name has a line
 * break; the signal was aborted.
 */
export async function inputFiles(
  folder: string,
  as: string,
  signal?: AbortSignal,
): Promise<Result<readonly InputFile[]>> {
  const files: InputFile[] = [];
  try {
    for (const source of await filesUnder(folder)) {
      const path = [as, ...relative(folder, source).split(sep)].join('/');
      if (/[\n\r]/u.test(path)) return fail(t('{0} has a line break in its name. Rename it.', source));
      const digest = await fileDigest(source, signal);
      if (!digest.ok) return digest;
      files.push({ source, path, ...digest.value });
    }
  } catch (error) {
    return fileFault(error, folder);
  }
  return ok(files);
}

async function filesUnder(folder: string): Promise<string[]> {
  const found: string[] = [];
  for (const entry of await readdir(folder, { withFileTypes: true })) {
    if (LEFT_OUT.test(entry.name)) continue;
    const path = join(folder, entry.name);
    // A link to a file, as in the caches of models, stands for the file.
    const info = entry.isSymbolicLink() ? await stat(path) : entry;
    if (info.isDirectory()) found.push(...(await filesUnder(path)));
    else if (info.isFile()) found.push(path);
  }
  return found.sort();
}

/** What of some files a host has already. */
export interface UploadPlan {
  /** To be sent, each content once. */
  readonly missing: readonly InputFile[];
  readonly bytes: number;
  /** Of those that are there. */
  readonly bytesThere: number;
}

/** Asks a host which contents it has not. */
export async function planUpload(
  host: Host,
  layout: HostLayout,
  files: readonly InputFile[],
): Promise<Result<UploadPlan>> {
  const contents = new Map(files.map((file) => [file.sha256, file]));
  const script = `d=${quotePath(layout.blobs)}
while IFS= read -r name; do [ -f "$d/$name" ] || echo "$name"; done`;
  const input = [Buffer.from([...contents.keys()].map((name) => `${name}\n`).join(''))];
  const names = await output(host, script, t('The upload'), { input });
  if (!names.ok) return names;
  const missing = [...new Set(names.value.split('\n'))].flatMap((name) => contents.get(name) ?? []);
  const total = sum([...contents.values()]);
  const bytes = sum(missing);
  return ok({ missing, bytes, bytesThere: total - bytes });
}

function sum(files: readonly Content[]): number {
  return files.reduce((bytes, file) => bytes + file.bytes, 0);
}

/**
 * Sends what a host has not, and lays all files out in the run's input folder, as links where the disk can. What was
 * sent stays when something fails, and is not sent again. `client` tells two senders of the same file apart.
 */
export async function upload(
  host: Host,
  layout: HostLayout,
  files: readonly InputFile[],
  target: string,
  client: string,
  options: MoveOptions = {},
): Promise<Result<UploadPlan>> {
  const plan = await planUpload(host, layout, files);
  if (!plan.ok) return plan;
  const batched = await sendSmall(host, layout, plan.value.missing, client, options);
  if (!batched.ok) return batched;
  // A connection that broke, or a file that changed: what is not there now goes alone.
  const rest = batched.value === 0 ? plan : await planUpload(host, layout, files);
  if (!rest.ok) return rest;
  for (const file of rest.value.missing) {
    if (options.signal?.aborted) return fail(CANCELLED);
    const name = under(layout.blobs, file.sha256);
    const place = { part: `${name}.${client}.part`, target: name };
    const sent = await putFile(host, file.source, file, place, options);
    if (!sent.ok) return sent;
  }
  const laid = await layOut(host, layout, files, target);
  return laid.ok ? plan : laid;
}

/** Sends small files in as few calls as may be. Returns how many it tried; whether they arrived is for the caller to see. */
async function sendSmall(
  host: Host,
  layout: HostLayout,
  missing: readonly InputFile[],
  client: string,
  { signal, onBytes }: MoveOptions,
): Promise<Result<number>> {
  const small = missing.filter(({ bytes }) => bytes <= SMALL_BYTES);
  for (let from = 0; from < small.length; ) {
    let to = from;
    for (let bytes = 0; to < small.length && bytes + small[to]!.bytes <= BATCH_BYTES; to++) {
      bytes += small[to]!.bytes;
    }
    const batch = small.slice(from, to);
    from = to;
    const script = `${SHA256}set -e
mkdir -p -- ${quotePath(layout.blobs)}
cd -- ${quotePath(layout.blobs)}
take() {
  head -c "$2" > "$1.${client}.small"
  if [ "$(sha256 "$1.${client}.small")" = "$1" ]; then
    chmod a-w -- "$1.${client}.small"
    mv -f -- "$1.${client}.small" "$1"
  else rm -f -- "$1.${client}.small"; fi
}
${batch.map(({ sha256, bytes }) => `take ${sha256} ${bytes}`).join('\n')}`;
    async function* input(): AsyncGenerator<Uint8Array> {
      for (const { source, bytes } of batch) {
        yield await readFile(source);
        onBytes?.(bytes);
      }
    }
    try {
      const sent = await output(host, script, t('The upload'), { input: input(), ...(signal && { signal }) });
      if (!sent.ok && !isUnreachable(sent)) return sent;
    } catch (error) {
      return fileFault(error, batch[0]!.source);
    }
  }
  return ok(small.length);
}

async function layOut(
  host: Host,
  layout: HostLayout,
  files: readonly InputFile[],
  target: string,
): Promise<Result<string>> {
  const script = `set -e
blobs=${quotePath(layout.blobs)}
target=${quotePath(target)}
mkdir -p -- "$target"
while IFS= read -r sha && IFS= read -r path; do
  mkdir -p -- "$(dirname -- "$target/$path")"
  rm -f -- "$target/$path"
  ln -- "$blobs/$sha" "$target/$path" 2>/dev/null || cp -- "$blobs/$sha" "$target/$path"
done`;
  const input = [Buffer.from(files.map(({ sha256, path }) => `${sha256}\n${path}\n`).join(''))];
  return output(host, script, t('The upload'), { input });
}
