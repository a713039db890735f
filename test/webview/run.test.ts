// biome-ignore-all lint/performance/useDomNodeTextContent: these are Playwright's locators, and what is shown counts
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import { root } from '../../scripts/process.mjs';
import type { Metric } from '../../src/core/runs/metrics';
import type { FromRun, ShownRun, ToRun } from '../../src/shared/run';
import { Panel, THEME_NAMES } from './panel';

const AXE = readFileSync(createRequire(__filename).resolve('axe-core/axe.min.js'), 'utf8');

const RUN: ShownRun = {
  id: '20260101-120000-0123ab',
  name: 'windows of traces',
  where: 'gpu (ssh, gpubox)',
  folder: '~/.cfprm/runs/20260101-120000-0123ab',
  created: '2026-01-01T12:00:00.000Z',
  state: 'running',
  step: 60,
  total: 120,
  checkpoint: 50,
  remainingMs: 180_000,
  can: ['stop'],
};

/** Twenty updates per block, coarse to fine: the loss falls from 0.7 on, and the accuracy rises with it. */
function metrics(from: number, to: number): Metric[] {
  return Array.from({ length: to - from }, (_, k) => {
    const step = from + k + 1;
    const window = [8, 4, 2, 1][Math.floor((step - 1) / 20)]!;
    const loss = 0.7 * 0.98 ** step + 0.02 * Math.sin(step);
    return { step, loss, lr: 2e-6 * (1 - step / 120), accuracy: 1 - loss, tokensPerSecond: 41_234.5, window };
  });
}

