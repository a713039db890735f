import { randomBytes } from 'node:crypto';
import { existsSync } from 'node:fs';
import { basename, join, resolve } from 'node:path';
import { t } from '@vscode/l10n';
import { fail, ok, type Result } from '../core/result';
import { checkOptions } from '../core/runs/checkOptions';
import type { Declaration } from '../core/runs/optionDeclaration';
import type { ExportPrecision, Profile } from '../core/runs/profile';
import { isRunning } from '../core/runs/state';
import { stateWords } from '../core/runs/words';
import { fileDigest } from '../io/fileDigest';
import { readDeclaration } from './declaration';
import { ensurePython, environmentName } from './environment';
import { type Host, output } from './host';
import { putText, readFrom } from './hostFiles';
import { launch, requestStop } from './launch';
import type { PlacedRun } from './launcher';
import { INPUT, SENT_MODEL } from './launchScript';
import { HostLayout } from './layout';
import { RunWatch } from './look';
import { mergeInput } from './mergeInput';
import { openHost } from './openHost';
import { type Check, preflight } from './preflight';
import { quotePath, under } from './quote';
import { isRunId, parseRecord, type RunRecord } from './record';
import { RunStore } from './store';
import { type InputFile, inputFiles, type UploadPlan, upload } from './upload';

/** What is to be trained, and where. */
export interface TrainRequest {
  /** The folder that a merge wrote. */
  readonly merge: string;
  readonly profileName: string;
  readonly profile: Profile;
  /** The backbone: a folder here, which is sent along, or a folder or hub name that the host knows. */
  readonly model: string;
  /** Absent: the merge's folder. */
  readonly name?: string;
  /** More arguments of the runner's `train`. */
  readonly options: readonly string[];
  /** Absent: the profile's. */
  readonly export?: ExportPrecision;
}

/** A request with everything that it sends, hashed. */
export interface Prepared {
  readonly record: RunRecord;
  readonly files: readonly InputFile[];
  readonly wantsGpu: boolean;
  /** Options that were given; the runner knows them all. */
  readonly optionCount: number;
}

/** What is told on the way. */
export interface Listener {
  /** `task` is what is being done, as in "Sending"; `done` of `total` bytes, where that is known. */
  onProgress?(task: string, done: number, total: number): void;
  /** What an installer prints. */
  onText?(text: string): void;
}

/** Trains on hosts and looks after the runs: what command line and editor do with them. */
export class Runs {
  /** Hosts by what tells them apart, so that all runs on one share its connection. */
  private readonly hosts = new Map<string, Host>();

  constructor(
    /** The Python package that is sent along. */
    private readonly runnerFolder: string,
    readonly store = new RunStore(),
  ) {}

  /** What the runner says of its options. */
  declaration(): Promise<Result<Declaration>> {
    return readDeclaration(this.runnerFolder);
  }

  /**
   * Checks a request here and hashes what it would send. Faults: options that the runner would refuse; those of
   * `mergeInput`; no model; a file cannot be read.
   */
  async prepare(request: TrainRequest, signal?: AbortSignal): Promise<Result<Prepared>> {
    const { merge, profile, profileName, model, options } = request;
    if (!existsSync(join(this.runnerFolder, 'pyproject.toml'))) {
      return fail(
        t('The runner is not at {0}. Install CFPRM again, or name it in CFPRM_RUNNER.', this.runnerFolder),
      );
    }
    const declared = await this.declaration();
    if (!declared.ok) return declared;
    const given = checkOptions(options, declared.value);
    if (!given.ok) return given;
    const input = await mergeInput(merge, signal);
    if (!input.ok) return input;
    const runner = await this.runnerFiles(signal);
    if (!runner.ok) return runner;
    const sent = await this.modelFiles(model, profile, signal);
    if (!sent.ok) return sent;
    const environment = await environmentName(profile, this.runnerFolder);
    if (!environment.ok) return environment;
    const name = request.name ?? basename(resolve(merge));
    // The model is called what the run is called, unless the options call it otherwise.
    const named = given.value.has('name') ? [] : [`--name=${name}`];
    const record: RunRecord = {
      version: 1,
      id: newId(),
      name,
      created: new Date().toISOString(),
      profileName,
      profile,
      merge: { name: basename(resolve(merge)), sha256: input.value.sha256 },
      options: ['--model', sent.value.option, ...named, ...options],
      environment: environment.value,
      export: request.export ?? profile.export,
      request: {
        merge: resolve(merge),
        model: existsSync(join(model, 'config.json')) ? resolve(model) : model,
        options,
      },
    };
    const wantsGpu = given.value.get('device')?.[0] !== 'cpu';
    const files = [...input.value.files, ...runner.value, ...sent.value.files];
    return ok({ record, wantsGpu, files, optionCount: given.value.size });
  }

