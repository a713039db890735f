import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { root } from '../support/rows';

/** The Python of the runner's tests, which has PyTorch, transformers and Ray. */
export const PYTHON = join(root, '.runner-env/bin/python');

/** For what trains in tests: threads that wait for one another take the processors from everything else. */
export const ONE_THREAD = { OMP_NUM_THREADS: '1' };

const NAME = 'CFPRM_TINY_BACKBONE';

/** Makes the tiny language model that the runner's own tests train, in a folder that is there. */
export function makeBackbone(folder: string): void {
  const code =
    'import sys; from pathlib import Path; from conftest import make_model; make_model(Path(sys.argv[1]))';
  const env = {
    ...process.env,
    PYTHONPATH: [join(root, 'runner/src'), join(root, 'runner/tests')].join(':'),
    PYTHONDONTWRITEBYTECODE: '1',
  };
  execFileSync(PYTHON, ['-c', code, folder], { env, stdio: 'ignore' });
}

/** Makes it once for all files; mocha calls this first. */
export function mochaGlobalSetup(): void {
  const folder = mkdtempSync(join(tmpdir(), 'cfprm-backbone-'));
  makeBackbone(folder);
  process.env[NAME] = folder;
  Object.assign(process.env, ONE_THREAD);
}

/** Removes it again. */
export function mochaGlobalTeardown(): void {
  rmSync(process.env[NAME]!, { recursive: true, force: true });
}

/** The folder of the tiny language model. */
export function backbone(): string {
  const folder = process.env[NAME];
  if (folder === undefined) throw new Error('Run these tests with --config test/runs/mocharc.json.');
  return folder;
}
