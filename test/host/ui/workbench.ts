import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import type { FrameLocator, Page } from 'playwright-core';
import { root } from '../../../scripts/process.mjs';
import { copySample } from '../../../scripts/sample.mjs';
import { ensureHost, startServer, workbenchUrl } from '../../../scripts/vscodeServer.mjs';
import { openBrowser } from '../launcher/browser.mjs';
import { QuickInput } from './quickInput';

/** What a workbench starts with. */
export interface WorkbenchOptions {
  /** The workspace folder, absolute; a fresh copy of media/sample/ if absent, removed on close. */
  readonly folder?: string;
  /** A file to open at start, relative to the folder. */
  readonly openFile?: string;
  /** User settings on top of the quiet ones of scripts/vscodeServer.mjs. */
  readonly settings?: Record<string, unknown>;
  /** The window's size in CSS pixels; 1400 x 900 if absent. */
  readonly viewport?: { readonly width: number; readonly height: number };
  /** A package (.vsix) to install; this repository's build if absent. */
  readonly package?: string;
  /** True for a window whose workspace is not trusted. */
  readonly restricted?: boolean;
  /** What extensions speak; English if absent. VS Code itself stays English. */
  readonly language?: string;
}

/** Text that a decoration puts before or after a piece of a line. */
export interface DecorationText {
  /** The line's text as shown. */
  readonly line: string;
  /** The text that the decoration adds. */
  readonly text: string;
  /** The computed colour, e.g. `rgb(255, 0, 0)`. */
  readonly color: string;
}

/** The colour themes that every VS Code has, by the part of the window's class that tells them. */
const THEMES = {
  'Default Light Modern': 'light_modern',
  'Default Dark Modern': 'dark_modern',
  'Default High Contrast': 'hc_black',
  'Default High Contrast Light': 'hc_light',
} as const;

/** A colour theme's name, as in the setting. */
export type Theme = keyof typeof THEMES;

const DEFAULT_LIMIT_MS = 30_000;

/**
 * A window of a real VS Code with the extension installed, driven as a person would. Everything that waits,
 * waits on what the window shows and throws after its limit (30 s), naming what was shown instead.
 */
export class Workbench {
  /** The windows that are open, for the hooks that photograph and close them. */
  static readonly opened = new Set<Workbench>();

  /** The quick input: palette, pickers and input boxes. */
  readonly quickInput: QuickInput;

  private constructor(
    /** Playwright's page, for what this class does not offer. */
    readonly page: Page,
    /** The workspace folder, absolute. */
    readonly folder: string,
    private readonly undo: readonly (() => Promise<void> | void)[],
  ) {
    this.quickInput = new QuickInput(page);
  }

  /** Starts a server and a browser and waits until the window is drawn (and the file shown). */
  static async open(options: WorkbenchOptions = {}): Promise<Workbench> {
    const undo: (() => Promise<void> | void)[] = [];
    try {
      const folder = options.folder ?? scratchSample(undo);
      const host = await ensureHost(process.env.CFPRM_HOST_FLAVOUR === 'latest' ? 'latest' : 'floor');
      const server = await startServer(host, {
        settings: { 'files.exclude': { '**/.vscode': true }, ...options.settings },
        testDriver: false,
        install: options.package ?? true,
        restricted: options.restricted,
        language: options.language,
      });
      undo.push(server.stop);
      const browser = await openBrowser(options.viewport);
      undo.push(browser.close);
      await browser.page.goto(workbenchUrl(server.port, { folder }));
      const workbench = new Workbench(browser.page, folder, undo);
      Workbench.opened.add(workbench);
      await browser.page.locator('.monaco-workbench .part.statusbar').waitFor({ timeout: 120_000 });
      if (options.openFile) await workbench.openFile(options.openFile);
      return workbench;
    } catch (error) {
      await runAll(undo);
      throw error;
    }
  }

  /** Closes the window, its browser and its server, and removes what was made for it. */
  async close(): Promise<void> {
    Workbench.opened.delete(this);
    await runAll(this.undo);
  }

  // Keyboard

