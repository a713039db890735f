import path from 'node:path';
import { t } from '@vscode/l10n';
import * as vscode from 'vscode';
import { fail, ok, type Result } from '../../core/result';
import { type ExportPrecision, type Profile, parseProfiles } from '../../core/runs/profile';
import { CANCELLED } from '../../io/rowStream';
import { type Check, mayStart, size } from '../../runner/preflight';
import { pickProfile } from '../../runner/profilesFile';
import type { Prepared } from '../../runner/runs';
import { pick, typeLine } from '../ask';
import { withCancel } from '../progress';
import type { Services } from '../services';
import { settings } from '../settings';
import { valueOrTell } from '../trace/navigation';
import { editProfiles } from './profileForm';
import { showRuns } from './runTree';
import { secretsOf } from './secrets';

/** A run that is decided already: the argument of the command, for keybindings and tasks. */
export interface TrainCall {
  /** Folder of the merge. */
  readonly merge: string;
  /** Name of a profile. */
  readonly profile: string;
  readonly model: string;
  readonly name?: string;
  /** Options of the runner. */
  readonly options?: readonly string[];
  /** How the trained model is exported; absent: as the profile says. */
  readonly export?: ExportPrecision;
}

/** True for a `TrainCall`; menus pass other things. */
export function isTrainCall(value: unknown): value is TrainCall {
  const call = value as Partial<TrainCall> | null;
  return typeof call === 'object' && typeof call?.merge === 'string' && typeof call.profile === 'string';
}

/** Profiles from the user's settings; nothing of a workspace counts. */
export function profiles(): Result<ReadonlyMap<string, Profile>> {
  return parseProfiles(settings.profiles(), t('Setting cfprm.profiles'));
}

/** Starts a run without asking anything but secrets; returns its id or the fault. */
export async function trainOn(services: Services, call: TrainCall): Promise<Result<string>> {
  const prepared = await prepare(services, call);
  if (!prepared.ok) return prepared;
  const checks = await services.runs.runs.check(prepared.value);
  if (!checks.ok) return checks;
  const failed = checks.value.find(({ state }) => state === 'failed');
  if (failed !== undefined) return fail(`${CHECKS[failed.id]}: ${failed.found}. ${failed.wayOut}`);
  return start(services, prepared.value);
}

/** "CFPRM: Train on remote runner…": a merge, a profile, a model; then the checklist; then the run. */
export async function train(services: Services, given?: vscode.Uri): Promise<void> {
  const call = await ask(services, given);
  if (call === undefined) return;
  const prepared = valueOrTell(
    await withCancel(t('CFPRM: preparing the run'), (signal) => prepare(services, call, signal)),
  );
  if (prepared === undefined) return;
  for (;;) {
    const looking = t('CFPRM: looking at {0}', call.profile);
    const checks = valueOrTell(await withCancel(looking, () => services.runs.runs.check(prepared)));
    if (checks === undefined) return;
    const chosen = await showChecklist(call, checks);
    if (chosen === 'start') break;
    if (chosen === undefined) return;
  }
  const started = await start(services, prepared);
  if (!started.ok && started.fault.message === CANCELLED) {
    void vscode.window.showInformationMessage(
      t('CFPRM: the run was not started. What was sent is not sent again next time.'),
    );
    return;
  }
  if (valueOrTell(started) !== undefined) await showRuns();
}

async function prepare(services: Services, call: TrainCall, signal?: AbortSignal): Promise<Result<Prepared>> {
  if (!vscode.workspace.isTrusted) {
    return fail(
      t(
        'Training starts programs, and this workspace is not trusted. Trust it first (Manage Workspace Trust).',
      ),
    );
  }
  const all = profiles();
  if (!all.ok) return all;
  const profile = pickProfile(all.value, call.profile);
  if (!profile.ok) return profile;
  const { merge, model, name, options = [], export: precision } = call;
  const request = { merge, model, options, profile: profile.value, profileName: call.profile };
  return services.runs.runs.prepare(
    { ...request, ...(name && { name }), ...(precision && { export: precision }) },
    signal,
  );
}

async function start(services: Services, prepared: Prepared): Promise<Result<string>> {
  const { record } = prepared;
  const secrets = await secretsOf(services.context, record.profile);
  if (!secrets.ok) return secrets;
  const started = await withCancel(t('CFPRM: starting {0}', record.name), (signal, report) => {
    const listener = {
      onProgress: (_: string, done: number, total: number) =>
        report(done, total, t('{0} of {1}', size(done), size(total))),
      onText: (text: string) => services.log.info(text.trimEnd()),
    };
    return services.runs.runs.start(prepared, secrets.value, listener, signal);
  });
  services.log.info(`run ${record.id}: ${started.ok ? 'started' : started.fault.message}`);
  await services.runs.refresh();
  return started.ok ? ok(record.id) : started;
}

