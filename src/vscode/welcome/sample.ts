import * as vscode from 'vscode';
import type { Services } from '../services';

/** The sample with a score on every step: what a newcomer sees first. */
const FIRST = 'trl-soft-scores.jsonl';

/**
 * Opens the bundled traces in the trace view. They are copied first, so that labels can be given and files written
 * beside them; what was done to an earlier copy stays.
 */
export async function openSample({ context, navigation }: Services): Promise<void> {
  const from = vscode.Uri.joinPath(context.extensionUri, 'media/sample');
  const to = vscode.Uri.joinPath(context.globalStorageUri, 'sample');
  await vscode.workspace.fs.createDirectory(to);
  const there = new Set((await vscode.workspace.fs.readDirectory(to)).map(([name]) => name));
  for (const [name] of await vscode.workspace.fs.readDirectory(from)) {
    if (!there.has(name))
      await vscode.workspace.fs.copy(vscode.Uri.joinPath(from, name), vscode.Uri.joinPath(to, name));
  }
  await navigation.open({ source: vscode.Uri.joinPath(to, FIRST), page: 0 });
}

/** Opens the walkthrough of this extension. */
export function openWalkthrough({ context }: Services): Thenable<unknown> {
  const id = `${context.extension.id}#cfprm.start`;
  return vscode.commands.executeCommand('workbench.action.openWalkthrough', id, false);
}
