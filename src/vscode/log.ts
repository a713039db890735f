import * as vscode from 'vscode';

/** The extension's log: "CFPRM" in the Output view, at the level the user chose there. */
export function createLog(): vscode.LogOutputChannel {
  return vscode.window.createOutputChannel('CFPRM', { log: true });
}
