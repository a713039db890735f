/** A page that runs in a webview: its bundle's addresses and what the policy may allow. */
export interface WebviewPage {
  readonly title: string;
  readonly style: string;
  readonly script: string;
  /** The webview's own source of style sheets and fonts. */
  readonly cspSource: string;
  /** Fresh for every page. */
  readonly nonce: string;
  /** The language of the page, if it is not English: its tag (`de`) and its texts by the English ones. */
  readonly texts?: { readonly language: string; readonly contents: Readonly<Record<string, string>> };
}

/** The HTML of a page: its one script runs, nothing else does, and nothing comes from a network. */
export function webviewHtml({ title, style, script, cspSource, nonce, texts }: WebviewPage): string {
  const policy = [
    "default-src 'none'",
    // The UI kit's style sheets are on its own shadow roots, which the policy does not touch; it tries one in the page.
    `style-src ${cspSource} 'nonce-${nonce}'`,
    `font-src ${cspSource}`,
    `script-src 'nonce-${nonce}'`,
  ].join('; ');
  // A block of data, which no policy stops; no text in it may end it.
  const json = JSON.stringify(texts?.contents ?? {}).replaceAll('<', '\\u003c');
  const data = `<script type="application/json" id="texts">${json}</script>`;
  return `<!DOCTYPE html>
<html lang="${texts?.language ?? 'en'}">
<head>
  <meta charset="utf-8">
  <meta http-equiv="Content-Security-Policy" content="${policy}">
  <meta property="csp-nonce" content="${nonce}">
  <meta name="viewport" content="width=device-width, initial-scale=1">
  <title>${title}</title>
  <link rel="stylesheet" href="${style}">
</head>
<body>${data}<script nonce="${nonce}" src="${script}"></script></body>
</html>`;
}
