import { existsSync } from 'node:fs';
import path from 'node:path';
import { t } from '@vscode/l10n';
import * as vscode from 'vscode';
import { fail, ok, type Result } from '../../core/result';
import { checkOptions } from '../../core/runs/checkOptions';
import type { Declaration } from '../../core/runs/optionDeclaration';
import { joinLine, splitLine } from '../../core/runs/optionLine';
import {
  EXPORT_PRECISIONS,
  type ExportPrecision,
  type Profile,
  parseProfiles,
} from '../../core/runs/profile';
import { pickProfile } from '../../runner/profilesFile';
import { pick, typeLine } from '../ask';
import type { Services } from '../services';
import { settings } from '../settings';
import { valueOrTell } from '../trace/navigation';
import { editProfiles } from './profileForm';
import type { TrainCall } from './trainCommand';

/** A run that is being decided; what is absent was not chosen yet. */
export interface TrainDraft extends Omit<TrainCall, 'merge' | 'profile' | 'options'> {
  readonly merge?: string;
  readonly profile?: string;
  readonly options: readonly string[];
}

/** A line of the form: what Enter on it does. */
interface Line extends vscode.QuickPickItem {
  readonly edit?: (draft: TrainDraft) => Promise<TrainDraft | undefined>;
  readonly call?: TrainCall;
}

/** Model, profile, options and export of the last run, in the state that VS Code keeps. */
const LAST = 'cfprm.lastRun';

/** Profiles from the user's settings; nothing of a workspace counts. */
export function profiles(): Result<ReadonlyMap<string, Profile>> {
  return parseProfiles(settings.profiles(), t('Setting cfprm.profiles'));
}

/** A draft with what was chosen for the last run, for another merge or none yet. */
export function lastDraft({ context }: Services, merge?: string): TrainDraft {
  const last = context.globalState.get<Partial<TrainDraft>>(LAST, {});
  return { model: 'Qwen/Qwen2.5-Math-7B', profile: 'local', options: [], ...last, ...(merge && { merge }) };
}

/**
 * Lets the user go over everything that decides a run, checked as it is typed; Enter on the first line takes it, and
 * it is remembered. Undefined if the user left.
 */
export async function askRun(services: Services, start: TrainDraft): Promise<TrainCall | undefined> {
  const declared = valueOrTell(await services.runs.runs.declaration());
  if (declared === undefined) return undefined;
  let draft: TrainDraft = start;
  if (draft.merge === undefined) {
    const merge = await askMerge();
    if (merge === undefined) return undefined;
    draft = { ...draft, merge };
  }
  for (;;) {
    const call = decided(draft, declared);
    const picked = await pick(lines(services, draft, call, declared), {
      title: t('CFPRM: Train a model'),
      placeHolder: call.ok
        ? t('Enter looks at the host. Nothing is sent before you have seen what it found.')
        : call.fault.message,
    });
    if (picked === undefined) return undefined;
    if (picked.call !== undefined) {
      const { model, profile, options, export: precision } = picked.call;
      await services.context.globalState.update(LAST, { model, profile, options, export: precision });
      return picked.call;
    }
    draft = (await picked.edit?.(draft)) ?? draft;
  }
}

/** The run, if everything is there. The fault names what is missing or wrong. */
function decided(draft: TrainDraft, declared: Declaration): Result<TrainCall> {
  const { merge, profile, ...rest } = draft;
  if (merge === undefined || !existsSync(path.join(merge, 'manifest.json')))
    return fail(t('Choose the training data: a folder that Merge windows wrote.'));
  const all = profiles();
  if (!all.ok) return all;
  const known = pickProfile(all.value, profile ?? 'local');
  if (!known.ok) return known;
  const checked = checkOptions(draft.options, declared);
  return checked.ok ? ok({ ...rest, merge, profile: profile ?? 'local' }) : checked;
}

