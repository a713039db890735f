import { t } from '@vscode/l10n';
import * as vscode from 'vscode';
import { actionsOf } from '../../core/runs/actions';
import type { RunState } from '../../core/runs/state';
import { durationWords, stateWords } from '../../core/runs/words';
import { count } from '../../core/trace/words';
import type { RunView } from '../../runner/look';
import type { RunRecord } from '../../runner/record';
import type { CommandId } from '../commandIds';
import type { ListedRun, RunList } from './runList';

/** A run of the tree; what its commands get. */
export interface RunNode {
  readonly kind: 'run';
  readonly run: ListedRun;
}

type Node = RunNode | { readonly kind: 'fact'; readonly label: string; readonly value: string };

/** Icons and colours of the theme by state. */
const ICONS: Record<RunState, readonly [string, string?]> = {
  queued: ['clock'],
  running: ['sync', 'charts.blue'],
  checkpointing: ['save', 'charts.blue'],
  finished: ['pass', 'testing.iconPassed'],
  failed: ['error', 'testing.iconFailed'],
  stopped: ['debug-pause'],
  lost: ['question', 'list.warningForeground'],
};

/** The tree "Runs": each run with its state and progress; below it, what it measured last. */
export class RunTree implements vscode.TreeDataProvider<Node>, vscode.Disposable {
  private readonly changed = new vscode.EventEmitter<undefined>();
  readonly onDidChangeTreeData = this.changed.event;
  private readonly view: vscode.TreeView<Node>;
  private readonly disposables: vscode.Disposable[];

  constructor(private readonly list: RunList) {
    this.view = vscode.window.createTreeView('cfprm.runs', { treeDataProvider: this });
    this.disposables = [
      this.changed,
      this.view,
      list.onDidChange(() => this.changed.fire(undefined)),
      this.view.onDidChangeVisibility(({ visible }) => list.setVisible(visible)),
    ];
    if (this.view.visible) list.setVisible(true);
  }

  getTreeItem(node: Node): vscode.TreeItem {
    return node.kind === 'run' ? runItem(node) : factItem(node.label, node.value);
  }

  getChildren(node?: Node): Node[] {
    if (node === undefined) return this.list.all.map((run) => ({ kind: 'run', run }));
    return node.kind === 'run' ? facts(node.run) : [];
  }

  dispose(): void {
    vscode.Disposable.from(...this.disposables).dispose();
  }
}

function runItem(node: RunNode): vscode.TreeItem {
  const { record, view } = node.run;
  const item = new vscode.TreeItem(record.name, vscode.TreeItemCollapsibleState.Collapsed);
  item.id = record.id;
  const words = view === undefined ? t('looking…') : view.ok ? progressWords(view.value) : t('not reached');
  item.description = `${words} · ${record.profileName}`;
  item.accessibilityInformation = {
    label: `${record.name}, ${words}, ${t('profile {0}', record.profileName)}`,
  };
  const more = view === undefined ? undefined : view.ok ? view.value.words : view.fault.message;
  item.tooltip = [`${record.name} (${record.id})`, words, more].filter(Boolean).join('\n');
  item.command = { command: 'cfprm.showRun' satisfies CommandId, title: t('Show run'), arguments: [node] };
  item.contextValue = contextOf(view?.ok ? view.value : undefined);
  const [icon, colour] = view?.ok ? ICONS[view.value.state] : ['debug-disconnect'];
  item.iconPath = new vscode.ThemeIcon(
    icon,
    colour === undefined ? undefined : new vscode.ThemeColor(colour),
  );
  return item;
}

/** What menus go by: `run`, and what can be done with it. */
function contextOf(view: RunView | undefined): string {
  if (view === undefined) return 'run';
  return `run ${actionsOf(view).join(' ')}`;
}

/** State and progress, as `running 40/120, 3 min left`. */
export function progressWords({ state, status, remainingMs }: RunView): string {
  const steps = status?.total ? ` ${status.step}/${status.total}` : '';
  const left = remainingMs === undefined ? '' : `, ${t('{0} left', durationWords(remainingMs))}`;
  return `${stateWords(state)}${steps}${left}`;
}

function facts({ record, view }: ListedRun): Node[] {
  const rows: [string, string | undefined][] = [];
  if (view !== undefined && !view.ok) rows.push([t('not reached'), view.fault.message]);
  if (view?.ok) {
    const { words, status, metrics } = view.value;
    const last = metrics.last;
    rows.push(
      [t('what'), words],
      [t('loss'), last?.loss?.toPrecision(4)],
      [t('accuracy'), last?.accuracy?.toFixed(3)],
      [t('window'), last?.window === undefined ? undefined : String(last.window)],
      [t('learning rate'), last?.lr?.toExponential(2)],
      [
        t('tokens per second'),
        last?.tokensPerSecond === undefined ? undefined : count(Math.round(last.tokensPerSecond)),
      ],
      [t('last checkpoint'), status?.checkpoint ? t('step {0}', status.checkpoint) : undefined],
    );
  }
  rows.push([t('on'), whereWords(record)], [t('run'), record.id]);
  return rows
    .filter((row): row is [string, string] => Boolean(row[1]))
    .map(([label, value]) => ({ kind: 'fact', label, value }));
}

/** Where a run is, as in `gpu (ssh, gpubox)`. */
export function whereWords({ profile, profileName }: RunRecord): string {
  const host = profile.kind === 'ssh' ? profile.host : 'login' in profile ? profile.login?.host : undefined;
  return `${profileName} (${profile.kind}${host ? `, ${host}` : ''})`;
}

function factItem(label: string, value: string): vscode.TreeItem {
  const item = new vscode.TreeItem(label);
  item.description = value;
  item.tooltip = value;
  return item;
}

/** Brings the tree to the front. */
export async function showRuns(): Promise<void> {
  await vscode.commands.executeCommand('cfprm.runs.focus');
}
