import assert from 'node:assert/strict';
import { rmSync, writeFileSync } from 'node:fs';
import * as vscode from 'vscode';
import { traceUri } from '../../../src/vscode/trace/address';
import { row, rows } from '../rows';
import { closeEditors, fixture, openPage, openTrace, run, scratch, waitFor, withSetting } from './support';

const { Error: ERROR, Information: INFORMATION } = vscode.DiagnosticSeverity;
const BROKEN = '{"prompt": "p", "completions": ["a", "b"], "labels": [true], "id": "math-17"}';

/** All problems of the extension, in whatever file: `place: message`. */
function problems(): string[] {
  return vscode.languages
    .getDiagnostics()
    .flatMap(([uri, all]) =>
      all.filter(({ source }) => source === 'cfprm').map(({ message }) => `${uri.scheme}: ${message}`),
    );
}

async function waitForProblems(...patterns: RegExp[]): Promise<void> {
  await waitFor(
    `problems ${patterns.join(' ')}`,
    () => {
      const all = problems();
      return all.length === patterns.length && patterns.every((it, i) => it.test(all[i]!));
    },
    () => problems().join('\n'),
  );
}

const openSource = async (file: string): Promise<vscode.TextDocument> =>
  (await vscode.window.showTextDocument(vscode.Uri.file(file), { preview: false })).document;

