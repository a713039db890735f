import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { Workbench } from './workbench';

describe('choosing the format of a file', () => {
  let workbench: Workbench;
  before(async () => {
    workbench = await Workbench.open({ openFile: 'trl.jsonl' });
    await workbench.command('CFPRM: Open trace view');
    await workbench.waitForLine('trl.jsonl · TRL stepwise supervision');
  });
  after(() => workbench?.close());

  const choose = async (label: string): Promise<string[]> => {
    await workbench.command('CFPRM: Choose format…');
    await workbench.quickInput.waitForTitle('Format of this file');
    const rows = await workbench.quickInput.rows();
    await workbench.quickInput.fill(label);
    await workbench.quickInput.pick(label);
    return rows;
  };

  it('says why it was detected, reads the file anew, and goes back to detection', async () => {
    const before = await choose('ProcessBench');
    const why = 'now TRL stepwise supervision: 48 of 48 sampled rows have prompt, completions and labels';
    assert.ok(before[0]?.startsWith('Detect') && before[0].endsWith(why), before[0]);
    await workbench.waitForLine('trl.jsonl · ProcessBench');
    await workbench.waitForLine('⚠ problem is missing, but a text is expected');
    const after = await choose('Detect');
    assert.ok(after.some((line) => line.includes('now ProcessBench: the format that you chose')));
    await workbench.waitForLine('trl.jsonl · TRL stepwise supervision');
    await workbench.waitForLine('▾ gsm8k-0');
  });

  it('stays when the focus goes elsewhere, and is left by Escape', async () => {
    const { page, quickInput } = workbench;
    await workbench.command('CFPRM: Choose format…');
    await quickInput.waitForTitle('Format of this file');
    await page.locator('.monaco-editor .view-line', { hasText: '▾' }).last().click();
    await page.locator('.editor-instance .monaco-editor.focused').waitFor();
    await quickInput.waitForTitle('Format of this file');
    await quickInput.cancel();
  });

  it('offers a field mapping and leads to its setting', async () => {
    await choose('Field mapping…');
    await workbench.page.locator('.settings-editor', { hasText: 'Field mapping for files' }).waitFor();
  });

  it('lets choose how whole texts are split into steps, for this file alone', async () => {
    const text = JSON.stringify({ problem: 'P', response: 'One.\nTwo.\n\nThree.' });
    writeFileSync(path.join(workbench.folder, 'whole.jsonl'), `${text}\n`);
    await workbench.openFile('whole.jsonl');
    await workbench.command('CFPRM: Open trace view');
    await workbench.waitForLine(/ 3 +\? +Three\./);
    const rows = await choose('Steps of whole texts…');
    assert.ok(rows.some((line) => line.includes('as the format does it: At every line break')));
    await workbench.quickInput.waitForTitle('How whole texts are split into steps');
    await workbench.quickInput.pick('At blank lines');
    await workbench.waitForLine(/ 2 +\? +Three\./);
  });
});
