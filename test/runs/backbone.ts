import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { makeBackbone, PYTHON } from '../support/backbone';

export { PYTHON };

/** For what trains in tests: threads that wait for one another take the processors from everything else. */
export const ONE_THREAD = { OMP_NUM_THREADS: '1' };

const NAME = 'CFPRM_TINY_BACKBONE';

/** Makes the tiny language model once for all files; mocha calls this first. */
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
