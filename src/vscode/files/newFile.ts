import path from 'node:path';
import { t } from '@vscode/l10n';
import * as vscode from 'vscode';
import type { CommandId } from '../commandIds';

/** Asks where to write; the proposal is the source's name with a word in it. */
export async function askFile(uri: vscode.Uri, word: string): Promise<vscode.Uri | undefined> {
  const base = uri.fsPath.replace(/\.(?:gz|zst)$/iu, '');
  const extension = path.extname(base);
  const proposal = `${base.slice(0, base.length - extension.length)}.${word}${extension || '.jsonl'}`;
  return vscode.window.showSaveDialog({
    defaultUri: vscode.Uri.file(proposal),
    filters: { Trajectories: ['jsonl', 'json'] },
  });
}

/** Tells that a file was written and opens its trace view if the user wants. */
export async function openAfter(words: string, target: vscode.Uri): Promise<void> {
  const open = t('Open trace view');
  const picked = await vscode.window.showInformationMessage(words, open);
  if (picked === open) await vscode.commands.executeCommand('cfprm.openTrace' satisfies CommandId, target);
}