describe('the Problems view', () => {
  afterEach(closeEditors);

  it('lists a malformed row once, with file, row and id, wherever the file is shown', async () => {
    const file = scratch('two.jsonl', `${row()}\n${BROKEN}\n`);
    const once = 'two\\.jsonl, row 2 \\(math-17\\): labels has 1 entry for 2 completions';
    await openTrace(file);
    await waitForProblems(new RegExp(`^cfprm-trace: ${once}`));
    await openPage(file, { page: 0, filter: { kind: 'malformed' } });
    await waitForProblems(new RegExp(`^cfprm-trace: ${once}`));
    // In the source it stands where it is to be mended.
    const document = await openSource(file);
    await waitForProblems(new RegExp(`^file: ${once}`));
    const [problem] = vscode.languages.getDiagnostics(document.uri);
    assert.equal(problem!.severity, ERROR);
    assert.equal(document.getText(problem!.range), BROKEN);
    await vscode.commands.executeCommand('workbench.action.closeActiveEditor');
    await waitForProblems(new RegExp(`^cfprm-trace: ${once}`));
    await closeEditors();
    await waitForProblems();
  });

  it('has no entry for a step that is labelled wrong: that is what the file says', async () => {
    const file = scratch('wrong.jsonl', `${rows(81, () => true)}{\n`);
    await openTrace(file);
    await openSource(file);
    await waitForProblems(/^file: wrong\.jsonl, row 82: /);
    await openTrace(fixture('trl.jsonl'));
    await waitForProblems(/^file: wrong\.jsonl, row 82: /);
  });

  it('is empty when documents are open that no tab shows', async () => {
    const file = scratch('hidden.jsonl', `{\n${row()}\n`);
    await vscode.workspace.openTextDocument(vscode.Uri.file(file));
    await vscode.workspace.openTextDocument(traceUri({ source: vscode.Uri.file(file), page: 0 }));
    const shown = scratch('shown.jsonl', `{\n${row()}\n`);
    await openTrace(shown);
    await waitForProblems(/^cfprm-trace: shown\.jsonl, row 1: /);
    writeFileSync(file, `{\n{\n${row()}\n`);
    await closeEditors();
    await waitForProblems();
  });

  it('follows the file, and what is typed before it is saved', async () => {
    const file = scratch('follow.jsonl', rows(2));
    await openTrace(file);
    writeFileSync(file, `${row()}\n${BROKEN}\n`);
    await waitForProblems(/^cfprm-trace: follow\.jsonl, row 2 /);
    rmSync(file);
    await waitForProblems();
    const document = await openSource(scratch('typed.jsonl', `${rows(2)}${BROKEN}\n`));
    await waitForProblems(/^file: typed\.jsonl, row 3 /);
    const edit = new vscode.WorkspaceEdit();
    edit.insert(document.uri, new vscode.Position(0, 0), 'x');
    await vscode.workspace.applyEdit(edit);
    await waitForProblems(/^file: typed\.jsonl, row 1: /, /^file: typed\.jsonl, row 3 /);
    await vscode.commands.executeCommand('undo');
    await waitForProblems(/^file: typed\.jsonl, row 3 /);
    await vscode.commands.executeCommand('workbench.action.files.revert');
  });

  it('marks a malformed row in the source at its column', async () => {
    const text = `${row()}\n{"prompt": "é", "completions": [NaN]}\n${row()}\n`;
    const { uri } = await openSource(scratch('nan.jsonl', text));
    await waitForProblems(/^file: nan\.jsonl, row 2: .*NaN is not JSON: write null/);
    const [{ range }] = vscode.languages.getDiagnostics(uri) as [vscode.Diagnostic];
    const before = '{"prompt": "é", "completions": [';
    assert.deepEqual([range.start.line, range.start.character], [1, before.length]);
  });

  it('marks malformed elements of arrays and of lists in objects, as the mapping of the settings reads them', async () => {
    const list = [
      '{"id": "q-1", "question": "p", "solution": [{"text": "a"}]}',
      '{"id": "q-2", "question": "p", "solution": [{"text": 7}]}',
    ];
    const file = scratch('own.json', `{"rows": [\n${list.join(',\n')}\n]}\n`);
    const document = await openSource(file);
    const mapping = { problem: 'question', steps: 'solution[].text' };
    await withSetting('cfprm.format.mapping', mapping, async () => {
      await waitForProblems(/^file: own\.json, row 2 \(q-2\): /);
      const [problem] = vscode.languages.getDiagnostics(document.uri);
      assert.equal(document.getText(problem!.range), list[1]);
    });
    await waitForProblems();
  });

  it('stops at 100 rows of a file and says how many more there are', async () => {
    const bad = '{"prompt": "p", "completions": ["a"], "labels": []}\n';
    const file = scratch('bad.jsonl', rows(60) + bad.repeat(1500));
    const said = (uri: vscode.Uri): Promise<vscode.Diagnostic> =>
      waitFor('sentence', () => {
        const all = vscode.languages.getDiagnostics(uri).filter(({ source }) => source === 'cfprm');
        return all.length === 101 && all.find(({ severity }) => severity === INFORMATION);
      });
    const { document } = await openTrace(file);
    assert.match(
      (await said(document.uri)).message,
      /^bad\.jsonl: 40 malformed rows not listed here\. The filter/,
    );
    const source = await openSource(file);
    assert.match((await said(source.uri)).message, /^bad\.jsonl: 1,400 malformed rows not listed here/);
    assert.equal(problems().length, 101);
  });

  it('leaves files that hold no trajectories alone', async () => {
    await openSource(scratch('other.jsonl', '{"a": 1}\n{"b":\n'));
    await openSource(scratch('known.jsonl', '{"a": 1}\n'.repeat(3) + row()));
    await waitForProblems(...Array.from({ length: 3 }, () => /^file: known\.jsonl, row \d: /));
  });

  it('loses an entry with the last tab of its file, and has it again with the next', async () => {
    const file = scratch('closed.jsonl', `${row()}\n{\n`);
    const document = await openSource(file);
    await waitForProblems(/^file: closed/);
    await vscode.window.showTextDocument(document, { viewColumn: vscode.ViewColumn.Beside });
    await vscode.commands.executeCommand('workbench.action.closeActiveEditor');
    assert.equal(problems().length, 1);
    await closeEditors();
    await waitForProblems();
    await run('cfprm.openTrace', vscode.Uri.file(file));
    await waitForProblems(/^cfprm-trace: closed/);
  });
});
