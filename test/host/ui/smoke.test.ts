import assert from 'node:assert/strict';
import { Workbench } from './workbench';

describe('the workbench', () => {
  let workbench: Workbench;
  before(async () => {
    workbench = await Workbench.open({ openFile: 'trl.jsonl' });
  });
  after(() => workbench?.close());

  it('opens the sample workspace and a trace in it', async () => {
    await workbench.waitForLine(/\S/);
    await workbench.openFile('math-shepherd.jsonl');
    await workbench.waitForLine(/\S/);
    assert.deepEqual(await workbench.tabs(), ['trl.jsonl', 'math-shepherd.jsonl']);
  });

  it('runs the extension of this build', async () => {
    await workbench.command('Developer: Show Running Extensions');
    const row = workbench.page.locator('.runtime-extensions-editor .monaco-list-row', { hasText: 'CFPRM' });
    await row.first().waitFor();
  });

  it('runs a command from the palette', async () => {
    await workbench.command('View: Close All Editors');
    await workbench.waitFor('empty editor area', async () => {
      const shown = await workbench.tabs();
      return { shown, found: shown.length === 0 || undefined };
    });
  });

  it('shows notifications', async () => {
    await workbench.command('JSON: Clear Schema Cache');
    await workbench.waitForNotification('cache cleared');
  });

  it('changes its colour theme', async () => {
    await workbench.setColorTheme('Default Light Modern');
    await workbench.setColorTheme('Default High Contrast');
    await workbench.setColorTheme('Default High Contrast Light');
    await workbench.setColorTheme('Default Dark Modern');
  });
});
