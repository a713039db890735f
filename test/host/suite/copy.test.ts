import assert from 'node:assert/strict';
import * as vscode from 'vscode';
import { row } from '../rows';
import { closeEditors, lineWith, openTrace, putCursor, run, scratch, waitForCursor } from './support';

const copied = (): Thenable<string> => vscode.env.clipboard.readText();

describe('copying from the trace view', () => {
  let editor: vscode.TextEditor;
  beforeEach(async () => {
    await vscode.env.clipboard.writeText('');
    const completions = ['Six sevens:\nthat is 40.', 'So 40.'];
    const parts = { id: 'plums', completions, labels: [false, null], scores: [0.21, 0.1] };
    editor = await openTrace(scratch('copy.jsonl', `${row(parts)}\n`));
    putCursor(editor, lineWith(editor, 'that is 40.'));
    await waitForCursor('that is 40.');
  });
  afterEach(closeEditors);

  it('gives the text of the whole step, without its columns', async () => {
    for (const command of ['cfprm.copySelected', 'cfprm.copyStep'] as const) {
      await vscode.env.clipboard.writeText('');
      await run(command);
      assert.equal(await copied(), 'Six sevens:\nthat is 40.');
    }
    await run('cfprm.copyStepWithScores');
    assert.equal(await copied(), 'Step 1 of 2: incorrect, recorded score 0.21\nSix sevens:\nthat is 40.');
  });

  it('gives what is selected without the columns before it', async () => {
    const first = lineWith(editor, 'Six sevens:');
    const last = lineWith(editor, 'So 40.');
    editor.selection = new vscode.Selection(first, 0, last, editor.document.lineAt(last).text.length);
    await run('cfprm.copySelected');
    assert.equal(await copied(), 'Six sevens:\nthat is 40.\nSo 40.');
  });
});
