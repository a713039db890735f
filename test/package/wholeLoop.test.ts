import assert from 'node:assert/strict';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fillTrainForm } from '../host/ui/trainForm';
import { Workbench } from '../host/ui/workbench';
import { makeBackbone, PYTHON } from '../support/backbone';
import { PLATFORM, packages } from './packages';

const SOURCE = 'trl-soft-scores.jsonl';

// One window from a file to a model of one's own: each test goes on where the one before it ended.
describe('the whole loop, in VS Code with the installed package', () => {
  const scratch = mkdtempSync(join(tmpdir(), 'cfprm-loop-'));
  const backbone = join(scratch, 'backbone');
  const data = process.env.CFPRM_DATA;
  let workbench: Workbench;
  /** What the demonstration model says of the first step. */
  let demonstrated: string | undefined;

  before(async () => {
    // The server's extension host gets it: a list of runs of its own.
    process.env.CFPRM_DATA = join(scratch, 'data');
    makeBackbone(backbone);
    workbench = await Workbench.open({
      package: (await packages()).get(PLATFORM)!.file,
      openFile: SOURCE,
      settings: {
        // As for a new user: what is not chosen is the demonstration model.
        'cfprm.model.path': '',
        'cfprm.profiles': { here: { kind: 'local', folder: join(scratch, 'host'), python: PYTHON } },
      },
    });
  });
  after(async () => {
    await workbench?.close();
    if (data === undefined) delete process.env.CFPRM_DATA;
    else process.env.CFPRM_DATA = data;
    rmSync(scratch, { recursive: true, force: true, maxRetries: 5, retryDelay: 100 });
  });

  /** The computed score that is shown beside the first step in view. */
  const firstScore = async (): Promise<{ shown: string[]; found: string | undefined }> => {
    const all = await workbench.decorationTexts();
    const shown = all.map(({ line, text }) => `${text} ${line}`);
    const found = all.find(({ line, text }) => /^ *1 /.test(line) && /^›0\.\d\d$/u.test(text));
    return { shown, found: found?.text };
  };

  const inFolder = (name: string): string => join(workbench.folder, name);

  it('opens a file step by step, and F8 goes to its first error', async () => {
    await workbench.command('CFPRM: Open trace view');
    await workbench.waitForTab(`${SOURCE} · page 1`);
    await workbench.waitForLine(/1 +✓/);
    await workbench.focusEditor();
    await workbench.press('F8');
    await workbench.waitForStatus('step 4/4 · first error 4');
  });

  it('scores the steps with the demonstration model that the package carries, and says so', async () => {
    await workbench.press('Control+Home');
    demonstrated = await workbench.waitFor('score of the first step', firstScore);
    await workbench.waitForStatus(/demonstration/i);
    // The page was drawn again with every score; its colours came along.
    await workbench.waitFor('coloured label', async () => {
      const shown = await workbench.page.evaluate(() => {
        const spans = [...document.querySelectorAll('.editor-group-container.active .view-line span span')];
        return [/✓/, /[a-z]{4}/].map((sign) => {
          const span = spans.find((it) => sign.test(it.textContent ?? ''));
          return span === undefined ? '' : getComputedStyle(span).color;
        });
      });
      return { shown, found: (shown[0] !== '' && shown[0] !== shown[1]) || undefined };
    });
  });

  it('labels a step', async () => {
    await workbench.press('j');
    await workbench.waitForStatus('trajectory 1 · step 1/4');
    await workbench.press('x');
    await workbench.waitForLine(/1 +✗\* /);
    await workbench.press('u');
    // VS Code lets a command that is used for the first time come after the next key, so this waits for what it says.
    await workbench.waitForStatus(/undo of row 1, step 1: ✗ incorrect → ✓ correct/);
    await workbench.waitForLine(/1 +✓ /);
    await workbench.press('j');
    await workbench.waitForStatus('trajectory 1 · step 2/4');
    await workbench.press('o');
    await workbench.waitForDecoration('1 label edited');
  });

  it('compares the candidates of the problem', async () => {
    await workbench.command('CFPRM: Compare candidates');
    const page = workbench.webview();
    await page.locator('.strip', { hasText: 'oracle correct' }).waitFor();
    await page.locator('.where', { hasText: 'Problem 1 of 3' }).waitFor();
  });

  it('exports the comparison', async () => {
    await workbench.command('CFPRM: Export comparison');
    const target = inFolder('comparison.md');
    await workbench.saveAs(target);
    await workbench.waitForNotification('wrote comparison.md');
    assert.match(readFileSync(target, 'utf8'), /^# Comparison of candidates/);
    await workbench.command('Notifications: Clear All Notifications');
  });

  it('merges windows, labels that were edited included', async () => {
    await workbench.command('CFPRM: Merge windows');
    await workbench.quickInput.waitForTitle(`Merge windows of ${SOURCE}`);
    await workbench.quickInput.pick('Show preview');
    // Beside the candidates, which are another page.
    const write = await workbench.waitFor('preview', async () => {
      const pages = await workbench.page.locator('iframe.webview.ready').count();
      for (let k = 0; k < pages; k++) {
        const button = workbench.webview(k).locator('vscode-button', { hasText: 'Write…' });
        if ((await button.count()) > 0) return { shown: [], found: button };
      }
      return { shown: [`${pages} pages`], found: undefined };
    });
    await write.click();
    await workbench.quickInput.waitForTitle('Folder to write');
    await workbench.quickInput.accept();
    await workbench.waitForNotification(/wrote \d+ rows in 2 blocks/);
    const manifest = JSON.parse(readFileSync(inFolder('trl-soft-scores-windows-2/manifest.json'), 'utf8'));
    assert.deepEqual(
      manifest.blocks.map(({ window }: { window: number }) => window),
      [2, 1],
    );
    await workbench.command('Notifications: Clear All Notifications');
  });

  it('trains on this machine, exports, and fetches', async function () {
    this.timeout(300_000);
    const { quickInput } = workbench;
    await fillTrainForm(workbench, {
      merge: 'trl-soft-scores-windows-2',
      profile: 'here',
      model: backbone,
      options: '--device cpu --batch 4 --max-updates 3 --learning-rate 1e-3',
    });
    await quickInput.waitForTitle('train on here');
    await quickInput.pick('Start training');
    const run = workbench.page.locator('.monaco-list-row[role=treeitem]', { hasText: 'finished 3/3' });
    await run.first().waitFor({ timeout: 240_000 });
  });

  it('scores with the model that was trained', async () => {
    await workbench.command('CFPRM: Use model of run');
    await workbench.quickInput.waitForTitle('Which run');
    await workbench.quickInput.pick('windows');
    await workbench.page.locator('.statusbar').getByText('is selected').waitFor({ timeout: 60_000 });
    const [run] = readdirSync(inFolder('cfprm-models'));
    assert.ok(existsSync(inFolder(`cfprm-models/${run}/export/model.onnx`)));
    await workbench.command('View: Close All Editors');
    await workbench.openFile(SOURCE);
    await workbench.command('CFPRM: Open trace view');
    await workbench.waitForTab(`${SOURCE} · page 1`);
    await workbench.waitFor('scores of the new model', async () => {
      const { shown, found } = await firstScore();
      return { shown, found: found === demonstrated ? undefined : found };
    });
  });
});
