import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import * as vscode from 'vscode';
import type { Result } from '../../../src/core/result';
import type { Conversion } from '../../../src/io/convertFile';
import { row } from '../rows';
import {
  closeEditors,
  headers,
  openTrace,
  run,
  sample,
  scratch,
  shownLabels,
  waitFor,
  waitForCursor,
} from './support';

const convert = (file: string, call: object): Thenable<Result<Conversion>> =>
  run<Result<Conversion>>('cfprm.convertFormat', vscode.Uri.file(file), call);

describe('converting a file', () => {
  afterEach(closeEditors);

  for (const to of ['trl', 'math-shepherd', 'prm800k', 'rlhflow', 'processbench'])
    it(`to ${to} writes what the trace view reads`, async () => {
      const out = `${scratch('x', '')}.jsonl`;
      const done = await convert(sample('processbench-gsm8k.jsonl'), { to, out });
      assert.ok(done.ok, done.ok ? '' : done.fault.message);
      const before = await openTrace(sample('processbench-gsm8k.jsonl'));
      const labels = shownLabels(before);
      const after = await openTrace(out);
      assert.deepEqual(shownLabels(after), labels);
    });

  it('takes edited labels along, and counts what is lost', async () => {
    const file = scratch('c.jsonl', `${row({ id: 'r', gold: '42', labels: [true, true, true] })}\n`);
    await openTrace(file);
    await run('cfprm.nextStep');
    await waitForCursor('Six sevens.');
    await run('cfprm.labelNeutral');
    const out = `${file}.out.jsonl`;
    const done = await convert(file, { to: 'math-shepherd', out });
    assert.ok(done.ok);
    assert.equal(done.value.lost['neutral-labels'], 1);
    assert.equal(done.value.lost.gold, 1);
    assert.match(readFileSync(out, 'utf8'), /Step 1: Six sevens\. \+/);
  });

  it('refuses a target that exists, a target that is none, and the source itself', async () => {
    const file = scratch('c.jsonl', `${row()}\n`);
    for (const [call, message] of [
      [{ to: 'trl', out: file }, /source itself/],
      [{ to: 'trl', out: scratch('there.jsonl', 'x') }, /already exists/],
      [{ to: 'pqm', out: `${file}.x` }, /cannot be written\. Formats that can are/],
    ] as const) {
      const done = await convert(file, call);
      assert.match(done.ok ? '' : done.fault.message, message);
    }
    assert.ok(!existsSync(`${file}.x`));
  });
});

describe('validating a file', () => {
  afterEach(closeEditors);

  it('shows every malformed row and finding, with links to the rows', async () => {
    const content = [row({ id: 'a' }), '{"broken', row({ id: 'c', completions: ['x', 'x', 'y'] })];
    const file = scratch('v.jsonl', `${content.join('\n')}\n`);
    await run('cfprm.validateFile', vscode.Uri.file(file));
    const report = await waitFor('report', () => {
      const document = vscode.window.activeTextEditor?.document;
      return document?.uri.scheme === 'cfprm-report' ? document : undefined;
    });
    const text = report.getText();
    assert.match(text, /^v\.jsonl: 3 rows, 2 trajectories, 6 steps \(trl\)/);
    assert.match(text, /malformed rows: 1\n {2}row 2, column \d+: /);
    assert.match(text, /duplicate-step: 1\n {2}row 3, step 2: The step says the same as step 1\./);
    const links = await vscode.commands.executeCommand<vscode.DocumentLink[]>(
      'vscode.executeLinkProvider',
      report.uri,
    );
    const link = links.find((it) => report.getText(it.range) === 'row 3');
    assert.ok(link?.target);
    const args = JSON.parse(decodeURIComponent(link.target.query)) as [string, number];
    await run('cfprm.showRow', ...args);
    await waitForCursor('▾ c');
    assert.equal(headers(vscode.window.activeTextEditor!).length, 3);
  });

  it('says when there is nothing to say', async () => {
    const file = scratch('fine.jsonl', `${row({ id: 'a' })}\n`);
    await run('cfprm.validateFile', vscode.Uri.file(file));
    assert.notEqual(vscode.window.activeTextEditor?.document.uri.scheme, 'cfprm-report');
  });
});
