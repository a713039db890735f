import * as vscode from 'vscode';

/**
 * What the tabs with texts show, each once, what is in front first. VS Code keeps documents for minutes after their
 * last tab closed, and opens some without a tab.
 */
export function inTabs(): vscode.Uri[] {
  const groups = vscode.window.tabGroups.all;
  const tabs = [
    ...groups.flatMap((group) => group.activeTab ?? []),
    ...groups.flatMap((group) => group.tabs),
  ];
  const uris = tabs.flatMap(({ input }) => (input instanceof vscode.TabInputText ? [input.uri] : []));
  return [...new Map(uris.map((uri) => [uri.toString(), uri])).values()];
}
