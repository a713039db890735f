import { type Command, Option } from 'commander';
import type { Failure } from '../core/result';
import { LogStream } from '../core/runs/logText';
import { EXPORT_PRECISIONS, isExportPrecision } from '../core/runs/profile';
import { type Check, mayStart, size } from '../runner/preflight';
import { pickProfile, readProfiles, secretsFrom } from '../runner/profilesFile';
import type { Runs } from '../runner/runs';
import { followLog } from './followRun';
import { openRuns, refuse, runJson } from './runsSupport';
import { Progress, processTerminal, stopSignal, type Terminal } from './terminal';

/** What `cfprm train` was asked for. */
export interface TrainFlags {
  readonly profile: string;
  readonly profiles?: string;
  readonly model: string;
  readonly name?: string;
  readonly export?: string;
  readonly check?: boolean;
  readonly ignoreChecks?: boolean;
  readonly follow?: boolean;
  readonly json?: boolean;
}

/** Adds `cfprm train` to the program. The exit code goes to `process.exitCode`. */
export function addTrain(program: Command): void {
  program
    .command('train')
    .description('send a merge to where the GPUs are and train on it, detached')
    .argument('<dir>', 'folder that cfprm merge wrote')
    .argument('[options...]', 'behind --: options of the runner, as in -- --loss q-ranking')
    .requiredOption('--model <model>', 'backbone: a folder here, or a folder or hub name that the host knows')
    .option('--profile <name>', 'where to train', 'local')
    .option('--profiles <file>', 'file of profiles (default: cfprm/profiles.json among your settings)')
    .option('--name <text>', 'what to call the run (default: the name of the folder)')
    .addOption(
      new Option(
        '--export <precision>',
        "how the trained model is exported (default: the profile's)",
      ).choices(EXPORT_PRECISIONS),
    )
    .option('--check', 'only look whether the host can do it')
    .option('--ignore-checks', 'start although a check failed')
    .option('--follow', 'print the log until the run ends; Ctrl-C stops printing, not the run')
    .option('--json', 'print one JSON document')
    .action(async (dir: string, options: string[], flags: TrainFlags) => {
      const stop = stopSignal();
      const runs = openRuns();
      process.exitCode = await train(runs, dir, options, flags, processTerminal(), stop.signal);
      await runs.close();
      stop.release();
    });
}

/**
 * Checks the host, sends what it lacks and starts the run. Returns the exit code: 0 started (with `--follow`:
 * finished), 1 the run that was followed did not finish, or `--check` found something, 2 not started.
 */
export async function train(
  runs: Runs,
  dir: string,
  options: readonly string[],
  flags: TrainFlags,
  terminal: Terminal,
  signal?: AbortSignal,
): Promise<0 | 1 | 2> {
  const refused = (failure: Failure): 2 =>
    refuse(
      'train',
      failure,
      terminal,
      'Stopped before the run started. The same command goes on with the upload.',
    );
  const profiles = await readProfiles(flags.profiles);
  if (!profiles.ok) return refused(profiles);
  const profile = pickProfile(profiles.value, flags.profile);
  if (!profile.ok) return refused(profile);
  const secrets = secretsFrom(profile.value, process.env);
  if (!secrets.ok) return refused(secrets);
  const { model, name, profile: profileName, export: precision } = flags;
  const request = {
    ...{ merge: dir, profileName, profile: profile.value, model, options },
    ...(name && { name }),
    ...(isExportPrecision(precision) && { export: precision }),
  };
  const prepared = await runs.prepare(request, signal);
  if (!prepared.ok) return refused(prepared);
  const checks = await runs.check(prepared.value);
  if (!checks.ok) return refused(checks);
  const passed = mayStart(checks.value);
  if (!flags.json || !passed) printChecks(checks.value, flags, terminal);
  if (flags.check) {
    if (flags.json && passed) terminal.json({ ok: passed, checks: checks.value });
    return passed ? 0 : 1;
  }
  if (!passed && !flags.ignoreChecks) {
    terminal.err('cfprm train: Not started: see above. --ignore-checks starts it all the same.\n');
    return 2;
  }
  const progress = new Progress(terminal);
  const printed = new LogStream();
  const listener = {
    onProgress: (_task: string, done: number, total: number) => progress.show(done, total),
    ...(terminal.interactive && { onText: (text: string) => terminal.err(printed.push(text)) }),
  };
  const started = await runs.start(prepared.value, secrets.value, listener, signal);
  progress.clear();
  if (!started.ok) return refused(started);
  const { record } = prepared.value;
  if (flags.json && !flags.follow) {
    const upload = { sent: started.value.bytes, there: started.value.bytesThere };
    terminal.json({ ...runJson(record, undefined), upload, checks: checks.value });
    return 0;
  }
  if (!flags.json) {
    const { bytes, bytesThere } = started.value;
    terminal.out(
      `${record.id}: started on ${flags.profile} (${size(bytes)} sent, ${size(bytesThere)} there already)\n` +
        `  cfprm runs show ${record.id}\n`,
    );
  }
  return flags.follow ? followLog(runs, record, { until: 'end', json: flags.json }, terminal, signal) : 0;
}

const MARKS = { passed: 'ok', warning: 'warning', failed: 'FAILED', unknown: 'not seen' } as const;

function printChecks(checks: readonly Check[], flags: TrainFlags, terminal: Terminal): void {
  const lines = checks.flatMap(({ id, state, found, wayOut }) => [
    `  ${MARKS[state].padEnd(8)}  ${id.padEnd(10)}  ${found}`,
    ...(wayOut === undefined ? [] : [`  ${' '.repeat(22)}${wayOut}`]),
  ]);
  const text = `${lines.join('\n')}\n`;
  if (flags.json) terminal.err(text);
  else terminal.out(text);
}
