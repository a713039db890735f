import * as vscode from 'vscode';
import { count } from '../../core/trace/words';
import type { CommandId } from '../commandIds';
import { parseTraceUri } from './address';
import type { TracePages } from './pages';

/** One row of lenses above each trajectory, and one above the page for paging and filtering. */
export class TraceLenses implements vscode.CodeLensProvider {
  constructor(private readonly pages: TracePages) {}

  /** Pages are drawn without their text changing when only the file's length did. */
  readonly onDidChangeCodeLenses: vscode.Event<void> = (listener, thisArgs, disposables) =>
    this.pages.onDidRender(() => listener.call(thisArgs), undefined, disposables);

  provideCodeLenses(document: vscode.TextDocument): vscode.CodeLens[] {
    const page = this.pages.page(document.uri);
    const address = parseTraceUri(document.uri);
    if (page === undefined || address === undefined) return [];
    const top = new vscode.Range(0, 0, 0, 0);
    const lens = (
      range: vscode.Range,
      title: string,
      command: CommandId,
      ...args: unknown[]
    ): vscode.CodeLens => new vscode.CodeLens(range, { title, command, arguments: args });
    const lenses: vscode.CodeLens[] = [];
    if (address.page > 0) lenses.push(lens(top, '$(arrow-left) Previous page', 'cfprm.previousPage'));
    if (page.entries.length >= settings.pageSize())
      lenses.push(lens(top, '$(arrow-right) Next page', 'cfprm.nextPage'));
    lenses.push(lens(top, '$(filter) Filter…', 'cfprm.filter'));
    if (address.filter !== undefined) lenses.push(lens(top, '$(close) Clear filter', 'cfprm.clearFilter'));
    lenses.push(lens(top, '$(fold) Merge windows', 'cfprm.mergeWindows', address.source));
    if (hasMore)
      lenses.push(
        lens(new vscode.Range(lastLine, 0, lastLine, 0), '$(arrow-right) Next page', 'cfprm.nextPage'),
      );
    for (const entry of page.entries) {
      const range = new vscode.Range(entry.line, 0, entry.line, 0);
      if (entry.firstError !== undefined) {
        lenses.push(
          lens(
            range,
            `$(debug-step-over) First error ${entry.firstError}`,
            'cfprm.showFirstError',
            entry.line,
          ),
        );
      }
      lenses.push(lens(range, '$(arrow-down) Next error', 'cfprm.nextError', entry.endLine));
      lenses.push(
        lens(range, `$(go-to-file) Source line ${count(entry.row)}`, 'cfprm.revealInSource', entry.line),
      );
    }
    return lenses;
  }
}
