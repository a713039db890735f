import assert from 'node:assert/strict';
import * as vscode from 'vscode';
import { run, scratch, waitFor } from './support';

describe('a newcomer', () => {
  it('opens the sample traces from anywhere, as copies that may be labelled', async () => {
    await run('cfprm.openSample');
    const editor = await waitFor('trace', () => vscode.window.activeTextEditor);
    assert.equal(editor.document.languageId, 'cfprm-trace');
    assert.match(editor.document.getText(), /trl-soft-scores\.jsonl/);
    assert.ok(
      !editor.document.uri.query.includes(encodeURIComponent('media/sample')),
      'not the extension itself',
    );
    await vscode.commands.executeCommand('workbench.action.closeActiveEditor');
  });
});

describe('the diagnostic report', () => {
  const copied = async (): Promise<string> => {
    await vscode.env.clipboard.writeText('');
    // The command ends when its message is answered, which nobody does here.
    void run('cfprm.copyDiagnosticReport');
    return waitFor('report', async () => (await vscode.env.clipboard.readText()) || undefined);
  };

  it('holds versions, settings that differ and files in use, but no text and no name of a trace', async () => {
    const file = scratch(
      'secret-name.jsonl',
      '{"prompt":"secret problem","completions":["secret step"],"labels":[true]}\n',
    );
    await run('cfprm.openTrace', vscode.Uri.file(file));
    const settings = vscode.workspace.getConfiguration('cfprm');
    await settings.update('trace.pageSize', 123, vscode.ConfigurationTarget.Global);
    try {
      const text = await copied();
      assert.match(text, new RegExp(`\\| VS Code \\| ${vscode.version.replaceAll('.', '\\.')}`));
      assert.match(text, /`cfprm\.trace\.pageSize`: `123`/);
      assert.match(text, /- trl, \d+ bytes, 1 row/);
      assert.doesNotMatch(text, /secret/);
    } finally {
      await settings.update('trace.pageSize', undefined, vscode.ConfigurationTarget.Global);
    }
  });

  it('holds the last errors', async () => {
    // An address that is none: the command fails, and says so.
    void run('cfprm.showRow', 'no address', 1);
    const text = await waitFor('error in the report', async () => {
      const report = await copied();
      return report.includes('error: cfprm.showRow') && report;
    });
    assert.match(text, /error: cfprm\.showRow/);
  });
});
