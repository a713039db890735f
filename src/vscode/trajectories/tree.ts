import { t } from '@vscode/l10n';
import * as vscode from 'vscode';
import { filterWords } from '../../core/trace/filter';
import { facts } from '../../core/trace/render';
import type { RowReading } from '../../core/trace/rowReading';
import { count, printable, shorten } from '../../core/trace/words';
import { firstError } from '../../core/trajectory';
import type { TraceFile } from '../../io/traceFile';
import type { RowRange } from '../../io/traceRows';
import type { CommandId } from '../commandIds';
import type { OpenFiles } from '../files/openFiles';

/** A level of the tree never holds more siblings than this (microsoft/vscode#34151). */
const SIBLINGS = 200;
const LEVEL_BYTES = 32 * 1024 * 1024;

/** A file of the tree; what its commands get. */
export interface FileNode {
  readonly kind: 'file';
  readonly uri: vscode.Uri;
}

type Node =
  | FileNode
  | { readonly kind: 'rows'; readonly uri: vscode.Uri; readonly from: number; readonly to: number }
  | { readonly kind: 'row'; readonly uri: vscode.Uri; readonly reading: RowReading }
  | { readonly kind: 'message'; readonly text: string };

/** The tree "Trajectories": the files in use, their rows in pages, with the facts that matter beside each. */
export class TrajectoryTree implements vscode.TreeDataProvider<Node>, vscode.Disposable {
  private readonly changed = new vscode.EventEmitter<undefined>();
  private readonly disposables: vscode.Disposable[];
  readonly onDidChangeTreeData = this.changed.event;

  constructor(private readonly files: OpenFiles) {
    this.disposables = [this.changed, files.onDidChange(() => this.changed.fire(undefined))];
  }

  getTreeItem(node: Node): vscode.TreeItem {
    switch (node.kind) {
      case 'file':
        return this.fileItem(node.uri);
      case 'rows':
        return new vscode.TreeItem(
          `${count(node.from + 1)} – ${count(node.to)}`,
          vscode.TreeItemCollapsibleState.Collapsed,
        );
      case 'row':
        return rowItem(node.uri, node.reading);
      case 'message':
        return messageItem(node.text);
    }
  }

  async getChildren(node?: Node): Promise<Node[]> {
    if (node === undefined) return this.files.uris.map((uri) => ({ kind: 'file', uri }));
    if (node.kind === 'row' || node.kind === 'message') return [];
    const file = await this.files.open(node.uri);
    if (!file.ok) return [{ kind: 'message', text: file.fault.message }];
    await file.value.whenIndexed(SIBLINGS + 1);
    const range = await this.range(node.uri, file.value);
    if (range === undefined) return [{ kind: 'message', text: t('The search was cancelled.') }];
    const from = node.kind === 'rows' ? node.from : 0;
    const to = node.kind === 'rows' ? Math.min(node.to, range.length) : range.length;
    if (to - from <= SIBLINGS) return this.rows(node.uri, file.value, range, from, to);
    return slices(node.uri, from, to);
  }

  dispose(): void {
    vscode.Disposable.from(...this.disposables).dispose();
  }

  private async range(uri: vscode.Uri, file: TraceFile): Promise<RowRange | undefined> {
    const filter = this.files.filterOf(uri);
    if (filter === undefined) return file.allRows;
    const found = await this.files.passing(uri, filter);
    return found.ok ? { length: found.value.length, at: (i) => found.value[i]! } : undefined;
  }

  private async rows(
    uri: vscode.Uri,
    file: TraceFile,
    range: RowRange,
    from: number,
    to: number,
  ): Promise<Node[]> {
    const ordinals = Array.from({ length: Math.max(0, to - from) }, (_, i) => range.at(from + i));
    const readings = await file.read(ordinals, LEVEL_BYTES);
    if (!readings.ok) return [{ kind: 'message', text: readings.fault.message }];
    return readings.value.map((reading) => ({ kind: 'row', uri, reading }));
  }

  private fileItem(uri: vscode.Uri): vscode.TreeItem {
    const item = new vscode.TreeItem(uri, vscode.TreeItemCollapsibleState.Expanded);
    const filter = this.files.filterOf(uri);
    if (filter !== undefined) item.description = t('filter: {0}', filterWords(filter));
    item.contextValue = 'cfprm.file';
    return item;
  }
}

/** Cuts a range into at most `SIBLINGS` slices of 200, 40,000, 8,000,000 … rows. */
function slices(uri: vscode.Uri, from: number, to: number): Node[] {
  let width = SIBLINGS;
  while ((to - from) / width > SIBLINGS) width *= SIBLINGS;
  const nodes: Node[] = [];
  for (let at = from; at < to; at += width)
    nodes.push({ kind: 'rows', uri, from: at, to: Math.min(at + width, to) });
  return nodes;
}

function rowItem(uri: vscode.Uri, reading: RowReading): vscode.TreeItem {
  const { row, ordinal, result } = reading;
  const first = result.ok ? result.value[0] : undefined;
  const item = new vscode.TreeItem((first?.id && printable(first.id)) || t('row {0}', count(row)));
  if (!result.ok) {
    item.description = result.fault.message;
    item.iconPath = new vscode.ThemeIcon('warning', new vscode.ThemeColor('cfprm.bad'));
  } else if (first !== undefined) {
    const error = firstError(first);
    item.description = [...facts(first), shorten(printable(first.problem), 60)].join(' · ');
    item.tooltip = shorten(printable(first.problem), 400);
    const labelled = first.steps.some((step) => step.label !== undefined);
    if (error !== undefined)
      item.iconPath = new vscode.ThemeIcon('error', new vscode.ThemeColor('cfprm.bad'));
    else if (labelled) item.iconPath = new vscode.ThemeIcon('pass', new vscode.ThemeColor('cfprm.good'));
    else item.iconPath = new vscode.ThemeIcon('circle-outline');
    item.accessibilityInformation = {
      label: [
        t('row {0}', row),
        error === undefined ? t('no error') : t('first error at step {0}', error),
        item.description,
      ].join(', '),
    };
  }
  item.command = {
    command: 'cfprm.openTrace' satisfies CommandId,
    title: t('Open in the trace view'),
    arguments: [uri, ordinal],
  };
  return item;
}

function messageItem(text: string): vscode.TreeItem {
  const item = new vscode.TreeItem(text);
  item.iconPath = new vscode.ThemeIcon('warning');
  return item;
}
