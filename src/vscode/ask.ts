import * as vscode from 'vscode';

/**
 * Has the user pick from a list; undefined if the user left it with Escape.
 *
 * Lists and boxes of this extension stay until they are answered. VS Code by itself closes them when they lose the
 * focus, and a page in front (a webview) takes the focus back a moment after the palette was closed that the command
 * came from: what was asked would be gone before it was read (microsoft/vscode#75209, avoided there for most cases).
 */
export function pick<T extends vscode.QuickPickItem>(
  items: readonly T[],
  options: vscode.QuickPickOptions,
): Thenable<T | undefined> {
  return vscode.window.showQuickPick(items, { ...options, ignoreFocusOut: true });
}

/** Has the user type a line; undefined if the user left the box. It stays as `pick` does. */
export function typeLine(options: vscode.InputBoxOptions): Thenable<string | undefined> {
  return vscode.window.showInputBox({ ...options, ignoreFocusOut: true });
}