  /** Presses keys one after the other, in Playwright's spelling: `Control+P`, `F8`, `Alt+ArrowDown`. */
  async press(...keys: readonly string[]): Promise<void> {
    for (const key of keys) await this.page.keyboard.press(key);
  }

  /**
   * Answers the dialog for a new file: an absolute path is filled in, of a mere name the proposal that ends in it is
   * taken. The proposal comes a moment after the dialog, and replaces what stands there.
   */
  async saveAs(name: string): Promise<void> {
    await this.waitFor(`dialog with ${name}`, async () => {
      const value = (await this.quickInput.isOpen(1500)) ? await this.quickInput.value() : '';
      if (path.isAbsolute(name) && value !== '' && value !== name) await this.quickInput.fill(name);
      return { shown: [value], found: value.endsWith(name) || undefined };
    });
    await this.quickInput.accept();
  }

  /** Types text where the focus is. */
  async type(text: string): Promise<void> {
    await this.page.keyboard.type(text);
  }

  /**
   * Runs a command from the palette by its title as shown (`Category: Title`). The list is not refreshed
   * when an extension arrives after it was opened, and it closes when a page takes the focus back that had it before
   * (see `pick` of the extension): it is opened anew until the command is there.
   */
  async command(title: string, limitMs = DEFAULT_LIMIT_MS): Promise<void> {
    for (const end = Date.now() + limitMs; ; ) {
      // A press is lost when it comes while the window still moves its focus.
      do await this.press('F1');
      while (!(await this.quickInput.isOpen(1500)) && Date.now() < end);
      const isAsked = await this.quickInput.tryFill(`>${title}`, 1500);
      if (isAsked && (await this.quickInput.tryPick(title, 1500))) return;
      const rows = await this.quickInput.rows();
      if (await this.quickInput.isOpen(0)) await this.quickInput.cancel();
      if (Date.now() > end)
        throw new Error(`"${title}" is not in the palette; it shows: ${rows.join(' | ')}`);
    }
  }

  // Editors

  /**
   * Opens a file of the workspace, given relative to it, as a person would with Control+P; by the dialog for files
   * if the keys or the click were lost to a window that was still moving its focus, or if the search finds nothing.
   */
  async openFile(file: string): Promise<void> {
    const name = path.basename(file);
    do await this.press('Control+P');
    while (!((await this.quickInput.isOpen(1500)) && (await this.quickInput.tryFill(file, 1500))));
    try {
      await this.quickInput.acceptRow(name, 4000);
      return await this.waitForTab(name, 4000);
    } catch {
      if (await this.quickInput.isOpen(0)) await this.quickInput.cancel();
    }
    await this.command('File: Open File...');
    const full = path.join(this.folder, file);
    await this.waitFor('dialog for files', async () => {
      const isOpen = await this.quickInput.isOpen(1500);
      // The dialog fills in the folder a moment after it opens.
      if (isOpen && (await this.quickInput.value()) !== full) await this.quickInput.fill(full);
      else if (isOpen) await this.quickInput.accept();
      const tabs = await this.tabs();
      return { shown: tabs, found: tabs.includes(name) || undefined };
    });
    await this.waitForTab(name);
  }

  /** The titles of the open tabs, in order. */
  tabs(): Promise<string[]> {
    const tabs = this.page.locator('.tabs-container .tab');
    return tabs.evaluateAll((all) => all.map((tab) => tab.getAttribute('data-resource-name') ?? ''));
  }

  /** Waits until a tab whose title contains this is the active one. */
  async waitForTab(title: string, limitMs = DEFAULT_LIMIT_MS): Promise<void> {
    const active = this.page.locator(`.tabs-container .tab.active[data-resource-name*="${title}"]`);
    await active.first().waitFor({ timeout: limitMs });
  }

  /** Puts the focus into the active editor's text. */
  async focusEditor(): Promise<void> {
    await this.command('View: Focus Active Editor Group');
  }

