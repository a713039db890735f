import { t } from '@vscode/l10n';
import * as vscode from 'vscode';
import type { TraceEntry } from '../../core/trace/page';
import { formatScore, labelWords } from '../../core/trace/words';
import { onDidCloseLastTab } from '../tabs';
import { TRACE_LANGUAGE } from './address';
import { changeWords } from './hover';
import type { TracePages } from './pages';

/**
 * First errors (warnings) and malformed rows (errors) of the open pages, which is what F8, the Problems view and
 * the Outline's colours follow. A page holds at most 500 trajectories, below the platform's 1,000 per file.
 */
export class TraceDiagnostics implements vscode.Disposable {
  private readonly collection = vscode.languages.createDiagnosticCollection('cfprm-trace');
  private readonly disposables: vscode.Disposable[];

  constructor(private readonly pages: TracePages) {
    const ifTrace = (document: vscode.TextDocument): void => {
      if (document.languageId === TRACE_LANGUAGE) this.report(document);
    };
    this.disposables = [
      this.collection,
      vscode.workspace.onDidOpenTextDocument(ifTrace),
      vscode.workspace.onDidChangeTextDocument((event) => ifTrace(event.document)),
      onDidCloseLastTab((uri) => this.collection.delete(uri)),
      vscode.window.onDidChangeVisibleTextEditors((editors) => {
        for (const editor of editors) ifTrace(editor.document);
      }),
    ];
    vscode.workspace.textDocuments.forEach(ifTrace);
  }

  dispose(): void {
    vscode.Disposable.from(...this.disposables).dispose();
  }

  private report(document: vscode.TextDocument): void {
    const entries = this.pages.page(document.uri)?.entries ?? [];
    const found = entries.map((entry) => diagnostic(document, entry)).filter((it) => it !== undefined);
    this.collection.set(document.uri, found);
  }
}

function diagnostic(document: vscode.TextDocument, entry: TraceEntry): vscode.Diagnostic | undefined {
  if (entry.endLine >= document.lineCount) return undefined;
  if (entry.fault !== undefined) {
    const line = document.lineAt(entry.line).range;
    return make(line, t('Row {0}: {1}', entry.row, entry.fault.message), vscode.DiagnosticSeverity.Error);
  }
  const step = entry.steps[(entry.firstError ?? 0) - 1];
  if (step === undefined) return notScored(document, entry);
  // The label and score cells, not the text: squiggles under a whole step would be in the way of reading it.
  const range = new vscode.Range(step.line, step.labelColumn, step.line, step.textColumn);
  const before = entry.steps[step.number - 2]?.score;
  const drop =
    step.score === undefined || before === undefined
      ? ''
      : `, ${changeWords(step.score - before, t('step {0}', step.number - 1))}`;
  const score = step.score === undefined ? '' : `, ${t('score {0}', formatScore(step.score))}${drop}`;
  const first = t('First error: step {0} of {1}', step.number, entry.steps.length);
  const message = `${first}, ${labelWords(step.label)}${score}`;
  return make(range, message, vscode.DiagnosticSeverity.Warning);
}

/** Why a model gave no scores; F8 stops at it only where there is no error to stop at. */
function notScored(
  document: vscode.TextDocument,
  { computed, line }: TraceEntry,
): vscode.Diagnostic | undefined {
  if (computed?.state !== 'failed') return undefined;
  const message = t('Not scored: {0}', computed.fault.message);
  return make(document.lineAt(line).range, message, vscode.DiagnosticSeverity.Information);
}

function make(range: vscode.Range, message: string, severity: vscode.DiagnosticSeverity): vscode.Diagnostic {
  const it = new vscode.Diagnostic(range, message, severity);
  it.source = 'cfprm';
  return it;
}
