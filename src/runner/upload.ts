import { readdir, stat } from 'node:fs/promises';
import { join, relative, sep } from 'node:path';
import { fail, ok, type Result } from '../core/result';
import { fileDigest } from '../io/fileDigest';
import { fileFault } from '../io/fileFault';
import { CANCELLED } from '../io/rowStream';
import { type Host, output } from './host';
import { type Content, type MoveOptions, putFile } from './hostFiles';
import type { HostLayout } from './layout';
import { quotePath, under } from './quote';

/** A file that a run needs: what it holds, where it is here, and its path in the run's input folder. */
export interface InputFile extends Content {
  readonly source: string;
  /** With slashes. */
  readonly path: string;
}

/** Folders that are no part of what a folder means. */
const LEFT_OUT = new Set(['__pycache__', '.git', 'node_modules', 'tests', 'bench']);

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
      if (/[\n\r]/u.test(path)) return fail(`${source} has a line break in its name. Rename it.`);
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
    const path = join(folder, entry.name);
    // A link to a file, as in the caches of models, stands for the file.
    const info = entry.isSymbolicLink() ? await stat(path) : entry;
    if (info.isDirectory()) {
      if (!LEFT_OUT.has(entry.name)) found.push(...(await filesUnder(path)));
    } else if (info.isFile()) found.push(path);
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
  const names = await output(host, script, 'The upload', { input });
  if (!names.ok) return names;
  const missing = names.value.split('\n').flatMap((name) => contents.get(name) ?? []);
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
  for (const file of plan.value.missing) {
    if (options.signal?.aborted) return fail(CANCELLED);
    const name = under(layout.blobs, file.sha256);
    const place = { part: `${name}.${client}.part`, target: name };
    const sent = await putFile(host, file.source, file, place, options);
    if (!sent.ok) return sent;
  }
  const laid = await layOut(host, layout, files, target);
  return laid.ok ? plan : laid;
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
  return output(host, script, 'The upload', { input });
}
