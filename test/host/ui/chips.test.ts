import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { row } from '../rows';
import { Workbench } from './workbench';

/** A chip as it is drawn: where its text begins, in pixels of the window. */
interface Drawn {
  readonly text: string;
  readonly color: string;
  readonly left: number;
  readonly top: number;
}

describe('label and score in the raw editor', () => {
  let workbench: Workbench;
  before(async () => {
    const thresholds = { low: 0.3, high: 0.7 };
    workbench = await Workbench.open({
      settings: { 'editor.wordWrap': 'on', 'cfprm.thresholds': thresholds },
    });
    const first = row({ labels: [true, null, false], scores: [0.91, 0.5, 0.12] });
    const rest = Array.from({ length: 200 }, (_, i) => row({ scores: [(i + 1) / 1000, 0.5, 0.5] }));
    write('chips.jsonl', [first, ...rest]);
    await workbench.openFile('chips.jsonl');
  });
  after(() => workbench?.close());

  function write(name: string, rows: readonly string[]): void {
    writeFileSync(path.join(workbench.folder, name), rows.join('\n'));
  }

  /** The chips in view in the order in which they are read: by line, then from left to right. */
  async function drawn(): Promise<Drawn[]> {
    const all = await workbench.page.evaluate(() => {
      const found: Drawn[] = [];
      for (const span of document.querySelectorAll('.monaco-editor .view-lines > .view-line span'))
        for (const pseudo of ['::before', '::after']) {
          const style = getComputedStyle(span, pseudo);
          const text = /^"(.+)"$/s.exec(style.content)?.[1];
          if (!text) continue;
          const { left, top } = span.getBoundingClientRect();
          found.push({ text, color: style.color, left: left + Number.parseFloat(style.marginLeft), top });
        }
      return found;
    });
    return all.sort((a, b) => a.top - b.top || a.left - b.left);
  }

  /** The texts of the first row's chips, once they begin with these. */
  const chips = (...first: string[]): Promise<Drawn[]> =>
    workbench.waitFor(`chips ${first.join(' ')}`, async () => {
      const all = await drawn();
      const shown = all.map(({ text }) => text);
      return { shown, found: first.every((text, k) => shown[k] === text) ? all : undefined };
    });
  const waitForNone = (): Promise<unknown> =>
    workbench.waitFor('end of chips', async () => {
      const shown = (await drawn()).map((it) => it.text);
      return { shown, found: shown.length === 0 || undefined };
    });
  const FIRST = ['✓', '.91', '.50', '✗', '.12'];

  it('shows both after each step, each in its own colour of the theme', async () => {
    const [good, high, doubt, bad, low] = (await chips(...FIRST)).map(({ color }) => color);
    assert.equal(good, high);
    assert.equal(bad, low);
    assert.equal(new Set([good, doubt, bad]).size, 3);
  });

  it('gives a score its own colour beside a label that says otherwise', async () => {
    write('apart.jsonl', [row({ labels: [true, false, true], scores: [0.09, 0.95, 0.5] })]);
    await workbench.openFile('apart.jsonl');
    const [right, low, wrong, high] = (await chips('✓', '.09', '✗', '.95')).map(({ color }) => color);
    assert.equal(right, high);
    assert.equal(low, wrong);
    assert.notEqual(right, low);
    await workbench.openFile('chips.jsonl');
  });

  it('pushes no text out of sight where lines are wrapped', async () => {
    const texts = (): Promise<{ right: number; edge: number; lines: string[] }> =>
      workbench.page.evaluate(() => {
        const lines = [...document.querySelectorAll('.monaco-editor .view-lines > .view-line')];
        const right = Math.max(...lines.map((line) => line.firstElementChild!.getBoundingClientRect().right));
        const edge = document.querySelector('.monaco-editor .view-lines')!.getBoundingClientRect().right;
        return { right, edge, lines: lines.map((line) => line.textContent ?? '') };
      });
    await chips(...FIRST);
    const shown = await texts();
    assert.ok(shown.right <= shown.edge, `text up to ${shown.right}, seen up to ${shown.edge}`);
    workbench.setSettings({ 'cfprm.inline.enabled': false });
    await waitForNone();
    const plain = await texts();
    workbench.setSettings({ 'cfprm.inline.enabled': true });
    // Less than a character, for the browser rounds the widths of pieces.
    assert.ok(Math.abs(shown.right - plain.right) < 2, `chips take room: ${shown.right}, ${plain.right}`);
  });

  it('shows what lies beyond the visible width at the start of a line that is not wrapped', async () => {
    const long = 'long '.repeat(1_900);
    write('long.jsonl', [
      row({ completions: [long, 'b', 'c'], labels: [true, null, false], scores: [0.91, 0.5, 0.12] }),
      row({ scores: [0.1, 0.2, 0.3] }),
    ]);
    workbench.setSettings({ 'editor.wordWrap': 'off' });
    await workbench.openFile('long.jsonl');
    const all = await chips('1', '✓', '.91', '2', '.50', '3', '✗', '.12');
    const edge = await workbench.page.evaluate(() => innerWidth);
    assert.ok(all.slice(0, 8).every(({ left }) => left < edge));
    const text = await workbench.page.evaluate(() => {
      const line = document.querySelector('.monaco-editor .view-lines > .view-line')!;
      const range = document.createRange();
      range.setStart(line.querySelector('span span:not(:empty)')!.firstChild!, 0);
      return range.getBoundingClientRect().left;
    });
    assert.ok(all[7]!.left < text, 'the row begins behind its summary');
    workbench.setSettings({ 'editor.wordWrap': 'on' });
    await workbench.openFile('chips.jsonl');
    await chips(...FIRST);
  });

  it('shows the label only, or the score only, by setting', async () => {
    workbench.setSettings({ 'cfprm.inline.content': 'score' });
    await chips('.91', '.50', '.12');
    workbench.setSettings({ 'cfprm.inline.content': 'label' });
    await chips('✓', '✗');
    workbench.setSettings({ 'cfprm.inline.content': 'both' });
    await chips(...FIRST);
  });

  it('follows the lines in view', async () => {
    await workbench.focusEditor();
    await workbench.press('Control+End');
    await workbench.waitForDecoration('.20');
    await workbench.press('Control+Home');
    await chips(...FIRST);
  });

  it('follows what is typed', async () => {
    await workbench.focusEditor();
    await workbench.press('Control+Home');
    await workbench.type('x');
    await workbench.waitFor('chips of the second row only', async () => {
      const shown = (await drawn()).map((it) => it.text);
      return { shown, found: (shown.length > 0 && !shown.includes('.12')) || undefined };
    });
    await workbench.press('Control+Z');
    await chips(...FIRST);
  });

  it('is switched off and on by command and by setting', async () => {
    await workbench.command('CFPRM: Toggle step annotations in the source');
    await waitForNone();
    await workbench.command('CFPRM: Toggle step annotations in the source');
    await chips(...FIRST);
    workbench.setSettings({ 'cfprm.inline.enabled': false });
    await waitForNone();
  });

  it('marks a step with a false equation, behind its label', async () => {
    const completions = ['6 * 7 = 42', '42 + 1 = 44', 'So 44.'];
    write('sums.jsonl', [row({ completions, labels: [true, false, null] })]);
    workbench.setSettings({ 'cfprm.inline.enabled': true });
    await workbench.openFile('sums.jsonl');
    await chips('✓', '✗', '≠');
  });
});
