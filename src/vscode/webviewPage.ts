import { randomBytes } from 'node:crypto';
import * as vscode from 'vscode';
import { webviewHtml } from './webviewHtml';

/** The folder of the bundled pages. */
export function pagesFolder(extension: vscode.Uri): vscode.Uri {
  return vscode.Uri.joinPath(extension, 'dist', 'webview');
}

/** Shows a bundled page, a folder of webview/, in a webview whose resource roots hold `pagesFolder`. */
export function showPage(webview: vscode.Webview, extension: vscode.Uri, page: string, title: string): void {
  const uri = (file: string): string =>
    webview.asWebviewUri(vscode.Uri.joinPath(pagesFolder(extension), file)).toString();
  const { bundle } = vscode.l10n;
  webview.html = webviewHtml({
    title,
    style: uri(`${page}.css`),
    script: uri(`${page}.js`),
    cspSource: webview.cspSource,
    nonce: randomBytes(16).toString('base64'),
    texts: bundle && { language: vscode.env.language, contents: bundle },
  });
}
