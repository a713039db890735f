import assert from 'node:assert/strict';
import * as vscode from 'vscode';

describe('activation', () => {
  it('finds the extension and activates it', async () => {
    const extension = vscode.extensions.getExtension('cfprm.cfprm');
    assert.ok(extension, 'cfprm.cfprm is not among the extensions');
    await extension.activate();
    assert.ok(extension.isActive);
  });
});