  /** What the runner is installed from, without its tests and what tools left beside them. */
  private async runnerFiles(signal: AbortSignal | undefined): Promise<Result<readonly InputFile[]>> {
    const sources = await inputFiles(join(this.runnerFolder, 'src'), `${INPUT.runner}/src`, signal);
    if (!sources.ok) return sources;
    const files = [...sources.value];
    for (const name of ['pyproject.toml', 'README.md']) {
      const source = join(this.runnerFolder, name);
      if (!existsSync(source)) continue;
      const digest = await fileDigest(source, signal);
      if (!digest.ok) return digest;
      files.push({ source, path: `${INPUT.runner}/${name}`, ...digest.value });
    }
    return ok(files);
  }

  private async modelFiles(
    model: string,
    profile: Profile,
    signal: AbortSignal | undefined,
  ): Promise<Result<{ readonly option: string; readonly files: readonly InputFile[] }>> {
    if (!existsSync(join(model, 'config.json'))) return ok({ option: model, files: [] });
    // What lies on the same disks is not copied.
    if (openHost(profile).isLocal) return ok({ option: resolve(model), files: [] });
    const files = await inputFiles(model, INPUT.model, signal);
    return files.ok ? ok({ option: SENT_MODEL, files: files.value }) : files;
  }

  /** Looks whether the host can do the run. */
  async check({ record, files, wantsGpu, optionCount }: Prepared): Promise<Result<readonly Check[]>> {
    const { host } = this.place(record);
    const layout = new HostLayout(record.profile.folder);
    const { profile, environment } = record;
    const looked = await preflight(host, layout, profile, { files, environment, wantsGpu });
    if (!looked.ok) return looked;
    const found =
      optionCount === 0 ? t('the defaults of the runner') : t('{0}, all known to the runner', optionCount);
    return ok([...looked.value, { id: 'options', state: 'passed', found }]);
  }

  /**
   * Sends, installs and starts. The run is known here from the moment on in which everything is on the host. Faults:
   * those of each step; what was sent stays, and is not sent again.
   */
  async start(
    { record, files }: Prepared,
    secrets: ReadonlyMap<string, string>,
    listener: Listener = {},
    signal?: AbortSignal,
  ): Promise<Result<UploadPlan>> {
    const run = this.place(record);
    const layout = new HostLayout(record.profile.folder);
    const client = await this.store.client();
    if (!client.ok) return client;
    let done = 0;
    const total = files.reduce((bytes, file) => bytes + file.bytes, 0);
    const sent = await upload(run.host, layout, files, run.layout.input, client.value, {
      ...(signal && { signal }),
      onBytes(bytes) {
        done += bytes;
        listener.onProgress?.(t('Sending'), done, total);
      },
    });
    if (!sent.ok) return sent;
    const { request: _, ...shared } = record;
    const text = `${JSON.stringify(shared, null, 2)}\n`;
    const told = await putText(run.host, run.layout.record, text, t('The upload'));
    if (!told.ok) return told;
    const saved = await this.store.save(record);
    if (!saved.ok) return saved;
    const started = await this.launch(run, secrets, listener, signal);
    return started.ok ? sent : started;
  }

  /**
   * Goes on with a run that has ended, from its last checkpoint; with one whose export failed, from there. Faults: it has
   * not ended, or there is nothing left to do.
   */
  async resume(
    record: RunRecord,
    secrets: ReadonlyMap<string, string>,
    listener: Listener = {},
    signal?: AbortSignal,
  ): Promise<Result<void>> {
    const run = this.place(record);
    const view = await new RunWatch(run).look();
    if (!view.ok) return view;
    const { state, lacksExport } = view.value;
    if (state === 'finished' && !lacksExport)
      return fail(t('Run {0} has finished: there is nothing to go on with.', record.id));
    if (isRunning(state)) return fail(t('Run {0} is {1} already.', record.id, stateWords(state)));
    return this.launch(run, secrets, listener, signal);
  }

  private async launch(
    run: PlacedRun,
    secrets: ReadonlyMap<string, string>,
    listener: Listener,
    signal: AbortSignal | undefined,
  ): Promise<Result<void>> {
    const missing = run.record.profile.secrets.filter((name) => !secrets.has(name));
    if (missing.length > 0)
      return fail(t('Run {0} needs {1}: give its value.', run.record.id, missing.join(', ')));
    const options = { ...(listener.onText && { onText: listener.onText }), ...(signal && { signal }) };
    const python = await ensurePython(run, options);
    return python.ok ? launch(run, python.value, secrets) : python;
  }

  /** Tells a run to end; see `requestStop`. Fault: it has ended. */
  async stop(record: RunRecord, how: 'gently' | 'now'): Promise<Result<void>> {
    const run = this.place(record);
    const view = await new RunWatch(run).look();
    if (!view.ok) return view;
    if (!isRunning(view.value.state))
      return fail(t('Run {0} is not running: it is {1}.', record.id, stateWords(view.value.state)));
    return requestStop(run, how);
  }

