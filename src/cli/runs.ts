import type { Command } from 'commander';
import { type Failure, ok, type Result } from '../core/result';
import { fetchRun, modelFolder } from '../runner/fetchRun';
import type { RunView } from '../runner/look';
import { pickProfile, readProfiles, secretsFrom } from '../runner/profilesFile';
import type { RunRecord } from '../runner/record';
import type { Runs } from '../runner/runs';
import { followLog } from './followRun';
import { openRuns, refuse, runJson, runWords } from './runsSupport';
import { Progress, processTerminal, stopSignal, type Terminal } from './terminal';

/** Flags of all sub-commands of `cfprm runs`; each knows its own. */
export interface RunsFlags {
  readonly json?: boolean;
  readonly follow?: boolean;
  readonly now?: boolean;
  readonly out?: string;
  readonly weights?: boolean;
  readonly checkpoints?: boolean;
  readonly profile?: string;
  readonly profiles?: string;
  readonly forget?: boolean;
}

/** What a sub-command does with the run that was named. */
type Action = (call: Call) => Promise<0 | 1 | 2>;

/** One call of a sub-command. */
interface Call {
  readonly runs: Runs;
  readonly record: RunRecord;
  readonly flags: RunsFlags;
  readonly terminal: Terminal;
  readonly signal: AbortSignal | undefined;
  refused(failure: Failure): 2;
}

/** Adds `cfprm runs` to the program. The exit code goes to `process.exitCode`. */
export function addRuns(program: Command): void {
  const runs = program.command('runs').description('look after training runs, wherever they are');
  const json = ['--json', 'print one JSON document'] as const;
  runs
    .command('list', { isDefault: true })
    .description('all runs that this machine knows, and what they are doing')
    .option(...json)
    .action((flags: RunsFlags) => inProcess((all, terminal) => list(all, flags, terminal)));
  const add = (name: keyof typeof ACTIONS, description: string): Command =>
    runs
      .command(name)
      .description(description)
      .argument('<run>', 'id, its beginning, or name')
      .action((run: string, flags: RunsFlags) =>
        inProcess((all, terminal, signal) => runAction(all, name, run, flags, terminal, signal)),
      );
  add('show', 'what one run is doing').option(...json);
  add('logs', 'what a run printed').option(
    '--follow',
    'go on until it ends; Ctrl-C ends the printing, not the run',
  );
  add('stop', 'have a run write a checkpoint and end').option(
    '--now',
    'end it at once, without a checkpoint',
  );
  add('resume', 'go on with a run that has ended before it finished, or before its model was exported');
  add('fetch', 'bring back the model, the metrics and the log')
    .requiredOption('--out <dir>', 'folder to write; must not exist')
    .option('--weights', 'also the weights as they were trained, if there is an export')
    .option('--checkpoints', 'also what the run would go on from')
    .option(...json);
  add('remove', 'delete a run that has ended, on its host and here').option(
    '--forget',
    'only take it off the list, whatever it does; its folder stays',
  );
  runs
    .command('attach')
    .description('take up a run that was started on another machine')
    .argument('<run>', 'its id, or its folder on the host')
    .requiredOption('--profile <name>', 'the profile in whose folder it lies')
    .option('--profiles <file>', 'file of profiles')
    .option(...json)
    .action((run: string, flags: RunsFlags) =>
      inProcess((all, terminal) => attach(all, run, flags, terminal)),
    );
}

async function inProcess(
  work: (runs: Runs, terminal: Terminal, signal: AbortSignal) => Promise<0 | 1 | 2>,
): Promise<void> {
  const stop = stopSignal();
  const runs = openRuns();
  process.exitCode = await work(runs, processTerminal(), stop.signal);
  await runs.close();
  stop.release();
}

/** Finds a run and does something with it. Returns the exit code. */
export async function runAction(
  runs: Runs,
  name: keyof typeof ACTIONS,
  run: string,
  flags: RunsFlags,
  terminal: Terminal,
  signal?: AbortSignal,
): Promise<0 | 1 | 2> {
  const refused = (failure: Failure): 2 =>
    refuse(`runs ${name}`, failure, terminal, 'Stopped. The same command goes on where this one ended.');
  const record = await runs.store.find(run);
  if (!record.ok) return refused(record);
  return ACTIONS[name]({ runs, record: record.value, flags, terminal, signal, refused });
}

const ACTIONS = { show, logs, stop, resume, fetch: fetchAction, remove } satisfies Record<string, Action>;

