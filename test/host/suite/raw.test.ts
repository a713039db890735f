import assert from 'node:assert/strict';
import * as vscode from 'vscode';
import { row, rows } from '../rows';
import { closeEditors, diagnostics, fixture, sample, scratch, waitFor, waitForDiagnostics } from './support';

const { Error: ERROR, Information: INFORMATION } = vscode.DiagnosticSeverity;

describe('the raw editor', () => {
  afterEach(closeEditors);

  const open = async (file: string): Promise<vscode.TextDocument> =>
    (await vscode.window.showTextDocument(vscode.Uri.file(file))).document;

  it('marks a malformed row at its column with the reason', async () => {
    const text = `${row()}\n{"prompt": "é", "completions": [NaN]}\n${row()}\n`;
    const document = await open(scratch('nan.jsonl', text));
    const [problem] = await waitForDiagnostics(document.uri, 1);
    assert.equal(problem!.severity, ERROR);
    assert.match(problem!.message, /^Row 2: .*NaN is not JSON: write null/);
    assert.deepEqual(
      [problem!.range.start.line, problem!.range.start.character],
      [1, '{"prompt": "é", "completions": ['.length],
    );
  });

  it('marks a row whose content is wrong as a whole', async () => {
    const broken = '{"prompt": "p", "completions": ["a"], "labels": []}';
    const document = await open(scratch('labels.jsonl', `${row()}\n${broken}\n`));
    const [problem] = await waitForDiagnostics(document.uri, 1);
    assert.match(problem!.message, /^Row 2: labels has 0 entries for 1 completion/);
    assert.equal(document.getText(problem!.range), broken);
  });

  it('marks first errors at the step itself', async () => {
    const document = await open(fixture('trl.jsonl'));
    const all = await waitFor('first errors', () => {
      const found = diagnostics(document.uri);
      return found.length >= 2 && found;
    });
    const second = all.find((it) => it.range.start.line === 1)!;
    assert.equal(second.severity, INFORMATION);
    assert.equal(second.message, 'Row 2, first error: step 2 of 3, incorrect');
    assert.equal(document.getText(second.range), 'Together that is 14 + 28 = 52 pages.');
  });

  it('marks first errors inside tagged texts and in arrays over many lines', async () => {
    const tagged = await open(fixture('math-shepherd.jsonl'));
    const first = await waitFor('mark', () =>
      diagnostics(tagged.uri).find((it) => it.range.start.line === 1),
    );
    assert.equal(tagged.getText(first.range), 'Step 2: Together that is 14 + 28 = 52 pages.');
    const array = await open(sample('processbench-math.json'));
    const second = await waitFor('mark', () =>
      diagnostics(array.uri).find((it) => it.message.startsWith('Row 2, first error: step 4 of 5')),
    );
    assert.match(array.getText(second.range), /^Completing the square in/);
  });

  it('follows what is typed, before it is saved', async () => {
    const document = await open(scratch('typed.jsonl', `${row()}\n${row()}\n`));
    const edit = new vscode.WorkspaceEdit();
    edit.insert(document.uri, new vscode.Position(1, 0), 'x');
    await vscode.workspace.applyEdit(edit);
    const [problem] = await waitForDiagnostics(document.uri, 1);
    assert.match(problem!.message, /^Row 2: /);
    await vscode.commands.executeCommand('undo');
    await waitForDiagnostics(document.uri, 0);
    await vscode.commands.executeCommand('workbench.action.files.revert');
  });

  it('stops at 1,000 and says how many are left out, malformed rows first', async () => {
    const bad = '{"prompt": "p", "completions": ["a"], "labels": []}\n';
    const document = await open(scratch('bad.jsonl', rows(60, (n) => n > 50) + bad.repeat(1500)));
    const all = await waitForDiagnostics(document.uri, 1000);
    assert.equal(all.filter((it) => it.severity === ERROR).length, 999);
    const note = all.find((it) => it.severity === INFORMATION)!;
    // 1,500 malformed rows and 10 first errors, of which 999 are shown.
    assert.match(note.message, /^511 further problems are not shown: VS Code shows 1,000 per file/);
  });

  it('leaves files that hold no trajectories alone', async () => {
    const other = await open(scratch('other.jsonl', '{"a": 1}\n{"b":\n'));
    const known = await open(scratch('known.jsonl', '{"a": 1}\n'.repeat(3) + row({ labels: [0, 1, 1] })));
    await waitForDiagnostics(known.uri, 4);
    assert.deepEqual(diagnostics(other.uri), []);
  });

  it('takes its marks along when the last tab of a file closes, and brings them back', async () => {
    const file = scratch('closed.jsonl', `${row()}\n{\n`);
    const { uri } = await open(file);
    await waitForDiagnostics(uri, 1);
    await vscode.window.showTextDocument(uri, { viewColumn: vscode.ViewColumn.Beside });
    await vscode.commands.executeCommand('workbench.action.closeActiveEditor');
    assert.equal(diagnostics(uri).length, 1);
    await closeEditors();
    await waitForDiagnostics(uri, 0);
    await open(file);
    await waitForDiagnostics(uri, 1);
  });
});
