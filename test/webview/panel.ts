import { readFileSync } from 'node:fs';
import path from 'node:path';
import type { Page } from 'playwright-core';
import { root } from '../../scripts/process.mjs';
import type { FromCandidates, ToCandidates } from '../../src/shared/candidates';
import type { FromMergePreview, ToMergePreview } from '../../src/shared/mergePreview';
import type { FromRun, ToRun } from '../../src/shared/run';
import { webviewHtml } from '../../src/vscode/webviewHtml';
import { openBrowser } from '../host/launcher/browser.mjs';

/** The colour themes whose variables were recorded in a real VS Code. */
export type ThemeName = keyof typeof THEMES;
const THEMES = JSON.parse(readFileSync(path.join(root, 'test/webview/themes.json'), 'utf8')) as {
  readonly dark: Theme;
  readonly light: Theme;
  readonly 'hc-dark': Theme;
  readonly 'hc-light': Theme;
};

/** What VS Code puts into a page for a theme. */
interface Theme {
  readonly className: string;
  readonly variables: { readonly [name: string]: string };
}

/** All themes. */
export const THEME_NAMES = Object.keys(THEMES) as ThemeName[];

/** The pages that are tested here: folders of webview/. */
type PageName = 'candidates' | 'mergePreview' | 'run';
type ToPage = ToCandidates | ToMergePreview | ToRun;
type FromPage = FromCandidates | FromMergePreview | FromRun;

const ORIGIN = 'http://127.0.0.1:1';
const TYPES: { readonly [extension: string]: string } = {
  '.js': 'text/javascript',
  '.css': 'text/css',
  '.woff2': 'font/woff2',
  '.map': 'application/json',
};

/**
 * The built panel in a real browser: its HTML with the policy of the extension, a theme's variables, and in the place
 * of VS Code a page that takes its messages and sends others.
 */
export class Panel {
  /** What the policy of the page did not let happen, and what went wrong in it. */
  readonly complaints: string[] = [];

  private constructor(
    readonly page: Page,
    private readonly closeBrowser: () => Promise<void>,
  ) {}

  /** Opens the panel as VS Code would, in a theme; it says that it is ready. */
  static async open(
    options: {
      readonly name?: PageName;
      readonly theme?: ThemeName;
      readonly width?: number;
      readonly height?: number;
      readonly state?: unknown;
    } = {},
  ) {
    const { name: pageName = 'candidates', theme = 'dark', width = 1000, height = 700, state } = options;
    const { page, close } = await openBrowser({ width, height });
    const panel = new Panel(page, close);
    page.on('pageerror', (error) => panel.complaints.push(String(error)));
    page.on('console', (message) => {
      if (message.type() === 'error') panel.complaints.push(message.text());
    });
    await page.route(`${ORIGIN}/**`, (route) => {
      const name = new URL(route.request().url()).pathname.slice(1);
      if (name === '') return route.fulfill({ contentType: 'text/html', body: pageHtml(pageName) });
      const file = path.join(root, 'dist/webview', path.basename(name));
      return route.fulfill({ contentType: TYPES[path.extname(name)], body: readFileSync(file) });
    });
    await page.addInitScript({ content: standIn(THEMES[theme], state) });
    try {
      await page.goto(`${ORIGIN}/`);
      await page.waitForFunction('window.sent?.length > 0', undefined, { timeout: 30_000 });
      return panel;
    } catch (error) {
      await close();
      throw error;
    }
  }

  /** Sends messages as the extension does. */
  async post(...messages: readonly ToPage[]): Promise<void> {
    await this.page.evaluate((all) => {
      for (const data of all) window.dispatchEvent(new MessageEvent('message', { data }));
    }, messages as ToPage[]);
  }

  /** What the page has sent. */
  sent<From extends FromPage = FromCandidates>(): Promise<From[]> {
    return this.page.evaluate(() => (window as unknown as { sent: From[] }).sent);
  }

  /** What the page remembers. */
  state(): Promise<unknown> {
    return this.page.evaluate(() => (window as unknown as { kept: unknown }).kept);
  }

  async close(): Promise<void> {
    await this.closeBrowser();
  }
}

function pageHtml(name: PageName): string {
  return webviewHtml({
    title: name,
    style: `${ORIGIN}/${name}.css`,
    script: `${ORIGIN}/${name}.js`,
    cspSource: ORIGIN,
    nonce: 'dGVzdA==',
  });
}

/** What takes VS Code's place in the page. A text: what builds the tests adds helpers to functions. */
function standIn({ className, variables }: Theme, state: unknown): string {
  return `
    window.sent = [];
    window.kept = ${JSON.stringify(state) ?? 'undefined'};
    window.acquireVsCodeApi = () => ({
      postMessage: (message) => window.sent.push(message),
      getState: () => window.kept,
      setState: (state) => { window.kept = state; },
    });
    document.addEventListener('readystatechange', () => {
      for (const [name, value] of Object.entries(${JSON.stringify(variables)}))
        document.documentElement.style.setProperty(name, value);
      document.documentElement.style.background = 'var(--vscode-editor-background)';
      document.body.className = ${JSON.stringify(className)};
    }, { once: true });
  `;
}
