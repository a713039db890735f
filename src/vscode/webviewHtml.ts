/** A page that runs in a webview: its bundle's addresses and what the policy may allow. */
export interface WebviewPage {
  readonly title: string;
  readonly style: string;
  readonly script: string;
  /** The webview's own source of style sheets and fonts. */
  readonly cspSource: string;
  /** Fresh for every page. */
  readonly nonce: string;
}

/** The HTML of a page: its one script runs, nothing else does, and nothing comes from a network. */
export function webviewHtml({ title, style, script, cspSource, nonce }: WebviewPage): string {
  const policy = [
    "default-src 'none'",
    // The UI kit's style sheets are on its own shadow roots, which the policy does not touch; it tries one in the page.
    `style-src ${cspSource} 'nonce-${nonce}'`,
    `font-src ${cspSource}`,
    `script-src 'nonce-${nonce}'`,
  ].join('; ');
  return `<!DOCTYPE html>
<html lang="en">
<head>
  <meta charset="utf-8">
  <meta http-equiv="Content-Security-Policy" content="${policy}">
  <meta property="csp-nonce" content="${nonce}">
  <meta name="viewport" content="width=device-width, initial-scale=1">
  <title>${title}</title>
  <link rel="stylesheet" href="${style}">
</head>
<body><script nonce="${nonce}" src="${script}"></script></body>
</html>`;
}
