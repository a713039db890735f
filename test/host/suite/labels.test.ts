import assert from 'node:assert/strict';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import * as vscode from 'vscode';
import { LabelJournal } from '../../../src/io/labelJournal';
import { rowHash } from '../../../src/io/rowHash';
import type { CommandId } from '../../../src/vscode/commandIds';
import { row, rows } from '../rows';
import {
  closeEditors,
  cursorLine,
  headers,
  heading,
  hoverText,
  lineWith,
  openPage,
  openTrace,
  putCursor,
  run,
  scratch,
  shownLabels,
  traceEditor,
  waitFor,
  waitForCursor,
  waitForLabels,
} from './support';

const journalOf = (file: string): string => `${file}.cfprm-labels.jsonl`;
const journalLines = (file: string): Record<string, unknown>[] =>
  readFileSync(journalOf(file), 'utf8')
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line));

/** Puts the cursor on a step and runs a command. */
async function on(editor: vscode.TextEditor, text: string, command: CommandId): Promise<void> {
  await settle();
  putCursor(editor, lineWith(editor, text));
  await run(command);
}

/** Waits until the window has told what it did so far, where it put the cursor among it. */
function settle(): Thenable<unknown> {
  return vscode.commands.executeCommand('setContext', 'cfprm.test', performance.now());
}

const STEPS = ['a one', 'a two', 'a three'];

