import type { Page } from 'playwright-core';

/** What a window shows that a click can have led to, one line each, with its kind before it. */
export interface Shown {
  readonly lines: readonly string[];
  /** The texts of notifications that tell an error. */
  readonly errors: readonly string[];
}

/**
 * Looks at the whole window. Kinds: `question` (quick input: title, value, rows), `dialog`, `message`, `tab` (the
 * active one), `line` (of the active editor, with what decorations add), `status`, `view`, `row` (of a tree), `page`
 * (inside a webview).
 */
export async function look(page: Page): Promise<Shown> {
  const shown = await page.evaluate(() => {
    // Methods, because what the compiler adds to named functions is not there in the page.
    const dom = {
      clean(text: string | null | undefined) {
        return (text ?? '').replace(/[\s\u00a0]+/g, ' ').trim();
      },
      all(selector: string) {
        return [...document.querySelectorAll<HTMLElement>(selector)];
      },
      isVisible(element: HTMLElement) {
        return element.offsetParent !== null || element.offsetHeight > 0;
      },
    };
    const lines: string[] = [];
    for (const input of dom.all('.quick-input-widget').filter(dom.isVisible)) {
      const title = dom.clean(input.querySelector('.quick-input-title')?.textContent);
      const field = input.querySelector<HTMLInputElement>('.quick-input-filter input.input');
      const rows = [...input.querySelectorAll('.quick-input-list .monaco-list-row')].slice(0, 4);
      lines.push(
        `question ${title} | ${field?.value} | ${rows.map((row) => dom.clean(row.textContent)).join(' / ')}`,
      );
    }
    for (const dialog of dom.all('.monaco-dialog-box')) lines.push(`dialog ${dom.clean(dialog.textContent)}`);
    const errors: string[] = [];
    for (const toast of dom.all('.notifications-toasts .notification-list-item')) {
      const text = dom.clean(toast.querySelector('.notification-list-item-message')?.textContent);
      lines.push(`message ${text}`);
      if (toast.querySelector('.codicon-error')) errors.push(text);
    }
    const group = document.querySelector('.editor-group-container.active') ?? document;
    for (const tab of group.querySelectorAll('.tab.active'))
      lines.push(`tab ${tab.getAttribute('data-resource-name')}`);
    for (const line of group.querySelectorAll('.monaco-editor .view-lines > .view-line')) {
      const added = [...line.querySelectorAll('span')].flatMap((span) =>
        ['::before', '::after'].map(
          (pseudo) => /^"(.+)"$/s.exec(getComputedStyle(span, pseudo).content)?.[1],
        ),
      );
      lines.push(`line ${dom.clean([line.textContent, ...added.filter(Boolean)].join(' '))}`);
    }
    for (const item of dom.all('.part.statusbar .statusbar-item'))
      lines.push(`status ${dom.clean(item.textContent)}`);
    for (const title of dom.all('.part.panel .composite-bar .action-item.checked').filter(dom.isVisible))
      lines.push(`view ${title.querySelector('[aria-label]')?.getAttribute('aria-label')}`);
    for (const row of dom.all('.part.sidebar .monaco-list-row'))
      lines.push(`row ${dom.clean(row.textContent)}`);
    return { lines, errors };
  });
  const pages: string[] = [];
  for (const frame of page.frames().filter((it) => it.parentFrame() !== null)) {
    // A page that is just being replaced says nothing.
    const texts = await frame
      .locator('body')
      .allInnerTexts()
      .catch(() => []);
    const text = texts.join(' ').replace(/\s+/gu, ' ').trim();
    if (text !== '') pages.push(`page ${text.slice(0, 400)}`);
  }
  return { lines: [...shown.lines, ...pages], errors: shown.errors };
}
