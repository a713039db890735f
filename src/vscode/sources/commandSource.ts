import { stat } from 'node:fs/promises';
import path from 'node:path';
import { t } from '@vscode/l10n';
import * as vscode from 'vscode';
import { fail, ok, type Result } from '../../core/result';
import { fileFault } from '../../io/fileFault';
import { openSource } from '../../io/openSource';
import type { OpenFiles } from '../files/openFiles';
import { inFront, isOnDisk, named, sourceOf } from './addressed';

/**
 * What a command expects of its file. `address`: nothing more than that it is one of this machine; `file`: it is there;
 * `rows`: it can be read, so that nothing is asked about a file that cannot.
 */
export type Expectation = 'address' | 'file' | 'rows';

/**
 * The one file that a command acts on: what its menu named, else what is in front, else what the user chooses. Of
 * several it lets the user take the one that was clicked. Undefined if there is none; the user was told why.
 */
export async function sourceFor(
  files: OpenFiles,
  args: readonly unknown[],
  expectation: Expectation,
): Promise<vscode.Uri | undefined> {
  const uris = named(args);
  if (uris.length > 1) return chooseOne(files, uris, expectation);
  return usable(files, uris[0] ?? inFront() ?? (await askForFile()), expectation);
}

/** The same for a command that acts on several files one after the other; those that cannot be used are left out. */
export async function sourcesFor(
  files: OpenFiles,
  args: readonly unknown[],
  expectation: Expectation,
): Promise<readonly vscode.Uri[]> {
  const uris = named(args);
  if (uris.length < 2) {
    const one = await sourceFor(files, args, expectation);
    return one === undefined ? [] : [one];
  }
  const found = await Promise.all(uris.map((uri) => usable(files, uri, expectation)));
  return found.filter((uri) => uri !== undefined);
}

/** The file for a call that asks and tells nothing. Faults: it is not on this machine, or none is named or in front. */
export function sourceOfCall(given: unknown): Result<vscode.Uri> {
  const uri = named([given])[0] ?? inFront();
  if (uri === undefined) return fail(t('No file is given. Name one as the first argument.'));
  return isOnDisk(uri) ? ok(uri) : fail(elsewhere(uri));
}

async function chooseOne(
  files: OpenFiles,
  uris: readonly vscode.Uri[],
  expectation: Expectation,
): Promise<vscode.Uri | undefined> {
  const use = t('Use {0}', nameOf(uris[0]!));
  const message = t(
    'CFPRM: This command works on one file, and {0} are selected. Select one of them.',
    uris.length,
  );
  const picked = await vscode.window.showInformationMessage(message, use);
  return picked === use ? usable(files, uris[0], expectation) : undefined;
}

/** The file if it is as expected; else undefined, after the user was told what to do. */
async function usable(
  files: OpenFiles,
  uri: vscode.Uri | undefined,
  expectation: Expectation,
): Promise<vscode.Uri | undefined> {
  if (uri === undefined) return undefined;
  const checked = await check(files, uri, expectation);
  if (checked.ok) return checked.value;
  void vscode.window.showWarningMessage(`CFPRM: ${checked.fault.message}`);
  return undefined;
}

async function check(
  files: OpenFiles,
  uri: vscode.Uri,
  expectation: Expectation,
): Promise<Result<vscode.Uri>> {
  if (!isOnDisk(uri)) return fail(elsewhere(uri));
  if (expectation === 'address') return ok(uri);
  try {
    await stat(uri.fsPath);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT')
      return fail(t('{0} was deleted or moved. Restore it, or choose another file.', uri.fsPath));
    return fileFault(error, uri.fsPath);
  }
  if (expectation === 'file') return ok(uri);
  const choice = files.reading.resolve(uri);
  const source = choice.ok ? await openSource(uri.fsPath, choice.value) : choice;
  return source.ok ? ok(uri) : source;
}

/** What to do with a document that is on no disk of this machine. */
function elsewhere(uri: vscode.Uri): string {
  if (uri.scheme === 'untitled') return t('{0} was never saved. Save it to disk first.', nameOf(uri));
  return t(
    '{0} is not a file on disk: it comes from "{1}". Save a copy with "File: Save As…", then use the copy.',
    nameOf(uri),
    uri.scheme,
  );
}

function nameOf(uri: vscode.Uri): string {
  return path.posix.basename(uri.path) || uri.toString(true);
}

async function askForFile(): Promise<vscode.Uri | undefined> {
  const filters = { Trajectories: ['jsonl', 'ndjson', 'json', 'gz', 'zst'] };
  const picked = await vscode.window.showOpenDialog({ title: t('CFPRM: Choose a trajectory file'), filters });
  return picked?.[0] && sourceOf(picked[0]);
}
