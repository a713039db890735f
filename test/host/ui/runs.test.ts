import assert from 'node:assert/strict';
import { existsSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { root } from '../../../scripts/process.mjs';
import { copySample } from '../../../scripts/sample.mjs';
import { resolveOptions } from '../../../src/core/merge/options';
import { mergeFile } from '../../../src/io/mergeFile';
import { modelFolder } from '../../support/models';
import { fillTrainForm, typeInto } from './trainForm';
import { Workbench } from './workbench';

describe('the view Runs', () => {
  const scratch = mkdtempSync(path.join(os.tmpdir(), 'cfprm-ui-runs-'));
  const before_ = { data: process.env.CFPRM_DATA, runner: process.env.CFPRM_RUNNER };
  const model = modelFolder('cfprm');
  const folder = path.join(scratch, 'sample');
  let settings: Record<string, unknown>;
  let workbench: Workbench;

  before(async () => {
    // The server's extension host gets these: runs of a list of its own, by the package that only keeps the contract.
    process.env.CFPRM_DATA = path.join(scratch, 'data');
    process.env.CFPRM_RUNNER = path.join(root, 'test/runs/runner');
    writeFileSync(path.join(model, 'config.json'), '{}');
    const tiny = { kind: 'local', folder: path.join(scratch, 'host'), python: 'python3' };
    copySample(folder);
    settings = { 'cfprm.profiles': { tiny, broken: { ...tiny, python: '/no/python' } } };
    workbench = await Workbench.open({ folder, settings });
    const options = resolveOptions({});
    assert.ok(options.ok);
    const merge = { source: path.join(workbench.folder, 'trl.jsonl'), options: options.value };
    const merged = await mergeFile({ ...merge, out: path.join(workbench.folder, 'windows') });
    assert.ok(merged.ok);
  });
  after(async () => {
    await workbench?.close();
    for (const [name, value] of [
      ['CFPRM_DATA', before_.data],
      ['CFPRM_RUNNER', before_.runner],
    ] as const)
      if (value === undefined) delete process.env[name];
      else process.env[name] = value;
    rmSync(scratch, { recursive: true, force: true });
  });

  /** Goes by the palette to the checklist of a run. */
  async function checklist(profile: string, options: string): Promise<void> {
    const { quickInput } = workbench;
    await fillTrainForm(workbench, { merge: 'windows', profile, model, options });
    await quickInput.waitForTitle(`train${profile === 'broken' ? ' yet' : ''} on ${profile}`);
  }

  const runRow = (text: string) =>
    workbench.page.locator('.monaco-list-row[role=treeitem]', { hasText: text }).first();

  it('says what stands in the way before anything is sent', async () => {
    await checklist('broken', '--device cpu');
    const rows = await workbench.quickInput.rows();
    assert.ok(rows[0]?.includes('Look again'), rows.join('\n'));
    assert.ok(
      rows.some((row) => /python.*failed: \/no\/python does not run.*Correct the profile/su.test(row)),
      rows.join('\n'),
    );
    await workbench.screenshot('runs-checklist-failed');
    await workbench.quickInput.cancel();
    assert.ok(!existsSync(path.join(scratch, 'host/blobs')));
  });

  it('starts a run, shows it at work, stops it, goes on, and takes its model', async () => {
    await checklist('tiny', '--device cpu --steps 40 --hold-at 25');
    await workbench.screenshot('runs-checklist');
    await workbench.quickInput.pick('Start training');
    await runRow('running 25/40').waitFor({ timeout: 60_000 });
    await runRow('running 25/40').click();
    const page = workbench.webview();
    await page.locator('dd', { hasText: '25 of 40' }).waitFor({ timeout: 30_000 });
    await page.locator('pre', { hasText: 'step 25' }).waitFor();
    await page.locator('.plots canvas').first().waitFor();
    for (const theme of ['Default Light Modern', 'Default High Contrast', 'Default Dark Modern'] as const) {
      await workbench.setColorTheme(theme);
      await workbench.screenshot(`run-page-${theme.replaceAll(' ', '-').toLowerCase()}`);
    }
    const loaded = workbench.page.waitForEvent('load');
    await workbench.command('Developer: Reload Window');
    await loaded;
    // What VS Code restores is the page, with the run as it is now.
    await page.locator('dd', { hasText: '25 of 40' }).waitFor({ timeout: 30_000 });
    await page.locator('.plots canvas').first().waitFor();
    await page.locator('vscode-button', { hasText: 'Stop…' }).click();
    await workbench.page.getByRole('button', { name: 'Stop with a checkpoint' }).click();
    await runRow('stopped 25/40').waitFor({ timeout: 60_000 });
    const [id] = readdirSync(path.join(scratch, 'host/runs'));
    rmSync(path.join(scratch, 'host/runs', id!, 'output/hold'));
    await workbench.command('CFPRM: Resume run');
    await workbench.quickInput.waitForTitle('Which run');
    await workbench.quickInput.pick('windows');
    await runRow('finished 40/40').waitFor({ timeout: 60_000 });
    await workbench.command('CFPRM: Use model of run');
    await workbench.quickInput.waitForTitle('Which run');
    await workbench.quickInput.pick('windows');
    await workbench.page.locator('.statusbar').getByText('is selected').waitFor({ timeout: 30_000 });
    assert.ok(existsSync(path.join(workbench.folder, 'cfprm-models', `windows-${id}`, 'export/model.onnx')));
    // The model is called what its run is called.
    await workbench.command('CFPRM: Select model');
    await workbench.quickInput.waitForTitle('Select model');
    const [, recent] = await workbench.quickInput.rows();
    assert.match(recent!, new RegExp(`^windows-${id} ?selected`, 'u'));
    await workbench.quickInput.cancel();
    await workbench.screenshot('runs-finished');
  });

  it('checks the options as they are typed, and opens the form of a run that was refused again', async () => {
    const { quickInput } = workbench;
    await workbench.command('CFPRM: Train on remote runner…');
    await quickInput.waitForTitle('Training data');
    await quickInput.pick('windows');
    await quickInput.waitForTitle('Train a model');
    await quickInput.pick('Where to train');
    await quickInput.waitForTitle('Where to train');
    await quickInput.pick('tiny');
    await quickInput.waitForTitle('Train a model');
    await typeInto(quickInput, 'Model to start from', model);
    await quickInput.pick('Options of the runner');
    await quickInput.waitForTitle('Options of the runner');
    await quickInput.fill('--device cpu --stepz 20');
    await quickInput.waitForMessage('--stepz is not an option of the runner. Did you mean --steps?');
    await workbench.screenshot('runs-form-option-light');
    await quickInput.fill('--device cpu --steps 4 --refuse "no room for a batch of 32"');
    await quickInput.accept();
    await quickInput.waitForTitle('Train a model');
    await workbench.screenshot('runs-form');
    await quickInput.pick('Check the host…');
    await quickInput.waitForTitle('Ready to train on tiny');
    await quickInput.pick('Start training');
    await workbench.waitForNotification('the run "windows" failed. no room for a batch of 32');
    await workbench.screenshot('runs-failed-notification');
    await runRow('failed').click();
    const page = workbench.webview();
    const again = page.locator('.actions vscode-button:first-child', { hasText: 'Edit and run again' });
    await again.waitFor({ timeout: 30_000 });
    for (const theme of ['Default Light Modern', 'Default Dark Modern'] as const) {
      await workbench.setColorTheme(theme);
      await workbench.screenshot(`run-failed-${theme.replaceAll(' ', '-').toLowerCase()}`);
    }
    await workbench.command('Notifications: Clear All Notifications');
    await again.click();
    await quickInput.waitForTitle('Train a model');
    const rows = (await quickInput.rows()).join(' | ');
    assert.match(
      rows,
      /Training data ?windows .*Where to train ?tiny .*Model to start from ?\/.*--steps 4 --refuse 'no room/u,
    );
    await quickInput.pick('Options of the runner');
    await quickInput.waitForTitle('Options of the runner');
    await quickInput.fill('--device cpu --steps 0');
    await quickInput.waitForMessage('--steps is "0": it must be a whole number, 1 or more.');
    await workbench.screenshot('runs-form-option-dark');
    await quickInput.fill('--device cpu --steps 4');
    await quickInput.accept();
    await quickInput.waitForTitle('Train a model');
    await quickInput.pick('Check the host…');
    await quickInput.waitForTitle('Ready to train on tiny');
    await quickInput.pick('Start training');
    await runRow('finished 4/4').waitFor({ timeout: 60_000 });
    // What was chosen last is there again.
    await workbench.command('CFPRM: Train on remote runner…');
    await quickInput.waitForTitle('Training data');
    await quickInput.pick('windows');
    await quickInput.waitForTitle('Train a model');
    const remembered = (await quickInput.rows()).join(' | ');
    assert.match(remembered, /Where to train ?tiny .*Options of the runner ?--device cpu --steps 4 \|/u);
    await quickInput.cancel();
  });

  it('adds a profile by the form, with a word on what cannot be, and trains by it', async () => {
    const { quickInput } = workbench;
    await workbench.command('CFPRM: Edit runner profiles…');
    await quickInput.waitForTitle('Profiles for training');
    await quickInput.pick('Add a profile…');
    await quickInput.waitForTitle('Kind of the profile');
    await quickInput.pick('slurm');
    await quickInput.waitForTitle('Name of the profile');
    await quickInput.fill('cluster');
    await quickInput.accept();
    await quickInput.waitForTitle('Profile cluster (slurm)');
    await workbench.screenshot('runs-profile-form');
    await quickInput.pick('Folder');
    await quickInput.waitForTitle('CFPRM: Folder');
    await quickInput.fill('scratch');
    await quickInput.waitForMessage('must be a whole path');
    await quickInput.fill('/scratch/me');
    await quickInput.accept();
    await quickInput.waitForTitle('Profile cluster (slurm)');
    await quickInput.pick('Header of the batch script');
    await quickInput.waitForTitle('CFPRM: Header of the batch script');
    await quickInput.pick('Add a line…');
    await quickInput.waitForTitle('line 1');
    await quickInput.fill('#SBATCH --gres=gpu:1');
    await quickInput.accept();
    await quickInput.waitForTitle('CFPRM: Header of the batch script');
    await quickInput.pick('Done');
    await quickInput.waitForTitle('Profile cluster (slurm)');
    await quickInput.pick('Save the profile');
    await workbench.command('CFPRM: Train on remote runner…');
    await quickInput.waitForTitle('Training data');
    await quickInput.pick('windows');
    await quickInput.waitForTitle('Train a model');
    await quickInput.pick('Where to train');
    await quickInput.waitForTitle('Where to train');
    const rows = await quickInput.rows();
    assert.ok(
      rows.some((row) => /cluster.*Slurm, this machine/su.test(row)),
      rows.join(' | '),
    );
    await quickInput.cancel();
  });

  it('shows a run that is under way with its true state when the editor was killed and is opened again', async () => {
    const known = existsSync(path.join(scratch, 'data/runs'))
      ? readdirSync(path.join(scratch, 'data/runs')).length
      : 0;
    await checklist('tiny', '--device cpu --steps 40 --hold-at 30');
    await workbench.quickInput.pick('Start training');
    await runRow('running 30/40').waitFor({ timeout: 60_000 });
    const [id] = readdirSync(path.join(scratch, 'host/runs')).sort().reverse();
    // Everything of the editor is killed, the run's own process not.
    await workbench.close();
    rmSync(path.join(scratch, 'host/runs', id!, 'output/hold'));
    workbench = await Workbench.open({ folder, settings });
    await workbench.command('View: Show CFPRM');
    await workbench.command('CFPRM: Refresh runs');
    await runRow('finished 40/40').waitFor({ timeout: 60_000 });
    assert.equal(readdirSync(path.join(scratch, 'data/runs')).length, known + 1);
  });
});