describe('the page of a run', () => {
  let panel: Panel;
  afterEach(async () => {
    const { complaints } = panel;
    await panel.close();
    assert.deepEqual(complaints, []);
  });

  const open = async (options: Parameters<typeof Panel.open>[0] = {}, run: Partial<ShownRun> = {}) => {
    panel = await Panel.open({ ...options, name: 'run' });
    const messages: ToRun[] = [
      { type: 'run', run: { ...RUN, ...run } },
      { type: 'metrics', replace: true, metrics: metrics(0, 60) },
      { type: 'log', replace: true, text: '1/120 C=8 loss 0.6860\nloading: 10%\rloading: 100%\n' },
    ];
    await panel.post(...messages);
  };
  const fact = (term: string) =>
    panel.page.locator('dl.facts > div', { hasText: term }).locator('dd').first().innerText();
  const buttons = () => panel.page.locator('.actions vscode-button').allInnerTexts();
  const pressed = async () =>
    (await panel.sent<FromRun>()).flatMap((message) => (message.type === 'press' ? [message.button] : []));

  it('says what the run is doing, in words and numbers', async () => {
    await open();
    assert.equal(await panel.page.locator('.state').innerText(), 'running');
    assert.equal(await fact('Step'), '60 of 120');
    assert.equal(await fact('Block'), 'C = 2');
    assert.equal(await fact('Tokens per second'), '41,235');
    assert.equal(await fact('Learning rate'), '1.00e-6');
    assert.match(await fact('End'), /^in about 3 min, at \d/u);
    const bar = panel.page.getByRole('progressbar');
    assert.deepEqual([await bar.getAttribute('value'), await bar.getAttribute('max')], ['60', '120']);
    assert.deepEqual(await panel.state(), { id: RUN.id });
  });

  it('draws loss, accuracy and learning rate, with the numbers of each block as text', async () => {
    await open();
    assert.equal(await panel.page.locator('.plots canvas').count(), 3);
    assert.deepEqual(await panel.page.locator('.legend .block').allInnerTexts(), ['C = 8', 'C = 4', 'C = 2']);
    const rows = await panel.page.locator('tbody tr').allInnerTexts();
    assert.equal(rows.length, 3);
    // By hand: the mean of 0.7 * 0.98^s + 0.02 sin s over steps 41 to 60 is 0.2535.
    assert.match(rows[2]!, /^C = 2\t20\t41–60\t0\.25\d\d\t74\.\d %$/u);
    const drawn = await panel.page
      .locator('.plots canvas')
      .first()
      .evaluate((canvas) => {
        const { width, height } = canvas as HTMLCanvasElement;
        const pixels = (canvas as HTMLCanvasElement).getContext('2d')!.getImageData(0, 0, width, height).data;
        return pixels.some((value) => value > 0);
      });
    assert.ok(drawn, 'the plot is empty');
  });

  it('goes on with what comes in, and begins anew when told so', async () => {
    await open();
    await panel.post({ type: 'metrics', replace: false, metrics: metrics(60, 80) });
    await panel.post({ type: 'log', replace: false, text: 'next\n' });
    assert.equal(await panel.page.locator('tbody tr').count(), 4);
    assert.equal(await panel.page.getByRole('log').innerText(), '1/120 C=8 loss 0.6860\nloading: 100%\nnext');
    await panel.post({ type: 'metrics', replace: true, metrics: metrics(0, 5) });
    assert.deepEqual(await panel.page.locator('tbody tr').count(), 1);
    await panel.post({ type: 'log', replace: true, text: 'anew\n' });
    assert.equal(await panel.page.getByRole('log').innerText(), 'anew');
  });

  it('follows the end of the log until somebody scrolls away from it', async () => {
    await open();
    const log = panel.page.getByRole('log');
    const lines = (from: number) => Array.from({ length: 200 }, (_, k) => `line ${from + k}\n`).join('');
    const isAtEnd = () => log.evaluate((it) => it.scrollHeight - it.scrollTop - it.clientHeight < 8);
    await panel.post({ type: 'log', replace: false, text: lines(0) });
    assert.ok(await isAtEnd());
    await log.evaluate((it) => {
      it.scrollTop = 40;
    });
    await panel.post({ type: 'log', replace: false, text: lines(200) });
    assert.ok(!(await isAtEnd()));
  });

  it('offers what can be done, by keyboard too, and keeps the focus', async () => {
    await open();
    assert.deepEqual(await buttons(), ['Stop…', 'Open folder', 'TensorBoard', 'Whole log']);
    await panel.page.locator('vscode-button', { hasText: 'Open folder' }).focus();
    await panel.page.keyboard.press('Enter');
    await panel.post({ type: 'run', run: { ...RUN, state: 'finished', can: ['useModel', 'remove'] } });
    assert.deepEqual(await buttons(), [
      'Use this model',
      'Open folder',
      'TensorBoard',
      'Whole log',
      'Remove…',
    ]);
    const focused = await panel.page.evaluate(() => (document.activeElement as HTMLElement).dataset.button);
    assert.equal(focused, 'openFolder');
    await panel.page.locator('vscode-button', { hasText: 'Use this model' }).click();
    assert.deepEqual(await pressed(), ['openFolder', 'useModel']);
  });

  it('puts first what suits the run best', async () => {
    const can = ['editRun', 'resume', 'remove'] as const;
    await open({}, { state: 'failed', words: '--batch is 0: it must be 1 or more.', can });
    const first = panel.page.locator('.actions vscode-button').first();
    assert.deepEqual(
      [await first.innerText(), await first.getAttribute('appearance')],
      ['Edit and run again', 'primary'],
    );
    assert.equal((await buttons()).at(-1), 'Remove…');
    await first.click();
    assert.deepEqual(await pressed(), ['editRun']);
  });

  it('says why a host was not reached, and that a run is not known any more', async () => {
    await open();
    const { state: _, ...unreached } = RUN;
    await panel.post({ type: 'run', run: { ...unreached, words: 'gpubox cannot be reached: timed out' } });
    assert.equal(await panel.page.locator('.state').innerText(), 'not reached');
    assert.match(await panel.page.getByRole('status').innerText(), /timed out/u);
    await panel.post({ type: 'gone', message: 'Run x is not known here any more.' });
    assert.match(await panel.page.locator('body').innerText(), /not known here/u);
  });

  for (const theme of THEME_NAMES)
    it(`has nothing that accessibility rules refuse, and fits a narrow place (${theme})`, async () => {
      await open({ theme, width: 320, height: 900 }, { words: 'Slurm does not answer.' });
      const { page } = panel;
      const overflow = await page.evaluate(
        () => document.documentElement.scrollWidth - document.documentElement.clientWidth,
      );
      assert.equal(overflow, 0);
      await page.evaluate(AXE);
      const violations = await page.evaluate(async () => {
        const { axe } = window as unknown as { axe: typeof import('axe-core') };
        const { violations: all } = await axe.run();
        return all.map(({ id, nodes }) => `${id}: ${nodes[0]?.html}`);
      });
      assert.deepEqual(violations, []);
      await page.screenshot({
        path: path.join(root, 'out/screenshots', `run-${theme}-narrow.png`),
        fullPage: true,
      });
    });
});
