import assert from 'node:assert/strict';
import fs, { appendFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import type * as vscode from 'vscode';
import { row, rows } from '../rows';
import {
  closeEditors,
  headers,
  heading,
  lines,
  openPage,
  openTrace,
  scratch,
  scratchFolder,
  shownSteps,
  waitFor,
} from './support';

describe('a file that changes while its trace is open', () => {
  let editor: vscode.TextEditor;
  afterEach(closeEditors);

  /** Waits until the page shows these trajectories. */
  const waitForTitles = (...titles: string[]): Promise<unknown> =>
    waitFor(
      titles.join(', '),
      () => headers(editor).map(title).join() === titles.join(),
      () => editor.document.getText(),
    );

  it('grows row by row', async () => {
    const file = scratch('grows.jsonl', rows(1));
    editor = await openTrace(file);
    appendFileSync(file, `${row({ id: 'two' })}\n`);
    await waitForTitles('r-1', 'two');
    appendFileSync(file, `${row({ id: 'three' })}\n`);
    await waitForTitles('r-1', 'two', 'three');
    assert.match(await heading(editor), /1–3 of 3/);
  });

  it('grows within a row: the half line is malformed until its end is written', async () => {
    const whole = row({ id: 'two' });
    const file = scratch('half.jsonl', rows(1) + whole.slice(0, 40));
    editor = await openTrace(file);
    await waitForTitles('r-1', 'row 2');
    assert.match(editor.document.getText(), /⚠ .*the line is truncated/);
    appendFileSync(file, `${whole.slice(40)}\n`);
    await waitForTitles('r-1', 'two');
    assert.equal(shownSteps(editor)[1]!.length, 3);
  });

  it('grows by pages', async () => {
    const file = scratch('pages.jsonl', rows(200));
    editor = await openTrace(file);
    assert.match(await heading(editor), /page 1 of 1/);
    writeFileSync(file, rows(401));
    await waitFor('three pages', async () => /of 401 · page 1 of 3/.test(await heading(editor)));
    const last = await openPage(file, { page: 2 });
    assert.deepEqual(headers(last).map(title), ['r-401']);
  });

  it('shrinks', async () => {
    const file = scratch('shrinks.jsonl', rows(3));
    editor = await openTrace(file);
    writeFileSync(file, rows(1));
    await waitForTitles('r-1');
  });

  it('is rewritten in place with the same length', async () => {
    const file = scratch('same.jsonl', rows(2));
    editor = await openTrace(file);
    writeFileSync(file, rows(2).replaceAll('"r-', '"s-'));
    await waitForTitles('s-1', 's-2');
  });

  it('is replaced by another file of another format', async () => {
    const file = scratch('replaced.jsonl', rows(2));
    editor = await openTrace(file);
    const other = `${scratchFolder()}/other.jsonl`;
    const bench = { id: 'pb-1', problem: 'p', steps: ['a', 'b'], final_answer_correct: false, label: 1 };
    writeFileSync(other, `${JSON.stringify(bench)}\n`);
    renameSync(other, file);
    await waitForTitles('pb-1');
    assert.match(lines(editor)[0]!, /ProcessBench/);
  });

  it('is deleted and comes back', async () => {
    const file = scratch('deleted.jsonl', rows(2));
    editor = await openTrace(file);
    rmSync(file);
    await waitFor('message', () => editor.document.getText() === `⚠ ${file} does not exist. Check the path.`);
    writeFileSync(file, rows(3));
    await waitForTitles('r-1', 'r-2', 'r-3');
  });

  it('is deleted, and keeps nobody busy until it comes back', async () => {
    const file = scratch('quiet.jsonl', rows(2));
    editor = await openTrace(file);
    // The extension sees this very object: both are modules of one process.
    const { watchFile } = fs;
    let looks = 0;
    const counting = (...args: never[]): unknown => {
      looks++;
      return Reflect.apply(watchFile, fs, args);
    };
    Object.assign(fs, { watchFile: counting });
    try {
      rmSync(file);
      await waitFor('message', () => /does not exist/.test(editor.document.getText()));
      writeFileSync(file, rows(3));
      await waitForTitles('r-1', 'r-2', 'r-3');
    } finally {
      Object.assign(fs, { watchFile });
    }
    assert.ok(looks <= 4, `The file was opened ${looks} times.`);
  });

  it('is emptied and written again', async () => {
    const file = scratch('emptied.jsonl', rows(2));
    editor = await openTrace(file);
    writeFileSync(file, '');
    await waitFor('message', () => /is empty: it has no rows/.test(editor.document.getText()));
    writeFileSync(file, rows(1));
    await waitForTitles('r-1');
  });

  it('passes a filter anew', async () => {
    const file = scratch(
      'filtered.jsonl',
      rows(4, (n) => n === 2),
    );
    editor = await openPage(file, { page: 0, filter: { kind: 'first-error' } });
    await waitForTitles('r-2');
    appendFileSync(file, `${row({ id: 'new', labels: [true, true, false] })}\n${row({ id: 'fine' })}\n`);
    await waitForTitles('r-2', 'new');
  });
});

function title(header: string): string {
  return /^▾ (row \d+|\S+)/.exec(header)![1]!;
}
