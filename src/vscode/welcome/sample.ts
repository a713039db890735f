import * as vscode from 'vscode';
import { entryAt } from '../../core/trace/page';
import { COMMAND_IDS } from '../commandIds';
import type { Services } from '../services';
import { parseTraceUri } from '../trace/address';

/** The sample with a score on every step: what a newcomer sees first. */
const FIRST = 'trl-soft-scores.jsonl';

/**
 * Opens the bundled traces in the trace view. They are copied first, so that labels can be given and files written
 * beside them; what was done to an earlier copy stays.
 */
export async function openSample(
  { context, navigation }: Services,
  column?: vscode.ViewColumn,
): Promise<void> {
  const from = vscode.Uri.joinPath(context.extensionUri, 'media/sample');
  const to = vscode.Uri.joinPath(context.globalStorageUri, 'sample');
  await vscode.workspace.fs.createDirectory(to);
  const there = new Set((await vscode.workspace.fs.readDirectory(to)).map(([name]) => name));
  for (const [name] of await vscode.workspace.fs.readDirectory(from)) {
    if (!there.has(name))
      await vscode.workspace.fs.copy(vscode.Uri.joinPath(from, name), vscode.Uri.joinPath(to, name));
  }
  await navigation.open({ source: vscode.Uri.joinPath(to, FIRST), page: 0 }, { at: 'first-step' }, column);
}

/**
 * What a button of the walkthrough does: it runs a command on the trace that is visible beside the walkthrough. If
 * none is, the sample is opened there; the walkthrough stays where it is.
 */
export async function runOnSample(services: Services, command?: unknown): Promise<void> {
  const shown = vscode.window.visibleTextEditors.find(
    ({ document }) => parseTraceUri(document.uri) !== undefined,
  );
  if (shown === undefined) await openSample(services, vscode.ViewColumn.Beside);
  else await vscode.window.showTextDocument(shown.document, { viewColumn: shown.viewColumn });
  const here = services.navigation.here();
  const first = here?.page.entries[0]?.steps[0]?.line;
  // Above the first trajectory there is nothing to label or to score.
  if (here !== undefined && first !== undefined && entryAt(here.page, here.line) === undefined)
    services.navigation.cursor.moveTo(here.editor, first);
  const known = COMMAND_IDS.find((id) => id === command);
  if (known !== undefined) await vscode.commands.executeCommand(known);
}

/** Opens the walkthrough of this extension. */
export function openWalkthrough({ context }: Services): Thenable<unknown> {
  const id = `${context.extension.id}#cfprm.start`;
  return vscode.commands.executeCommand('workbench.action.openWalkthrough', id, false);
}
