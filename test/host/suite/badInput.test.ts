import assert from 'node:assert/strict';
import { mkdirSync, symlinkSync } from 'node:fs';
import path from 'node:path';
import * as vscode from 'vscode';
import { traceUri } from '../../../src/vscode/trace/address';
import { row } from '../rows';
import {
  closeEditors,
  lines,
  openPage,
  openTrace,
  putCursor,
  run,
  scratch,
  scratchFolder,
  shownSteps,
  waitForCursor,
  waitForDiagnostics,
} from './support';

/** Rows that are wrong, each with what the user is told: what is wrong and the way out. */
const BROKEN: Record<string, [string | Uint8Array, RegExp]> = {
  'a truncated line': ['{"prompt": "p", "completions": ["a', /ends inside a string: the line is truncated/],
  'invalid UTF-8': [
    Buffer.concat([Buffer.from('{"prompt": "'), Buffer.from([0xff, 0xfe]), Buffer.from('"}')]),
    /not valid UTF-8\. Convert the file to UTF-8, or remove the broken bytes/,
  ],
  'steps that are not a list': [
    '{"prompt": "p", "completions": "a", "labels": [true]}',
    /completions is a text, but a list of texts is expected/,
  ],
  'a step that is not text': [
    '{"prompt": "p", "completions": ["a", 7], "labels": [true, true]}',
    /completions has a number at step 2, but a text is expected/,
  ],
  'too few labels': [
    '{"prompt": "p", "completions": ["a", "b"], "labels": [true]}',
    /labels has 1 entry for 2 completions\. Give one label per step, and null where there is none/,
  ],
  'too many labels': [
    '{"prompt": "p", "completions": ["a"], "labels": [true, true]}',
    /labels has 2 entries for 1 completion\. Give one label per step/,
  ],
  'a label of an unknown kind': [
    '{"prompt": "p", "completions": ["a"], "labels": ["good"]}',
    /unknown kind at step 1: "good"\. Expected true, false, 1, 0, -1, null/,
  ],
  'a label out of range': [
    '{"prompt": "p", "completions": ["a"], "labels": [1.5]}',
    /unknown kind at step 1: 1\.5/,
  ],
  NaN: ['{"prompt": "p", "completions": ["a"], "labels": [NaN]}', /NaN is not JSON: write null/],
  'a key twice': [
    '{"prompt": "p", "completions": ["a"], "completions": ["b"], "labels": [true]}',
    /"completions" occurs twice in this row\. Keep one of them/,
  ],
  'a row that is no object': ['[1, 2]', /not a JSON object\. Each row must be one object in braces/],
};

describe('bad input', () => {
  afterEach(closeEditors);

  for (const [what, [broken, message]] of Object.entries(BROKEN)) {
    it(`shows ${what} with its row and reason, and the other rows`, async () => {
      const parts = [row({ id: 'before' }), '\n', broken, '\n', row({ id: 'after' }), '\n'];
      const file = scratch('bad.jsonl', Buffer.concat(parts.map((part) => Buffer.from(part as string))));
      const editor = await openTrace(file);
      assert.deepEqual(
        shownSteps(editor).map((steps) => steps.length),
        [3, 0, 3],
      );
      const at = lines(editor).indexOf('▾ row 2');
      assert.match(lines(editor)[at + 1]!, message);
      const [problem] = await waitForDiagnostics(editor.document.uri, 1);
      assert.match(problem!.message, /^bad\.jsonl, row 2: /);
      assert.match(problem!.message, message);
      assert.equal(problem!.range.start.line, at);
      putCursor(editor, 0);
      await run('cfprm.nextError');
      await waitForCursor('▾ row 2');
    });
  }

  it('in a JSON array is told by element, and the other elements stay', async () => {
    const text = `[\n${row({ id: 'a' })},\n{"prompt": 3},\n${row({ id: 'b' })}\n]`;
    const editor = await openTrace(scratch('bad.json', text));
    assert.deepEqual(
      shownSteps(editor).map((steps) => steps.length),
      [3, 0, 3],
    );
    assert.match(editor.document.getText(), /▾ row 2\n {2}⚠ prompt is a number, but a text is expected/);
  });

  it('in a JSON array that is cut off: the rows before the cut are there, the cut is said', async () => {
    const editor = await openTrace(scratch('cut.json', `[\n${row({ id: 'a' })},\n{"prompt": "p", "compl`));
    assert.deepEqual(shownSteps(editor)[0]!.length, 3);
    assert.match(editor.document.getText(), /truncated|ends inside|not closed/);
  });

  it('can make every row malformed: each says why', async () => {
    const editor = await openTrace(scratch('all.jsonl', '{"prompt": 1}\n{"prompt": 2}\n'));
    assert.match(editor.document.getText(), /^⚠ .*all\.jsonl: No known format fits/);
  });

  const unreadable: Record<string, [() => string, RegExp]> = {
    'an empty file': [
      () => scratch('empty.jsonl', ''),
      /empty\.jsonl is empty: it has no rows\. Choose another/,
    ],
    'a file of blank lines': [() => scratch('blank.jsonl', '\n \n'), /blank\.jsonl is empty: it has no rows/],
    'a directory': [
      () => {
        const folder = path.join(scratchFolder(), 'folder.jsonl');
        mkdirSync(folder);
        return folder;
      },
      /folder\.jsonl is a directory\. Name a file in it/,
    ],
    'a link that leads nowhere': [
      () => {
        const link = path.join(scratchFolder(), 'link.jsonl');
        symlinkSync(`${link}.gone`, link);
        return link;
      },
      /link\.jsonl does not exist\. Check the path/,
    ],
    'a binary file': [
      () => scratch('binary.jsonl', Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a, 0, 1, 2])),
      /binary\.jsonl has no readable row\. Row 1: /,
    ],
    'a file of no known format': [
      () => scratch('other.jsonl', '{"a": 1}\n'),
      /other\.jsonl: No known format fits\. The first row has the keys a\./,
    ],
  };
  for (const [what, [make, message]] of Object.entries(unreadable)) {
    it(`says why ${what} cannot be shown`, async () => {
      const editor = await openPage(make(), { page: 0 });
      assert.match(editor.document.getText(), message);
      assert.equal(editor.document.lineCount, 1);
      // Everything that moves has nothing to move over, and says nothing worse.
      for (const command of ['cfprm.nextError', 'cfprm.nextStep', 'cfprm.nextPage'] as const)
        await run(command);
      assert.equal(vscode.window.activeTextEditor, editor);
    });
  }

  it('of a document that is on no disk is told on a page that a window had of it, with the way out', async () => {
    const document = await vscode.workspace.openTextDocument({ language: 'jsonl', content: row() });
    await vscode.window.showTextDocument(traceUri({ source: document.uri, page: 0 }));
    const text = vscode.window.activeTextEditor!.document.getText();
    assert.match(text, /is not a file on this machine\. Save it to disk first/);
    await vscode.commands.executeCommand('workbench.action.closeActiveEditor');
    await vscode.window.showTextDocument(document);
    await vscode.commands.executeCommand('workbench.action.revertAndCloseActiveEditor');
  });
});
