import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import * as vscode from 'vscode';
import { watchGaps } from '../../support/gaps';

// How scoring is felt in the extension host: see editor.test.ts.

const figures: Record<string, number> = {};
const ROWS = 2000;
const CANDIDATES = 512;

function traceText(): string {
  const editor = vscode.window.activeTextEditor;
  return editor?.document.languageId === 'cfprm-trace' ? editor.document.getText() : '';
}

/** The last line of the page: a look that costs the host, which is being measured, next to nothing. */
function lastLine(): string {
  const document = vscode.window.activeTextEditor?.document;
  return document?.languageId === 'cfprm-trace' ? document.lineAt(document.lineCount - 1).text : '';
}

/** Waits until the last line of the page has a score; the milliseconds since `begun`. */
async function lastScored(begun: number): Promise<number> {
  while (!/›\d/.test(lastLine())) {
    assert.ok(performance.now() - begun < 240_000, 'not scored within four minutes');
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
  return performance.now() - begun;
}

function fileOf(
  name: string,
  rows: number,
  problem = (k: number) => `${name} ${k}: what is the sum?`,
): vscode.Uri {
  const steps = Array.from(
    { length: 8 },
    (_, k) => `Step ${k + 1}: ${k} + ${k} = ${2 * k}, so the sum is ${2 * k}.`,
  );
  const text = Array.from({ length: rows }, (_, k) =>
    JSON.stringify({ prompt: problem(k), completions: steps.map((step) => `${step} (${k})`) }),
  );
  const file = path.join(tmpdir(), `cfprm-bench-${name}-${process.pid}.jsonl`);
  writeFileSync(file, `${text.join('\n')}\n`);
  return vscode.Uri.file(file);
}

describe('bench', () => {
  after(() => writeFileSync(process.env.CFPRM_BENCH_RESULT!, JSON.stringify(figures)));

  it('scores', async function () {
    this.timeout(300_000);
    await vscode.extensions.getExtension('cfprm.cfprm')!.activate();
    const settings = vscode.workspace.getConfiguration('cfprm');
    await settings.update('model.provider', 'cpu', vscode.ConfigurationTarget.Global);
    const first = fileOf('first', 20);
    await settings.update('model.path', process.env.CFPRM_BENCH_MODEL, vscode.ConfigurationTarget.Global);
    const asked = performance.now();
    await vscode.commands.executeCommand('cfprm.openTrace', first);
    while (!/›\d/.test(traceText())) {
      assert.ok(performance.now() - asked < 60_000, 'no score within 60 s');
      await new Promise((resolve) => setTimeout(resolve, 2));
    }
    figures.firstScoreMs = performance.now() - asked;
    const whole = fileOf('whole', ROWS);
    // Opening a page is another table's; here it is open, and its scores come last.
    await settings.update('score.auto', 'off', vscode.ConfigurationTarget.Global);
    await vscode.commands.executeCommand('cfprm.openTrace', whole, ROWS - 1);
    for (let turn = 0; turn < 20; turn++)
      await vscode.commands.executeCommand('setContext', 'cfprm.bench', performance.now());
    const watch = watchGaps();
    const begun = performance.now();
    // Ends when its last message is answered, which nobody does here.
    void vscode.commands.executeCommand('cfprm.scoreFile', whole, 'views');
    figures.scoreMs = await lastScored(begun);
    figures.longestGapMs = watch.end();
    figures.rows = ROWS;
  });

  it('scores the candidates of a problem in the panel', async function () {
    this.timeout(300_000);
    const settings = vscode.workspace.getConfiguration('cfprm');
    await settings.update('score.auto', 'visible', vscode.ConfigurationTarget.Global);
    const file = fileOf('candidates', CANDIDATES, () => 'What is the sum?');
    // Its last row is not on screen, so that it comes last.
    await vscode.commands.executeCommand('cfprm.openTrace', file, CANDIDATES - 100);
    const watch = watchGaps();
    const begun = performance.now();
    await vscode.commands.executeCommand('cfprm.compareCandidates');
    figures.candidatesMs = await lastScored(begun);
    figures.candidatesGapMs = watch.end();
    figures.candidates = CANDIDATES;
  });
});
