import assert from 'node:assert/strict';
import { cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { copySample } from '../../../scripts/sample.mjs';
import { modelFolder } from '../../support/models';
import { Workbench } from './workbench';

describe('a workspace that names a model', () => {
  let folder: string;
  let workbench: Workbench | undefined;
  beforeEach(() => {
    folder = mkdtempSync(path.join(os.tmpdir(), 'cfprm-trust-'));
    copySample(folder);
    mkdirSync(path.join(folder, '.vscode'));
    const settings = { 'cfprm.model.path': modelFolder('cfprm'), 'cfprm.model.provider': 'cpu' };
    writeFileSync(path.join(folder, '.vscode/settings.json'), JSON.stringify(settings));
  });
  afterEach(async () => {
    await workbench?.close();
    workbench = undefined;
    rmSync(folder, { recursive: true, force: true });
  });
  const model = (text: RegExp) =>
    workbench!.page.locator('.statusbar-item[id*="cfprm.model"]', { hasText: text });

  it('gets it once it is trusted', async () => {
    workbench = await Workbench.open({ folder, openFile: 'trl-soft-scores.jsonl' });
    await workbench.command('CFPRM: Open trace view');
    await workbench.waitForDecoration(/computed by cfprm/);
    await model(/cfprm/).waitFor();
  });

  it('does not while it is not: traces are read, and nothing of the workspace runs', async () => {
    workbench = await Workbench.open({ folder, openFile: 'trl-soft-scores.jsonl', restricted: true });
    await workbench.page.locator('.statusbar-item', { hasText: 'Restricted Mode' }).waitFor();
    await workbench.command('CFPRM: Open trace view');
    await workbench.waitForLine(/1 +✓ +0\.94 +Given the inequality/);
    await model(/no model/).waitFor();
    const { text } = await workbench.waitForDecoration('page 1 of 1');
    assert.doesNotMatch(text, /computed by/);
    await workbench.command('CFPRM: Merge windows');
    await workbench.quickInput.waitForTitle('Merge windows of trl-soft-scores.jsonl');
    await workbench.quickInput.cancel();
    await workbench.command('CFPRM: Train on remote runner…');
    await workbench.waitForNotification('Training starts programs. Trust this workspace first.');
  });

  it("does not lend its own model to a relative path of the user's settings either, until it is trusted", async () => {
    cpSync(modelFolder('cfprm'), path.join(folder, 'prm'), { recursive: true });
    rmSync(path.join(folder, '.vscode'), { recursive: true });
    const settings = { 'cfprm.model.path': 'prm', 'cfprm.model.provider': 'cpu' };
    workbench = await Workbench.open({
      folder,
      openFile: 'trl-soft-scores.jsonl',
      restricted: true,
      settings,
    });
    await workbench.command('CFPRM: Open trace view');
    await workbench.waitForDecoration(/names a folder of this workspace, which is not trusted/);
  });
});
