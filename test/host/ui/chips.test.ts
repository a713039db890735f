import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { row } from '../rows';
import { Workbench } from './workbench';

describe('label and score in the raw editor', () => {
  let workbench: Workbench;
  before(async () => {
    workbench = await Workbench.open({ settings: { 'editor.wordWrap': 'on' } });
    const first = row({ labels: [true, null, false], scores: [0.91, 0.5, 0.12] });
    const rest = Array.from({ length: 200 }, (_, i) => row({ scores: [(i + 1) / 1000, 0.5, 0.5] }));
    writeFileSync(path.join(workbench.folder, 'chips.jsonl'), [first, ...rest].join('\n'));
    await workbench.openFile('chips.jsonl');
  });
  after(() => workbench?.close());

  /** The texts behind the steps of the first row, once the last of them is this. */
  const chips = (third: string): Promise<string[]> =>
    workbench.waitFor(`chip ${third}`, async () => {
      const all = await workbench.decorationTexts();
      const shown = all.map((it) => it.text).slice(0, 3);
      return { shown, found: shown[2] === third ? shown : undefined };
    });
  const waitForNone = (): Promise<unknown> =>
    workbench.waitFor('end of chips', async () => {
      const shown = (await workbench.decorationTexts()).map((it) => it.text);
      return { shown, found: shown.length === 0 || undefined };
    });

  it('shows both after each step, in the colours of the theme', async () => {
    assert.deepEqual(await chips('✗ 0.12'), ['✓ 0.91', '0.50', '✗ 0.12']);
    const [good, , bad] = await workbench.decorationTexts();
    assert.ok(good && bad && good.color !== bad.color);
  });

  it('shows the label only, or the score only, by setting', async () => {
    workbench.setSettings({ 'cfprm.inline.content': 'score' });
    assert.deepEqual(await chips('0.12'), ['0.91', '0.50', '0.12']);
    workbench.setSettings({ 'cfprm.inline.content': 'label' });
    assert.deepEqual((await chips('✓')).slice(0, 2), ['✓', '✗']);
    workbench.setSettings({ 'cfprm.inline.content': 'both' });
    await chips('✗ 0.12');
  });

  it('follows the lines in view', async () => {
    await workbench.focusEditor();
    await workbench.press('Control+End');
    await workbench.waitForDecoration('✓ 0.20');
    await workbench.press('Control+Home');
    await chips('✗ 0.12');
  });

  it('follows what is typed', async () => {
    await workbench.focusEditor();
    await workbench.press('Control+Home');
    await workbench.type('x');
    await workbench.waitFor('chips of the second row only', async () => {
      const shown = (await workbench.decorationTexts()).map((it) => it.text);
      return { shown, found: (shown.length > 0 && !shown.includes('✗ 0.12')) || undefined };
    });
    await workbench.press('Control+Z');
    await chips('✗ 0.12');
  });

  it('is switched off and on by command and by setting', async () => {
    await workbench.command('CFPRM: Toggle step annotations in the source');
    await waitForNone();
    await workbench.command('CFPRM: Toggle step annotations in the source');
    await chips('✗ 0.12');
    workbench.setSettings({ 'cfprm.inline.enabled': false });
    await waitForNone();
  });

  it('marks a step with a false equation', async () => {
    const text = row({ completions: ['6 * 7 = 42', '42 + 1 = 44', 'So 44.'], labels: [true, false, null] });
    writeFileSync(path.join(workbench.folder, 'sums.jsonl'), text);
    workbench.setSettings({ 'cfprm.inline.enabled': true });
    await workbench.openFile('sums.jsonl');
    assert.deepEqual(await chips('≠'), ['✓', '✗', '≠']);
  });
});
