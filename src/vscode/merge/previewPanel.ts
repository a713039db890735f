import { t } from '@vscode/l10n';
import * as vscode from 'vscode';
import type { FromMergePreview, MergePreviewState, ToMergePreview } from '../../shared/mergePreview';
import { pagesFolder, showPage } from '../webviewPage';

/** The page that shows what a merge would write, before anything is written. One per source file. */
export class MergePreviewPanel {
  private static readonly open = new Map<string, MergePreviewPanel>();
  private state: MergePreviewState | undefined;

  private constructor(
    private readonly panel: vscode.WebviewPanel,
    private onPress: (type: 'write' | 'change' | 'cancel') => void,
  ) {}

  /** Shows a preview, in the panel of the same source if there is one, and calls back for its buttons. */
  static show(
    extension: vscode.Uri,
    source: vscode.Uri,
    state: MergePreviewState,
    onPress: (type: 'write' | 'change' | 'cancel') => void,
  ): void {
    const key = source.toString();
    const known = MergePreviewPanel.open.get(key);
    const panel = known ?? MergePreviewPanel.create(extension, key, state.source, onPress);
    panel.onPress = onPress;
    panel.state = state;
    panel.panel.reveal();
    panel.send();
  }

  /** Closes the preview of a source, if it is open. */
  static close(source: vscode.Uri): void {
    MergePreviewPanel.open.get(source.toString())?.panel.dispose();
  }

  private static create(
    extension: vscode.Uri,
    key: string,
    name: string,
    onPress: (type: 'write' | 'change' | 'cancel') => void,
  ): MergePreviewPanel {
    const column = vscode.window.activeTextEditor?.viewColumn ?? vscode.ViewColumn.Active;
    const webview = vscode.window.createWebviewPanel('cfprm.mergePreview', t('Merge: {0}', name), column, {
      enableScripts: true,
      localResourceRoots: [pagesFolder(extension)],
    });
    const icon = (theme: string): vscode.Uri => vscode.Uri.joinPath(extension, 'media', `cfprm-${theme}.svg`);
    webview.iconPath = { light: icon('light'), dark: icon('dark') };
    const panel = new MergePreviewPanel(webview, onPress);
    MergePreviewPanel.open.set(key, panel);
    webview.onDidDispose(() => MergePreviewPanel.open.delete(key));
    webview.webview.onDidReceiveMessage((message: FromMergePreview) => {
      if (message.type === 'ready') panel.send();
      else panel.onPress(message.type);
    });
    showPage(webview.webview, extension, 'mergePreview', t('Merge windows'));
    return panel;
  }

  private send(): void {
    if (this.state === undefined) return;
    const message: ToMergePreview = { type: 'show', state: this.state };
    void this.panel.webview.postMessage(message);
  }
}