describe('labels in the trace view', () => {
  afterEach(closeEditors);

  it('are given to the step under the cursor, and taken away; the source is never touched', async () => {
    const content = `${row({ id: 'r', completions: STEPS, labels: [true, null, false] })}\n`;
    const file = scratch('labels.jsonl', content);
    const editor = await openTrace(file);
    assert.deepEqual(shownLabels(editor), ['✓?✗']);
    await on(editor, 'a two', 'cfprm.labelIncorrect');
    await waitForLabels(editor, '✓✗*✗');
    await on(editor, 'a one', 'cfprm.labelNeutral');
    await waitForLabels(editor, '·*✗*✗');
    await on(editor, 'a two', 'cfprm.labelCorrect');
    await waitForLabels(editor, '·*✓*✗');
    await on(editor, 'a three', 'cfprm.clearLabel');
    await waitForLabels(editor, '·*✓*?*');
    await on(editor, 'a one', 'cfprm.labelCorrect');
    // The label of the file is no edit.
    await waitForLabels(editor, '✓✓*?*');
    assert.match(await hoverText(editor, 2), /2 labels edited/);
    assert.match(await heading(editor), / · 3 labels edited/);
    assert.equal(readFileSync(file, 'utf8'), content);
    const [first] = journalLines(file);
    const hash = rowHash(Buffer.from(content.trimEnd()));
    assert.deepEqual(
      [first!.row, first!.hash, first!.step, first!.from, first!.to],
      [1, hash, 2, null, 'incorrect'],
    );
  });

  it('mark the first error, undo and redo as one action, and go back to where it was', async () => {
    const content = [row({ completions: STEPS, labels: [null, false, null] }), row({ completions: ['b'] })];
    const file = scratch('first.jsonl', `${content.join('\n')}\n`);
    const editor = await openTrace(file);
    await on(editor, 'a three', 'cfprm.markFirstError');
    await waitForLabels(editor, '✓*✓*✗*', '✓');
    await waitFor('first error in the header', () => headers(editor)[0]!.includes(' · ✗3 '));
    await settle();
    putCursor(editor, lineWith(editor, '▾ row 2') + 1);
    await settle();
    await run('cfprm.undoLabel');
    await waitForLabels(editor, '?✗?', '✓');
    await waitForCursor('a three');
    await run('cfprm.redoLabel');
    await waitForLabels(editor, '✓*✓*✗*', '✓');
    await run('cfprm.undoLabel');
    await waitForLabels(editor, '?✗?', '✓');
    // A new action takes away what could be redone; what changes nothing is none.
    await on(editor, 'a two', 'cfprm.labelIncorrect');
    assert.equal(journalLines(file).filter((line) => 'undo' in line).length, 2);
    await on(editor, 'a two', 'cfprm.labelCorrect');
    await waitForLabels(editor, '?✓*?', '✓');
    await run('cfprm.redoLabel');
    assert.deepEqual(shownLabels(editor), ['?✓*?', '✓']);
  });

  it('leave the cursor on its step, whatever of the page changes', async () => {
    const file = scratch('cursor.jsonl', rows(40));
    const editor = await openTrace(file);
    putCursor(editor, lineWith(editor, '▾ r-20 ') + 2);
    const { line } = editor.selection.active;
    for (const [command, shown] of [
      ['cfprm.labelIncorrect', '✓✗*✓'],
      ['cfprm.markFirstError', '✓✗*✓'],
      ['cfprm.labelNeutral', '✓·*✓'],
      ['cfprm.undoLabel', '✓✗*✓'],
    ] as const) {
      await run(command);
      await waitFor(`${shown} after ${command}`, () => shownLabels(editor)[19] === shown);
      // The window's own idea of the selection arrives after the change.
      await settle();
      await waitFor(
        'the cursor',
        () => editor.selection.active.line === line,
        () => editor.selection.active.line,
      );
    }
  });

  it('change which error comes next, and are told in the hover', async () => {
    const file = scratch('next.jsonl', `${row({ completions: STEPS })}\n`);
    const editor = await openTrace(file);
    await on(editor, 'a two', 'cfprm.labelIncorrect');
    await waitForLabels(editor, '✓✗*✓');
    putCursor(editor, 0);
    await run('cfprm.nextError');
    await waitForCursor('a two');
    const at = new vscode.Position(lineWith(editor, 'a two'), 5);
    const hovers = await vscode.commands.executeCommand<vscode.Hover[]>(
      'vscode.executeHoverProvider',
      editor.document.uri,
      at,
    );
    const text = hovers.flatMap((hover) =>
      hover.contents.map((part) => (part as vscode.MarkdownString).value),
    );
    assert.match(text.join('\n').replaceAll('&nbsp;', ' '), /incorrect, edited; the file says correct/);
  });

  it('move rows into and out of filtered pages at once', async () => {
    const parts = [row({ id: 'r-1' }), row({ id: 'r-2', labels: [true, false, true] }), row({ id: 'r-3' })];
    const file = scratch('filter.jsonl', `${parts.join('\n')}\n`);
    const editor = await openPage(file, { page: 0, filter: { kind: 'first-error' } });
    assert.equal(headers(editor).length, 1);
    const journal = await LabelJournal.open(file);
    assert.ok(journal.ok);
    // Another window labels a row that this page does not show.
    const line = readFileSync(file, 'utf8').split('\n')[2]!;
    const target = { row: 3, hash: rowHash(Buffer.from(line)), trajectory: 1, labels: [] };
    const edit = { kind: 'label', step: 1, label: 'incorrect' } as const;
    const labels = ['correct', 'correct', 'correct'] as const;
    assert.ok((await journal.value.edit({ ...target, labels }, edit)).ok);
    await waitFor(
      'r-3 on the page',
      () => headers(editor).length === 2,
      () => headers(editor).join(),
    );
    await on(editor, '  2 ✗', 'cfprm.labelCorrect');
    await waitFor('r-2 gone', () => headers(editor).length === 1 && headers(editor)[0]!.includes('r-3'));
    const edited = await openPage(file, { page: 0, filter: { kind: 'edited' } });
    assert.deepEqual(
      headers(edited).map((header) => /r-\d/.exec(header)![0]),
      ['r-2', 'r-3'],
    );
  });

  it('of two windows are all kept, and undo takes back the last one of the file', async () => {
    const file = scratch('two.jsonl', `${row({ completions: STEPS })}\n`);
    const editor = await openTrace(file);
    await on(editor, 'a one', 'cfprm.labelIncorrect');
    await waitForLabels(editor, '✗*✓✓');
    const other = await LabelJournal.open(file);
    assert.ok(other.ok);
    const line = readFileSync(file, 'utf8').trimEnd();
    const labels = ['correct', 'correct', 'correct'] as const;
    const target = { row: 1, hash: rowHash(Buffer.from(line)), trajectory: 1, labels };
    assert.ok((await other.value.edit(target, { kind: 'label', step: 2, label: 'neutral' })).ok);
    await waitForLabels(editor, '✗*·*✓');
    await run('cfprm.undoLabel');
    await waitForLabels(editor, '✗*✓✓');
    assert.ok((await other.value.refresh()).ok);
    assert.equal(other.value.overlay.undoable?.changes[0]?.step, 1);
  });

  it('of rows that changed since are not shown, and the page says so; nothing is lost', async () => {
    const [one, two] = [row({ id: 'one', completions: STEPS }), row({ id: 'two', completions: STEPS })];
    const file = scratch('stale.jsonl', `${one}\n${two}\n`);
    const editor = await openTrace(file);
    putCursor(editor, lineWith(editor, '▾ two') + 1);
    await run('cfprm.labelIncorrect');
    await waitForLabels(editor, '✓✓✓', '✗*✓✓');
    writeFileSync(file, `${two}\n${one}\n`);
    await waitFor('warning in the heading', async () =>
      (await heading(editor)).includes('⚠ 1 edited label of rows that changed since'),
    );
    assert.deepEqual(shownLabels(editor), ['✓✓✓', '✓✓✓']);
    writeFileSync(file, `${one}\n${two}\n`);
    await waitForLabels(editor, '✓✓✓', '✗*✓✓');
    await waitFor('no warning', async () => !(await heading(editor)).includes('⚠'));
  });

  it('are merged as they are, and the manifest names the journal', async () => {
    const file = scratch('merge.jsonl', `${row({ completions: STEPS })}\n`);
    const editor = await openTrace(file);
    await on(editor, 'a three', 'cfprm.labelIncorrect');
    await waitForLabels(editor, '✓✓✗*');
    const out = `${file}-out`;
    const merged = await run<{ ok: boolean; value: { edits: { labels: number } } }>(
      'cfprm.mergeWindows',
      vscode.Uri.file(file),
      { out, options: { max: 1 } },
    );
    assert.deepEqual([merged.ok, merged.value.edits.labels], [true, 1]);
    const [line] = readFileSync(`${out}/window-1.jsonl`, 'utf8').split('\n');
    assert.deepEqual(JSON.parse(line!).labels, [true, true, false]);
  });

  it('of one candidate leave the others alone', async () => {
    const answers = ['First.\n\nSecond.', 'Other.\n\nMore.'];
    const file = scratch('bon.jsonl', `${JSON.stringify({ prompt: 'P', answers, label: [1, 0] })}\n`);
    const editor = await openTrace(file);
    assert.deepEqual(shownLabels(editor), ['??', '??']);
    await on(editor, 'More.', 'cfprm.labelIncorrect');
    await waitForLabels(editor, '??', '?✗*');
    assert.equal(journalLines(file)[0]!.trajectory, 2);
  });

  it('cannot be given off a step, and no journal is made', async () => {
    const file = scratch('off.jsonl', `${row()}\n`);
    const editor = await openTrace(file);
    putCursor(editor, lineWith(editor, '▾'));
    await run('cfprm.labelIncorrect');
    await run('cfprm.undoLabel');
    assert.ok(!existsSync(journalOf(file)));
  });

  it('that cannot be read say so, and the file is shown all the same', async () => {
    const file = scratch('broken.jsonl', `${row({ completions: STEPS })}\n`);
    writeFileSync(journalOf(file), '{"op":"x","row":1}\n');
    const editor = await openTrace(file);
    await on(editor, 'a one', 'cfprm.labelIncorrect');
    await waitForLabels(editor, '✗*✓✓');
    assert.match(readFileSync(journalOf(file), 'utf8'), /^\{"op":"x","row":1\}\n/);
  });
});

