import { t } from '@vscode/l10n';
import * as vscode from 'vscode';
import { actionsOf } from '../../core/runs/actions';
import { isRunning } from '../../core/runs/state';
import type { CommandId } from '../commandIds';
import type { ListedRun, RunList } from './runList';
import type { RunNode } from './runTree';

/** Tells of runs that failed while this window looked at them, with what can be done next. */
export class RunNews implements vscode.Disposable {
  /** Ids of runs that were at work, or were started, when they were looked at last. */
  private readonly expected = new Set<string>();
  private readonly subscription: vscode.Disposable;

  constructor(private readonly list: RunList) {
    this.subscription = list.onDidChange(() => this.look());
  }

  /** A run was started: if it fails before anybody has looked at it, that is news. */
  expect(id: string): void {
    this.expected.add(id);
  }

  dispose(): void {
    this.subscription.dispose();
  }

  private look(): void {
    for (const run of this.list.all) {
      const { id } = run.record;
      if (!run.view?.ok) continue;
      if (isRunning(run.view.value.state)) this.expected.add(id);
      else if (this.expected.delete(id) && run.view.value.state === 'failed') void tell(run);
    }
  }
}

async function tell(run: ListedRun): Promise<void> {
  if (!run.view?.ok) return;
  const [edit, show] = [t('Edit and run again'), t('Show run')];
  const buttons = actionsOf(run.view.value)[0] === 'editRun' ? [edit, show] : [show, edit];
  const text = t('CFPRM: the run "{0}" failed. {1}', run.record.name, run.view.value.words ?? '');
  const picked = await vscode.window.showErrorMessage(text, ...buttons);
  if (picked === undefined) return;
  const command: CommandId = picked === edit ? 'cfprm.editRun' : 'cfprm.showRun';
  await vscode.commands.executeCommand(command, { kind: 'run', run } satisfies RunNode);
}