  /** The lines that the active editor group shows, top to bottom, without decorations' texts. */
  editorLines(): Promise<string[]> {
    return this.page.evaluate(() => {
      const group = document.querySelector('.editor-group-container.active') ?? document;
      const lines = [...group.querySelectorAll<HTMLElement>('.monaco-editor .view-lines > .view-line')];
      lines.sort((a, b) => Number.parseFloat(a.style.top) - Number.parseFloat(b.style.top));
      return lines.map((line) => (line.textContent ?? '').replaceAll('\u00a0', ' '));
    });
  }

  /** Waits until a line in view contains the text or matches the pattern, and returns that line. */
  waitForLine(text: string | RegExp): Promise<string> {
    return this.waitFor(`line with ${text}`, async () => {
      const lines = await this.editorLines();
      return { shown: lines, found: lines.find((line) => matches(line, text)) };
    });
  }

  /** The texts of the lines that have a cursor, of every editor in view. */
  linesAtCursor(): Promise<string[]> {
    return this.page.evaluate(() =>
      [...document.querySelectorAll('.monaco-editor')].flatMap((editor) => {
        const mark = editor.querySelector('.view-overlays .current-line')?.getBoundingClientRect();
        const line = [...editor.querySelectorAll('.view-lines > .view-line')].find((own) => {
          const { top, bottom } = own.getBoundingClientRect();
          return mark !== undefined && top < mark.bottom - 1 && bottom > mark.top + 1;
        });
        return line === undefined ? [] : [(line.textContent ?? '').replaceAll('\u00a0', ' ')];
      }),
    );
  }

  /** Waits until a cursor is on a line with this text, in whichever editor. */
  waitForCursor(text: string | RegExp): Promise<string> {
    return this.waitFor(`cursor on ${text}`, async () => {
      const shown = await this.linesAtCursor();
      return { shown, found: shown.find((line) => matches(line, text)) };
    });
  }

  /** What decorations write before or after text (`::before`, `::after`) in the lines in view. */
  decorationTexts(): Promise<DecorationText[]> {
    return this.page.evaluate(() => {
      const found: DecorationText[] = [];
      for (const line of document.querySelectorAll('.monaco-editor .view-lines > .view-line'))
        for (const span of line.querySelectorAll('span'))
          for (const pseudo of ['::before', '::after']) {
            const style = getComputedStyle(span, pseudo);
            const quoted = /^"(.+)"$/s.exec(style.content)?.[1];
            if (!quoted) continue;
            const text = quoted.replaceAll('\\"', '"').replaceAll('\u00a0', ' ');
            found.push({
              line: (line.textContent ?? '').replaceAll('\u00a0', ' '),
              text,
              color: style.color,
            });
          }
      return found;
    });
  }

  /** Waits until a decoration's text contains the text or matches the pattern, and returns it. */
  waitForDecoration(text: string | RegExp): Promise<DecorationText> {
    return this.waitFor(`decoration with ${text}`, async () => {
      const shown = await this.decorationTexts();
      return { shown: shown.map((one) => one.text), found: shown.find((one) => matches(one.text, text)) };
    });
  }

  /** The texts of the code lenses in view. */
  codeLenses(): Promise<string[]> {
    return this.page.locator('.monaco-editor .codelens-decoration a').allInnerTexts();
  }

  /** Clicks the first code lens in view whose text contains this. */
  async clickCodeLens(text: string): Promise<void> {
    const lens = this.page.locator('.monaco-editor .codelens-decoration a', { hasText: text });
    await lens.first().click({ timeout: DEFAULT_LIMIT_MS });
  }

  // Around the editors

  /** The texts of the notifications in view. */
  notifications(): Promise<string[]> {
    return this.page.locator('.notifications-toasts .notification-list-item-message').allInnerTexts();
  }

  /** Waits until a notification contains the text or matches the pattern, and returns its whole text. */
  waitForNotification(text: string | RegExp): Promise<string> {
    return this.waitFor(`notification with ${text}`, async () => {
      const shown = await this.notifications();
      return { shown, found: shown.find((one) => matches(one, text)) };
    });
  }

