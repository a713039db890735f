import path from 'node:path';
import { t } from '@vscode/l10n';
import * as vscode from 'vscode';
import type { ReanchorPlan } from '../../core/labels/reanchor';
import { counted } from '../../core/trace/words';
import { planReanchor } from '../../io/checkLabels';
import type { OpenFiles } from '../files/openFiles';
import { withCancel } from '../progress';
import { valueOrTell } from '../trace/navigation';

const FIND = t('Find their rows…');

/**
 * Tells that edited labels are of rows that changed since, and offers to look for the rows; once, not each time that
 * somebody writes the file.
 */
export function tellStale(files: OpenFiles): vscode.Disposable {
  const told = new Map<string, number>();
  return files.onDidFindStale(({ uri, stale }) => {
    if (told.get(uri.toString()) === stale) return;
    told.set(uri.toString(), stale);
    const name = path.basename(uri.fsPath);
    const text =
      stale === 1
        ? t(
            'CFPRM: 1 edited label is of rows of {0} that have changed since, and not shown. Nothing is lost.',
            name,
          )
        : t(
            'CFPRM: {0} edited labels are of rows of {1} that have changed since, and not shown. Nothing is lost.',
            stale,
            name,
          );
    void vscode.window.showWarningMessage(text, FIND).then((picked) => {
      if (picked === FIND) void reanchor(files, uri);
    });
  });
}

/** Looks where the rows of stale labels are now, and moves the labels there if the user agrees. */
export async function reanchor(files: OpenFiles, uri: vscode.Uri): Promise<void> {
  const file = valueOrTell(await files.open(uri));
  const labels = await files.labels(uri);
  const journal = labels && valueOrTell(labels.journal);
  if (file === undefined || labels === undefined || journal === undefined) return;
  const plan = valueOrTell(
    await withCancel(t('CFPRM: looking for the rows of edited labels'), (signal, onProgress) =>
      planReanchor(file.source, labels.overlay, { signal, onProgress }),
    ),
  );
  if (plan === undefined) return;
  const { moves, lost, ambiguous } = plan;
  if (moves.length + lost.length + ambiguous.length === 0) {
    void vscode.window.showInformationMessage(
      t('CFPRM: all edited labels are of the rows they were given to.'),
    );
    return;
  }
  const sum = sumOf(moves);
  if (sum === 0) {
    void vscode.window.showInformationMessage(t('CFPRM: no edited label can be moved.'), {
      modal: true,
      detail: planWords(plan),
    });
    return;
  }
  const move = t('Move {0}', counted(sum, 'label'));
  const question =
    moves.length === 1
      ? t('{0} can go with its row.', counted(sum, 'edited label'))
      : t('{0} can go with their rows.', counted(sum, 'edited label'));
  const answer = await vscode.window.showWarningMessage(
    question,
    { modal: true, detail: planWords(plan) },
    move,
  );
  if (answer !== move) return;
  const moved = valueOrTell(await journal.reanchor(plan));
  if (moved === undefined) return;
  void vscode.window.showInformationMessage(t('CFPRM: moved {0}.', counted(moved, 'label')));
}

function planWords({ moves, lost, ambiguous, holding }: ReanchorPlan): string {
  const lines = [
    ...moves
      .slice(0, 5)
      .map(({ from, to, edits }) => t('row {0} is now row {1}: {2}', from, to, counted(edits, 'label'))),
    moves.length > 5 ? t('and {0} more rows', moves.length - 5) : '',
    holding > 0 ? t('{0} stay where they are', counted(holding, 'label')) : '',
    lost.length > 0
      ? t('{0} of rows that are nowhere any more stay in the journal', counted(sumOf(lost), 'label'))
      : '',
    ambiguous.length > 0
      ? t(
          '{0} of rows that occur several times are not moved: nobody can tell which row was meant',
          counted(sumOf(ambiguous), 'label'),
        )
      : '',
  ];
  return lines.filter((line) => line !== '').join('\n');
}

function sumOf(rows: readonly { readonly edits: number }[]): number {
  return rows.reduce((sum, { edits }) => sum + edits, 0);
}
