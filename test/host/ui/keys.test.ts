import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { row, rows } from '../rows';
import { Workbench } from './workbench';

describe('keys of the trace view', () => {
  let workbench: Workbench;
  before(async () => {
    workbench = await Workbench.open({ settings: { 'cfprm.trace.pageSize': 20 } });
    write(
      'keys.jsonl',
      rows(4, (n) => n === 2 || n === 3),
    );
    write('pages.jsonl', `${rows(25)}${row({ id: 'last', prompt: 'How many plums?' })}\n`);
  });
  after(() => workbench?.close());

  const write = (name: string, text: string): void => writeFileSync(path.join(workbench.folder, name), text);

  const openTrace = async (name: string): Promise<void> => {
    await workbench.command('View: Close All Editors');
    await workbench.openFile(name);
    await workbench.command('CFPRM: Open trace view');
    await workbench.waitForTab(`${name} · page 1`);
    await workbench.focusEditor();
    // VS Code brings back the place of the last visit, a moment after the tab.
    await workbench.waitFor('cursor at the top', async () => {
      await workbench.press('Control+Home');
      const shown = await workbench.statusItems();
      return { shown, found: shown.includes('Ln 1, Col 1') || undefined };
    });
    await workbench.waitForLine(`${name} · TRL`);
  };
  /** Presses a key and waits until the status bar says that the cursor is there. */
  const press = async (key: string, place: string): Promise<void> => {
    await workbench.press(key);
    await workbench.waitForStatus(place);
  };

  it('move over steps, trajectories and errors', async () => {
    await openTrace('keys.jsonl');
    await press('j', 'trajectory 1 · step 1/3');
    await press('j', 'trajectory 1 · step 2/3');
    await press('k', 'trajectory 1 · step 1/3');
    await press(']', 'trajectory 2 · 3 steps · first error 2');
    await press(']', 'trajectory 3 · 3 steps');
    await press('[', 'trajectory 2 · 3 steps');
    await press('n', 'trajectory 2 · step 2/3 · first error 2');
    await press('n', 'trajectory 3 · step 2/3');
    await press('Shift+N', 'trajectory 2 · step 2/3');
  });

  it('turn pages', async () => {
    await openTrace('pages.jsonl');
    await workbench.waitForDecoration('1–20 of 26 · page 1 of 2');
    await workbench.press('Shift+]');
    await workbench.waitForTab('pages.jsonl · page 2');
    await workbench.waitForLine('▾ last');
    await workbench.press('Shift+[');
    await workbench.waitForTab('pages.jsonl · page 1');
  });

  it('Enter goes to the source, with the cursor on the step', async () => {
    await openTrace('keys.jsonl');
    await press('n', 'trajectory 2 · step 2/3');
    await workbench.press('Enter');
    await workbench.waitForTab('keys.jsonl');
    const column =
      rows(2, () => true)
        .split('\n')[1]!
        .indexOf('35 + 7') + 1;
    await workbench.waitForStatus(`Ln 2, Col ${column}`);
  });

  it('F8 goes to the next error, and Shift+F8 back', async () => {
    await openTrace('keys.jsonl');
    await press('F8', 'trajectory 2 · step 2/3 · first error 2');
    await press('F8', 'trajectory 3 · step 2/3 · first error 2');
    await press('Shift+F8', 'trajectory 2 · step 2/3 · first error 2');
  });

  it('? lists the keys and runs the one that is picked', async () => {
    await openTrace('keys.jsonl');
    await workbench.press('Shift+/');
    await workbench.quickInput.waitForTitle('Keys of the trace view');
    const shown = await workbench.quickInput.rows();
    for (const key of ['n, F8Next error', 'xLabel incorrect', 'uUndo label'])
      assert.ok(
        shown.some((line) => line.startsWith(key)),
        `${key} is not among ${shown.join(' | ')}`,
      );
    await workbench.quickInput.pick('Next error');
    await workbench.waitForStatus('trajectory 2 · step 2/3');
  });

  it('f filters, and a filter that nothing passes is not applied', async () => {
    await openTrace('keys.jsonl');
    await workbench.press('f');
    await workbench.quickInput.waitForTitle('Filter');
    await workbench.quickInput.pick('With a first error');
    await workbench.waitForTab('page 1 · filtered');
    await workbench.waitForLine('filter: with a first error');
    await workbench.waitForDecoration('1–2 of 2 · page 1 of 1');
    await workbench.press('f');
    await workbench.quickInput.pick('Malformed rows');
    await workbench.waitForNotification('no trajectory passes this filter');
    await workbench.waitForLine('filter: with a first error');
    await workbench.command('CFPRM: Clear filter');
    await workbench.waitForDecoration('1–4 of 4 · page 1 of 1');
  });

  it('f filters by a text that is typed', async () => {
    await openTrace('pages.jsonl');
    await workbench.press('f');
    await workbench.quickInput.pick('Text…');
    await workbench.quickInput.waitForTitle('Filter by text');
    await workbench.quickInput.fill('PLUMS');
    await workbench.quickInput.accept();
    await workbench.waitForLine('filter: text "PLUMS"');
    await workbench.waitForDecoration('1–1 of 1 · page 1 of 1');
  });

  it('g goes to a row by its number and by a text, on any page', async () => {
    await openTrace('pages.jsonl');
    const goTo = async (wanted: string): Promise<void> => {
      await workbench.focusEditor();
      await workbench.press('g');
      await workbench.quickInput.waitForTitle('Go to trajectory');
      await workbench.quickInput.fill(wanted);
      await workbench.quickInput.accept();
    };
    await goTo('25');
    await workbench.waitForTab('pages.jsonl · page 2');
    await workbench.waitForStatus('trajectory 25 · 3 steps');
    await goTo('3');
    await workbench.waitForStatus('trajectory 3 · 3 steps');
    await goTo('plums');
    await workbench.waitForStatus('trajectory 26 · 3 steps');
    // From the last one on the search begins anew at the top.
    await goTo('r-2');
    await workbench.waitForStatus('trajectory 2 · 3 steps');
    await goTo('9999');
    await workbench.waitForNotification('the file has no row 9999');
    await goTo('pears');
    await workbench.waitForNotification('nothing in the file mentions "pears"');
  });

  it('Ctrl+C copies the step under the cursor, y too, and Shift+Y the trajectory in the format that is kept', async () => {
    const clipboard = (): Promise<string> => workbench.page.evaluate(() => navigator.clipboard.readText());
    const waitForCopy = (text: string): Promise<unknown> =>
      workbench.waitFor('copy', async () => {
        const shown = await clipboard();
        return { shown: [shown], found: shown.includes(text) || undefined };
      });
    await workbench.page.context().grantPermissions(['clipboard-read', 'clipboard-write']);
    await openTrace('keys.jsonl');
    await press('n', 'trajectory 2 · step 2/3');
    await workbench.press('Control+C');
    await workbench.waitFor('copy', async () => {
      const shown = await clipboard();
      return { shown: [shown], found: shown === '35 + 7 = 42.' || undefined };
    });
    await workbench.press('Shift+Y');
    await workbench.quickInput.waitForTitle('Copy as');
    await workbench.quickInput.pick('Markdown');
    await waitForCopy('**Step 2 of 3**: incorrect');
    await workbench.press(']');
    await workbench.waitForStatus('trajectory 3 · 3 steps');
    await workbench.press('Shift+Y');
    await waitForCopy('## `r-3` (`keys.jsonl`, row 3)');
    await press('n', 'trajectory 3 · step 2/3');
    await workbench.press('y');
    await waitForCopy('```text\n35 + 7 = 42.\n```');
  });

  it('are left to VS Code when the setting is off; F8 stays', async () => {
    await openTrace('keys.jsonl');
    await press('n', 'trajectory 2 · step 2/3');
    workbench.setSettings({ 'cfprm.trace.singleKeys': false });
    // A key that is nobody's is typing, which VS Code refuses in a read-only page.
    const refused = workbench.page.locator('.monaco-editor-overlaymessage');
    await workbench.waitFor('refusal', async () => {
      await workbench.press('j');
      return { shown: await workbench.statusItems(), found: (await refused.count()) > 0 || undefined };
    });
    const place = (items: string[]): string | undefined =>
      items.find((item) => item.startsWith('trajectory'));
    const before = place(await workbench.statusItems());
    await workbench.press('n', ']', 'k', 'f', 'g', 'Shift+/', 'Enter');
    assert.equal(place(await workbench.statusItems()), before);
    await workbench.waitForTab('keys.jsonl · page 1');
    // How far `j` went before the setting came is not known.
    await workbench.press('Control+Home');
    await press('F8', 'trajectory 2 · step 2/3');
    assert.equal(await workbench.page.locator('.quick-input-widget').isVisible(), false);
  });
});
