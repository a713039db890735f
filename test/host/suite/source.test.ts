import assert from 'node:assert/strict';
import { closeSync, openSync, writeSync } from 'node:fs';
import * as vscode from 'vscode';
import { row, rows } from '../rows';
import { closeEditors, fixture, lineWith, openTrace, run, sample, scratch, waitFor } from './support';

describe('reveal in source', () => {
  afterEach(closeEditors);

  it('goes from a step to its text in the JSON line', async () => {
    const file = fixture('trl.jsonl');
    const after = await revealed(file, 'Together that is 14 + 28');
    assert.equal(after.line, 1);
    assert.ok(after.rest.startsWith('Together that is 14 + 28 = 52 pages."'));
  });

  it('goes from a header to the start of its line', async () => {
    const after = await revealed(fixture('trl.jsonl'), '▾ row 4');
    assert.deepEqual([after.line, after.rest.slice(0, 10)], [3, '{"prompt":']);
  });

  it('finds a step in a JSON array that is written over many lines', async () => {
    const file = sample('processbench-math.json');
    const text = 'For this quadratic equation to have solutions';
    const after = await revealed(file, text);
    assert.ok(after.rest.startsWith(text), after.rest.slice(0, 60));
  });

  it('finds a row that stands twice in an array at its own place', async () => {
    const text = `[\n  ${row({ id: 'same' })},\n  ${row({ id: 'same' })}\n]\n`;
    const file = scratch('twins.json', text);
    const editor = await openTrace(file);
    await run('cfprm.revealInSource', editor.document.lineCount - 2);
    const after = await inSource(file);
    assert.equal(after.line, 2);
    assert.ok(after.rest.startsWith('The answer is 42."'), after.rest);
  });

  it('counts past escapes, characters of every width and CRLF', async () => {
    const completions = ['é "quoted" \\ 𝔘 \n next', '\u2028 separator', 'Ωμέγα 42 🎉 end'];
    const plain = row({ completions });
    const escaped = plain.replace(/[^\x20-\x7e]/gu, (char) =>
      [...Array(char.length).keys()]
        .map((i) => `\\u${char.charCodeAt(i).toString(16).padStart(4, '0')}`)
        .join(''),
    );
    const file = scratch('wide.jsonl', `\ufeff${row()}\r\n\r\n${plain}\r\n${escaped}\r\n`);
    const editor = await openTrace(file);
    const steps = editor.document
      .getText()
      .split('\n')
      .flatMap((line, i) => (/Ωμέγα/.test(line) ? [i] : []));
    await run('cfprm.revealInSource', steps[0]);
    const first = await inSource(file);
    assert.deepEqual([first.line, first.rest.slice(0, 12)], [2, 'Ωμέγα 42 🎉 ']);
    await openTrace(file);
    await run('cfprm.revealInSource', steps[1]);
    const second = await inSource(file);
    assert.deepEqual([second.line, second.rest.slice(0, 13)], [3, '\\u03a9\\u03bc\\']);
  });

  it('finds steps that share one text: tags, conversations, human completions', async () => {
    for (const name of ['math-shepherd.jsonl', 'rlhflow.jsonl', 'prm800k--phase2.jsonl', 'prmbench.jsonl']) {
      const after = await revealed(fixture(name), 'Together that is 14 + 28');
      assert.equal(after.line, 1, name);
      assert.match(after.rest, /^(Step 2: )?Together that is 14 \+ 28/, name);
      await closeEditors();
    }
  });

  it('shows the row alone, as indented JSON, when the file is too large for an editor', async function () {
    this.timeout(40_000);
    const file = scratch('large.jsonl', '');
    writeLarge(file, 60);
    const editor = await openTrace(file);
    assert.match(editor.document.lineAt(0).text, /large\.jsonl · TRL/);
    await run('cfprm.revealInSource', lineWith(editor, '▾ r-2 ') + 1);
    const shown = await waitFor('row alone', () => {
      const { document } = vscode.window.activeTextEditor!;
      return document.uri.scheme === 'cfprm-row' && document;
    });
    assert.equal(shown.languageId, 'json');
    assert.match(shown.uri.path, /large\.jsonl · row 2\.json$/);
    assert.equal(JSON.parse(shown.getText()).id, 'r-2');
    assert.match(shown.lineAt(1).text, /^ {2}"/);
  });
});

/** Writes a file of this many megabytes: rows with ids r-1 to r-1000, over and over. */
function writeLarge(file: string, megabytes: number): void {
  const block = Buffer.from(rows(1000, (n) => n % 7 === 0));
  const handle = openSync(file, 'w');
  for (let bytes = 0; bytes < megabytes * 1e6; bytes += block.length) writeSync(handle, block);
  closeSync(handle);
}

interface Place {
  readonly line: number;
  /** What stands from the cursor to the end of the line. */
  readonly rest: string;
}

async function revealed(file: string, text: string): Promise<Place> {
  const editor = await openTrace(file);
  await run('cfprm.revealInSource', lineWith(editor, text));
  return inSource(file);
}

async function inSource(file: string): Promise<Place> {
  const editor = await waitFor('source', () => {
    const now = vscode.window.activeTextEditor;
    return now?.document.uri.fsPath === file && now.document.uri.scheme === 'file' && now;
  });
  const { line, character } = editor.selection.active;
  return { line, rest: editor.document.lineAt(line).text.slice(character) };
}
