import assert from 'node:assert/strict';
import { execFileSync, spawnSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import type { Workplace } from './support';

const value = `secret-${randomBytes(8).toString('hex')}`;

/** A secret that the stand-in for the runner says the length of. */
export const SECRET = {
  name: 'CFPRM_TEST_SECRET',
  values: new Map([['CFPRM_TEST_SECRET', value]]) as ReadonlyMap<string, string>,
};

/** Fails if the secret is in the command line of a process, or in a file of these folders. */
export function expectNoTrace(folders: readonly string[]): void {
  const lines = execFileSync('ps', ['-e', '-o', 'args='], { encoding: 'utf8' });
  assert.ok(!lines.includes(value), 'it is in the list of processes');
  for (const folder of folders) {
    const { status, stdout } = spawnSync('grep', ['-rlF', '--devices=skip', '--', value, folder]);
    assert.notEqual(status, 0, `it is in ${stdout}`);
  }
}

/** A run with the secret gets it, and after that nothing has it; `folders` are looked at beside those of the run. */
export async function keepsSecret(here: Workplace, folders: readonly string[] = []): Promise<void> {
  const record = await here.start(['--steps', '12', '--hold-at', '2']);
  await here.reach(record, 'running', 2);
  assert.match(await here.log(record), /a secret of 23 characters/u);
  expectNoTrace([here.profile.folder, here.scratch, ...folders]);
  assert.ok((await here.runs.stop(record, 'now')).ok);
  await here.reach(record, 'stopped');
}
