import path from 'node:path';
import { t } from '@vscode/l10n';
import * as vscode from 'vscode';
import { fail, ok, type Result } from '../../core/result';
import type { ExportPrecision } from '../../core/runs/profile';
import { CANCELLED } from '../../io/rowStream';
import { type Check, mayStart, size } from '../../runner/preflight';
import { pickProfile } from '../../runner/profilesFile';
import type { RunRecord } from '../../runner/record';
import type { Prepared } from '../../runner/runs';
import { pick } from '../ask';
import { withCancel } from '../progress';
import type { Services } from '../services';
import { valueOrTell } from '../trace/navigation';
import { showRuns } from './runTree';
import { secretsOf } from './secrets';
import { askRun, lastDraft, profiles, type TrainDraft } from './trainForm';

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

/** "CFPRM: Train on remote runner…": the form, then what the host looks like, then the run. */
export function train(services: Services, given?: vscode.Uri): Promise<void> {
  return trainWith(services, lastDraft(services, given instanceof vscode.Uri ? mergeOf(given) : undefined));
}

/** Shows the form with what a run was made of, and starts another one. */
export function editRun(
  services: Services,
  { name, profileName, options, request, ...record }: RunRecord,
): Promise<void> {
  // A run that was started on another machine says what its model was; where its data lies here is asked.
  const [, model = ''] = options;
  const own = request ?? { model, options: options.slice(2).filter((word) => !word.startsWith('--name=')) };
  const known = { name, profile: profileName, ...own };
  return trainWith(services, record.export === undefined ? known : { ...known, export: record.export });
}

async function trainWith(services: Services, start: TrainDraft): Promise<void> {
  let draft = start;
  for (;;) {
    const call = await askRun(services, draft);
    if (call === undefined) return;
    const preparing = t('CFPRM: preparing the run');
    const made = valueOrTell(await withCancel(preparing, (signal) => prepare(services, call, signal)));
    if (made === undefined) return;
    const chosen = await lookAtHost(services, call, made);
    if (chosen === undefined) return;
    if (chosen === 'start') return startOrTell(services, made);
    draft = { ...call, options: call.options ?? [] };
  }
}

/** Shows what was found on the host until the user decides; undefined if the user left. */
async function lookAtHost(
  services: Services,
  call: TrainCall,
  prepared: Prepared,
): Promise<'start' | 'edit' | undefined> {
  for (;;) {
    const looking = t('CFPRM: looking at {0}', call.profile);
    const checks = valueOrTell(await withCancel(looking, () => services.runs.runs.check(prepared)));
    if (checks === undefined) return undefined;
    const chosen = await showChecklist(call, checks);
    if (chosen !== 'again') return chosen;
  }
}

async function startOrTell(services: Services, prepared: Prepared): Promise<void> {
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
  if (started.ok) services.runNews.expect(record.id);
  services.log.info(`run ${record.id}: ${started.ok ? 'started' : started.fault.message}`);
  await services.runs.refresh();
  return started.ok ? ok(record.id) : started;
}

/** The folder itself, or that of its manifest. */
function mergeOf(uri: vscode.Uri): string {
  return path.basename(uri.fsPath) === 'manifest.json' ? path.dirname(uri.fsPath) : uri.fsPath;
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
  options: t('options'),
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
): Promise<'start' | 'again' | 'edit' | undefined> {
  type Item = vscode.QuickPickItem & { readonly does?: 'start' | 'again' | 'edit' };
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
  const edit: Item = { label: `$(edit) ${t('Edit the run…')}`, does: 'edit' };
  const line: Item = { label: t('what was found'), kind: vscode.QuickPickItemKind.Separator };
  for (;;) {
    const picked = await pick([first, edit, line, ...items], {
      title: may ? t('CFPRM: Ready to train on {0}', profile) : t('CFPRM: Cannot train yet on {0}', profile),
    });
    // A line of the list is there to be read.
    if (picked === undefined || picked.does !== undefined) return picked?.does;
  }
}
