// biome-ignore-all lint/performance/useDomNodeTextContent: these are Playwright's locators, and what is shown counts
import assert from 'node:assert/strict';
import { appendFileSync, copyFileSync, existsSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import type { FrameLocator, Locator } from 'playwright-core';
import { Workbench } from './workbench';

/** Two problems, their rows interleaved: of "a" the last scores are highest where the answer is wrong. */
const solution = (id: string, scores: number[], answer: string): string => {
  const completions = scores.map((_, k) => `Step ${k + 1} of ${id}${answer}, of $x^2$.`);
  completions[completions.length - 1] += ` The answer is ${answer}.`;
  return `${JSON.stringify({ id, prompt: `Problem ${id}?`, completions, labels: scores.map(() => true), scores, gold: '7' })}\n`;
};

describe('CFPRM: Compare candidates', () => {
  let workbench: Workbench;
  let page: FrameLocator;
  const inFolder = (name: string): string => path.join(workbench.folder, name);
  const strip = (): Promise<string> => page.locator('.strip').innerText();
  before(async () => {
    // With the demonstration model.
    const settings = { 'cfprm.model.path': '' };
    workbench = await Workbench.open({ viewport: { width: 1200, height: 800 }, settings });
    writeFileSync(
      inFolder('pair.jsonl'),
      [
        solution('a', [0.2, 0.9], '8'),
        solution('b', [0.4], '7'),
        solution('a', [0.8, 0.7, 0.6], '7'),
        solution('b', [0.5], '6'),
      ].join(''),
    );
    copyFileSync(path.join(__dirname, 'rows/qwen-math.jsonl'), inFolder('qwen-math.jsonl'));
  });
  after(() => workbench?.close());

  it('shows the candidates of the problem at the cursor, and what every rule chooses', async () => {
    await workbench.openFile('pair.jsonl');
    await workbench.command('CFPRM: Open trace view');
    await workbench.waitForTab('pair.jsonl · page 1');
    await workbench.command('CFPRM: Compare candidates');
    page = workbench.webview();
    await page.locator('.problem', { hasText: 'Problem a?' }).waitFor();
    assert.deepEqual(await page.locator('.head .cell strong').allInnerTexts(), ['#1', '#2']);
    assert.match((await strip()).replaceAll('\n', ' '), /min → #2 correct.*last → #1 wrong.*oracle correct/u);
    await page.locator('.where', { hasText: 'Problem 1 of 2' }).waitFor();
    assert.ok((await page.locator('.row .katex-html').count()) > 0, 'formulas are typeset');
  });

  it('opens beside the trace view, with every step in sight at the size that VS Code starts with', async () => {
    const box = async (locator: Locator) => (await locator.boundingBox())!;
    const groups = workbench.page.locator('.editor-group-container');
    assert.equal(await groups.count(), 2);
    const [trace, panel] = [await box(groups.nth(0)), await box(groups.nth(1))];
    assert.ok(panel.x >= trace.x + trace.width - 1, 'the panel is not beside the trace');
    assert.ok(panel.height > 600, `the panel has ${panel.height} pixels of height`);
    const head = await box(page.locator('.head .cell').first());
    for (const step of [1, 2, 3]) {
      const cell = await box(page.locator(`[data-column="1"][data-step="${step}"]`));
      const bottom = cell.y + cell.height;
      assert.ok(cell.y >= head.y + head.height - 1, `step ${step} is behind the heads`);
      assert.ok(bottom <= panel.y + panel.height, `step ${step} ends at ${bottom}, below the window`);
      assert.ok(cell.height >= 30 && cell.x + 100 <= panel.x + panel.width, `step ${step} is cut off`);
    }
  });

  it('changes the choices as the slider moves', async () => {
    await page.locator('input[type=range]').press('Home');
    await page.locator('.strip', { hasText: 'min → #1 wrong' }).waitFor();
    await page.locator('input[type=range]').press('End');
    await page.locator('.strip', { hasText: 'min → #2 correct' }).waitFor();
  });

  it('scrolls the trace to a step that is clicked, and follows its cursor to another problem', async () => {
    await page.locator('[data-column="1"][data-step="3"]').click();
    await workbench.waitForCursor('Step 3 of a7');
    await page.locator('[data-column="1"][data-step="3"]').press('Enter');
    await workbench.page.locator('.editor-instance .monaco-editor.focused').waitFor();
    await workbench.press(']');
    await page.locator('.problem', { hasText: 'Problem b?' }).waitFor();
  });

  for (const [extension, pattern] of [
    ['html', /^<!doctype html>[\s\S]*Problem b\?/],
    ['md', /^# Comparison of candidates[\s\S]*Problem b\?/],
    ['csv', /^candidate,row,[\s\S]*correct,7,/],
  ] as const) {
    it(`exports the comparison as ${extension}`, async () => {
      await workbench.command('CFPRM: Export comparison');
      const target = inFolder(`comparison.${extension}`);
      await workbench.saveAs(target);
      await workbench.waitForNotification(`wrote comparison.${extension}`);
      assert.ok(existsSync(target));
      assert.match(readFileSync(target, 'utf8'), pattern);
      await workbench.command('Notifications: Clear All Notifications');
    });
  }

  it('says that the file has grown, and reads it again', async () => {
    appendFileSync(inFolder('pair.jsonl'), solution('b', [0.9], '7'));
    await page.locator('.notice', { hasText: 'The file has changed' }).waitFor();
    await page.getByRole('button', { name: 'Read again' }).click();
    await page.locator('.counts', { hasText: '3 candidates: 2 correct, 1 wrong' }).waitFor();
  });

  it("compares by a model's scores where the file has none, and where they are wanted", async () => {
    const scores = page.locator('.cell .score');
    assert.doesNotMatch((await scores.allInnerTexts()).join(), /›/u);
    await page.getByLabel('Scores').selectOption('computed');
    await page.locator('.by-model', { hasText: /^› computed by .*demonstration[^,]*$/iu }).waitFor();
    assert.match((await scores.allInnerTexts()).join('|'), /^› 0\.\d+(?:\|› 0\.\d+)*$/u);
    await workbench.command('CFPRM: Export comparison');
    await workbench.saveAs(inFolder('computed.md'));
    await workbench.waitForNotification('wrote computed.md');
    assert.match(readFileSync(inFolder('computed.md'), 'utf8'), /Scores computed by .*demonstration/iu);
    await page.getByLabel('Scores').selectOption('recorded');
    await page.locator('.by-model:empty').waitFor({ state: 'attached' });
    assert.doesNotMatch((await scores.allInnerTexts()).join(), /›/u);

    const bare = readFileSync(inFolder('pair.jsonl'), 'utf8').replaceAll(/"scores":\[[^\]]*\],/gu, '');
    writeFileSync(inFolder('bare.jsonl'), bare);
    await workbench.openFile('bare.jsonl');
    await workbench.command('CFPRM: Compare candidates');
    await page.locator('.source', { hasText: 'bare.jsonl' }).waitFor();
    await page.locator('.by-model', { hasText: /^› computed by .*demonstration[^,]*$/iu }).waitFor();
    await page.locator('.strip', { hasText: 'min → #' }).waitFor();
  });

  it('compares a whole file of real rows, and opens a problem that a rule misses', async () => {
    await workbench.openFile('qwen-math.jsonl');
    await workbench.command('CFPRM: Compare candidates');
    page = workbench.webview();
    await page.locator('.source', { hasText: 'qwen-math.jsonl' }).waitFor();
    await page.getByRole('tab', { name: 'File' }).click();
    await page.locator('.numbers table').waitFor();
    await page.locator('.entry .missed.bad').first().click();
    await page.locator('.strip', { hasText: 'wrong' }).waitFor();
    await page.locator('.strip', { hasText: 'oracle correct' }).waitFor();
  });

  it('comes back to the same problem after the window was reloaded', async () => {
    const where = await page.locator('.where').innerText();
    await workbench.command('Developer: Reload Window');
    page = workbench.webview();
    await page.locator('.where', { hasText: where }).waitFor({ timeout: 60_000 });
  });
});
