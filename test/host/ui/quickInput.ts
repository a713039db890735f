import type { Locator, Page } from 'playwright-core';

const LIMIT_MS = 30_000;

/** VS Code's quick input, whatever opened it: the palette, a picker, an input box. */
export class QuickInput {
  private readonly widget: Locator;

  constructor(private readonly page: Page) {
    this.widget = page.locator('.quick-input-widget');
  }

  private get input(): Locator {
    return this.widget.locator('.quick-input-filter input.input');
  }

  private row(label: string): Locator {
    return this.widget.locator('.quick-input-list .monaco-list-row', { hasText: label }).first();
  }

  /** Waits until it is open. */
  async waitForOpen(): Promise<void> {
    await this.widget.waitFor({ timeout: LIMIT_MS });
  }

  /** Whether it opens within `limitMs`; with 0, whether it is open. */
  async isOpen(limitMs: number): Promise<boolean> {
    if (limitMs === 0) return this.input.isVisible();
    try {
      await this.input.waitFor({ timeout: limitMs });
      return true;
    } catch {
      return false;
    }
  }

  /** Waits until it is closed. */
  async waitForClosed(): Promise<void> {
    await this.widget.waitFor({ state: 'hidden', timeout: LIMIT_MS });
  }

  /** Waits until it is open with a title that contains this (pickers and boxes in several steps). */
  async waitForTitle(title: string): Promise<void> {
    const bar = this.widget.locator('.quick-input-title', { hasText: title });
    await bar.waitFor({ timeout: LIMIT_MS });
  }

  /** Replaces the text of its input. */
  async fill(text: string, limitMs = LIMIT_MS): Promise<void> {
    await this.input.fill(text, { timeout: limitMs });
  }

  /** The same, but false if it is not open within `limitMs`, or closes. */
  async tryFill(text: string, limitMs: number): Promise<boolean> {
    try {
      await this.fill(text, limitMs);
      return true;
    } catch {
      return false;
    }
  }

  /** The text of its input. */
  value(): Promise<string> {
    return this.input.inputValue();
  }

  /** The placeholder of its input. */
  async placeholder(): Promise<string> {
    return (await this.input.getAttribute('placeholder')) ?? '';
  }

  /** The rows in view, each as `label description detail`. */
  async rows(): Promise<string[]> {
    const rows = await this.widget.locator('.quick-input-list .monaco-list-row').allInnerTexts();
    return rows.map((row) => row.replace(/\s+/g, ' ').trim());
  }

  /** The message under the input: a prompt, or what is wrong with the value. */
  async message(): Promise<string> {
    return (await this.widget.locator('.quick-input-message').textContent())?.trim() ?? '';
  }

  /** Waits until the message contains this. */
  async waitForMessage(text: string): Promise<void> {
    const message = this.widget.locator('.quick-input-message', { hasText: text });
    await message.waitFor({ timeout: LIMIT_MS });
  }

  /** Takes the first row that contains this text. In a picker of several, this ticks it. */
  async pick(label: string): Promise<void> {
    if (await this.tryPick(label, LIMIT_MS)) return;
    throw new Error(`No row "${label}"; the rows are: ${(await this.rows()).join(' | ')}`);
  }

  /** The same, but false if the row does not come within `limitMs`, or goes. */
  async tryPick(label: string, limitMs: number): Promise<boolean> {
    try {
      await this.row(label).click({ timeout: limitMs });
      return true;
    } catch {
      return false;
    }
  }

  /** Goes down to the row whose label is exactly this and accepts it; rows may still come and move. */
  async acceptRow(label: string, limitMs = LIMIT_MS): Promise<void> {
    const focused = this.widget.locator('.monaco-list-row.focused .label-name');
    for (const end = Date.now() + limitMs; ; ) {
      const [shown] = await focused.allTextContents();
      if (shown?.trim() === label) return this.accept();
      if (Date.now() > end)
        throw new Error(`No row "${label}"; the rows are: ${(await this.rows()).join(' | ')}`);
      if (shown !== undefined) await this.page.keyboard.press('ArrowDown');
      await this.page.waitForTimeout(50);
    }
  }

  /** Accepts the text of the input or the row in focus. */
  async accept(): Promise<void> {
    await this.page.keyboard.press('Enter');
  }

  /** Closes it without an answer. */
  async cancel(): Promise<void> {
    // A press is lost when it comes while the box is still drawing what it says.
    for (const end = Date.now() + LIMIT_MS; ; ) {
      await this.page.keyboard.press('Escape');
      const closed = this.widget.waitFor({ state: 'hidden', timeout: 1500 });
      if (
        await closed.then(
          () => true,
          () => false,
        )
      )
        return;
      if (Date.now() > end) throw new Error('The quick input did not close.');
    }
  }
}
