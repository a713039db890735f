import assert from 'node:assert/strict';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, symlinkSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { root } from '../../../scripts/process.mjs';
import { copySample } from '../../../scripts/sample.mjs';
import { SshServer } from '../../runs/sshServer';
import { makeBackbone } from '../../support/backbone';
import { fillTrainForm } from './trainForm';
import { Workbench } from './workbench';

/** The pictures of docs/running.md, with nothing made up: OpenSSH's own server, the runner, a model that scores. */
function story(): void {
  const scratch = mkdtempSync(path.join(os.tmpdir(), 'cfprm-ui-story-'));
  const folder = path.join(scratch, 'sample');
  const model = path.join(scratch, 'tiny-qwen2');
  const data = process.env.CFPRM_DATA;
  let server: SshServer;
  let workbench: Workbench;

  before(async () => {
    mkdirSync(model);
    makeBackbone(model);
    // What is in the pictures is what a person would write.
    const home = path.join(scratch, 'home');
    mkdirSync(home);
    symlinkSync(path.join(root, '.runner-env'), path.join(home, 'torch'), 'dir');
    server = await SshServer.start({ HOME: home });
    process.env.CFPRM_DATA = path.join(scratch, 'data');
    copySample(folder);
    const gpubox = {
      kind: 'ssh',
      host: 'training-host',
      sshConfig: server.config,
      folder: '~/cfprm',
      python: '~/torch/bin/python',
    };
    workbench = await Workbench.open({
      folder,
      openFile: 'trl.jsonl',
      settings: { 'cfprm.profiles': { gpubox }, 'workbench.colorTheme': 'Default Dark Modern' },
    });
  });
  after(async () => {
    await workbench?.close();
    await server?.stop();
    if (data === undefined) delete process.env.CFPRM_DATA;
    else process.env.CFPRM_DATA = data;
    rmSync(scratch, { recursive: true, force: true, maxRetries: 10, retryDelay: 200 });
  });

  it('goes from Merge windows to "Use this model"', async () => {
    const { quickInput } = workbench;
    await workbench.command('View: Show CFPRM');
    await workbench.command('CFPRM: Merge windows');
    await quickInput.pick('Window sizes');
    await quickInput.waitForTitle('Window sizes');
    await quickInput.fill('4');
    await quickInput.accept();
    await quickInput.pick('Show preview');
    await workbench.webview().locator('vscode-button', { hasText: 'Write…' }).click();
    await quickInput.waitForTitle('Folder to write');
    await quickInput.fill(path.join(folder, 'windows'));
    await quickInput.accept();
    await workbench.waitForNotification(/rows/u);
    await workbench.command('Notifications: Clear All Notifications');
    await workbench.command('View: Close All Editors');

    const options = '--device cpu --batch 6 --learning-rate 1e-3';
    await fillTrainForm(workbench, { merge: 'windows', profile: 'gpubox', model, options });
    await quickInput.waitForTitle('Ready to train on gpubox');
    await workbench.readmeShot('run-checklist');
    await quickInput.pick('Start training');

    const row = workbench.page.locator('.monaco-list-row[role=treeitem]', { hasText: 'windows' }).first();
    await row.waitFor({ timeout: 60_000 });
    await row.click();
    const page = workbench.webview();
    await page.locator('.legend .block', { hasText: 'C = 2' }).waitFor({ timeout: 240_000 });
    await workbench.page.mouse.move(700, 880);
    await workbench.readmeShot('run-page');
    await page.locator('.state', { hasText: 'finished' }).waitFor({ timeout: 240_000 });
    await page.locator('pre', { hasText: 'checked on' }).waitFor();
    await workbench.readmeShot('run-finished');

    await page.locator('vscode-button', { hasText: 'Use this model' }).click();
    await workbench.waitForStatus(/is selected/u);
    const [fetched] = readdirSync(path.join(folder, 'cfprm-models'));
    assert.ok(existsSync(path.join(folder, 'cfprm-models', fetched!, 'export', 'model.onnx')));
    await workbench.openFile('trl.jsonl');
    await workbench.command('CFPRM: Open trace view');
    await workbench.waitForTab('trl.jsonl · page 1');
    await workbench.waitForDecoration(/^›0\.\d\d$/u);
    await workbench.readmeShot('run-model');
  }).timeout(500_000);
}

// OpenSSH's server and the runner's environment are installed for tests on Linux alone.
if (process.platform === 'linux') describe('a run through SSH, as the documentation shows it', story);
