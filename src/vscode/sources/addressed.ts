import * as vscode from 'vscode';
import { parseTraceUri } from '../trace/address';
import { sourceOfRow } from '../trace/source';
import { sourceOfReport } from '../validate/findingsReport';

/**
 * The file that a URI leads to: a trace page, a single row and a report of findings lead to what they were made of,
 * and everything else to itself.
 */
export function sourceOf(uri: vscode.Uri): vscode.Uri {
  return parseTraceUri(uri)?.source ?? sourceOfRow(uri) ?? sourceOfReport(uri) ?? uri;
}

/**
 * The files that a menu named in the arguments of a command, none if it named none: a URI, from an editor's title, or
 * the explorer, which adds all that is selected; a node of the tree; a tab.
 */
export function named([given, selected]: readonly unknown[]): readonly vscode.Uri[] {
  const [one] = urisOf(given);
  if (one === undefined) return [];
  const several = Array.isArray(selected) ? selected.flatMap(urisOf).map(sourceOf) : [];
  // What was clicked comes first; it need not be among what is selected.
  const all = [sourceOf(one), ...several];
  return all.filter((uri, at) => all.findIndex((other) => other.toString() === uri.toString()) === at);
}

/**
 * The file that the window shows in front, or the only one that it shows where a page without a file (walkthrough,
 * webview, terminal) is in front. Of a comparison it is the side that is on disk.
 */
export function inFront(): vscode.Uri | undefined {
  const { activeTabGroup, all } = vscode.window.tabGroups;
  const front = tabUris(activeTabGroup.activeTab).map(sourceOf);
  const editor = vscode.window.activeTextEditor?.document.uri;
  // The tabs are told a moment after the editor; an editor that is no tab (the log) has no file.
  const shown = [...front, ...(editor === undefined ? [] : [sourceOf(editor)].filter(isOnDisk))];
  const found = shown.find(isOnDisk) ?? front[0];
  if (found !== undefined) return found;
  const beside = all
    .flatMap(({ activeTab }) => tabUris(activeTab))
    .map(sourceOf)
    .filter(isOnDisk);
  const different = new Set(beside.map((uri) => uri.toString()));
  return different.size === 1 ? beside[0] : undefined;
}

/** True for a URI of this machine's file system. */
export function isOnDisk(uri: vscode.Uri): boolean {
  return uri.scheme === 'file';
}

function urisOf(value: unknown): vscode.Uri[] {
  if (value instanceof vscode.Uri) return [value];
  if (typeof value !== 'object' || value === null) return [];
  const { uri, input } = value as { readonly uri?: unknown; readonly input?: unknown };
  if (uri instanceof vscode.Uri) return [uri];
  return input === undefined ? [] : tabUris(value as vscode.Tab);
}

/** What a tab shows; of a comparison the side that is on disk first, the newer one if both are. */
function tabUris(tab: vscode.Tab | undefined): vscode.Uri[] {
  const input = tab?.input;
  if (input instanceof vscode.TabInputTextDiff || input instanceof vscode.TabInputNotebookDiff)
    return [input.modified, input.original].sort((a, b) => Number(isOnDisk(b)) - Number(isOnDisk(a)));
  if (
    input instanceof vscode.TabInputText ||
    input instanceof vscode.TabInputCustom ||
    input instanceof vscode.TabInputNotebook
  )
    return [input.uri];
  return [];
}
