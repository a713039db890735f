import { t } from '@vscode/l10n';
import * as vscode from 'vscode';
import { providerName } from '../../core/scores/modelInfo';
import { count } from '../../core/trace/words';
import { isDemonstration } from '../../scorer/demonstrationModel';
import type { CommandId } from '../commandIds';
import type { OpenFiles } from '../files/openFiles';
import type { AutoScore } from './autoScore';
import type { ModelState } from './model';
import type { ModelScores } from './modelScores';
import { tellFault } from './scoreCommands';

const DEMONSTRATION = t(
  'This is the demonstration model that comes with CFPRM. To use another model, or none, run "CFPRM: Select model…"',
);

/** Which model is at work, where, and at what: "prm-7b · webgpu (verified) · 12 left". */
export class ScoreStatus implements vscode.Disposable {
  private readonly item = vscode.window.createStatusBarItem(
    'cfprm.model',
    vscode.StatusBarAlignment.Right,
    102,
  );
  private readonly disposables: vscode.Disposable[];
  /** The last fault that was told; the same one is not told again. */
  private told: string | undefined;

  constructor(
    private readonly scores: ModelScores,
    private readonly autoScore: AutoScore,
    private readonly files: OpenFiles,
  ) {
    this.item.name = t('CFPRM model');
    const update = (): void => this.update();
    this.disposables = [
      this.item,
      scores.onDidChange(update),
      scores.model.onDidChange((state) => this.changed(state)),
      files.onDidChange(update),
    ];
    update();
  }

  dispose(): void {
    vscode.Disposable.from(...this.disposables).dispose();
  }

  private changed(state: ModelState): void {
    this.update();
    const fault = state.kind === 'failed' ? state.fault : undefined;
    if (fault?.message === this.told) return;
    this.told = fault?.message;
    void tellFault(fault);
  }

  private update(): void {
    const { state } = this.scores.model;
    if (state.kind === 'none' && this.files.uris.length === 0) {
      this.item.hide();
      return;
    }
    const { text, tooltip, command, isError } = this.look(state);
    this.item.text = text;
    const { folder } = this.scores.model;
    this.item.tooltip =
      folder !== undefined && isDemonstration(folder.folder) ? `${tooltip}. ${DEMONSTRATION}` : tooltip;
    this.item.command = command;
    this.item.backgroundColor = isError ? new vscode.ThemeColor('statusBarItem.errorBackground') : undefined;
    this.item.accessibilityInformation = {
      label: t('CFPRM model: {0}', text.replace(/\$\([^)]*\)\s*/g, '')),
    };
    this.item.show();
  }

  private look(state: ModelState): {
    text: string;
    tooltip: string;
    command: CommandId;
    isError?: boolean;
  } {
    const info = 'cfprm.showModelInfo' as const;
    switch (state.kind) {
      case 'none':
        return {
          text: `$(beaker) ${t('no model')}`,
          tooltip: t('CFPRM: select a model that scores steps'),
          command: 'cfprm.selectModel',
        };
      case 'idle':
        return {
          text: `$(beaker) ${state.model.spec.name}${this.autoScore.isPaused ? ` · ${t('stopped')}` : ''}`,
          tooltip: t('CFPRM: the model starts when scores are wanted'),
          command: info,
        };
      case 'starting': {
        const trying = state.trying === undefined ? t('loading') : t('trying {0}', state.trying);
        return {
          text: `$(loading~spin) ${state.model.spec.name} · ${trying}`,
          tooltip: t('CFPRM: the model is starting'),
          command: info,
        };
      }
      case 'failed':
        return {
          text: `$(error) ${t('no scores')}`,
          tooltip: `CFPRM: ${state.fault.message}`,
          command: info,
          isError: true,
        };
      case 'running': {
        const { name, provider } = state.scorer.info;
        const where = `${name} · ${providerName(provider)}`;
        const { waiting } = this.scores;
        if (state.scorer.state === 'restarting')
          return {
            text: `$(loading~spin) ${where} · ${t('restarting')}`,
            tooltip: t('CFPRM: the model stopped and is being restarted'),
            command: info,
          };
        if (waiting > 0)
          return {
            text: `$(sync~spin) ${where} · ${t('{0} left', count(waiting))}`,
            tooltip: t('CFPRM: scoring'),
            command: info,
          };
        if (this.autoScore.isPaused)
          return {
            text: `$(debug-pause) ${where} · ${t('stopped')}`,
            tooltip: t('CFPRM: scoring is stopped. "Score this trajectory" resumes it'),
            command: info,
          };
        return {
          text: `$(beaker) ${where}`,
          tooltip: t('CFPRM: show where the model runs and why'),
          command: info,
        };
      }
    }
  }
}