  /** A watch over a run, which remembers what it has read. */
  watch(record: RunRecord): RunWatch {
    return new RunWatch(this.place(record));
  }

  /** The run's log from an offset on, at most 1 MiB, and where the next part begins. */
  async log(
    record: RunRecord,
    offset: number,
  ): Promise<Result<{ readonly text: Buffer; readonly next: number }>> {
    const { host, layout } = this.place(record);
    const read = await readFrom(host, layout.log, offset, 1024 * 1024);
    return read.ok ? ok({ text: read.value.bytes, next: offset + read.value.bytes.length }) : read;
  }

  /** The last `bytes` of the run's log, and where what comes after them begins. */
  async logEnd(
    record: RunRecord,
    bytes: number,
  ): Promise<Result<{ readonly text: Buffer; readonly next: number }>> {
    const { host, layout } = this.place(record);
    const found = await readFrom(host, layout.log, 0, 0);
    return found.ok ? this.log(record, Math.max(0, found.value.size - bytes)) : found;
  }

  /** Takes up a run that another machine started: its folder is in the profile's. Faults: there is no such run. */
  async attach(profileName: string, profile: Profile, idOrFolder: string): Promise<Result<RunRecord>> {
    const id = idOrFolder.replace(/\/+$/u, '').split('/').at(-1)!;
    if (!isRunId(id))
      return fail(t('{0} is no run: give its id, or its folder on the host.', JSON.stringify(idOrFolder)));
    const host = this.host(profile);
    const layout = new HostLayout(profile.folder).run(id);
    const read = await readFrom(host, layout.record, 0, 1024 * 1024);
    if (!read.ok) return read;
    if (read.value.size === 0) {
      return fail(
        t(
          '{0} has no run {1} in {2}. Name the profile whose "folder" holds it.',
          host.name,
          id,
          profile.folder,
        ),
      );
    }
    const record = parseRecord(read.value.bytes.toString('utf8'), layout.record);
    if (!record.ok) return record;
    if (record.value.id !== id)
      return fail(t('{0} is the record of another run, {1}.', layout.record, record.value.id));
    if (record.value.profile.kind !== profile.kind) {
      return fail(
        t(
          'Run {0} was started with a profile of kind {1}: name one of that kind.',
          id,
          record.value.profile.kind,
        ),
      );
    }
    // How the machine is reached is this machine's business.
    const { request: _, ...shared } = record.value;
    const known = await this.store.find(id);
    const attached = {
      ...{ ...shared, profileName, profile },
      ...(known.ok && known.value.request && { request: known.value.request }),
    };
    const saved = await this.store.save(attached);
    return saved.ok ? ok(attached) : saved;
  }

  /** Deletes a run that has ended, on its host and here, and uploads that no run needs any more. */
  async remove(record: RunRecord): Promise<Result<void>> {
    const { host, layout } = this.place(record);
    const view = await this.watch(record).look();
    if (!view.ok) return view;
    if (isRunning(view.value.state))
      return fail(t('Run {0} is {1}. Stop it first.', record.id, stateWords(view.value.state)));
    // A file that is older than a day and has one name is in no run; a newer one may be on its way into one.
    const blobs = quotePath(new HostLayout(record.profile.folder).blobs);
    const script = `rm -rf -- ${quotePath(layout.folder)} || exit 1
[ ! -d ${blobs} ] || find ${blobs} -type f -links 1 -mmin +1440 -exec rm -f -- {} +`;
    const removed = await output(host, script, t('Removing the run'));
    if (!removed.ok) return removed;
    await this.store.forget(record.id);
    return ok(undefined);
  }

  /** A run and where it lies. */
  place(record: RunRecord): PlacedRun {
    const host = this.host(record.profile);
    return { record, host, layout: new HostLayout(record.profile.folder).run(record.id) };
  }

  /** The folder of a run on its host, as a person there would write it. */
  folder(record: RunRecord): string {
    return under(record.profile.folder, 'runs', record.id);
  }

  /** Lets go of all connections; runs go on. */
  async close(): Promise<void> {
    await Promise.all([...this.hosts.values()].map((host) => host.close()));
    this.hosts.clear();
  }

  private host(profile: Profile): Host {
    const target = profile.kind === 'ssh' ? profile : 'login' in profile ? profile.login : undefined;
    const key = JSON.stringify([target?.host, target?.sshConfig]);
    let host = this.hosts.get(key);
    if (host === undefined) {
      host = openHost(profile);
      this.hosts.set(key, host);
    }
    return host;
  }
}

function newId(): string {
  const digits = new Date().toISOString().replace(/\D/gu, '');
  return `${digits.slice(0, 8)}-${digits.slice(8, 14)}-${randomBytes(3).toString('hex')}`;
}
