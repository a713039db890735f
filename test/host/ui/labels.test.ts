import assert from 'node:assert/strict';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { ok } from '../../../src/core/result';
import { withLock } from '../../../src/io/fileLock';
import { journalPath } from '../../../src/io/labelJournal';
import { row } from '../rows';
import { type Theme, Workbench } from './workbench';

const STEPS = ['There are six rows.', 'Each row has seven plums.', 'So there are 6 * 7 = 42 plums.'];

describe('labels by keys', () => {
  let workbench: Workbench;
  before(async () => {
    workbench = await Workbench.open();
  });
  after(() => workbench?.close());

  const file = (name: string): string => path.join(workbench.folder, name);
  const write = (name: string, ...rows: string[]): void => writeFileSync(file(name), `${rows.join('\n')}\n`);

  const openTrace = async (name: string): Promise<void> => {
    await workbench.command('View: Close All Editors');
    await workbench.openFile(name);
    await workbench.command('CFPRM: Open trace view');
    await workbench.waitForTab(`${name} · page 1`);
    await workbench.waitForLine(`${name} · TRL`);
    await workbench.focusEditor();
    await workbench.waitFor('cursor on the first step', async () => {
      await workbench.press('Control+Home', 'j');
      const shown = await workbench.statusItems();
      return { shown, found: shown.some((item) => item.includes('trajectory 1 · step 1/')) || undefined };
    });
  };

  it('one key each, told in the page, with undo, redo and first error', async () => {
    write('keys.jsonl', row({ id: 'plums', completions: STEPS, labels: [null, true, null] }));
    await openTrace('keys.jsonl');
    await workbench.press('c');
    await workbench.waitForLine(/ 1 +✓\* +There are six/);
    await workbench.press('o');
    await workbench.waitForLine(/ 1 +·\* +There are six/);
    await workbench.press('x');
    await workbench.waitForLine(/ 1 +✗\* +There are six/);
    await workbench.press('Backspace');
    await workbench.waitForLine(/ 1 +\? +There are six/);
    await workbench.press('j', 'j');
    await workbench.waitForStatus('step 3/3');
    await workbench.press('e');
    await workbench.waitForLine(/ 3 +✗\* +So there/);
    await workbench.waitForLine(/ 1 +✓\* +There are six/);
    await workbench.waitForLine(/ · ✗3 /);
    await workbench.waitForStatus('step 3/3 · first error 3');
    await workbench.press('u');
    await workbench.waitForLine(/ 3 +\? +So there/);
    await workbench.waitForStatus(/undo of row 1: 2 labels/);
    await workbench.press('Shift+U');
    await workbench.waitForLine(/ 3 +✗\* +So there/);
    // They show in the source, too.
    await workbench.press('Enter');
    await workbench.waitForTab('keys.jsonl');
    await workbench.waitForDecoration('✗');
  });

  it('undo goes to the step it changed, but not over a key that came after it', async () => {
    write('back.jsonl', row({ id: 'plums', completions: STEPS }));
    await openTrace('back.jsonl');
    await workbench.press('x');
    await workbench.waitForLine(/ 1 +✗\* +There are six/);
    await workbench.press('j');
    await workbench.waitForStatus('step 2/3');
    await workbench.press('u');
    await workbench.waitForLine(/ 1 +✓ +There are six/);
    await workbench.waitForStatus('step 1/3');
    await workbench.press('x');
    await workbench.waitForLine(/ 1 +✗\* +There are six/);
    // A slow disk, as it were: the next key comes while the label is not taken back yet.
    await withLock(`${journalPath(file('back.jsonl'))}.lock`, async () => {
      await workbench.press('u', 'j');
      return ok(await workbench.waitForStatus('step 2/3'));
    });
    await workbench.waitForLine(/ 1 +✓ +There are six/);
    await workbench.press('x');
    await workbench.waitForLine(/ 2 +✗\* +Each row/);
  });

  it('whose rows moved are found again, after the user agrees', async () => {
    const moved = row({ id: 'moved', completions: STEPS });
    write('moved.jsonl', moved, row({ id: 'other' }));
    await openTrace('moved.jsonl');
    await workbench.press('x');
    await workbench.waitForLine(/ 1 +✗\* +There are six/);
    write('moved.jsonl', row({ id: 'new' }), row({ id: 'other' }), moved);
    await workbench.waitForNotification('1 edited label is of rows of moved.jsonl that have changed since');
    await workbench.waitForDecoration('⚠ 1 edited label of rows');
    await workbench.clickNotification('Find their rows…');
    const dialog = workbench.page.locator('.monaco-dialog-box');
    await dialog.waitFor();
    assert.match(
      (await dialog.textContent()) ?? '',
      /1 edited label can go with its row\.*row 1 is now row 3: 1 label/s,
    );
    await dialog.getByRole('button', { name: 'Move 1 label' }).click();
    await workbench.waitForNotification('moved 1 label');
    await workbench.waitForLine(/ 1 +✗\* +There are six/);
  });

  it('are written into a labelled copy', async () => {
    write('copy.jsonl', row({ id: 'plums', completions: STEPS }));
    await openTrace('copy.jsonl');
    await workbench.press('x');
    await workbench.waitForLine(/ 1 +✗\* +There are six/);
    await workbench.command('CFPRM: Write labelled copy');
    await workbench.saveAs('copy.labelled.jsonl');
    await workbench.waitForNotification(/wrote .*copy\.labelled\.jsonl with 1 edited label\./);
    const copy = JSON.parse(readFileSync(file('copy.labelled.jsonl'), 'utf8')) as { labels: boolean[] };
    assert.deepEqual(copy.labels, [false, true, true]);
  });

  it('go along into another format, after the user saw what is lost', async () => {
    write('convert.jsonl', row({ id: 'plums', completions: STEPS, gold: '42' }));
    await openTrace('convert.jsonl');
    await workbench.press('o');
    await workbench.waitForLine(/ 1 +·\* +There are six/);
    await workbench.command('CFPRM: Convert format');
    await workbench.quickInput.waitForTitle('Convert convert.jsonl');
    await workbench.quickInput.pick('ProcessBench');
    const dialog = workbench.page.locator('.monaco-dialog-box');
    await dialog.waitFor();
    const said = (await dialog.textContent()) ?? '';
    assert.match(said, /1 row of ProcessBench from 1 trajectory\./);
    assert.match(said, /lost: 1 × neutral labels \(written as correct\)/);
    assert.match(said, /lost: 1 × gold answers/);
    await dialog.getByRole('button', { name: 'Choose file…' }).click();
    await workbench.saveAs('convert.processbench.jsonl');
    await workbench.waitForNotification(/wrote 1 row to .*convert\.processbench\.jsonl\./);
    const written = JSON.parse(readFileSync(file('convert.processbench.jsonl'), 'utf8')) as { label: number };
    assert.equal(written.label, -1);
  });

  it('that disagree with a score are listed by l, and a click goes there', async () => {
    const scored = { completions: STEPS, labels: [true, false, null] };
    write(
      'list.jsonl',
      row({ id: 'plums', ...scored, scores: [0.91, 0.82, 0.12] }),
      row({ id: 'pears', ...scored, scores: [0.3, 0.1, 0.1] }),
    );
    await openTrace('list.jsonl');
    await workbench.press('l');
    await workbench.quickInput.waitForTitle('disagreements at the threshold 0.5: 2');
    const shown = await workbench.quickInput.rows();
    assert.match(shown[0]!, /row 1 \(plums\), step 2.*label 0\.00, recorded score 0\.82/s);
    await workbench.quickInput.pick('row 2 (pears), step 1');
    await workbench.waitForStatus(/trajectory 2 · step 1\/3/);
    await workbench.waitForStatus(
      /disagreement 2 of 2: label 1\.00, recorded score 0\.30\. Compared: 4 scores recorded/,
    );
  });

  it('look right in every theme', async () => {
    const scored = { completions: STEPS, labels: [true, false, null], scores: [0.91, 0.82, 0.12] };
    write('looks.jsonl', row({ id: 'plums', ...scored }), row({ id: 'pears', ...scored }));
    await openTrace('looks.jsonl');
    await workbench.press('x', 'j');
    await workbench.waitForStatus('step 2/3');
    await workbench.press('d');
    await workbench.waitForDecoration('labels disagree with the score');
    for (const theme of [
      'Default Dark Modern',
      'Default Light Modern',
      'Default High Contrast',
    ] satisfies Theme[]) {
      await workbench.setColorTheme(theme);
      await workbench.screenshot(`labels-${theme.replaceAll(' ', '-')}`);
    }
  });

  // The last one: VS Code's search for files finds no new ones after it.
  it('survive a killed extension host: nothing is lost, and undo goes on', async () => {
    write('killed.jsonl', row({ id: 'plums', completions: STEPS }));
    await openTrace('killed.jsonl');
    await workbench.press('x');
    await workbench.waitForLine(/ 1 +✗\* +There are six/);
    await workbench.press('j');
    await workbench.waitForStatus('step 2/3');
    await workbench.press('o');
    await workbench.waitForLine(/ 2 +·\* +Each row/);
    for (const pid of extensionHosts()) process.kill(pid, 'SIGKILL');
    const loaded = workbench.page.waitForEvent('load');
    await workbench.command('Developer: Reload Window');
    await loaded;
    await workbench.waitForTab('killed.jsonl · page 1');
    await workbench.waitForLine(/ 1 +✗\* +There are six/);
    await workbench.waitForLine(/ 2 +·\* +Each row/);
    await workbench.focusEditor();
    await workbench.command('CFPRM: Undo label');
    await workbench.waitForLine(/ 2 +✓ +Each row/);
    assert.equal(
      readFileSync(`${file('killed.jsonl')}.cfprm-labels.jsonl`, 'utf8')
        .trimEnd()
        .split('\n').length,
      3,
    );
  });
});

/** The extension hosts among the processes that this one started, directly or not. */
function extensionHosts(): number[] {
  const read = (pid: number, what: string): string => {
    try {
      return readFileSync(`/proc/${pid}/${what}`, 'utf8');
    } catch {
      return ''; // it has ended
    }
  };
  const parentOf = (pid: number): number => Number(/\) \S (\d+)/.exec(read(pid, 'stat'))?.[1] ?? 0);
  const isOurs = (pid: number): boolean => pid > 1 && (pid === process.pid || isOurs(parentOf(pid)));
  const all = readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map(Number);
  const found = all.filter((pid) => read(pid, 'cmdline').includes('--type=extensionHost') && isOurs(pid));
  assert.ok(found.length > 0, 'no extension host is running');
  return found;
}
