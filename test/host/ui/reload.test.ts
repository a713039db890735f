import assert from 'node:assert/strict';
import { firstTrace } from '../../../scripts/sample.mjs';
import { Workbench } from './workbench';

describe('a window that is loaded', () => {
  let workbench: Workbench;
  before(async () => {
    workbench = await Workbench.open();
  });
  after(() => workbench?.close());

  it('shows the trace view at once when it is opened as npm start opens it', async () => {
    const url = new URL(workbench.page.url());
    const payload = [
      ['skipWelcome', 'true'],
      ['openFile', firstTrace(workbench.folder)],
    ];
    url.searchParams.set('payload', JSON.stringify(payload));
    await workbench.page.goto(url.href);
    await workbench.waitForTab('trl-soft-scores.jsonl · page 1.cfprm');
    await workbench.waitForLine(/1 +✓ +0\.94 +Given the inequality/);
  });

  it('brings an open trace page back after a reload, with its breadcrumbs', async () => {
    // Without the payload, so that only what VS Code restores is shown.
    await workbench.page.evaluate(() => {
      const url = new URL(location.href);
      url.searchParams.delete('payload');
      history.replaceState(null, '', url);
    });
    const loaded = workbench.page.waitForEvent('load');
    await workbench.command('Developer: Reload Window');
    await loaded;
    assert.ok(!workbench.page.url().includes('payload'));
    await workbench.waitForTab('trl-soft-scores.jsonl · page 1.cfprm');
    await workbench.waitForLine(/1 +✓ +0\.94 +Given the inequality/);
    const crumbs = workbench.page.locator('.breadcrumbs-control .monaco-breadcrumb-item');
    await crumbs.first().waitFor();
    assert.match((await crumbs.allInnerTexts()).join(' '), /trl-soft-scores\.jsonl · page 1\.cfprm/);
  });
});
