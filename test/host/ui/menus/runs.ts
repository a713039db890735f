import { rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { root } from '../../../../scripts/process.mjs';
import { resolveOptions } from '../../../../src/core/merge/options';
import type { Result } from '../../../../src/core/result';
import { parseProfile } from '../../../../src/core/runs/profile';
import { mergeFile } from '../../../../src/io/mergeFile';
import type { RunRecord } from '../../../../src/runner/record';
import { Runs } from '../../../../src/runner/runs';
import { modelFolder } from '../../../support/models';

/**
 * Merges a file and makes three runs on it that the window will know: `done` has its model, `held` is at work,
 * `halted` was stopped. They train nothing (test/runs/runner). The environment of this process is changed: the list of
 * runs and the runner are others.
 * @returns the profiles for the setting
 */
export async function startRuns(
  scratch: string,
  source: string,
  merge: string,
): Promise<Record<string, unknown>> {
  process.env.CFPRM_DATA = path.join(scratch, 'data');
  process.env.CFPRM_RUNNER = path.join(root, 'test/runs/runner');
  const written = { kind: 'local', folder: path.join(scratch, 'host'), python: 'python3' };
  value(await mergeFile({ source, options: value(resolveOptions({})), out: merge }));
  const model = modelFolder('cfprm');
  writeFileSync(path.join(model, 'config.json'), '{}');
  const runs = new Runs(process.env.CFPRM_RUNNER);
  const profile = value(parseProfile(written));
  const start = async (name: string, options: string[]): Promise<RunRecord> => {
    const request = { merge, model, name, profile, profileName: 'tiny' };
    const prepared = value(await runs.prepare({ ...request, options: ['--device', 'cpu', ...options] }));
    value(await runs.start(prepared, new Map()));
    return prepared.record;
  };
  // The first makes the environment that the others find.
  const done = await start('done', ['--steps', '2']);
  const held = await start('held', ['--steps', '4', '--hold-at', '2']);
  const halted = await start('halted', ['--steps', '4', '--hold-at', '2']);
  await until(runs, held, 'running');
  await until(runs, halted, 'running');
  value(await runs.stop(halted, 'gently'));
  await until(runs, halted, 'stopped');
  // Taken up again, it is to end by itself.
  rmSync(path.join(scratch, 'host/runs', halted.id, 'output/hold'), { force: true });
  await until(runs, done, 'finished');
  return { tiny: written };
}

async function until(runs: Runs, record: RunRecord, state: string): Promise<void> {
  for (const end = Date.now() + 60_000; ; ) {
    const view = await runs.watch(record).look();
    if (view.ok && view.value.state === state && (state !== 'running' || view.value.status?.step === 2))
      return;
    if (Date.now() > end)
      throw new Error(`${record.name} is not ${state}: ${view.ok ? view.value.state : view.fault.message}`);
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}

function value<T>(result: Result<T>): T {
  if (!result.ok) throw new Error(result.fault.message);
  return result.value;
}
