import assert from 'node:assert/strict';
import { appendFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import type { Locator } from 'playwright-core';
import { row, rows } from '../rows';
import { Workbench } from './workbench';

describe('the tree "Trajectories"', () => {
  let workbench: Workbench;
  before(async () => {
    workbench = await Workbench.open();
    const folder = workbench.folder;
    writeFileSync(
      path.join(folder, 'many.jsonl'),
      rows(450, (n) => n === 402),
    );
    writeFileSync(path.join(folder, 'few.jsonl'), `${rows(2)}{"broken\n`);
    await workbench.command('View: Show CFPRM');
  });
  after(() => workbench?.close());

  const sidebar = (): Locator => workbench.page.locator('.part.sidebar');
  const item = (label: string): Locator =>
    sidebar().locator('.monaco-list-row', { has: workbench.page.getByText(label, { exact: true }) });
  const textOf = async (label: string): Promise<string> => (await item(label).textContent()) ?? '';
  const closeFile = async (name: string): Promise<void> => {
    await item(name).hover();
    await item(name).getByLabel('Close file').click();
    await sidebar().locator('.welcome-view-content', { hasText: 'JSONL file of trajectories' }).waitFor();
    await workbench.waitFor('tabs without traces', async () => {
      const shown = await workbench.tabs();
      return { shown, found: !shown.some((tab) => tab.endsWith('.cfprm')) || undefined };
    });
  };
  const labels = async (): Promise<string[]> =>
    (await sidebar().locator('.monaco-list-row .label-name').allInnerTexts()).map((text) => text.trim());
  const waitForLabels = (...wanted: string[]): Promise<unknown> =>
    workbench.waitFor(`tree of ${wanted.join(', ')}`, async () => {
      const shown = await labels();
      return { shown, found: shown.join() === wanted.join() || undefined };
    });
  const openTrace = async (name: string): Promise<void> => {
    await workbench.openFile(name);
    await workbench.command('CFPRM: Open trace view');
    await workbench.waitForTab(`${name} · page 1`);
  };

  it('says what to do while no file is open', async () => {
    const welcome = sidebar().locator('.welcome-view-content', { hasText: 'JSONL file of trajectories' });
    await welcome.waitFor();
    assert.match(
      (await welcome.textContent()) ?? '',
      /Open a JSONL file of trajectories: every step on its own line/,
    );
    await welcome.getByText('Open trace view').waitFor();
  });

  it('shows a file, its pages and their trajectories', async () => {
    await openTrace('many.jsonl');
    await waitForLabels('many.jsonl', '1 – 200', '201 – 400', '401 – 450');
    await item('401 – 450').click();
    await item('r-401').waitFor();
    assert.match(await textOf('r-402'), /r-402 ?first error 2 · answer 42/);
  });

  it('opens the trace at the row that is clicked', async () => {
    await item('r-403').click();
    await workbench.waitForTab('many.jsonl · page 3');
    await workbench.waitForStatus('trajectory 403 · 3 steps');
  });

  it('shows malformed rows with their reason, and rows that come later', async () => {
    await closeFile('many.jsonl');
    await openTrace('few.jsonl');
    await waitForLabels('few.jsonl', 'r-1', 'r-2', 'row 3');
    assert.match(await textOf('row 3'), /truncated/);
    appendFileSync(path.join(workbench.folder, 'few.jsonl'), `${row({ id: 'late' })}\n`);
    await waitForLabels('few.jsonl', 'r-1', 'r-2', 'row 3', 'late');
  });

  it('shows only what the filter lets pass', async () => {
    await workbench.focusEditor();
    await workbench.press('f');
    await workbench.quickInput.pick('Malformed rows');
    await waitForLabels('few.jsonl', 'row 3');
    assert.match(await textOf('few.jsonl'), /filter: malformed rows/);
  });

  it('closes a file with its trace pages, and has it again when its trace is opened again', async () => {
    await closeFile('few.jsonl');
    await openTrace('few.jsonl');
    await waitForLabels('few.jsonl', 'r-1', 'r-2', 'row 3', 'late');
  });
});
