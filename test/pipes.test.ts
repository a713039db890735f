import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { mergeInput } from '../src/runner/mergeInput';
import { readProfiles } from '../src/runner/profilesFile';
import { loadTokenizer } from '../src/scorer/loadTokenizer';
import { inspectModelFolder } from '../src/scorer/modelFolder';
import { modelFolder } from './support/models';

// A pipe that nobody writes to makes whoever opens it wait for ever.
describe('a pipe in the place of a file', () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'cfprm-pipe-'));
  });
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  function pipe(name: string): string {
    const path = join(folder, name);
    rmSync(path, { force: true });
    execFileSync('mkfifo', [path]);
    return path;
  }

  it('is refused as a file of profiles and as a manifest', async () => {
    const profiles = await readProfiles(pipe('profiles.json'));
    assert.match(profiles.ok ? '' : profiles.fault.message, /profiles\.json is not a regular file/);
    pipe('manifest.json');
    const merge = await mergeInput(folder);
    assert.match(merge.ok ? '' : merge.fault.message, /manifest\.json is not a regular file/);
  });

  it('is refused in the folder of a model', async () => {
    folder = modelFolder('qwen');
    const whole = await inspectModelFolder(folder);
    assert.ok(whole.model !== undefined);
    for (const name of ['tokenizer.json', 'tokenizer_config.json']) {
      const text = readFileSync(join(folder, name));
      pipe(name);
      const loaded = await loadTokenizer(folder, whole.model.spec);
      assert.match(loaded.ok ? '' : loaded.fault.message, /cannot be read \(.*is not a regular file\)/);
      rmSync(join(folder, name));
      writeFileSync(join(folder, name), text);
    }
    pipe('prm.json');
    assert.ok((await inspectModelFolder(folder)).problems.length > 0);
  });
});
