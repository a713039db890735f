import { mkdirSync, mkdtempSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import * as vscode from 'vscode';
import type { CommandId } from '../../../src/vscode/commandIds';
import { parseTraceUri, type TraceAddress, traceUri } from '../../../src/vscode/trace/address';

const LIMIT_MS = 10_000;

/** The workspace folder: a copy of media/sample/, made for this run. */
export function workspace(): string {
  return vscode.workspace.workspaceFolders![0]!.uri.fsPath;
}

/** A file of media/sample/, in the copy. */
export function sample(name: string): string {
  return path.join(workspace(), name);
}

/** A file of test/fixtures/. */
export function fixture(name: string): string {
  const extension = vscode.extensions.getExtension('cfprm.cfprm');
  return path.join(extension!.extensionPath, 'test/fixtures', name);
}

/** A new folder in the workspace. */
export function scratchFolder(): string {
  const parent = path.join(workspace(), 'scratch');
  mkdirSync(parent, { recursive: true });
  return mkdtempSync(path.join(parent, 'x'));
}

/** Writes a file into a new folder of the workspace and returns its path. */
export function scratch(name: string, content: string | Uint8Array): string {
  const file = path.join(scratchFolder(), name);
  writeFileSync(file, content);
  return file;
}

/** Asks until something is there; after the limit, throws with what was shown last. */
export async function waitFor<T>(
  what: string,
  look: () => T | undefined | false | Promise<T | undefined | false>,
  shown: () => unknown = () => '',
  limitMs = LIMIT_MS,
): Promise<T> {
  for (const end = Date.now() + limitMs; ; ) {
    const found = await look();
    if (found !== undefined && found !== false) return found;
    if (Date.now() > end)
      throw new Error(`There was no ${what} within ${limitMs / 1000} s; shown: ${shown()}`);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

/** Runs a command of the extension. */
export function run<T = unknown>(command: CommandId, ...args: unknown[]): Thenable<T> {
  return vscode.commands.executeCommand<T>(command, ...args);
}

/** Opens a file's first trace page as a user does, by the command. */
export async function openTrace(file: string): Promise<vscode.TextEditor> {
  await run('cfprm.openTrace', vscode.Uri.file(file));
  return traceEditor(file);
}

/** Opens any page of a file, by its address. */
export async function openPage(
  file: string,
  address: Omit<TraceAddress, 'source'>,
): Promise<vscode.TextEditor> {
  await vscode.window.showTextDocument(traceUri({ source: vscode.Uri.file(file), ...address }));
  return traceEditor(file);
}

/** The active editor, once it shows a trace page of this file (and this page of it, if one is named). */
export function traceEditor(file: string, page?: number): Promise<vscode.TextEditor> {
  const source = vscode.Uri.file(file).toString();
  return waitFor(
    `trace of ${file}`,
    () => {
      const editor = vscode.window.activeTextEditor;
      const address = editor && parseTraceUri(editor.document.uri);
      if (editor === undefined || address?.source.toString() !== source) return undefined;
      return page === undefined || address.page === page ? editor : undefined;
    },
    () => vscode.window.activeTextEditor?.document.uri.toString(true),
  );
}

/** The lines of an editor's document. */
export function lines(editor: vscode.TextEditor): string[] {
  return editor.document.getText().split('\n');
}

/** The line of the first text that contains this. Throws if there is none. */
export function lineWith(editor: vscode.TextEditor, text: string): number {
  const line = lines(editor).findIndex((it) => it.includes(text));
  if (line < 0) throw new Error(`No line with ${text} in:\n${editor.document.getText()}`);
  return line;
}

/** The header lines of a trace page. */
export function headers(editor: vscode.TextEditor): string[] {
  return lines(editor).filter((line) => line.startsWith('▾ '));
}

/** What hovers say at a place, as plain text. */
export async function hoverText(editor: vscode.TextEditor, line: number, character = 0): Promise<string> {
  const hovers = await vscode.commands.executeCommand<vscode.Hover[]>(
    'vscode.executeHoverProvider',
    editor.document.uri,
    new vscode.Position(line, character),
  );
  const texts = hovers.flatMap(({ contents }) => contents.map((it) => (it as vscode.MarkdownString).value));
  return texts.join('\n').replaceAll('&nbsp;', ' ').replaceAll('\\', '');
}

/** A trace page's heading with what is shown behind it, which the hover says, too. */
export async function heading(editor: vscode.TextEditor): Promise<string> {
  const live = (await hoverText(editor, 0)).split('\n').filter((line) => line !== '');
  return [lines(editor)[0]!, ...live].join(' · ');
}

/**
 * The computed scores of a trace page, trajectory by trajectory: '0.530', or for each step '…' on its way or '–' for
 * none. They are no part of the text; the hovers of the headers say them. `start` and `end` pick trajectories as
 * `slice` does.
 */
export function computed(editor: vscode.TextEditor, start = 0, end?: number): Promise<string[][]> {
  const all: { readonly line: number; steps: number }[] = [];
  for (const [line, text] of lines(editor).entries()) {
    if (text.startsWith('▾ ')) all.push({ line, steps: 0 });
    else if (/^ {2} *\d+ [✓·✗?◔◑◕]/u.test(text)) all.at(-1)!.steps++;
  }
  return Promise.all(
    all.slice(start, end).map(async ({ line, steps }) => {
      const said = await hoverText(editor, line);
      const scores = /^Computed: ([\d. -]+)$/m.exec(said)?.[1];
      if (scores !== undefined) return scores.trim().split(' ');
      const sign = said.includes('Computed: on its way') ? '…' : said.includes('⚠ not scored') ? '–' : '';
      return sign === '' ? [] : Array<string>(steps).fill(sign);
    }),
  );
}

/** A step as a trace page shows it. */
export interface ShownStep {
  readonly number: number;
  readonly glyph: string;
  /** Whether the label is marked as edited. */
  readonly edited: boolean;
  /** Score and the first line of the text. */
  readonly rest: string;
}

/** The steps of a trace page, trajectory by trajectory. */
export function shownSteps(editor: vscode.TextEditor): ShownStep[][] {
  const all: ShownStep[][] = [];
  for (const line of lines(editor)) {
    if (line.startsWith('▾ ')) all.push([]);
    const cells = /^ {2} *(\d+) +([✓·✗?◔◑◕])(\*?) +(\S.*)$/u.exec(line);
    if (cells === null) continue;
    const [, number, glyph, edited, rest] = cells;
    all.at(-1)?.push({ number: Number(number), glyph: glyph!, edited: edited !== '', rest: rest! });
  }
  return all;
}

/** The labels of a trace page as signs, with a star where edited, trajectory by trajectory: '✓✗*?'. */
export function shownLabels(editor: vscode.TextEditor): string[] {
  return shownSteps(editor).map((steps) =>
    steps.map(({ glyph, edited }) => `${glyph}${edited ? '*' : ''}`).join(''),
  );
}

/** Waits until a trace page shows these labels (`shownLabels`). */
export function waitForLabels(editor: vscode.TextEditor, ...labels: string[]): Promise<unknown> {
  return waitFor(
    `labels ${labels.join(' ')}`,
    () => shownLabels(editor).join(' ') === labels.join(' '),
    () => shownLabels(editor).join(' '),
  );
}

/** Puts the cursor at the start of a line. */
export function putCursor(editor: vscode.TextEditor, line: number): void {
  editor.selection = new vscode.Selection(line, 0, line, 0);
}

/** The text of the active editor's line that holds the cursor. */
export function cursorLine(): string {
  const editor = vscode.window.activeTextEditor;
  return editor === undefined ? '' : editor.document.lineAt(editor.selection.active.line).text;
}

/** Waits until the cursor is on a line that contains this, and returns the line. */
export function waitForCursor(text: string): Promise<string> {
  return waitFor(
    `cursor on ${text}`,
    () => cursorLine().includes(text) && cursorLine(),
    () => cursorLine(),
  );
}

/** The extension's diagnostics of a document. */
export function diagnostics(uri: vscode.Uri): vscode.Diagnostic[] {
  return vscode.languages.getDiagnostics(uri).filter((it) => it.source === 'cfprm');
}

/** Waits until a document has this many diagnostics of the extension, and returns them in line order. */
export async function waitForDiagnostics(uri: vscode.Uri, count: number): Promise<vscode.Diagnostic[]> {
  const said = (): string =>
    diagnostics(uri)
      .map((it) => it.message)
      .join(' | ');
  const found = await waitFor(
    `${count} diagnostics`,
    () => {
      const all = diagnostics(uri);
      return all.length === count && all;
    },
    said,
  );
  return [...found].sort((a, b) => a.range.start.line - b.range.start.line);
}

/** Sets a setting for a piece of work, and takes it back. */
export async function withSetting(name: string, value: unknown, work: () => Promise<void>): Promise<void> {
  const set = (to: unknown): Thenable<void> =>
    vscode.workspace.getConfiguration().update(name, to, vscode.ConfigurationTarget.Workspace);
  await set(value);
  try {
    await work();
  } finally {
    await set(undefined);
  }
}

/** Closes every editor, whatever is in it. */
export async function closeEditors(): Promise<void> {
  await vscode.commands.executeCommand('workbench.action.closeAllEditors');
}