/** Prints all runs. Returns 1 if one cannot be reached or read, else 0. */
export async function list(runs: Runs, { json }: RunsFlags, terminal: Terminal): Promise<0 | 1 | 2> {
  const listed = await runs.store.list();
  if (!listed.ok) return refuse('runs list', listed, terminal, 'Stopped.');
  const { runs: records, faults } = listed.value;
  const views = await Promise.all(records.map((record) => runs.watch(record).look()));
  const rows = records.map((record, k) => ({ record, view: views[k]! }));
  if (json) {
    const all = rows.map(({ record, view }) =>
      runJson(record, view.ok ? view.value : undefined, failure(view)),
    );
    terminal.json({ runs: all, faults });
  } else if (rows.length === 0) {
    terminal.out(
      'No runs. "cfprm train" starts one; "cfprm runs attach" takes up one that was started elsewhere.\n',
    );
  } else {
    for (const { record, view } of rows) {
      const what = view.ok ? runWords(view.value) : `not reached: ${view.fault.message}`;
      terminal.out(`${record.id}  ${record.name}  ${record.profileName}  ${what}\n`);
    }
  }
  for (const { message } of faults) terminal.err(`cfprm runs list: ${message}\n`);
  return faults.length > 0 || views.some((view) => !view.ok) ? 1 : 0;
}

function failure(view: Result<RunView>): Failure | undefined {
  return view.ok ? undefined : view;
}

async function show({ runs, record, flags, terminal, refused }: Call): Promise<0 | 1 | 2> {
  const view = await runs.watch(record).look();
  if (!view.ok) return refused(view);
  if (flags.json) {
    terminal.json(runJson(record, view.value));
  } else {
    const { words, status } = view.value;
    const lines = [
      `${record.id}  ${record.name}`,
      `  ${runWords(view.value)}`,
      ...(words === undefined ? [] : [`  ${words}`]),
      ...(status?.checkpoint ? [`  last checkpoint: ${status.checkpoint}`] : []),
      `  ${record.profileName} (${record.profile.kind}): ${runs.folder(record)}`,
    ];
    terminal.out(`${lines.join('\n')}\n`);
  }
  return view.value.state === 'failed' || view.value.state === 'lost' ? 1 : 0;
}

function logs({ runs, record, flags, terminal, signal }: Call): Promise<0 | 1 | 2> {
  return followLog(runs, record, { until: flags.follow ? 'end' : 'now' }, terminal, signal);
}

async function stop({ runs, record, flags, terminal, refused }: Call): Promise<0 | 1 | 2> {
  const stopped = await runs.stop(record, flags.now ? 'now' : 'gently');
  if (!stopped.ok) return refused(stopped);
  terminal.out(`${record.id}: ${flags.now ? 'ended' : 'told to write a checkpoint and end'}\n`);
  return 0;
}

async function resume({ runs, record, terminal, signal, refused }: Call): Promise<0 | 1 | 2> {
  const secrets = secretsFrom(record.profile, process.env);
  if (!secrets.ok) return refused(secrets);
  const resumed = await runs.resume(record, secrets.value, {}, signal);
  if (!resumed.ok) return refused(resumed);
  terminal.out(`${record.id}: started again\n`);
  return 0;
}

async function fetchAction({ runs, record, flags, terminal, signal, refused }: Call): Promise<0 | 1 | 2> {
  const progress = new Progress(terminal);
  const out = flags.out!;
  const choice = { weights: flags.weights === true, checkpoints: flags.checkpoints === true };
  const fetched = await fetchRun(runs.place(record), out, choice, progress.show.bind(progress), signal);
  progress.clear();
  if (!fetched.ok) return refused(fetched);
  const model = await modelFolder(out);
  if (flags.json) terminal.json({ out, model, files: fetched.value });
  else terminal.out(`${out}: ${fetched.value.length} files; the model is in ${model}\n`);
  return 0;
}

async function remove({ runs, record, flags, terminal, refused }: Call): Promise<0 | 1 | 2> {
  if (flags.forget) await runs.store.forget(record.id);
  const removed = flags.forget ? ok(undefined) : await runs.remove(record);
  if (!removed.ok) return refused(removed);
  terminal.out(`${record.id}: ${flags.forget ? 'forgotten' : 'removed'}\n`);
  return 0;
}

/** Takes up a run that is in a profile's folder. Returns the exit code. */
export async function attach(
  runs: Runs,
  run: string,
  flags: RunsFlags,
  terminal: Terminal,
): Promise<0 | 1 | 2> {
  const refused = (fault: Failure): 2 => refuse('runs attach', fault, terminal, 'Stopped.');
  const profiles = await readProfiles(flags.profiles);
  if (!profiles.ok) return refused(profiles);
  const profile = pickProfile(profiles.value, flags.profile!);
  if (!profile.ok) return refused(profile);
  const record = await runs.attach(flags.profile!, profile.value, run);
  if (!record.ok) return refused(record);
  if (flags.json) terminal.json(runJson(record.value, undefined));
  else terminal.out(`${record.value.id}: ${record.value.name}, from now on in "cfprm runs list"\n`);
  return 0;
}
