import assert from 'node:assert/strict';
import { type Theme, Workbench } from './workbench';

const THEMES = [
  'Default Dark Modern',
  'Default Light Modern',
  'Default High Contrast',
  'Default High Contrast Light',
] as const satisfies readonly Theme[];
/** A text of the pictures is 16 units high; less than this many pixels is not easily read. */
const LEGIBLE_PX = 10;

describe('the walkthrough', () => {
  let workbench: Workbench;
  before(async () => {
    workbench = await Workbench.open({ settings: { 'cfprm.score.auto': 'off' } });
    await workbench.command('View: Show CFPRM');
    for (const theme of THEMES) {
      await workbench.setColorTheme(theme);
      await workbench.screenshot(`first-launch-${theme.replaceAll(' ', '-')}`);
    }
    await workbench.setColorTheme('Default Dark Modern');
    await workbench.command('CFPRM: Open walkthrough');
    await container().waitFor();
  });
  after(() => workbench?.close());

  const container = () => workbench.page.locator('.gettingStartedContainer');
  const expand = (title: string): Promise<void> =>
    container().locator('.getting-started-step', { hasText: title }).first().click();
  const button = (title: string): Promise<void> =>
    container().locator('.getting-started-step.expanded .monaco-button', { hasText: title }).first().click();
  const isTicked = async (step: string): Promise<boolean> =>
    (await container().locator(`.codicon.complete[data-done-step-id$="#${step}"]`).count()) > 0;
  const waitForTick = (step: string): Promise<unknown> =>
    workbench.waitFor(`tick of ${step}`, async () => ({
      shown: [],
      found: (await isTicked(step)) || undefined,
    }));
  /** The walkthrough is still to be seen, and a trace beside it. */
  const isBeside = async (): Promise<void> => {
    assert.ok(await container().isVisible());
    assert.equal(await workbench.page.locator('.editor-group-container').count(), 2);
  };

  it('has pictures whose words can be read at the width they have, in every theme', async () => {
    for (const step of [
      'Open a trace',
      'Score the steps',
      'Label a step',
      'Compare candidates',
      'Merge windows',
    ]) {
      await expand(step);
      const svg = workbench.webview().locator('svg');
      await svg.waitFor();
      const size = await svg.evaluate((it: SVGSVGElement) => 16 * it.getScreenCTM()!.a);
      assert.ok(size >= LEGIBLE_PX, `${step}: ${size} px`);
      for (const theme of THEMES) {
        await workbench.setColorTheme(theme);
        await workbench.screenshot(`walkthrough-${step.split(' ')[0]}-${theme.replaceAll(' ', '-')}`);
      }
    }
    await workbench.setColorTheme('Default Dark Modern');
  });

  it('opens the sample beside itself, and its buttons work on it from then on', async () => {
    await expand('Open a trace');
    assert.ok(!(await isTicked('open')));
    await button('Open sample traces');
    await workbench.waitForTab('trl-soft-scores.jsonl · page 1');
    await isBeside();
    await waitForTick('open');
    await button('Next error');
    await workbench.waitForStatus(/step \d\/\d+ · first error/);
    await isBeside();
  });

  it('ticks what was done, however it was done, and not what was only begun', async () => {
    await expand('Label a step');
    assert.ok(!(await isTicked('label')));
    const trace = workbench.page.locator('.editor-group-container', {
      has: workbench.page.locator('.monaco-editor .view-lines'),
    });
    await trace.click({ position: { x: 300, y: 400 } });
    await workbench.press('Control+Home', 'j');
    await workbench.waitForStatus('step 1/');
    await workbench.press('o');
    await workbench.waitForLine(/·\*/);
    await waitForTick('label');
    await expand('Merge windows');
    await button('Merge windows');
    await workbench.quickInput.waitForTitle('Merge windows of trl-soft-scores.jsonl');
    await workbench.quickInput.cancel();
    assert.ok(!(await isTicked('merge')));
    await isBeside();
    await workbench.screenshot('walkthrough-beside');
    await expand('Compare candidates');
    assert.ok(!(await isTicked('compare')));
    await trace.click({ position: { x: 300, y: 400 } });
    await workbench.command('CFPRM: Compare candidates');
    await waitForTick('compare');
  });
});
