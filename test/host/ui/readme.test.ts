import { copyFileSync } from 'node:fs';
import path from 'node:path';
import { Workbench } from './workbench';

/** The README's pictures; they are taken with CFPRM_SHOTS=1 only, but what they show is waited for always. */
describe('the pictures of the README', () => {
  let workbench: Workbench;
  before(async () => {
    workbench = await Workbench.open({
      openFile: 'trl-soft-scores.jsonl',
      settings: {
        'workbench.colorTheme': 'Default Dark Modern',
        'editor.fontSize': 13,
      },
    });
  });
  after(() => workbench?.close());

  it('show the trace view at a first error', async () => {
    await workbench.command('View: Show CFPRM');
    await workbench.command('CFPRM: Open trace view');
    await workbench.waitForTab('trl-soft-scores.jsonl · page 1');
    await workbench.focusEditor();
    // Away from the tab, which would show its hover.
    await workbench.page.mouse.move(200, 700);
    await workbench.press('n');
    await workbench.waitForStatus(/first error/);
    await workbench.waitFor('lens', async () => {
      const shown = await workbench.codeLenses();
      return { shown, found: shown.find((lens) => lens.includes('First error 4')) };
    });
    await workbench.readmeShot('trace-view');
  });

  it('show scores of a model beside the recorded ones', async () => {
    await workbench.command('CFPRM: Select model');
    await workbench.quickInput.pick('Demonstration model');
    await workbench.focusEditor();
    await workbench.waitForDecoration(/^›0\.\d\d$/u);
    await workbench.waitForStatus(/demonstration model · CPU/);
    await workbench.waitFor('all scores that are on screen', async () => {
      const shown = (await workbench.decorationTexts()).map(({ text }) => text);
      return { shown, found: !shown.includes('›…') || undefined };
    });
    await workbench.readmeShot('scores');
  });

  it('show labels that were edited, and where label and score disagree', async () => {
    await workbench.press('d');
    await workbench.waitForStatus(/disagreement 1 of/);
    await workbench.press('x');
    await workbench.waitForLine(/✗\*/);
    await workbench.waitForDecoration('1 label edited');
    await workbench.readmeShot('labels');
    await workbench.press('u');
    await workbench.command('View: Close Editor');
    await workbench.openFile('trl-soft-scores.jsonl');
  });

  it('show the preview of a merge', async () => {
    await workbench.command('CFPRM: Merge windows');
    await workbench.quickInput.pick('Show preview');
    await workbench.webview().getByRole('heading', { name: 'Merge windows:' }).waitFor();
    await workbench.waitFor('end of progress', async () => {
      const shown = await workbench.notifications();
      return { shown, found: shown.length === 0 || undefined };
    });
    await workbench.readmeShot('merge-preview');
  });

  it('show the candidates of a problem, and the numbers of a file', async () => {
    const name = 'qwen-math.jsonl';
    copyFileSync(path.join(__dirname, 'rows', name), path.join(workbench.folder, name));
    await workbench.command('View: Close All Editors');
    await workbench.openFile(name);
    await workbench.command('CFPRM: Open trace view');
    await workbench.waitForTab(`${name} · page 1`);
    await workbench.command('CFPRM: Compare candidates');
    const page = workbench.webview();
    await page.locator('.source', { hasText: name }).waitFor();
    await page.getByRole('tab', { name: 'File' }).click();
    await page.locator('.numbers table').waitFor();
    await page.locator('.plot canvas').waitFor();
    await workbench.readmeShot('candidates-file');
    await page.locator('.entry .missed.bad').first().click();
    await page.locator('.strip', { hasText: 'wrong' }).waitFor();
    await page.getByLabel('Scores').selectOption('computed');
    await page.locator('.by-model', { hasText: /computed by [^,]*$/u }).waitFor();
    await page.locator('[data-column="1"][data-step="2"]').click();
    await page.locator('.reader').waitFor();
    await workbench.waitForCursor(/\S/u);
    await workbench.readmeShot('candidates');
  });
});
