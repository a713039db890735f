import assert from 'node:assert/strict';
import { mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import type { FrameLocator } from 'playwright-core';
import { row } from '../rows';
import { contextMenu } from './menus/surfaces';
import { Workbench } from './workbench';

describe('CFPRM: Merge windows', () => {
  let workbench: Workbench;
  before(async () => {
    workbench = await Workbench.open();
    const labels = [true, true, true, false, true, true, false];
    const completions = labels.map((_, i) => `Step ${i + 1} of the figure.`);
    const figure = row({ id: 'figure', completions, labels });
    const bare = row({ id: 'bare', labels: [null, null, null] });
    writeFileSync(inFolder('figure.jsonl'), `${figure}\n${bare}\n{"broken\n`);
    // With 300 shifted passes over it this is slow enough to be stopped: some 600 MB would be written.
    const many = Array.from({ length: 300 }, (_, i) => `Step ${i} of many steps`);
    writeFileSync(inFolder('large.jsonl'), `${row({ completions: many })}\n`.repeat(250));
  });
  after(() => workbench?.close());
  beforeEach(() => workbench.openFile('figure.jsonl'));
  afterEach(async () => {
    await workbench.command('Notifications: Clear All Notifications');
    await workbench.command('View: Close All Editors');
  });

  const inFolder = (name: string): string => path.join(workbench.folder, name);
  const folders = (): string[] => readdirSync(workbench.folder).filter((name) => name.includes('windows-'));

  /** Goes by the palette through the options to the preview and returns its page. */
  const preview = async (max = '2'): Promise<FrameLocator> => {
    await workbench.command('CFPRM: Merge windows');
    await workbench.quickInput.waitForTitle('Merge windows of figure.jsonl');
    if (max !== '2') {
      await workbench.quickInput.pick('Window sizes');
      await workbench.quickInput.waitForTitle('Window sizes');
      await workbench.quickInput.fill(max);
      await workbench.quickInput.accept();
      await workbench.quickInput.waitForTitle('Merge windows of figure.jsonl');
    }
    await workbench.quickInput.pick('Show preview');
    const page = workbench.webview();
    await page.getByRole('heading', { name: 'Merge windows: figure.jsonl' }).waitFor();
    return page;
  };
  const waitForFolderBox = (): Promise<void> => workbench.quickInput.waitForTitle('Folder to write');

  it('is in the editor title and in the explorer', async () => {
    const actions = workbench.page.locator('.editor-actions');
    await actions.getByRole('button', { name: 'Merge windows' }).click();
    await workbench.quickInput.waitForTitle('Merge windows of figure.jsonl');
    await workbench.quickInput.cancel();
    const file = workbench.page.locator('.explorer-folders-view .monaco-list-row', { hasText: 'trl.jsonl' });
    await contextMenu(workbench, () => file.first()).click(['CFPRM', 'Merge windows']);
    await workbench.quickInput.waitForTitle('Merge windows of trl.jsonl');
    await workbench.quickInput.cancel();
    assert.deepEqual(folders(), []);
  });

  it('tells each option with its value, and refuses what is not possible', async () => {
    await workbench.command('CFPRM: Merge windows');
    await workbench.quickInput.waitForTitle('Merge windows of figure.jsonl');
    const shown = (await workbench.quickInput.rows()).join(' | ');
    for (const part of ['Show preview', 'C = 2, 1', 'Label of a window', 'as in the paper', 'Neutral steps'])
      assert.ok(shown.includes(part), `${part} is not in ${shown}`);
    await workbench.quickInput.pick('Label of a window');
    await workbench.quickInput.waitForTitle('Label of a window');
    await workbench.quickInput.pick('any-negative');
    await workbench.quickInput.waitForTitle('Merge windows of');
    await workbench.waitFor('new value', async () => {
      const now = await workbench.quickInput.rows();
      return { shown: now, found: now.some((it) => it.includes('negative if any step is')) || undefined };
    });
    await workbench.quickInput.pick('Window sizes');
    await workbench.quickInput.waitForTitle('Window sizes');
    await workbench.quickInput.fill('0');
    await workbench.quickInput.waitForMessage('max is "0": it must be a whole number from 1 to 1000000');
    await workbench.quickInput.cancel();
  });

  it('shows what would be written before anything is written', async () => {
    const page = await preview('4');
    await page.getByText('C = 4, 3, 2, 1 · label: last · neutral: positive').waitFor();
    assert.deepEqual(await page.locator('tbody td.file').allTextContents(), [
      'window-4.jsonl',
      'window-3.jsonl',
      'window-2.jsonl',
      'window-1.jsonl',
    ]);
    const notes = (await page.locator('.notes').textContent()) ?? '';
    assert.match(notes, /Left out: 1 malformed row\. Row 3: .*truncated/);
    assert.match(notes, /Left out: 1 trajectory without labels/);
    const hiding = page.locator('.hiding');
    assert.match((await hiding.textContent()) ?? '', /4 windows with a step whose label is opposite/);
    const columns = page.locator('.example .column');
    assert.deepEqual(await columns.locator('h4').allTextContents(), [
      'Before',
      'C = 4',
      'C = 3',
      'C = 2',
      'C = 1',
    ]);
    assert.deepEqual(await columns.nth(1).locator('.steps').allTextContents(), ['1–4', '5–7']);
    assert.deepEqual(await columns.nth(1).locator('.label').allTextContents(), ['✗', '✗']);
    assert.deepEqual(folders(), []);
  });

  it('leads from a hidden label to its step in the trace view, pages, and shows what is at the cursor', async () => {
    const page = await preview('4');
    const link = page.locator('.hidden button', { hasText: 'but step' }).first();
    const step = /but step (\d)/.exec((await link.textContent()) ?? '')![1];
    await link.click();
    await workbench.waitForCursor(`Step ${step} of the figure`);
    assert.equal(await workbench.page.locator('.editor-group-container').count(), 2, 'beside the preview');
    const where = page.locator('.where');
    await page.getByRole('button', { name: 'Next trajectory' }).click();
    await where.filter({ hasText: 'Row 2, 2 of 3' }).waitFor();
    await page.locator('.message', { hasText: 'the first step has no label' }).waitFor();
    await page.getByLabel('Go to row').fill('3');
    await page.getByLabel('Go to row').press('Enter');
    await page.locator('.message', { hasText: 'truncated' }).waitFor();
    await page.locator('vscode-button', { hasText: 'Trajectory at the cursor' }).click();
    await where.filter({ hasText: 'Row 1, 1 of 3' }).waitFor();
    assert.equal(await page.locator('.example .column').count(), 5);
    assert.deepEqual(folders(), []);
  });

  it('writes nothing on Cancel, nor when the folder box is left', async () => {
    const page = await preview();
    await workbench.page.locator('.tabs-container .tab', { hasText: 'Merge: figure.jsonl' }).waitFor();
    await page.locator('vscode-button', { hasText: 'Write…' }).click();
    await waitForFolderBox();
    await workbench.quickInput.cancel();
    await page.locator('vscode-button', { hasText: 'Cancel' }).click();
    const tab = workbench.page.locator('.tabs-container .tab', { hasText: 'Merge: figure.jsonl' });
    await tab.waitFor({ state: 'detached' });
    assert.deepEqual(folders(), []);
  });

  it('keeps the options when they are changed from the preview', async () => {
    const page = await preview('3');
    await page.locator('vscode-button', { hasText: 'Change options' }).click();
    await workbench.quickInput.waitForTitle('Merge windows of figure.jsonl');
    assert.match((await workbench.quickInput.rows()).join(), /C = 3, 2, 1/);
    await workbench.quickInput.cancel();
  });

  it('writes the folder, tells it and opens the manifest', async () => {
    const page = await preview('4');
    await page.locator('vscode-button', { hasText: 'Write…' }).click();
    await waitForFolderBox();
    assert.equal(await workbench.quickInput.value(), inFolder('figure-windows-4'));
    await workbench.quickInput.accept();
    await workbench.waitForNotification(
      /wrote 4 rows in 4 blocks to .*figure-windows-4\. Left out: 1 malformed row\./,
    );
    const manifest = JSON.parse(readFileSync(inFolder('figure-windows-4/manifest.json'), 'utf8'));
    assert.equal(manifest.blocks.length, 4);
    await workbench.clickNotification('Open manifest');
    await workbench.waitForTab('manifest.json');
    await workbench.waitForLine('"sha256"');
  });

  it('replaces what an earlier merge wrote, after a question, and never anything else', async () => {
    const out = inFolder('figure-windows-2');
    mkdirSync(out);
    writeFileSync(path.join(out, 'mine.txt'), 'mine');
    const page = await preview();
    const write = async () => {
      await page.locator('vscode-button', { hasText: 'Write…' }).click();
      await waitForFolderBox();
      await workbench.quickInput.accept();
    };
    await write();
    await workbench.waitForNotification(/figure-windows-2 cannot be replaced.*: mine\.txt\. Move that away/);
    rmSync(out, { recursive: true });
    await write();
    await workbench.waitForNotification(/wrote 2 rows in 2 blocks to .*figure-windows-2\./);
    const dialog = workbench.page.locator('.monaco-dialog-box', {
      hasText: 'figure-windows-2 exists already',
    });
    await preview();
    await write();
    await dialog.filter({ hasText: 'its whole content: 3 files' }).waitFor();
    const { ino } = statSync(out);
    await dialog.getByRole('button', { name: 'Replace' }).click();
    await workbench.waitFor('the new folder', async () => {
      const now = statSync(out, { throwIfNoEntry: false })?.ino;
      return { shown: [`${now}`], found: (now !== undefined && now !== ino) || undefined };
    });
  });

  it('tells its progress, and leaves nothing when it is cancelled', async () => {
    await workbench.openFile('large.jsonl');
    await workbench.command('CFPRM: Merge windows');
    await workbench.quickInput.pick('Window sizes');
    await workbench.quickInput.fill('300,1');
    await workbench.quickInput.accept();
    await workbench.quickInput.waitForTitle('Merge windows of large.jsonl');
    await workbench.quickInput.pick('Overlap');
    await workbench.waitFor('overlap', async () => {
      const shown = await workbench.quickInput.rows();
      return { shown, found: shown.some((it) => it.includes('C shifted passes per row')) || undefined };
    });
    await workbench.quickInput.pick('Show preview');
    await workbench.webview().locator('vscode-button', { hasText: 'Write…' }).click();
    await waitForFolderBox();
    await workbench.quickInput.accept();
    await workbench.waitForNotification(/CFPRM: merging large\.jsonl/);
    await workbench.clickNotification('Cancel');
    await workbench.waitForNotification('merging was cancelled; nothing was written');
    assert.deepEqual(
      readdirSync(workbench.folder).filter((name) => /large-windows|cfprm-/.test(name)),
      [],
    );
  });

  it('goes by keyboard alone', async () => {
    await workbench.press('F1');
    await workbench.quickInput.fill('>CFPRM: Merge windows');
    await workbench.waitFor('command', async () => {
      const shown = await workbench.quickInput.rows();
      return { shown, found: shown[0]?.startsWith('CFPRM: Merge windows') || undefined };
    });
    await workbench.press('Enter');
    await workbench.quickInput.waitForTitle('Merge windows of figure.jsonl');
    await workbench.press('ArrowDown', 'Enter');
    await workbench.quickInput.waitForTitle('Window sizes');
    await workbench.press('Control+A');
    await workbench.type('3');
    await workbench.press('Enter');
    await workbench.quickInput.waitForTitle('Merge windows of figure.jsonl');
    await workbench.press('Enter');
    const page = workbench.webview();
    await page.getByText('C = 3, 2, 1').first().waitFor();
    const writeButton = page.locator('vscode-button', { hasText: 'Write…' });
    await workbench.waitFor('focus on Write', async () => {
      await workbench.press('Tab');
      const found = await writeButton.evaluate((button) => button.matches(':focus, :focus-within'));
      return { shown: [], found: found || undefined };
    });
    await workbench.press('Enter');
    await waitForFolderBox();
    await workbench.press('Enter');
    await workbench.waitForNotification(/to .*figure-windows-3\./);
  });

  for (const [name, theme] of [
    ['dark', 'Default Dark Modern'],
    ['light', 'Default Light Modern'],
    ['high-contrast-dark', 'Default High Contrast'],
    ['high-contrast-light', 'Default High Contrast Light'],
  ] as const) {
    it(`has the colours of the theme: ${name}`, async () => {
      await workbench.setColorTheme(theme);
      const page = await preview('4');
      const body = page.locator('body');
      const colours = await body.evaluate((element) => {
        const style = getComputedStyle(element);
        return [style.color, style.getPropertyValue('--vscode-editor-foreground').trim()];
      });
      assert.equal(colours[0], rgb(colours[1]!));
      await workbench.screenshot(`merge-preview-${name}`);
    });
  }
});

/** `#rrggbb` as computed styles spell it. */
function rgb(hex: string): string {
  const parts = [1, 3, 5].map((at) => Number.parseInt(hex.slice(at, at + 2), 16));
  return `rgb(${parts.join(', ')})`;
}
