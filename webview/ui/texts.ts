import { config } from '@vscode/l10n';

// The first import of a page: the language of the extension, which wrote it into the page (`webviewHtml`).

const texts = document.getElementById('texts')?.textContent;
if (texts) config({ contents: texts });