async function ask(services: Services, given: vscode.Uri | undefined): Promise<TrainCall | undefined> {
  const merge = given instanceof vscode.Uri ? mergeOf(given) : await askMerge();
  if (merge === undefined) return undefined;
  const profile = await askProfile(services);
  if (profile === undefined) return undefined;
  const model = await typeLine({
    title: t('CFPRM: Model to start from'),
    prompt: t('A folder here (it is sent along), or a folder or hub name that the host knows'),
    value: 'Qwen/Qwen2.5-Math-7B',
    validateInput: (text) => (text.trim() === '' ? t('Name a model.') : undefined),
  });
  if (model === undefined) return undefined;
  const options = await typeLine({
    title: t('CFPRM: Options of the runner'),
    prompt: t('As on the command line; empty for the defaults of the paper'),
    placeHolder: '--loss q-ranking --preset 7b-80gb',
  });
  if (options === undefined) return undefined;
  const list = options.split(/\s+/u).filter((option) => option !== '');
  return { merge, profile, model: model.trim(), options: list };
}

/** The name of a profile; one that was just made with the form is offered like the others. */
async function askProfile(services: Services): Promise<string | undefined> {
  for (;;) {
    const all = valueOrTell(profiles());
    if (all === undefined) return undefined;
    const edit = { label: `$(edit) ${t('Edit profiles…')}`, name: undefined };
    const picks = [...all].map(([name, profile]) => ({ label: name, description: words(profile), name }));
    const picked = await pick([...picks, edit], {
      title: t('CFPRM: Where to train'),
      placeHolder: t('A profile, as "CFPRM: Edit runner profiles…" makes them'),
    });
    if (picked === undefined) return undefined;
    if (picked.name !== undefined) return picked.name;
    if ((await editProfiles(services)) === undefined) return undefined;
  }
}

/** The folder itself, or that of its manifest. */
function mergeOf(uri: vscode.Uri): string {
  return path.basename(uri.fsPath) === 'manifest.json' ? path.dirname(uri.fsPath) : uri.fsPath;
}

async function askMerge(): Promise<string | undefined> {
  const found = await vscode.workspace.findFiles('**/manifest.json', '**/node_modules/**', 50);
  const folders = found.map((uri) => path.dirname(uri.fsPath)).sort();
  const other = { label: `$(folder-opened) ${t('Choose a folder…')}`, folder: undefined };
  const picks = folders.map((folder) => ({
    label: path.basename(folder),
    description: vscode.workspace.asRelativePath(folder),
    folder,
  }));
  const picked = await pick([...picks, other], {
    title: t('CFPRM: Training data'),
    placeHolder: t('A folder that Merge windows wrote'),
  });
  if (picked === undefined) return undefined;
  if (picked.folder !== undefined) return picked.folder;
  const chosen = await vscode.window.showOpenDialog({
    title: t('CFPRM: Folder that Merge windows wrote'),
    canSelectFolders: true,
    canSelectFiles: false,
  });
  return chosen?.[0]?.fsPath;
}

function words(profile: Profile): string {
  switch (profile.kind) {
    case 'local':
      return t('this machine');
    case 'ssh':
      return `SSH, ${profile.host}`;
    case 'slurm':
      return `Slurm, ${profile.login?.host ?? t('this machine')}`;
    case 'ray':
      return `Ray, ${profile.address}`;
  }
}

const CHECKS: Record<Check['id'], string> = {
  connection: t('connection'),
  folder: t('folder'),
  disk: t('disk'),
  upload: t('upload'),
  python: t('python'),
  install: t('install'),
  gpu: t('gpu'),
  torch: t('torch'),
  scheduler: t('scheduler'),
};
const STATES: Record<Check['state'], string> = {
  passed: t('passed'),
  warning: t('warning'),
  failed: t('failed'),
  unknown: t('unknown'),
};
const ICONS = { passed: 'pass', warning: 'warning', failed: 'error', unknown: 'question' } as const;

/** The checklist, with what can be done at its top; undefined if the user left. */
async function showChecklist(
  { profile }: TrainCall,
  checks: readonly Check[],
): Promise<'start' | 'again' | undefined> {
  type Item = vscode.QuickPickItem & { readonly does?: 'start' | 'again' };
  const may = mayStart(checks);
  const first: Item = may
    ? { label: `$(rocket) ${t('Start training')}`, does: 'start' }
    : {
        label: `$(refresh) ${t('Look again')}`,
        description: t('something stands in the way: see below'),
        does: 'again',
      };
  // What stands in the way comes first, then in the order of looking.
  const sorted = [...checks].sort((a, b) => Number(b.state === 'failed') - Number(a.state === 'failed'));
  const items: Item[] = sorted.map(({ id, state, found, wayOut }) => ({
    label: `$(${ICONS[state]}) ${CHECKS[id]}`,
    description: `${STATES[state]}: ${found}`,
    ...(wayOut && { detail: wayOut }),
  }));
  const line: Item = { label: t('what was found'), kind: vscode.QuickPickItemKind.Separator };
  for (;;) {
    const picked = await pick([first, line, ...items], {
      title: may ? t('CFPRM: Ready to train on {0}', profile) : t('CFPRM: Cannot train yet on {0}', profile),
    });
    // A line of the list is there to be read.
    if (picked === undefined || picked.does !== undefined) return picked?.does;
  }
}
