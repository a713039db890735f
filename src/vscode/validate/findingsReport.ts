import path from 'node:path';
import { t } from '@vscode/l10n';
import * as vscode from 'vscode';
import { count, counted } from '../../core/trace/words';
import type { Finding } from '../../core/validate/findings';
import type { ValidationReport } from '../../core/validate/validator';
import type { CommandId } from '../commandIds';

/** The scheme of reports: read-only texts whose row numbers lead to the rows. */
const SCHEME = 'cfprm-report';
/** A line of a report that is about a row. */
const ROW_OF_FINDING = new RegExp(`^ {2}${t('row {0}', '(\\d+)')}`, 'u');
/** Findings of each kind that a report lists. */
const LISTED = 2_000;

/** Shows what validating a file found, as a text with a link to every row. */
export class FindingsReport
  implements vscode.TextDocumentContentProvider, vscode.DocumentLinkProvider, vscode.Disposable
{
  private readonly texts = new Map<string, string>();
  private readonly changed = new vscode.EventEmitter<vscode.Uri>();
  readonly onDidChange = this.changed.event;
  private readonly disposables: vscode.Disposable[];

  constructor() {
    this.disposables = [
      this.changed,
      vscode.workspace.registerTextDocumentContentProvider(SCHEME, this),
      vscode.languages.registerDocumentLinkProvider({ scheme: SCHEME }, this),
    ];
  }

  /** Opens the report of a file; an older one of the same file is replaced. */
  async show(source: vscode.Uri, report: ValidationReport): Promise<void> {
    const name = `${source.path} · findings.txt`;
    const uri = vscode.Uri.from({ scheme: SCHEME, path: name, query: source.toString() });
    this.texts.set(uri.toString(), reportText(source, report));
    this.changed.fire(uri);
    await vscode.window.showTextDocument(uri, { preview: true });
  }

  provideTextDocumentContent(uri: vscode.Uri): string {
    return (
      this.texts.get(uri.toString()) ?? t('This report is of an earlier session. Validate the file again.')
    );
  }

  provideDocumentLinks(document: vscode.TextDocument): vscode.DocumentLink[] {
    const source = document.uri.query;
    const links: vscode.DocumentLink[] = [];
    for (let line = 0; line < document.lineCount; line++) {
      const match = ROW_OF_FINDING.exec(document.lineAt(line).text);
      if (match === null) continue;
      const range = new vscode.Range(line, 2, line, match[0].length);
      const args = encodeURIComponent(JSON.stringify([source, Number(match[1])]));
      const link = new vscode.DocumentLink(
        range,
        vscode.Uri.parse(`command:${'cfprm.showRow' satisfies CommandId}?${args}`),
      );
      link.tooltip = t('Show the row in the trace view');
      links.push(link);
    }
    return links;
  }

  dispose(): void {
    vscode.Disposable.from(...this.disposables).dispose();
  }
}

/** The file that a report is about; undefined for other URIs. */
export function sourceOfReport(uri: vscode.Uri): vscode.Uri | undefined {
  return uri.scheme === SCHEME && uri.query !== '' ? vscode.Uri.parse(uri.query, true) : undefined;
}

function reportText(source: vscode.Uri, report: ValidationReport): string {
  const { rows, trajectories, steps, malformed, malformedRows, findings, findingCounts } = report;
  const lines = [
    `${path.basename(source.fsPath)}: ${counted(rows, 'row')}, ${counted(trajectories, 'trajectory')}, ${counted(steps, 'step')} (${report.format})`,
    '',
    t('malformed rows: {0}', count(malformedRows)),
    ...malformed.slice(0, LISTED).map(({ row, column, message }) => {
      const at = column === undefined ? '' : `, ${t('column {0}', column)}`;
      return row === undefined ? `  ${message}` : `  ${t('row {0}', row)}${at}: ${message}`;
    }),
  ];
  if (malformed.length > LISTED) lines.push(`  ${t('and {0} more', count(malformed.length - LISTED))}`);
  for (const [kind, total] of Object.entries(findingCounts)) {
    lines.push('', `${kind}: ${count(total)}`);
    const own = findings.filter((finding) => finding.kind === kind).slice(0, LISTED);
    lines.push(...own.map(findingLine));
    if (total > own.length) lines.push(`  ${t('and {0} more', count(total - own.length))}`);
  }
  if (Object.keys(findingCounts).length === 0) lines.push('', t('Nothing suspicious was found.'));
  return `${lines.join('\n')}\n`;
}

function findingLine({ row, trajectory, step, message }: Finding): string {
  const place = [t('row {0}', row)];
  if (trajectory !== undefined) place.push(t('candidate {0}', trajectory));
  if (step !== null) place.push(t('step {0}', step));
  return `  ${place.join(', ')}: ${message}`;
}
