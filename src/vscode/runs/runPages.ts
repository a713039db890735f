import { StringDecoder } from 'node:string_decoder';
import { t } from '@vscode/l10n';
import * as vscode from 'vscode';
import { actionsOf } from '../../core/runs/actions';
import { isRunning } from '../../core/runs/state';
import type { RunRecord } from '../../runner/record';
import type { FromRun, RunButton, RunPlace, ShownRun, ToRun } from '../../shared/run';
import type { CommandId } from '../commandIds';
import { pagesFolder, showPage } from '../webviewPage';
import type { ListedRun, RunList } from './runList';
import { type RunNode, whereWords } from './runTree';

const VIEW = 'cfprm.run';
/** Bytes of a log with which a page begins. */
const LOG_BYTES = 128 * 1024;

const COMMANDS: Record<RunButton, CommandId> = {
  stop: 'cfprm.stopRun',
  resume: 'cfprm.resumeRun',
  editRun: 'cfprm.editRun',
  useModel: 'cfprm.useRunModel',
  remove: 'cfprm.removeRun',
  openFolder: 'cfprm.openRunFolder',
  tensorboard: 'cfprm.openTensorBoard',
  showLog: 'cfprm.showRunLog',
};

/** The pages of runs: one per run, with its curves and the end of its log; VS Code brings them back after a reload. */
export class RunPages implements vscode.WebviewPanelSerializer<RunPlace>, vscode.Disposable {
  private readonly pages = new Map<string, RunPage>();
  private readonly serializer: vscode.Disposable;

  constructor(
    private readonly extension: vscode.Uri,
    private readonly list: RunList,
  ) {
    this.serializer = vscode.window.registerWebviewPanelSerializer(VIEW, this);
  }

  /** Shows a run's page, in front of the others. */
  show({ id, name }: RunRecord): void {
    const known = this.pages.get(id);
    if (known !== undefined) {
      known.panel.reveal();
      return;
    }
    const panel = vscode.window.createWebviewPanel(VIEW, t('Run: {0}', name), vscode.ViewColumn.Active, {
      enableScripts: true,
      localResourceRoots: [pagesFolder(this.extension)],
    });
    this.fill(panel, id);
  }

  /** Fills a page that was open when the window was closed. */
  async deserializeWebviewPanel(panel: vscode.WebviewPanel, place: RunPlace | undefined): Promise<void> {
    if (place === undefined) {
      panel.dispose();
      return;
    }
    panel.webview.options = { enableScripts: true, localResourceRoots: [pagesFolder(this.extension)] };
    this.fill(panel, place.id);
  }

  dispose(): void {
    this.serializer.dispose();
    for (const { panel } of this.pages.values()) panel.dispose();
  }

  private fill(panel: vscode.WebviewPanel, id: string): void {
    const icon = (theme: string): vscode.Uri =>
      vscode.Uri.joinPath(this.extension, 'media', `cfprm-${theme}.svg`);
    panel.iconPath = { light: icon('light'), dark: icon('dark') };
    const page = new RunPage(panel, id, this.list);
    this.pages.set(id, page);
    panel.onDidDispose(() => {
      this.pages.delete(id);
      page.dispose();
    });
    showPage(panel.webview, this.extension, 'run', t('Run'));
  }
}

/** One page, which is told what is new since it was told last. */
class RunPage implements vscode.Disposable {
  private readonly disposables: vscode.Disposable[];
  /** True from the page's first word on. */
  private isReady = false;
  /** What of the metrics was sent: how many, up to which step, and of which beginning. */
  private sent = { count: 0, step: 0, beginning: -1 };
  private log = { next: -1, decoder: new StringDecoder('utf8') };
  private telling: Promise<void> = Promise.resolve();

  constructor(
    readonly panel: vscode.WebviewPanel,
    private readonly id: string,
    private readonly list: RunList,
  ) {
    this.disposables = [
      panel.webview.onDidReceiveMessage((message: FromRun) => this.receive(message)),
      list.onDidChange(() => this.update()),
      list.keepLooking(),
    ];
  }

  dispose(): void {
    vscode.Disposable.from(...this.disposables).dispose();
  }

  private receive(message: FromRun): void {
    if (message.type === 'press') {
      const run = this.run();
      const node: RunNode | undefined = run && { kind: 'run', run };
      if (node !== undefined) void vscode.commands.executeCommand(COMMANDS[message.button], node);
      return;
    }
    // A page that was hidden has lost everything.
    this.isReady = true;
    this.sent = { count: 0, step: 0, beginning: -1 };
    this.log = { next: -1, decoder: new StringDecoder('utf8') };
    this.update();
  }

  private run(): ListedRun | undefined {
    return this.list.all.find(({ record }) => record.id === this.id);
  }

  private update(): void {
    if (!this.isReady || !this.panel.visible) return;
    const run = this.run();
    if (run === undefined) {
      if (this.list.hasLooked)
        this.tell({ type: 'gone', message: t('Run {0} is not known here any more.', this.id) });
      return;
    }
    this.panel.title = t('Run: {0}', run.record.name);
    this.tell({ type: 'run', run: this.shown(run) });
    this.tellMetrics(run);
    // One after the other, or the same piece would come twice.
    this.telling = this.telling.then(() => this.tellLog(run));
  }

  private shown({ record, view }: ListedRun): ShownRun {
    const { id, name, created } = record;
    const folder = this.list.runs.folder(record);
    const common = { id, name, created, folder, where: whereWords(record) };
    if (view === undefined) return { ...common, words: t('Looking…'), can: [] };
    if (!view.ok) return { ...common, words: view.fault.message, can: [] };
    const { state, words, status, remainingMs } = view.value;
    return {
      ...common,
      state,
      ...(words !== undefined && { words }),
      ...(status && { step: status.step }),
      ...(status?.total && { total: status.total }),
      ...(status?.checkpoint && { checkpoint: status.checkpoint }),
      ...(remainingMs !== undefined && isRunning(state) && { remainingMs }),
      can: actionsOf(view.value),
    };
  }

  private tellMetrics({ view }: ListedRun): void {
    if (!view?.ok) return;
    const { all, beginnings } = view.value.metrics;
    const { count, step, beginning } = this.sent;
    const goesOn = beginning === beginnings && (count === 0 || all[count - 1]?.step === step);
    const metrics = goesOn ? all.slice(count) : all;
    this.sent = { count: all.length, step: all.at(-1)?.step ?? 0, beginning: beginnings };
    if (metrics.length > 0 || !goesOn) this.tell({ type: 'metrics', replace: !goesOn, metrics });
  }

  private async tellLog({ record, view }: ListedRun): Promise<void> {
    const { log } = this;
    // A host that is out of reach is asked by the list alone.
    if (!view?.ok) return;
    const { runs } = this.list;
    const part = log.next < 0 ? await runs.logEnd(record, LOG_BYTES) : await runs.log(record, log.next);
    if (!part.ok || this.log !== log) return;
    const { text, next } = part.value;
    if (text.length > 0 || log.next < 0)
      this.tell({ type: 'log', replace: log.next < 0, text: log.decoder.write(text) });
    log.next = next;
  }

  private tell(message: ToRun): void {
    void this.panel.webview.postMessage(message);
  }
}
