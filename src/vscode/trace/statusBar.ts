import { t } from '@vscode/l10n';
import * as vscode from 'vscode';
import { entryAt, stepAt, type TraceEntry } from '../../core/trace/page';
import { count, counted } from '../../core/trace/words';
import type { CommandId } from '../commandIds';
import { TRACE_LANGUAGE } from './address';
import type { TraceNavigation } from './navigation';
import type { ShownPage, TracePages } from './pages';

/** Where the cursor is in the file: "trajectory 17 · step 4/6 · first error 4". */
export class TraceStatusBar implements vscode.Disposable {
  private readonly item = vscode.window.createStatusBarItem(
    'cfprm.position',
    vscode.StatusBarAlignment.Right,
    101,
  );
  private readonly disposables: vscode.Disposable[];

  constructor(
    private readonly navigation: TraceNavigation,
    pages: TracePages,
  ) {
    this.item.name = t('CFPRM position');
    this.item.command = 'cfprm.goTo' satisfies CommandId;
    this.item.tooltip = t('CFPRM: go to trajectory');
    const update = (): void => this.update();
    this.disposables = [
      this.item,
      pages.onDidRender(update),
      vscode.window.onDidChangeActiveTextEditor(update),
      vscode.window.onDidChangeTextEditorSelection((event) => {
        if (event.textEditor.document.languageId === TRACE_LANGUAGE) update();
      }),
    ];
    update();
  }

  dispose(): void {
    vscode.Disposable.from(...this.disposables).dispose();
  }

  private update(): void {
    const here = this.navigation.here();
    const entry = here && entryAt(here.page, here.line);
    if (here === undefined || entry === undefined) {
      this.item.hide();
      return;
    }
    const step = stepAt(entry, here.line);
    const parts = [placeOf(entry, here.page)];
    parts.push(
      step === undefined
        ? counted(entry.steps.length, 'step')
        : t('step {0}/{1}', step.number, entry.steps.length),
    );
    if (entry.firstError !== undefined) parts.push(t('first error {0}', entry.firstError));
    this.item.text = parts.join(' · ');
    this.item.show();
  }
}

/** Which trajectory of those that are shown; in files with candidates, which candidate of its row. */
function placeOf(entry: TraceEntry, page: ShownPage): string {
  if (entry.trajectories > 1)
    return `${t('row {0}', count(entry.row))} · ${t('candidate {0}/{1}', entry.trajectory, entry.trajectories)}`;
  const rows = new Set(page.entries.map(({ ordinal }) => ordinal));
  return t('trajectory {0}', count(page.first + [...rows].indexOf(entry.ordinal) + 1));
}
