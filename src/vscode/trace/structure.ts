import * as vscode from 'vscode';
import type { StepEntry, TraceEntry } from '../../core/trace/page';
import { formatScore, glyph } from '../../core/trace/words';
import type { TracePages } from './pages';

/** Outline, breadcrumbs, sticky scroll and folding of the trace view: trajectories and their steps. */
export class TraceStructure implements vscode.DocumentSymbolProvider, vscode.FoldingRangeProvider {
  constructor(private readonly pages: TracePages) {}

  provideDocumentSymbols(document: vscode.TextDocument): vscode.DocumentSymbol[] {
    return (this.pages.page(document.uri)?.entries ?? []).map((entry) => trajectorySymbol(document, entry));
  }

  provideFoldingRanges(document: vscode.TextDocument): vscode.FoldingRange[] {
    const entries = this.pages.page(document.uri)?.entries ?? [];
    return entries
      .filter((entry) => entry.endLine > entry.line)
      .map((entry) => new vscode.FoldingRange(entry.line, entry.endLine));
  }
}

function trajectorySymbol(document: vscode.TextDocument, entry: TraceEntry): vscode.DocumentSymbol {
  const head = document.lineAt(entry.line).range;
  const whole = head.union(document.lineAt(entry.endLine).range);
  const kind = entry.fault === undefined ? vscode.SymbolKind.Namespace : vscode.SymbolKind.Event;
  const symbol = new vscode.DocumentSymbol(entry.title, entry.detail, kind, whole, head);
  symbol.children = entry.steps.map((step) => stepSymbol(document, step));
  return symbol;
}

function stepSymbol(document: vscode.TextDocument, step: StepEntry): vscode.DocumentSymbol {
  const line = document.lineAt(step.line).range;
  const whole = line.union(document.lineAt(step.endLine).range);
  const recorded = step.score === undefined ? '' : ` ${formatScore(step.score)}`;
  const kind = step.isError ? vscode.SymbolKind.Event : vscode.SymbolKind.Field;
  return new vscode.DocumentSymbol(
    `${step.number} ${glyph(step.label)}${recorded}`,
    step.summary,
    kind,
    whole,
    line,
  );
}
