// biome-ignore-all lint/performance/useDomNodeTextContent: these are Playwright's locators, and what is shown counts
import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import os from 'node:os';
import path from 'node:path';
import { resolveOptions } from '../../src/core/merge/options';
import { mergeExample } from '../../src/core/merge/preview';
import type { Trajectory } from '../../src/core/trajectory';
import { previewMerge } from '../../src/io/previewMerge';
import type { FromMergePreview, ShownExample, ToMergePreview } from '../../src/shared/mergePreview';
import { Panel, THEME_NAMES } from './panel';

const AXE = readFileSync(createRequire(__filename).resolve('axe-core/axe.min.js'), 'utf8');

/** Labels of the rows: one hides its third step at C = 4 and 3, two are shorter than a window of 4. */
const ROWS = ['++-++', '++', '-', '++++'];

describe('the merge preview', () => {
  let panel: Panel;
  let state: Extract<ToMergePreview, { type: 'show' }>;
  let folder: string;
  const options = resolveOptions({ max: '4' });
  before(async () => {
    folder = mkdtempSync(path.join(os.tmpdir(), 'cfprm-preview-'));
    const source = path.join(folder, 'figure.jsonl');
    const rows = ROWS.map((labels, k) =>
      JSON.stringify({
        id: `row-${k + 1}`,
        prompt: `Problem ${k + 1}`,
        completions: [...labels].map((_, s) => `Step ${s + 1} of row ${k + 1}, ${'a long word '.repeat(6)}`),
        labels: [...labels].map((sign) => sign === '+'),
      }),
    );
    writeFileSync(source, `${rows.join('\n')}\n`);
    assert.ok(options.ok);
    const preview = await previewMerge(source, options.value);
    assert.ok(preview.ok);
    state = {
      type: 'show',
      state: { source: 'figure.jsonl', options: ['C = 4, 3, 2, 1'], preview: preview.value },
    };
  });
  after(() => rmSync(folder, { recursive: true, force: true }));
  afterEach(async () => {
    const { complaints } = panel;
    await panel.close();
    assert.deepEqual(complaints, []);
  });

  const shown = (ordinal: number, place = 1, of = 1): ToMergePreview => {
    assert.ok(options.ok);
    const trajectory: Trajectory = {
      id: `row-${ordinal + 1}`,
      problem: `Problem ${ordinal + 1}`,
      steps: [...ROWS[ordinal]!].map((sign, k) => ({
        text: `Step ${k + 1}`,
        label: sign === '+' ? 'correct' : 'incorrect',
        place: { path: [] },
      })),
    };
    const example: ShownExample = {
      ordinal,
      rows: ROWS.length,
      row: ordinal + 1,
      trajectory: place,
      trajectories: of,
      example: mergeExample(trajectory, ordinal + 1, options.value),
      words: '',
    };
    return { type: 'example', shown: example };
  };
  const open = async (page: Parameters<typeof Panel.open>[0] = {}) => {
    panel = await Panel.open({ name: 'mergePreview', ...page });
    await panel.post(state, shown(0));
  };
  const wishes = async () =>
    (await panel.sent<FromMergePreview>()).flatMap((message) =>
      message.type === 'wish' ? [message.wish] : [],
    );

  it('says why a size has fewer rows than the source, and leads to every hidden label', async () => {
    await open();
    assert.deepEqual(await panel.page.locator('.reasons li').allInnerTexts(), [
      'C = 3: 2 rows from 4 trajectories. 2 trajectories have at most 2 steps, so their windows are the same as at a larger C. Identical rows are written once, at the largest C.',
      'C = 2: 2 rows from 4 trajectories. 2 trajectories have at most 2 steps, so their windows are the same as at a larger C. Identical rows are written once, at the largest C.',
      'C = 1: 3 rows from 4 trajectories. 1 trajectory has at most 1 step, so its windows are the same as at a larger C. Identical rows are written once, at the largest C.',
    ]);
    const links = panel.page.locator('.hidden button');
    assert.deepEqual(
      (await links.allInnerTexts()).map((text) => text.replaceAll('\n', ' ')),
      [
        'row 1 C = 4 steps 1–4 ✓ correct but step 3 is incorrect',
        'row 1 C = 3 steps 1–3 ✗ incorrect but step 1 is correct',
        'row 1 C = 2 steps 3–4 ✓ correct but step 3 is incorrect',
      ],
    );
    await links.nth(1).click();
    assert.deepEqual((await panel.sent<FromMergePreview>()).at(-1), {
      type: 'reveal',
      row: 1,
      trajectory: 1,
      step: 1,
    });
  });

  it('pages through the trajectories of the source, and goes to a row and to the cursor', async () => {
    await open();
    const where = panel.page.locator('.where');
    const [previous, next] = ['Previous trajectory', 'Next trajectory'].map((name) =>
      panel.page.getByRole('button', { name }),
    );
    assert.equal(await where.innerText(), 'Row 1, 1 of 4');
    assert.ok(await previous!.isDisabled());
    assert.equal(await panel.page.locator('.column h4').count(), 5);
    await next!.click();
    await panel.post(shown(1, 1, 2));
    assert.equal(await where.innerText(), 'Row 2, 2 of 4 · trajectory 1 of 2');
    await next!.click();
    await panel.post(shown(1, 2, 2));
    await next!.click();
    await previous!.click();
    await panel.page.getByLabel('Go to row').fill('4');
    await panel.page.getByLabel('Go to row').press('Enter');
    await panel.post(shown(3));
    assert.ok(await next!.isDisabled());
    await previous!.click();
    await panel.page.getByRole('button', { name: 'Trajectory at the cursor' }).click();
    assert.deepEqual(await wishes(), [
      { by: 'ordinal', ordinal: 1, trajectory: 1 },
      { by: 'ordinal', ordinal: 1, trajectory: 2 },
      { by: 'ordinal', ordinal: 2, trajectory: 1 },
      { by: 'ordinal', ordinal: 1, trajectory: 1 },
      { by: 'row', row: 4, trajectory: 1 },
      { by: 'ordinal', ordinal: 2, trajectory: 'last' },
      { by: 'cursor' },
    ]);
    await panel.post({ type: 'noExample', message: 'Open the trace view first.' });
    assert.equal(await panel.page.locator('.message').innerText(), 'Open the trace view first.');
    assert.equal(await where.innerText(), 'Row 4, 4 of 4');
    assert.equal(await panel.page.getByLabel('Go to row').inputValue(), '4');
  });

  for (const theme of THEME_NAMES) {
    it(`fits 300 and 1000 pixels, without a serious fault of accessibility: ${theme}`, async () => {
      await open({ theme, width: 300 });
      await panel.page.evaluate(AXE);
      for (const width of [300, 1000]) {
        await panel.page.setViewportSize({ width, height: 700 });
        const violations = await panel.page.evaluate(async () => {
          const { axe } = window as unknown as { axe: typeof import('axe-core') };
          const { violations: all } = await axe.run();
          return all
            .filter(({ impact }) => impact === 'serious' || impact === 'critical')
            .map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html.slice(0, 200)).join(' | ')}`);
        });
        assert.deepEqual(violations, []);
        const overflow = await panel.page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
        assert.ok(overflow <= 0, `the page is ${overflow} pixels too wide at ${width}`);
      }
    });
  }
});
