import assert from 'node:assert/strict';
import * as vscode from 'vscode';
import { COMMAND_IDS, type CommandId } from '../../../src/vscode/commandIds';
import { waitFor } from './support';

/** Ways in which a command answers a person; each is watched, and goes on to do what it does. */
const ANSWERS = [
  'showInformationMessage',
  'showWarningMessage',
  'showErrorMessage',
  'showQuickPick',
  'createQuickPick',
  'showInputBox',
  'showOpenDialog',
  'showTextDocument',
  'setStatusBarMessage',
] as const;

/** Answer by other means, which VS Code shows by itself: a view, a walkthrough, a setting that changes. */
const OTHERWISE: readonly CommandId[] = [
  'cfprm.showLog',
  'cfprm.openWalkthrough',
  'cfprm.toggleInline',
  'cfprm.refreshRuns',
];
/** Get what they work on from what calls them, and are hidden from people. */
const CALLED: readonly CommandId[] = ['cfprm.closeFile', 'cfprm.showRow'];

describe('with nothing open', () => {
  const seen: string[] = [];
  const originals = new Map<string, unknown>();
  const window = vscode.window as unknown as Record<string, (...args: unknown[]) => unknown>;
  before(async () => {
    await vscode.commands.executeCommand('workbench.action.closeAllEditors');
    for (const name of ANSWERS) {
      const original = window[name]!;
      originals.set(name, original);
      window[name] = (...args) => {
        seen.push(name);
        return original.apply(vscode.window, args);
      };
    }
  });
  after(async () => {
    for (const [name, original] of originals) window[name] = original as never;
    await vscode.commands.executeCommand('workbench.action.closeQuickOpen');
    await vscode.commands.executeCommand('notifications.clearAll');
    await vscode.commands.executeCommand('workbench.action.closeAllEditors');
  });

  for (const command of COMMAND_IDS.filter((id) => !OTHERWISE.includes(id) && !CALLED.includes(id))) {
    it(`${command} says what it needs, or asks for it`, async () => {
      await vscode.commands.executeCommand('workbench.action.closeAllEditors');
      seen.length = 0;
      // Ends when its question is answered, which nobody does here.
      void vscode.commands.executeCommand(command);
      await waitFor('answer', () => seen.length > 0);
      await vscode.commands.executeCommand('workbench.action.closeQuickOpen');
      assert.ok(seen.length > 0);
    });
  }
});
