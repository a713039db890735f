import { type FileHandle, open } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { t } from '@vscode/l10n';
import { fail, ok, type Result } from '../core/result';
import { fileFault } from '../io/fileFault';
import { readRegular } from '../io/regularFile';
import { INPUT } from './launchScript';
import { type InputFile, inputFiles } from './upload';

/** What a run needs of a merge. */
export interface MergeInput {
  /** The manifest's hash. */
  readonly sha256: string;
  readonly files: readonly InputFile[];
}

interface Block {
  readonly file: string;
  readonly sha256: string;
}

/** The first line of step features is longer than one of rows, but no more than names and hashes. */
const HEAD_BYTES = 64 * 1024;

/**
 * The files that a merge's manifest names, hashed, and the step features beside them where there are some: a model
 * that takes features needs them. Faults: the folder is no merge; a block is missing or has changed since; step
 * features are of other rows than the block beside them; a file cannot be read.
 */
export async function mergeInput(merge: string, signal?: AbortSignal): Promise<Result<MergeInput>> {
  const blocks = await readBlocks(merge);
  if (!blocks.ok) return blocks;
  const all = await inputFiles(merge, INPUT.merge, signal);
  if (!all.ok) return all;
  const found = (file: string) => all.value.find(({ path }) => path === `${INPUT.merge}/${file}`);
  const manifest = found('manifest.json');
  if (manifest === undefined) return fail(noMerge(merge));
  const files = [manifest];
  for (const { file, sha256 } of blocks.value) {
    const block = found(file);
    if (block === undefined) return fail(t('{0} is missing. Make the merge again.', join(merge, file)));
    if (block.sha256 !== sha256) {
      return fail(
        t('{0} has changed since the merge. Make the merge again, then train on it.', join(merge, file)),
      );
    }
    files.push(block);
    const features = found(file.replace(/\.jsonl$/u, '.features.jsonl'));
    if (features === undefined) continue;
    const checked = await checkFeatures(features.source, file, sha256);
    if (!checked.ok) return checked;
    files.push(features);
  }
  return ok({ sha256: manifest.sha256, files });
}

async function readBlocks(merge: string): Promise<Result<readonly Block[]>> {
  const manifest = join(merge, 'manifest.json');
  try {
    const blocks = blocksOf(await readRegular(manifest));
    return blocks === undefined
      ? fail(t('{0} is no manifest of a merge. Make the merge again.', manifest))
      : ok(blocks);
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'ENOENT'
      ? fail(noMerge(merge))
      : fileFault(error, manifest);
  }
}

function noMerge(merge: string): string {
  return t(
    '{0} holds no manifest.json: it is no merge. Make one with "cfprm merge", and name its folder.',
    merge,
  );
}

/** The blocks that a manifest names, with the checksums that they must have; undefined if it is no manifest. */
function blocksOf(text: string): readonly Block[] | undefined {
  try {
    const { blocks } = JSON.parse(text) as { blocks?: unknown };
    if (!Array.isArray(blocks) || blocks.length === 0) return undefined;
    const isBlock = (block: Record<string, unknown> | null) =>
      typeof block?.file === 'string' && typeof block.sha256 === 'string';
    return blocks.every(isBlock) ? blocks : undefined;
  } catch {
    return undefined;
  }
}

/** Whether step features are of this block. The runner would refuse others, after all had been sent. */
async function checkFeatures(path: string, block: string, sha256: string): Promise<Result<undefined>> {
  let file: FileHandle | undefined;
  let head: string | undefined;
  try {
    file = await open(path, 'r');
    const { buffer, bytesRead } = await file.read(Buffer.alloc(HEAD_BYTES), 0, HEAD_BYTES, 0);
    head = buffer.toString('utf8', 0, bytesRead).split('\n', 1)[0];
  } catch (error) {
    return fileFault(error, path);
  } finally {
    await file?.close();
  }
  if (hashIn(head) === sha256) return ok(undefined);
  return fail(
    t(
      '{0} was made of other rows than {1} holds now. Write it again (cfprm features {1} --out {2} --force), or delete it.',
      path,
      block,
      basename(path),
    ),
  );
}

/** The hash of the rows that a file of step features says it is of. */
function hashIn(head = ''): string | undefined {
  try {
    return (JSON.parse(head) as { source?: { sha256?: string } }).source?.sha256;
  } catch {
    return undefined;
  }
}
