import { t } from '@vscode/l10n';
import * as vscode from 'vscode';
import type { TraceEntry } from '../../core/trace/page';
import { count } from '../../core/trace/words';
import type { CommandId } from '../commandIds';
import { parseTraceUri, type TraceAddress } from './address';
import type { ShownPage, TracePages } from './pages';

/** Lenses above each trajectory, and at both ends of the page for paging and filtering. */
export class TraceLenses implements vscode.CodeLensProvider {
  constructor(private readonly pages: TracePages) {}

  /** Pages are drawn without their text changing when only the file's length did. */
  readonly onDidChangeCodeLenses: vscode.Event<void> = (listener, thisArgs, disposables) =>
    this.pages.onDidRender(() => listener.call(thisArgs), undefined, disposables);

  provideCodeLenses(document: vscode.TextDocument): vscode.CodeLens[] {
    const page = this.pages.page(document.uri);
    const address = parseTraceUri(document.uri);
    if (page === undefined || address === undefined) return [];
    return [...pageLenses(page, address, document.lineCount - 1), ...page.entries.flatMap(entryLenses)];
  }
}

function pageLenses(page: ShownPage, address: TraceAddress, lastLine: number): vscode.CodeLens[] {
  const lenses: vscode.CodeLens[] = [];
  if (address.page > 0) lenses.push(lens(0, `$(arrow-left) ${t('Previous page')}`, 'cfprm.previousPage'));
  if (page.left > 0) {
    const title = `$(arrow-right) ${t('Next page')}`;
    lenses.push(lens(0, title, 'cfprm.nextPage'));
    lenses.push(lens(lastLine, title, 'cfprm.nextPage'));
  }
  lenses.push(lens(0, `$(filter) ${t('Filter…')}`, 'cfprm.filter'));
  if (address.filter !== undefined)
    lenses.push(lens(0, `$(close) ${t('Clear filter')}`, 'cfprm.clearFilter'));
  lenses.push(lens(0, `$(fold) ${t('Merge windows')}`, 'cfprm.mergeWindows', address.source));
  return lenses;
}

function entryLenses(entry: TraceEntry): vscode.CodeLens[] {
  const next = lens(entry.line, `$(arrow-down) ${t('Next error')}`, 'cfprm.nextError', entry.endLine);
  const source = lens(
    entry.line,
    `$(go-to-file) ${t('Source line {0}', count(entry.row))}`,
    'cfprm.revealInSource',
    entry.line,
  );
  if (entry.firstError === undefined) return [next, source];
  const title = `$(debug-step-over) ${t('First error {0}', entry.firstError)}`;
  return [lens(entry.line, title, 'cfprm.showFirstError', entry.line), next, source];
}

function lens(line: number, title: string, command: CommandId, argument?: unknown): vscode.CodeLens {
  const args = argument === undefined ? [] : [argument];
  return new vscode.CodeLens(new vscode.Range(line, 0, line, 0), { title, command, arguments: args });
}
