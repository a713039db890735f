import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import * as vscode from 'vscode';
import { row, rows } from '../rows';
import {
  closeEditors,
  headers,
  heading,
  lines,
  openPage,
  openTrace,
  putCursor,
  run,
  scratch,
  traceEditor,
  waitFor,
  waitForCursor,
  withSetting,
} from './support';

describe('pages of the trace view', () => {
  let file: string;
  before(() => {
    // Errors at the ends of pages and far apart, so that moving over them has to turn pages.
    file = scratch(
      'many.jsonl',
      rows(450, (n) => [1, 200, 201, 450].includes(n)),
    );
  });
  afterEach(closeEditors);

  it('hold 200 trajectories, the last one what is left', async () => {
    for (const [page, first, count] of [
      [0, 1, 200],
      [1, 201, 200],
      [2, 401, 50],
    ] as const) {
      const editor = await openPage(file, { page });
      const shown = headers(editor);
      assert.equal(shown.length, count);
      assert.match(shown[0]!, new RegExp(`^▾ r-${first} · row ${first} `));
      assert.ok(
        (await heading(editor)).includes(`${first}–${first + count - 1} of 450 · page ${page + 1} of 3`),
      );
    }
  });

  it('are turned by commands, in one tab, and stop at both ends', async () => {
    await openTrace(file);
    await run('cfprm.nextPage');
    await traceEditor(file, 1);
    await waitForCursor('▾ r-201 ');
    await run('cfprm.nextPage');
    await traceEditor(file, 2);
    await run('cfprm.nextPage');
    await traceEditor(file, 2);
    await run('cfprm.previousPage');
    await run('cfprm.previousPage');
    await traceEditor(file, 0);
    await run('cfprm.previousPage');
    await traceEditor(file, 0);
    assert.equal(vscode.window.tabGroups.all.flatMap((group) => group.tabs).length, 1);
  });

  it('say at their end that more follows, and the last one does not', async () => {
    assert.match(await heading(await openPage(file, { page: 0 })), /250 more on the next pages/);
    assert.doesNotMatch(await heading(await openPage(file, { page: 2 })), /more/);
  });

  it('offer lenses to the pages on both sides', async () => {
    const titles = async (page: number): Promise<string[]> => {
      const { document } = await openPage(file, { page });
      const command = 'vscode.executeCodeLensProvider';
      const lenses = await vscode.commands.executeCommand<vscode.CodeLens[]>(command, document.uri);
      const all = lenses.map((lens) => lens.command!.title).filter((title) => title.includes(' page'));
      return [...new Set(all)].map((title) => title.replace(/\$\([\w-]+\) /, ''));
    };
    assert.deepEqual(await titles(0), ['Next page']);
    assert.deepEqual((await titles(1)).sort(), ['Next page', 'Previous page']);
    assert.deepEqual(await titles(2), ['Previous page']);
  });

  it('are crossed by steps', async () => {
    const editor = await openPage(file, { page: 0 });
    putCursor(
      editor,
      lines(editor).findLastIndex((line) => line.includes('The answer is 42.')),
    );
    await run('cfprm.nextStep');
    await traceEditor(file, 1);
    await waitForCursor('1 ✓   Six sevens.');
    await run('cfprm.nextStep');
    await waitForCursor('2 ✗   35 + 7 = 42.');
    await run('cfprm.previousStep');
    await run('cfprm.previousStep');
    await traceEditor(file, 0);
    await waitForCursor('3 ✗   The answer is 42.');
  });

  it('are crossed by trajectories', async () => {
    const editor = await openPage(file, { page: 0 });
    putCursor(
      editor,
      lines(editor).findIndex((line) => line.startsWith('▾ r-200 ')),
    );
    await run('cfprm.nextTrajectory');
    await traceEditor(file, 1);
    await waitForCursor('▾ r-201 ');
    await run('cfprm.nextTrajectory');
    await waitForCursor('▾ r-202 ');
    await run('cfprm.previousTrajectory');
    await run('cfprm.previousTrajectory');
    await traceEditor(file, 0);
    await waitForCursor('▾ r-200 ');
  });

  it('are crossed by errors, over whole pages without one', async () => {
    const apart = scratch(
      'apart.jsonl',
      rows(450, (n) => n === 3 || n === 450),
    );
    const editor = await openTrace(apart);
    const nextError = async (trajectory: string): Promise<void> => {
      await waitForCursor('2 ✗   35 + 7 = 42.');
      const { document, selection } = vscode.window.activeTextEditor!;
      assert.ok(document.lineAt(selection.active.line - 2).text.startsWith(`▾ ${trajectory} `));
    };
    putCursor(editor, 0);
    await run('cfprm.nextError');
    await nextError('r-3');
    await run('cfprm.nextError');
    await traceEditor(apart, 2);
    await nextError('r-450');
    await run('cfprm.nextError');
    await nextError('r-450');
    await run('cfprm.previousError');
    await traceEditor(apart, 0);
    await nextError('r-3');
  });

  it('move within a trajectory: to its first error from anywhere in it', async () => {
    const editor = await openTrace(file);
    putCursor(editor, lines(editor).findIndex((line) => line.startsWith('▾ r-200 ')) + 3);
    await run('cfprm.showFirstError');
    await waitForCursor('2 ✗   35 + 7 = 42.');
  });

  it('have the size that the setting says, at once', async () => {
    const editor = await openTrace(file);
    await withSetting('cfprm.trace.pageSize', 30, async () => {
      await waitFor('page of 30', () => headers(editor).length === 30);
      assert.match(await heading(editor), /1–30 of 450 · page 1 of 15/);
      const last = await openPage(file, { page: 14 });
      assert.match(headers(last).at(-1)!, /^▾ r-450 /);
      assert.equal(headers(last).length, 30);
    });
    await waitFor('page of 200', async () => headers(await openTrace(file)).length === 200);
  });

  it('count physical rows: blank lines are skipped and numbered', async () => {
    const blanks = scratch('blank.jsonl', `\n${row({ id: 'a' })}\n\n  \n${row({ id: 'b' })}\n\n`);
    assert.deepEqual(
      headers(await openTrace(blanks)).map((line) => line.split('    ')[0]),
      ['▾ a · row 2 · ✓', '▾ b · row 5 · ✓'],
    );
  });

  it('open at the row that the tree or a caller names', async () => {
    await run('cfprm.openTrace', vscode.Uri.file(file), 449);
    await traceEditor(file, 2);
    await waitForCursor('▾ r-450 ');
  });

  it('beyond the end of a file say so instead of failing', async () => {
    const short = scratch('short.jsonl', rows(3));
    assert.match(await heading(await openPage(short, { page: 4 })), /no rows/);
    writeFileSync(short, rows(900));
    await waitFor('the page', () => headers(vscode.window.activeTextEditor!).length === 100);
  });
});