  /** Presses a button of a notification in view. */
  async clickNotification(button: string): Promise<void> {
    const buttons = this.page.locator('.notifications-toasts .monaco-button', { hasText: button });
    await buttons.first().click({ timeout: DEFAULT_LIMIT_MS });
  }

  /** The texts of the status bar's items, left to right. */
  async statusItems(): Promise<string[]> {
    const items = await this.page.locator('.part.statusbar .statusbar-item').allInnerTexts();
    return items.map((item) => item.trim()).filter(Boolean);
  }

  /** Waits until an item of the status bar contains the text or matches the pattern. */
  waitForStatus(text: string | RegExp): Promise<string> {
    return this.waitFor(`status item with ${text}`, async () => {
      const shown = await this.statusItems();
      return { shown, found: shown.find((one) => matches(one, text)) };
    });
  }

  /**
   * The document inside a webview, e.g. `workbench.webview().locator('#apply').click()`.
   * @param index which one of the webviews in view, from 0
   */
  webview(index = 0): FrameLocator {
    const outer = this.page.locator('iframe.webview.ready').nth(index).contentFrame();
    return outer.frameLocator('iframe#active-frame');
  }

  // Settings and pictures

  /**
   * Changes settings while the window is open, in the workspace's own settings file: the server's window
   * does not notice a change of the user's. Settings of one person's scope go to `open` instead.
   */
  setSettings(settings: Record<string, unknown>): void {
    const file = path.join(this.folder, '.vscode/settings.json');
    const present = existsSync(file) ? JSON.parse(readFileSync(file, 'utf8')) : {};
    mkdirSync(path.dirname(file), { recursive: true });
    writeFileSync(file, JSON.stringify({ ...present, ...settings }, null, 2));
  }

  /** Changes the colour theme and waits until it is there. */
  async setColorTheme(theme: Theme): Promise<void> {
    this.setSettings({ 'workbench.colorTheme': theme });
    await this.page
      .locator(`.monaco-workbench[class*="-themes-${THEMES[theme]}-json"]`)
      .waitFor({ timeout: DEFAULT_LIMIT_MS });
  }

  /**
   * Writes a picture of the window to out/screenshots/NAME.png, which is git-ignored.
   * @returns the file
   */
  screenshot(name: string): Promise<string> {
    return this.photograph('out/screenshots', name);
  }

  /** Writes a picture for the README to media/screenshots/NAME.png; only if CFPRM_SHOTS=1. */
  async readmeShot(name: string): Promise<void> {
    if (process.env.CFPRM_SHOTS === '1') await this.photograph('media/screenshots', name);
  }

  private async photograph(folder: string, name: string): Promise<string> {
    const file = path.join(root, folder, `${name}.png`);
    mkdirSync(path.dirname(file), { recursive: true });
    await this.page.screenshot({ path: file });
    return file;
  }

  /** Asks until something is found; throws after 30 s with what was shown last. */
  async waitFor<T>(
    what: string,
    look: () => Promise<{ readonly shown: readonly string[]; readonly found: T | undefined }>,
    limitMs = DEFAULT_LIMIT_MS,
  ): Promise<T> {
    for (const end = Date.now() + limitMs; ; ) {
      const { shown, found } = await look();
      if (found !== undefined) return found;
      if (Date.now() > end)
        throw new Error(`There was no ${what} within ${limitMs / 1000} s; shown: ${shown.join('\n')}`);
      await this.page.waitForTimeout(50);
    }
  }
}

function matches(text: string, wanted: string | RegExp): boolean {
  return typeof wanted === 'string' ? text.includes(wanted) : wanted.test(text);
}

function scratchSample(undo: (() => void)[]): string {
  const scratch = mkdtempSync(path.join(os.tmpdir(), 'cfprm-ui-'));
  undo.push(() => rmSync(scratch, { recursive: true, force: true, maxRetries: 5, retryDelay: 100 }));
  const folder = path.join(scratch, 'sample');
  copySample(folder);
  return folder;
}

async function runAll(undo: readonly (() => Promise<void> | void)[]): Promise<void> {
  for (const step of [...undo].reverse()) await step();
}
