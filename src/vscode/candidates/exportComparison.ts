import path from 'node:path';
import { t } from '@vscode/l10n';
import * as vscode from 'vscode';
import { type Comparison, choose, choosers } from '../../core/bon/comparison';
import { comparisonCsv } from '../../core/bon/export/csv';
import { comparisonHtml } from '../../core/bon/export/html';
import { comparisonMarkdown } from '../../core/bon/export/markdown';
import type { ShownProblem } from '../../core/bon/shown';
import type { CommandId } from '../commandIds';
import type { CandidatesPanel } from './candidatesPanel';

/** What a comparison can be written as, by the file's extension. */
const WRITERS: { readonly [extension: string]: (comparison: Comparison, areLogits: boolean) => string } = {
  '.html': comparisonHtml,
  '.md': comparisonMarkdown,
  '.csv': comparisonCsv,
};

/** "CFPRM: Export comparison": what the panel shows of a problem, as one HTML, Markdown or CSV file. */
export async function exportComparison(view: CandidatesPanel): Promise<void> {
  const { session } = view;
  if (session?.shown === undefined) {
    const compareNow = t('Compare candidates');
    const message = t('CFPRM: nothing is compared yet. Compare the candidates of a problem first.');
    const picked = await vscode.window.showInformationMessage(message, compareNow);
    if (picked === compareNow)
      await vscode.commands.executeCommand('cfprm.compareCandidates' satisfies CommandId);
    return;
  }
  const { n } = session.shown;
  const problem = session.withScores(session.shown.problem);
  const target = await askTarget(session.source, problem.candidates.index + 1);
  if (target === undefined) return;
  const write = WRITERS[path.extname(target.path).toLowerCase()];
  if (write === undefined) {
    const known = Object.keys(WRITERS).join(', ');
    void vscode.window.showErrorMessage(
      t('CFPRM: Unknown export format: {0}. Use one of {1}.', path.basename(target.path), known),
    );
    return;
  }
  const text = write(among(problem, n), problem.candidates.scoring.areLogits);
  await vscode.workspace.fs.writeFile(target, Buffer.from(text, 'utf8'));
  const open = t('Open');
  const written = t('CFPRM: wrote {0}.', path.basename(target.path));
  if ((await vscode.window.showInformationMessage(written, open)) !== open) return;
  if (write === comparisonHtml) await vscode.env.openExternal(target);
  else await vscode.commands.executeCommand('vscode.open', target);
}

/** The comparison with the choices among the first n candidates. */
function among({ comparison, candidates }: ShownProblem, n: number): Comparison {
  const choices = choose(candidates, n, candidates.scoring);
  const chosenBy = (number: number) => choosers(choices, number);
  return {
    ...comparison,
    ...choices,
    candidates: comparison.candidates.map((own) => ({ ...own, chosenBy: chosenBy(own.number) })),
  };
}

function askTarget(source: vscode.Uri, number: number): Thenable<vscode.Uri | undefined> {
  const base = source.fsPath.replace(/\.(?:gz|zst)$/iu, '').replace(/\.[^.\\/]+$/u, '');
  return vscode.window.showSaveDialog({
    title: t('CFPRM: Export comparison'),
    defaultUri: vscode.Uri.file(`${base}.problem-${number}.html`),
    filters: { HTML: ['html'], Markdown: ['md'], CSV: ['csv'] },
  });
}
