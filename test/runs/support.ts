import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { resolveOptions } from '../../src/core/merge/options';
import type { Result } from '../../src/core/result';
import { type Profile, parseProfile } from '../../src/core/runs/profile';
import type { RunState } from '../../src/core/runs/state';
import { mergeFile } from '../../src/io/mergeFile';
import type { RunView } from '../../src/runner/look';
import type { RunRecord } from '../../src/runner/record';
import { type Prepared, Runs, type TrainRequest } from '../../src/runner/runs';
import { RunStore } from '../../src/runner/store';
import { modelFolder } from '../support/models';
import { root } from '../support/rows';
import { backbone } from './backbone';

/** The package that keeps the runner's contract without training; see its `__main__.py`. */
export const RUNNER = join(root, 'test/runs/runner');

/** The runner itself. */
const REAL_RUNNER = join(root, 'runner');

/** What a run of the tiny model may take on a machine that is busy. */
const RUN_SECONDS = 420;

/** Folders of hosts, which runs may still write to when their suite is over. */
const hosts: string[] = [];
process.on('exit', () => {
  for (const folder of hosts) rmSync(folder, { recursive: true, force: true });
});

/** A result's value; throws its fault. */
export function value<T>(result: Result<T>): T {
  if (!result.ok) throw new Error(result.fault.message);
  return result.value;
}

/** The message of a result that must be a fault. */
export function faultOf(result: Result<unknown>): string {
  assert.ok(!result.ok, 'it should have failed');
  return result.fault.message;
}

/** Looks until something holds; fails with what was seen last when that takes too long. */
export async function until<T>(
  what: string,
  look: () => T | undefined | Promise<T | undefined>,
  seconds = 40,
): Promise<T> {
  const end = Date.now() + seconds * 1000;
  for (;;) {
    const found = await look();
    if (found !== undefined) return found;
    if (Date.now() > end) throw new Error(`It took too long: ${what}`);
    await sleep(50);
  }
}

/** A machine from which runs are started, with a merge and a tiny model, and where the runs are. */
export class Workplace {
  readonly scratch = mkdtempSync(join(tmpdir(), 'cfprm-runs-'));
  readonly merge = join(this.scratch, 'merge');
  readonly model = modelFolder('cfprm');
  readonly runs: Runs;
  /** What is handed to every run. */
  secrets: ReadonlyMap<string, string> = new Map();
  private readonly all: Runs[] = [];

  private constructor(readonly profile: Profile) {
    this.runs = this.client('here');
  }

  /** Makes the merge; `profile` gets a folder of its own in `scratch` unless it names one. */
  static async create(profile: (scratch: string) => object): Promise<Workplace> {
    const folder = mkdtempSync(join(tmpdir(), 'cfprm-host-'));
    const parsed = value(parseProfile({ folder, ...profile(folder) }));
    const place = new Workplace(parsed);
    hosts.push(folder);
    // A model that the runner takes has the configuration of its backbone.
    writeFileSync(join(place.model, 'config.json'), '{}');
    const options = value(resolveOptions({}));
    value(await mergeFile({ source: join(root, 'test/fixtures/trl.jsonl'), out: place.merge, options }));
    return place;
  }

  /** Another machine, with a list of runs of its own. */
  client(name: string): Runs {
    const runs = new Runs(RUNNER, new RunStore(join(this.scratch, 'clients', name)));
    this.all.push(runs);
    return runs;
  }

  /** What is asked for where nothing else is said. */
  get request(): TrainRequest {
    const { merge, profile, model } = this;
    return { merge, profile, profileName: 'test', model, options: [] };
  }

  /** Prepares a run of the stand-in; `options` are those of the package in test/runs/runner. */
  async prepare(
    options: readonly string[] = [],
    more: Partial<TrainRequest> = {},
    runs = this.runs,
  ): Promise<Prepared> {
    const wanted = ['--device', 'cpu', ...options];
    return value(await runs.prepare({ ...this.request, options: wanted, ...more }));
  }

  /** Starts a run of the stand-in. */
  async start(options: readonly string[] = [], more: Partial<TrainRequest> = {}): Promise<RunRecord> {
    const prepared = await this.prepare(options, more);
    value(await this.runs.start(prepared, this.secrets));
    return prepared.record;
  }

  /** Starts a run of the runner itself with the tiny language model; `options` are those of `cfprm-runner train`. */
  async train(options: readonly string[], more: Partial<TrainRequest> = {}): Promise<RunRecord> {
    const runs = new Runs(REAL_RUNNER, this.runs.store);
    this.all.push(runs);
    const small = ['--batch', '2', '--learning-rate', '1e-3', ...options];
    const prepared = await this.prepare(small, { model: backbone(), ...more }, runs);
    value(await runs.start(prepared, this.secrets));
    return prepared.record;
  }

  async look(record: RunRecord, runs = this.runs): Promise<RunView> {
    return value(await runs.watch(record).look());
  }

  /** Waits until the run is in that state (and at least at that step). */
  reach(record: RunRecord, state: RunState, step = 0, runs = this.runs): Promise<RunView> {
    const holds = (view: RunView) => view.state === state && (view.status?.step ?? 0) >= step;
    return this.see(record, state, holds, runs);
  }

  /** Looks until what is seen of the run holds; `what` says in a failure what that would have been. */
  async see(
    record: RunRecord,
    what: string,
    holds: (view: RunView) => boolean,
    runs = this.runs,
  ): Promise<RunView> {
    let last: RunView | undefined;
    const look = async () => {
      last = await this.look(record, runs);
      if (holds(last)) return last;
      if (last.state === 'failed') throw new Error(`It failed on the way: ${what}`);
      return undefined;
    };
    try {
      return await until(what, look, RUN_SECONDS);
    } catch (error) {
      throw new Error(`${String(error)}; last: ${last?.state} ${last?.words} ${await this.log(record)}`);
    }
  }

  async resume(record: RunRecord): Promise<void> {
    value(await this.runs.resume(record, this.secrets));
  }

  async log(record: RunRecord): Promise<string> {
    return value(await this.runs.log(record, 0)).text.toString('utf8');
  }

  /** A folder in `scratch`. */
  folder(name: string): string {
    const folder = join(this.scratch, name);
    mkdirSync(folder, { recursive: true });
    return folder;
  }

  /** Ends all connections and removes what was written here; the host's folder goes when the tests end. */
  async close(): Promise<void> {
    await Promise.all(this.all.map((runs) => runs.close()));
    rmSync(this.scratch, { recursive: true, force: true });
  }
}