describe('disagreements of labels and scores', () => {
  afterEach(closeEditors);

  it('are visited from the strongest on over the whole file, and counted', async () => {
    const scored = (id: string, labels: boolean[], scores: number[]): string =>
      row({ id, completions: STEPS, labels, scores });
    const content = [
      scored('agree', [true, true, false], [0.9, 0.8, 0.1]),
      scored('weak', [true, true, true], [0.9, 0.45, 0.9]),
      ...Array.from({ length: 250 }, (_, i) => row({ id: `x${i}` })),
      scored('strong', [false, true, true], [0.99, 0.9, 0.3]),
    ];
    const file = scratch('scored.jsonl', `${content.join('\n')}\n`);
    await openTrace(file);
    await run('cfprm.nextDisagreement');
    await waitForCursor('0.99');
    assert.match(await heading(await traceEditor(file, 1)), / · 3 labels disagree with the score$/);
    await run('cfprm.nextDisagreement');
    await waitForCursor('0.30');
    await run('cfprm.nextDisagreement');
    await waitForCursor('0.45');
    await run('cfprm.nextDisagreement');
    assert.match(cursorLine(), /0\.45/, 'the last one stays');
    await run('cfprm.previousDisagreement');
    await waitForCursor('0.30');
    // Labelled as the score says, a step disagrees no more.
    await run('cfprm.labelIncorrect');
    const editor = await traceEditor(file, 1);
    await waitFor('two left', async () => / · 2 labels disagree with the score$/.test(await heading(editor)));
    await run('cfprm.nextDisagreement');
    await waitForCursor('0.45');
  });

  it('are filtered', async () => {
    const content = [
      row({ id: 'agree', completions: STEPS, scores: [0.9, 0.8, 0.9] }),
      row({ id: 'apart', completions: STEPS, scores: [0.9, 0.1, 0.9] }),
    ];
    const file = scratch('filter.jsonl', `${content.join('\n')}\n`);
    const editor = await openPage(file, { page: 0, filter: { kind: 'disagreement' } });
    assert.deepEqual(
      headers(editor).map((line) => line.split(' ')[1]),
      ['apart'],
    );
  });

  it('follow the threshold', async () => {
    const file = scratch('decision.jsonl', `${row({ completions: STEPS, scores: [0.9, 0.6, 0.9] })}\n`);
    const editor = await openTrace(file);
    const setting = vscode.workspace.getConfiguration('cfprm');
    await setting.update('thresholds', { decision: 0.7 }, vscode.ConfigurationTarget.Workspace);
    try {
      await run('cfprm.nextDisagreement');
      await waitForCursor('0.60');
      await waitFor('count', async () => / · 1 label disagrees with the score$/.test(await heading(editor)));
    } finally {
      await setting.update('thresholds', undefined, vscode.ConfigurationTarget.Workspace);
    }
    await waitFor('no count at another threshold', async () => !(await heading(editor)).includes('disagree'));
  });
});