function lines(
  services: Services,
  draft: TrainDraft,
  call: Result<TrainCall>,
  declared: Declaration,
): Line[] {
  const { merge, profile = 'local', model, options, name, export: precision } = draft;
  const all = profiles();
  const chosen = all.ok ? all.value.get(profile) : undefined;
  const first: Line = call.ok
    ? { label: `$(rocket) ${t('Check the host…')}`, description: profile, call: call.value }
    : { label: `$(warning) ${t('Cannot start yet')}`, description: call.fault.message, alwaysShow: true };
  return [
    first,
    { label: t('Run'), kind: vscode.QuickPickItemKind.Separator },
    {
      label: `$(database) ${t('Training data')}`,
      description: merge === undefined ? '' : path.basename(merge),
      detail: merge ?? t('A folder that Merge windows wrote'),
      edit: async (now) => {
        const folder = await askMerge();
        return folder === undefined ? undefined : { ...now, merge: folder };
      },
    },
    {
      label: `$(server-environment) ${t('Where to train')}`,
      description: chosen === undefined ? profile : `${profile} (${words(chosen)})`,
      edit: async (now) => {
        const name_ = await askProfile(services);
        return name_ === undefined ? undefined : { ...now, profile: name_ };
      },
    },
    { label: `$(hubot) ${t('Model to start from')}`, description: model, edit: askModel },
    {
      label: `$(settings-gear) ${t('Options of the runner')}`,
      description: options.length === 0 ? t('the defaults of the paper') : joinLine(options),
      edit: (now) => askOptions(now, declared),
    },
    {
      label: `$(tag) ${t('Name')}`,
      description: name ?? (merge === undefined ? '' : path.basename(merge)),
      detail: t('Of the run and of the model that it makes'),
      edit: askName,
    },
    {
      label: `$(package) ${t('Export')}`,
      description: precision ?? t('as the profile says: {0}', chosen?.export ?? 'auto'),
      edit: askExport,
    },
  ];
}

async function askModel(draft: TrainDraft): Promise<TrainDraft | undefined> {
  const model = await typeLine({
    title: t('CFPRM: Model to start from'),
    prompt: t('A folder here (it is sent along), or a folder or hub name that the host knows'),
    value: draft.model,
    validateInput: (text) => (text.trim() === '' ? t('Name a model.') : undefined),
  });
  return model === undefined ? undefined : { ...draft, model: model.trim() };
}

async function askOptions(draft: TrainDraft, declared: Declaration): Promise<TrainDraft | undefined> {
  const typed = await typeLine({
    title: t('CFPRM: Options of the runner'),
    prompt: t('As on the command line; empty for the defaults of the paper'),
    placeHolder: '--loss q-ranking --preset 7b-80gb',
    value: joinLine(draft.options),
    validateInput: (line) => {
      const split = splitLine(line);
      const checked = split.ok ? checkOptions(split.value, declared) : split;
      return checked.ok ? undefined : checked.fault.message;
    },
  });
  const options = typed === undefined ? undefined : splitLine(typed);
  return options?.ok ? { ...draft, options: options.value } : undefined;
}

async function askName(draft: TrainDraft): Promise<TrainDraft | undefined> {
  const typed = await typeLine({
    title: t('CFPRM: Name of the run'),
    prompt: t('Of the run and of the model that it makes; empty: the name of the training data'),
    value: draft.name ?? '',
  });
  if (typed === undefined) return undefined;
  const { name: _, ...rest } = draft;
  return typed.trim() === '' ? rest : { ...rest, name: typed.trim() };
}

async function askExport(draft: TrainDraft): Promise<TrainDraft | undefined> {
  const asProfile = { label: t('As the profile says'), precision: undefined };
  const picks = EXPORT_PRECISIONS.map((precision) => ({ label: precision as string, precision }));
  const picked = await pick<vscode.QuickPickItem & { readonly precision: ExportPrecision | undefined }>(
    [asProfile, ...picks],
    { title: t('CFPRM: Precision of the exported model') },
  );
  if (picked === undefined) return undefined;
  const { export: _, ...rest } = draft;
  return picked.precision === undefined ? rest : { ...rest, export: picked.precision };
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
