import { lstat, readdir, rmdir, unlink } from 'node:fs/promises';
import { join } from 'node:path';
import { t } from '@vscode/l10n';
import { fail, ok, type Result } from '../core/result';
import { fileDigest } from './fileDigest';
import { fileFault } from './fileFault';
import { readRegular } from './regularFile';

/** Name of the file that says what a merge wrote. */
export const MANIFEST_FILE = 'manifest.json';

/** Names that a refusal lists. */
const LISTED = 10;
const MOST_MANIFEST_BYTES = 256 * 1024 * 1024;

interface Block {
  readonly file: string;
  readonly bytes: number;
  readonly sha256: string;
}

/**
 * The files in a folder if a merge wrote all of them and nobody changed them since: then nothing is lost that cannot
 * be made again. An empty folder counts. Faults: there is something else in it, which is named.
 */
export async function ownMerge(folder: string): Promise<Result<readonly string[]>> {
  const entries = await readdir(folder, { withFileTypes: true });
  const blocks = await readBlocks(folder);
  const foreign: string[] = [];
  for (const entry of entries.sort((a, b) => (a.name < b.name ? -1 : 1))) {
    const isOwn = entry.isFile() && blocks !== undefined && (await isWritten(folder, entry.name, blocks));
    if (!isOwn) foreign.push(entry.isDirectory() ? `${entry.name}/` : entry.name);
  }
  if (foreign.length === 0) return ok(entries.map(({ name }) => name));
  const names = foreign.slice(0, LISTED).join(', ');
  const more = foreign.length - LISTED;
  const lost = more > 0 ? t('{0} and {1} more', names, more) : names;
  return fail(
    t(
      '{0} cannot be replaced, because it holds what no merge wrote, or what was changed since: {1}. Move that away, or choose another folder.',
      folder,
      lost,
    ),
  );
}

/** The files that would go if a merge replaced a folder. Faults: as `ownMerge`, and it is no folder. */
export async function replaceableFiles(folder: string): Promise<Result<readonly string[]>> {
  try {
    return await ownMerge(folder);
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'ENOTDIR'
      ? fail(t('{0} is a file. Name a folder that does not exist yet.', folder))
      : fileFault(error, folder);
  }
}

/**
 * Removes the files of a merge, one by one, and their folder if nothing else has come into it. Returns false if it
 * stayed. Errors of the file system are thrown.
 */
export async function removeMerge(folder: string, files: readonly string[]): Promise<boolean> {
  // The manifest goes last: without it nobody would know what the others are.
  const blocks = files.filter((name) => name !== MANIFEST_FILE);
  for (const name of blocks) await unlink(join(folder, name));
  if (blocks.length < files.length) await unlink(join(folder, MANIFEST_FILE));
  try {
    await rmdir(folder);
    return true;
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'ENOTEMPTY' || code === 'EEXIST') return false;
    throw error;
  }
}

/** The blocks that a manifest names; undefined if it is not one. */
async function readBlocks(folder: string): Promise<ReadonlyMap<string, Block> | undefined> {
  const text = await readRegular(join(folder, MANIFEST_FILE), MOST_MANIFEST_BYTES).catch(() => undefined);
  if (text === undefined) return undefined;
  try {
    const { cfprm, source, blocks } = JSON.parse(text) as {
      cfprm?: unknown;
      source?: { sha256?: unknown };
      blocks?: unknown;
    };
    if (typeof cfprm !== 'string' || typeof source?.sha256 !== 'string' || !Array.isArray(blocks))
      return undefined;
    const isBlock = (block: Partial<Block> | null) =>
      typeof block?.file === 'string' && typeof block.bytes === 'number' && typeof block.sha256 === 'string';
    return blocks.every(isBlock)
      ? new Map((blocks as Block[]).map((block) => [block.file, block]))
      : undefined;
  } catch {
    // Not JSON, or not of that kind: nothing says that a merge wrote it.
    return undefined;
  }
}

/** Whether a file is the manifest, or a block that is as the manifest says. */
async function isWritten(folder: string, name: string, blocks: ReadonlyMap<string, Block>): Promise<boolean> {
  if (name === MANIFEST_FILE) return true;
  const block = blocks.get(name);
  if (block === undefined) return false;
  const info = await lstat(join(folder, name));
  if (info.size !== block.bytes) return false;
  // The manifest is written last: what has not been touched since need not be read.
  const manifest = await lstat(join(folder, MANIFEST_FILE));
  if (info.ctimeMs <= manifest.ctimeMs) return true;
  const digest = await fileDigest(join(folder, name));
  return digest.ok && digest.value.sha256 === block.sha256;
}
