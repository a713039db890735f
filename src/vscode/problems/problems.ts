import path from 'node:path';
import * as vscode from 'vscode';
import type { RawDocuments } from '../raw/rawDocuments';
import { inSlices } from '../slices';
import { inTabs } from '../tabs';
import { parseTraceUri } from '../trace/address';
import type { TracePages } from '../trace/pages';
import { inDocument, MalformedRows, onPage } from './malformedRows';

const DEBOUNCE_MS = 200;

/**
 * The Problems of the trajectory files that are open in a tab: their malformed rows, and nothing else. A step that is
 * labelled wrong is what the file says, not what is wrong with it.
 *
 * Every row is listed once: in the source while a tab shows it, at the place that is to be mended; else on the trace
 * pages that are open.
 */
export class Problems implements vscode.Disposable {
  private readonly collection = vscode.languages.createDiagnosticCollection('cfprm');
  /** The documents that have problems of a source, and the timer and number of its next listing. */
  private readonly listed = new Map<string, vscode.Uri[]>();
  private readonly timers = new Map<string, NodeJS.Timeout>();
  private readonly turns = new Map<string, number>();
  private readonly disposables: vscode.Disposable[];

  constructor(
    private readonly pages: TracePages,
    private readonly documents: RawDocuments,
  ) {
    const ifOurs = ({ uri }: vscode.TextDocument): void => {
      if (parseTraceUri(uri) !== undefined) this.schedule(uri);
    };
    this.disposables = [
      this.collection,
      documents.onDidChange(({ uri }) => this.schedule(uri)),
      vscode.workspace.onDidOpenTextDocument(ifOurs),
      vscode.workspace.onDidChangeTextDocument(({ document }) => ifOurs(document)),
      vscode.window.tabGroups.onDidChangeTabs(({ opened, closed, changed }) => {
        for (const tab of [...opened, ...closed, ...changed]) {
          if (tab.input instanceof vscode.TabInputText) this.schedule(tab.input.uri);
        }
      }),
    ];
    for (const uri of inTabs()) this.schedule(uri);
  }

  dispose(): void {
    for (const timer of this.timers.values()) clearTimeout(timer);
    vscode.Disposable.from(...this.disposables).dispose();
  }

  /** Lists the problems of a file anew a moment later; the URI is that of its source or of one of its pages. */
  private schedule(uri: vscode.Uri): void {
    const source = parseTraceUri(uri)?.source ?? uri;
    const key = source.toString();
    clearTimeout(this.timers.get(key));
    this.timers.set(
      key,
      setTimeout(() => void this.list(source), DEBOUNCE_MS),
    );
  }

  private async list(source: vscode.Uri): Promise<void> {
    const key = source.toString();
    this.timers.delete(key);
    const turn = (this.turns.get(key) ?? 0) + 1;
    this.turns.set(key, turn);
    const found = (await this.inSource(source)) ?? this.onPages(source);
    // Whatever happened meanwhile had it listed again.
    if (found === 'changed' || this.turns.get(key) !== turn) return;
    for (const uri of this.listed.get(key) ?? []) {
      if (!found.some(([other]) => other.toString() === uri.toString())) this.collection.delete(uri);
    }
    for (const [uri, problems] of found) this.collection.set(uri, problems);
    if (found.length > 0)
      this.listed.set(
        key,
        found.map(([uri]) => uri),
      );
    else this.listed.delete(key);
  }

  /** The problems at their places in the source; undefined if no tab shows it as trajectories. */
  private async inSource(source: vscode.Uri): Promise<Found | 'changed' | undefined> {
    const document = documentInTab(source);
    const raw = document && this.documents.get(document);
    if (raw === undefined) return undefined;
    const problems = await inSlices(inDocument(raw));
    // It may have been closed while it was read.
    return problems === undefined || documentInTab(source) === undefined ? 'changed' : [[source, problems]];
  }

  /** The problems on the pages of a source that tabs show. */
  private onPages(source: vscode.Uri): Found {
    const rows = new MalformedRows(path.basename(source.path));
    const found: [vscode.Uri, vscode.Diagnostic[]][] = [];
    for (const uri of inTabs()) {
      if (parseTraceUri(uri)?.source.toString() !== source.toString()) continue;
      const document = documentInTab(uri);
      const page = this.pages.page(uri);
      if (document !== undefined && page !== undefined) found.push([uri, onPage(document, page, rows)]);
    }
    found[0]?.[1].push(...rows.rest());
    return found;
  }
}

type Found = readonly (readonly [vscode.Uri, vscode.Diagnostic[]])[];

/** The document of a URI, if a tab shows it; VS Code keeps documents for minutes after their last tab closed. */
function documentInTab(uri: vscode.Uri): vscode.TextDocument | undefined {
  const key = uri.toString();
  if (!inTabs().some((other) => other.toString() === key)) return undefined;
  return vscode.workspace.textDocuments.find((document) => document.uri.toString() === key);
}
