import * as vscode from 'vscode';

/** True while a tab shows this document; VS Code keeps documents for minutes after their last tab closed. */
function isInTab(uri: vscode.Uri): boolean {
  const tabs = vscode.window.tabGroups.all.flatMap((group) => group.tabs);
  return tabs.some(({ input }) => input instanceof vscode.TabInputText && isSame(input.uri, uri));
}

/** Calls back with documents whose last tab closed. */
export function onDidCloseLastTab(listener: (uri: vscode.Uri) => void): vscode.Disposable {
  return vscode.window.tabGroups.onDidChangeTabs(({ closed }) => {
    for (const { input } of closed) {
      if (input instanceof vscode.TabInputText && !isInTab(input.uri)) listener(input.uri);
    }
  });
}

function isSame(one: vscode.Uri, other: vscode.Uri): boolean {
  return one.toString() === other.toString();
}
