import assert from 'node:assert/strict';
import { rmSync, writeFileSync } from 'node:fs';
import * as vscode from 'vscode';
import { row, rows } from '../rows';
import {
  closeEditors,
  diagnostics,
  fixture,
  openTrace,
  putCursor,
  run,
  scratch,
  waitFor,
  waitForCursor,
  waitForDiagnostics,
} from './support';

const { Error: ERROR, Warning: WARNING } = vscode.DiagnosticSeverity;

describe('errors in the trace view', () => {
  afterEach(closeEditors);

  it('are problems: first errors as warnings, malformed rows as errors', async () => {
    const broken = '{"prompt": "p", "completions": ["a", "b"], "labels": [true]}';
    const scored = row({ labels: [true, false, false], scores: [0.9, 0.2, 0.1] });
    const editor = await openTrace(scratch('two.jsonl', `${row()}\n${scored}\n${broken}\n`));
    const [first, malformed] = await waitForDiagnostics(editor.document.uri, 2);
    assert.equal(first!.severity, WARNING);
    assert.equal(first!.message, 'First error: step 2 of 3, incorrect, score 0.20, 0.70 below step 1');
    // What is underlined: label and score.
    assert.equal(editor.document.getText(first!.range).trim(), '✗  0.20 ▂'.replace('  ', ' '));
    assert.equal(malformed!.severity, ERROR);
    assert.match(
      malformed!.message,
      /^Row 3: labels has 1 entry for 2 completions\. Give one label per step/,
    );
    assert.equal(editor.document.getText(malformed!.range), '▾ row 3');
  });

  it('are what F8 goes through', async () => {
    const editor = await openTrace(fixture('trl.jsonl'));
    await waitForDiagnostics(editor.document.uri, diagnosed(editor.document));
    putCursor(editor, 0);
    await vscode.commands.executeCommand('editor.action.marker.next');
    await waitForCursor('2  ✗ ≠  Together that is 14 + 28 = 52 pages.');
    await vscode.commands.executeCommand('editor.action.marker.next');
    await waitForCursor('1  ✗    Add 5 to both sides');
    await vscode.commands.executeCommand('editor.action.marker.prev');
    await waitForCursor('2  ✗ ≠  Together that is 14 + 28 = 52 pages.');
  });

  it('are visited by commands, malformed rows too', async () => {
    const text = `${row({ labels: [true, false, false] })}\n{"broken\n${row({ labels: [false, false, false] })}\n`;
    const editor = await openTrace(scratch('three.jsonl', text));
    putCursor(editor, 0);
    for (const [command, place] of [
      ['cfprm.nextError', '2  ✗  35 + 7'],
      ['cfprm.nextError', '▾ row 2'],
      ['cfprm.nextError', '1  ✗  Six sevens.'],
      ['cfprm.previousError', '▾ row 2'],
      ['cfprm.previousError', '2  ✗  35 + 7'],
      ['cfprm.previousError', '2  ✗  35 + 7'],
    ] as const) {
      await run(command);
      await waitForCursor(place);
    }
  });

  it('are left to steps and trajectories on a page', async () => {
    const editor = await openTrace(scratch('steps.jsonl', rows(3)));
    putCursor(editor, 0);
    for (const [command, place] of [
      ['cfprm.nextStep', '1  ✓  Six sevens.'],
      ['cfprm.nextStep', '2  ✓  35 + 7'],
      ['cfprm.nextTrajectory', '▾ r-2 '],
      ['cfprm.nextTrajectory', '▾ r-3 '],
      ['cfprm.previousStep', '3  ✓  The answer'],
      ['cfprm.previousTrajectory', '▾ r-2 '],
      ['cfprm.previousTrajectory', '▾ r-1 '],
      ['cfprm.previousTrajectory', '▾ r-1 '],
    ] as const) {
      await run(command);
      await waitForCursor(place);
    }
  });

  it('follow the file: one that is corrected goes, one that appears comes', async () => {
    const file = scratch(
      'follow.jsonl',
      rows(5, (n) => n === 2),
    );
    const { document } = await openTrace(file);
    const [before] = await waitForDiagnostics(document.uri, 1);
    writeFileSync(
      file,
      rows(5, (n) => n === 4),
    );
    await waitFor('another error', () => {
      const [now] = diagnostics(document.uri);
      return now !== undefined && now.range.start.line > before!.range.start.line;
    });
    rmSync(file);
    await waitForDiagnostics(document.uri, 0);
  });

  it('leave the Problems view with the tab', async () => {
    const { document } = await openTrace(
      scratch(
        'gone.jsonl',
        rows(5, (n) => n === 2),
      ),
    );
    await waitForDiagnostics(document.uri, 1);
    await vscode.window.showTextDocument(document, { viewColumn: vscode.ViewColumn.Beside });
    await vscode.commands.executeCommand('workbench.action.closeActiveEditor');
    assert.equal(diagnostics(document.uri).length, 1);
    await closeEditors();
    await waitForDiagnostics(document.uri, 0);
  });
});

/** Trajectories whose steps show an error. */
function diagnosed(document: vscode.TextDocument): number {
  const parts = document.getText().split(/^▾ /mu).slice(1);
  return parts.filter((part) => part.includes('✗')).length;
}
