import { randomBytes } from 'node:crypto';
import * as vscode from 'vscode';
import type { FromMergePreview, MergePreviewState, ToMergePreview } from '../../shared/mergePreview';

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
    const media = vscode.Uri.joinPath(extension, 'dist', 'webview');
    const column = vscode.window.activeTextEditor?.viewColumn ?? vscode.ViewColumn.Active;
    const webview = vscode.window.createWebviewPanel('cfprm.mergePreview', `Merge: ${name}`, column, {
      enableScripts: true,
      localResourceRoots: [media],
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
    webview.webview.html = html(webview.webview, media);
    return panel;
  }

  private send(): void {
    if (this.state === undefined) return;
    const message: ToMergePreview = { type: 'show', state: this.state };
    void this.panel.webview.postMessage(message);
  }
}

function html(webview: vscode.Webview, media: vscode.Uri): string {
  const nonce = randomBytes(16).toString('base64');
  const uri = (file: string): vscode.Uri => webview.asWebviewUri(vscode.Uri.joinPath(media, file));
  const policy = [
    "default-src 'none'",
    // The UI kit sets style sheets on its own shadow roots, which the policy does not touch.
    `style-src ${webview.cspSource}`,
    `font-src ${webview.cspSource}`,
    `script-src 'nonce-${nonce}'`,
  ].join('; ');
  return `<!DOCTYPE html>
<html lang="en">
<head>
  <meta charset="utf-8">
  <meta http-equiv="Content-Security-Policy" content="${policy}">
  <meta name="viewport" content="width=device-width, initial-scale=1">
  <title>Merge windows</title>
  <link rel="stylesheet" href="${uri('mergePreview.css')}">
</head>
<body><script nonce="${nonce}" src="${uri('mergePreview.js')}"></script></body>
</html>`;
}
