import { t } from '@vscode/l10n';
import * as vscode from 'vscode';
import type {
  ExampleWish,
  FromMergePreview,
  MergePreviewState,
  ToMergePreview,
} from '../../shared/mergePreview';
import { pagesFolder, showPage } from '../webviewPage';
import type { PreviewRows } from './previewRows';

/** What a preview shows, and what its buttons and links do. */
export interface PreviewContent {
  readonly state: MergePreviewState;
  readonly rows: PreviewRows;
  /** Which trajectory is shown first. */
  readonly first: ExampleWish;
  onPress(type: 'write' | 'change' | 'cancel'): void;
  onReveal(at: { readonly row: number; readonly trajectory: number; readonly step: number }): void;
}

/** The page that shows what a merge would write, before anything is written. One per source file. */
export class MergePreviewPanel {
  private static readonly open = new Map<string, MergePreviewPanel>();
  private wish: ExampleWish;

  private constructor(
    private readonly panel: vscode.WebviewPanel,
    private content: PreviewContent,
  ) {
    this.wish = content.first;
  }

  /** Shows a preview, in the panel of the same source if there is one. */
  static show(extension: vscode.Uri, source: vscode.Uri, content: PreviewContent): void {
    const key = source.toString();
    const known = MergePreviewPanel.open.get(key);
    const panel = known ?? MergePreviewPanel.create(extension, key, content);
    panel.content = content;
    panel.wish = content.first;
    panel.panel.reveal();
    // A new page asks for its content when it listens.
    if (known !== undefined) void panel.send();
  }

  /** Closes the preview of a source, if it is open. */
  static close(source: vscode.Uri): void {
    MergePreviewPanel.open.get(source.toString())?.panel.dispose();
  }

  private static create(extension: vscode.Uri, key: string, content: PreviewContent): MergePreviewPanel {
    const column = vscode.window.activeTextEditor?.viewColumn ?? vscode.ViewColumn.Active;
    const title = t('Merge: {0}', content.state.source);
    const webview = vscode.window.createWebviewPanel('cfprm.mergePreview', title, column, {
      enableScripts: true,
      localResourceRoots: [pagesFolder(extension)],
    });
    const icon = (theme: string): vscode.Uri => vscode.Uri.joinPath(extension, 'media', `cfprm-${theme}.svg`);
    webview.iconPath = { light: icon('light'), dark: icon('dark') };
    const panel = new MergePreviewPanel(webview, content);
    MergePreviewPanel.open.set(key, panel);
    webview.onDidDispose(() => MergePreviewPanel.open.delete(key));
    webview.webview.onDidReceiveMessage((message: FromMergePreview) => panel.receive(message));
    showPage(webview.webview, extension, 'mergePreview', t('Merge windows'));
    return panel;
  }

  private receive(message: FromMergePreview): Promise<void> | void {
    switch (message.type) {
      case 'ready':
        return this.send();
      case 'wish':
        return this.show(message.wish);
      case 'reveal':
        return this.content.onReveal(message);
      default:
        return this.content.onPress(message.type);
    }
  }

  private async send(): Promise<void> {
    this.post({ type: 'show', state: this.content.state });
    await this.show(this.wish);
  }

  /** Shows a trajectory, unless another one was wished for meanwhile. */
  private async show(wish: ExampleWish): Promise<void> {
    const { content } = this;
    this.wish = wish;
    const shown = await content.rows.at(wish);
    if (wish !== this.wish || content !== this.content) return;
    if (!shown.ok) {
      this.post({ type: 'noExample', message: shown.fault.message });
      return;
    }
    const { ordinal, trajectory } = shown.value;
    this.wish = { by: 'ordinal', ordinal, trajectory };
    this.post({ type: 'example', shown: shown.value });
  }

  private post(message: ToMergePreview): void {
    void this.panel.webview.postMessage(message);
  }
}
