import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { gzipSync } from 'node:zlib';
import * as vscode from 'vscode';
import {
  closeEditors,
  fixture,
  headers,
  heading,
  lineWith,
  openTrace,
  putCursor,
  run,
  scratch,
  shownSteps,
  waitFor,
  withSetting,
} from './support';

/** Trajectories and steps of fixtures whose rows hold several, or hold them in another way; counted by hand. */
const COUNTS: Record<string, readonly [trajectories: number, steps: number]> = {
  'math-aps--tree.jsonl': [6, 15],
  'pqm--testset.json': [6, 12],
  'rlhflow-bon--scored.jsonl': [9, 24],
  'search-and-learn.jsonl': [12, 24],
  'mr-ben--object.json': [4, 12],
  'rest-mcts--questions.jsonl': [3, 0],
  'step-dpo.jsonl': [6, 18],
};

describe('the trace view of every format', () => {
  afterEach(closeEditors);

  for (const name of readdirSync(fixture('.')).filter((it) => /\.jsonl?$/.test(it)))
    it(`opens ${name}, every row readable`, async () => {
      const editor = await openTrace(fixture(name));
      const text = editor.document.getText();
      assert.ok(!text.includes('⚠'), text);
      assert.ok(headers(editor).length > 0, text);
      const counts = COUNTS[name];
      if (counts === undefined) return;
      const shown = [headers(editor).length, shownSteps(editor).flat().length];
      assert.deepEqual(shown, counts);
    });

  it('tells candidates of a row apart, and shows their recorded scores', async () => {
    const editor = await openTrace(fixture('rlhflow-bon--scored.jsonl'));
    assert.match(headers(editor)[0]!, /^▾ row 1 · 1\/3 · \? +min 0\.95 @3/);
    assert.match(headers(editor)[2]!, /^▾ row 1 · 3\/3/);
    putCursor(editor, lineWith(editor, '▾ row 1 · 2/3'));
    await run('cfprm.nextStep');
    assert.equal(editor.selection.active.line, lineWith(editor, '▾ row 1 · 2/3') + 1);
  });

  it('finds a step of any candidate in the source', async () => {
    const editor = await openTrace(fixture('rlhflow-bon.jsonl'));
    putCursor(editor, lineWith(editor, 'The answer is 1.'));
    await run('cfprm.revealInSource');
    const source = await waitFor('source', () => {
      const active = vscode.window.activeTextEditor;
      return active?.document.uri.path.endsWith('rlhflow-bon.jsonl') ? active : undefined;
    });
    const { line, character } = source.selection.active;
    assert.ok(source.document.lineAt(line).text.slice(character).startsWith('The answer is 1.'));
  });

  it('opens compressed files, whose rows open alone', async () => {
    const packed = gzipSync(readFileSync(fixture('trl.jsonl')));
    const editor = await openTrace(scratch('packed.jsonl.gz', packed));
    assert.match(await heading(editor), /^packed\.jsonl\.gz · TRL .* 1–5 of 5/);
    putCursor(editor, lineWith(editor, '▾ row 2'));
    await run('cfprm.revealInSource');
    const row = await waitFor('row', () => {
      const active = vscode.window.activeTextEditor;
      return active?.document.uri.scheme === 'cfprm-row' ? active.document : undefined;
    });
    assert.ok(row.getText().startsWith('{\n  "prompt": "Mina reads'));
  });

  it('says of a file that ends in the middle what is missing, and shows what is there', async () => {
    const packed = gzipSync(readFileSync(fixture('trl.jsonl')));
    const editor = await openTrace(scratch('cut.jsonl.gz', packed.subarray(0, packed.length - 20)));
    await waitFor('warning', async () => (await heading(editor)).includes('⚠'));
    assert.ok(headers(editor).length >= 1);
  });

  it('splits whole texts by the rule that the user sets', async () => {
    const file = fixture('skywork.jsonl');
    const editor = await openTrace(file);
    assert.equal(shownSteps(editor)[0]!.length, 3);
    await withSetting('cfprm.format.split', 'whole', async () => {
      await waitFor('one step', () => shownSteps(editor)[0]?.length === 1);
    });
    await waitFor('three steps', () => shownSteps(editor)[0]?.length === 3);
  });

  it('holds about as many trajectories on a page as are wanted, however many a row has', async () => {
    const answers = Array.from({ length: 64 }, (_, i) => `Answer ${i}.`);
    const row = (n: number): string =>
      JSON.stringify({ id: n, prompt: 'P', answers, label: answers.map(() => 1) });
    const rows = Array.from({ length: 7 }, (_, n) => row(n + 1));
    const editor = await openTrace(scratch('bon.jsonl', `${rows.join('\n')}\n`));
    assert.equal(headers(editor).length, 3 * 64);
    assert.match(await heading(editor), /1–3 of 7 · page 1 of 3/);
    await run('cfprm.nextPage');
    const next = vscode.window.activeTextEditor!;
    await waitFor('second page', async () => (await heading(next)).includes('4–6 of 7'));
  });
});
