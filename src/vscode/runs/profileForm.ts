import { t } from '@vscode/l10n';
import * as vscode from 'vscode';
import { PROFILE_KINDS, type Profile, parseProfile } from '../../core/runs/profile';
import {
  fieldText,
  type ProfileDraft,
  type ProfileField,
  profileFields,
  withField,
} from '../../core/runs/profileDraft';
import { pick, typeLine } from '../ask';
import type { Services } from '../services';
import { saveProfiles, settings } from '../settings';

const KINDS: Record<Profile['kind'], string> = {
  local: t('this machine'),
  ssh: t("another machine, by the system's OpenSSH"),
  slurm: t("a cluster's queue, here or from a login node"),
  ray: t('a Ray cluster, by its Jobs API'),
};

/** The setting as it is; profiles that are no objects are left alone. */
type Profiles = Readonly<Record<string, unknown>>;

/** What a line of the form does; undefined: it is there to be read. */
interface Line extends vscode.QuickPickItem {
  readonly field?: ProfileField;
  readonly does?: 'save' | 'rename' | 'remove';
}

/** "CFPRM: Edit runner profiles…": profiles are added, changed and removed without writing JSON. */
export async function editProfiles(_services: Services): Promise<string | undefined> {
  // A copy: what VS Code gives out cannot be changed or asked for its keys like other objects.
  const all = JSON.parse(JSON.stringify(settings.profiles() ?? {})) as Profiles;
  const names = Object.keys(all).filter((name) => name !== '$schema');
  const add = { label: `$(add) ${t('Add a profile…')}`, name: undefined, does: 'add' as const };
  const json = { label: `$(json) ${t('Edit as JSON')}`, name: undefined, does: 'json' as const };
  const known = names.map((name) => {
    const parsed = parseProfile(all[name]);
    const description = parsed.ok ? parsed.value.kind : t('not usable: {0}', parsed.fault.message);
    return { label: `$(server-environment) ${name}`, description, name, does: 'edit' as const };
  });
  const picked = await pick([...known, add, json], {
    title: t('CFPRM: Profiles for training'),
    placeHolder: t('Where and how runs are done'),
  });
  switch (picked?.does) {
    case undefined:
      return undefined;
    case 'json':
      await vscode.commands.executeCommand('workbench.action.openSettingsJson', {
        revealSetting: { key: 'cfprm.profiles', edit: true },
      });
      return undefined;
    case 'add':
      return addProfile(all);
    case 'edit':
      return form(all, picked.name!, draftOf(all[picked.name!]));
  }
}

/** Asks for what a new profile cannot be without, then shows its form. Returns the name under which it was saved. */
async function addProfile(all: Profiles): Promise<string | undefined> {
  const kinds = PROFILE_KINDS.map((kind) => ({ label: kind, description: KINDS[kind] }));
  const kind = await pick(kinds, { title: t('CFPRM: Kind of the profile') });
  if (kind === undefined) return undefined;
  const name = await askName(all, '');
  if (name === undefined) return undefined;
  let draft: ProfileDraft = { kind: kind.label };
  const needed = { ssh: 'host', ray: 'address', local: undefined, slurm: undefined }[kind.label];
  const field = profileFields(kind.label).find(({ key }) => key === needed);
  if (field !== undefined) {
    const next = await editField(draft, field);
    if (next === undefined) return undefined;
    draft = next;
  }
  return form(all, name, draft);
}

function draftOf(value: unknown): ProfileDraft {
  const draft = (typeof value === 'object' && value !== null ? value : {}) as Partial<ProfileDraft>;
  return { ...draft, kind: PROFILE_KINDS.find((kind) => kind === draft.kind) ?? 'local' };
}

/** Every field with its value; the first line saves. Returns the name under which it was saved. */
async function form(all: Profiles, name: string, start: ProfileDraft): Promise<string | undefined> {
  let draft = start;
  let newName = name;
  for (;;) {
    const parsed = parseProfile(draft);
    const trouble = parsed.ok ? undefined : parsed.fault.message;
    const picked = await pick(lines(draft, newName, trouble, name in all), {
      title: t('CFPRM: Profile {0} ({1})', newName, draft.kind),
      placeHolder: trouble ?? t('Enter on the first line saves; nothing is written before'),
    });
    if (picked === undefined) return undefined;
    if (picked.does === 'save' && trouble === undefined) {
      const { [name]: _, ...others } = all;
      await saveProfiles({ ...others, [newName]: draft });
      return newName;
    }
    if (picked.does === 'rename') newName = (await askName(all, newName)) ?? newName;
    if (picked.does === 'remove' && (await removed(all, name))) return undefined;
    if (picked.field !== undefined) draft = (await editField(draft, picked.field)) ?? draft;
  }
}

function lines(draft: ProfileDraft, name: string, trouble: string | undefined, isKnown: boolean): Line[] {
  const fields = profileFields(draft.kind).map((field): Line => {
    const text = fieldText(field, draft).replaceAll('\n', ' ⏎ ');
    return {
      label: `$(${text === '' ? 'dash' : 'edit'}) ${field.label}`,
      description: text,
      detail: field.detail,
      field,
    };
  });
  return [
    trouble === undefined
      ? { label: `$(save) ${t('Save the profile')}`, description: name, does: 'save' }
      : { label: `$(warning) ${t('Cannot be saved yet')}`, description: trouble },
    { label: t('Fields'), kind: vscode.QuickPickItemKind.Separator },
    ...fields,
    { label: t('Profile'), kind: vscode.QuickPickItemKind.Separator },
    { label: `$(tag) ${t('Name')}`, description: name, does: 'rename' },
    ...(isKnown ? [{ label: `$(trash) ${t('Remove the profile…')}`, does: 'remove' as const }] : []),
  ];
}

async function removed(all: Profiles, name: string): Promise<boolean> {
  const detail = t('Runs that were started with it stay: their own record says where they are.');
  const question = t('Remove the profile "{0}"?', name);
  if ((await vscode.window.showWarningMessage(question, { modal: true, detail }, t('Remove'))) === undefined)
    return false;
  const { [name]: _, ...others } = all;
  await saveProfiles(others);
  return true;
}

function askName(all: Profiles, now: string): Thenable<string | undefined> {
  return typeLine({
    title: t('CFPRM: Name of the profile'),
    value: now,
    placeHolder: 'gpu',
    validateInput: (text) => {
      if (text.trim() === '' || text !== text.trim()) return t('Give a name without blanks around it.');
      return text !== now && text in all ? t('There is a profile of that name.') : undefined;
    },
  });
}

/** The draft with the field as the user wants it; undefined if the user left it as it was. */
async function editField(draft: ProfileDraft, field: ProfileField): Promise<ProfileDraft | undefined> {
  if (field.shape === 'choice') return chooseWord(draft, field);
  if (field.shape === 'lines') return editLines(draft, field);
  const text = await typeLine({
    title: `CFPRM: ${field.label}`,
    prompt: field.detail,
    value: fieldText(field, draft),
    ...(field.example && { placeHolder: field.example }),
    validateInput: (typed) => {
      const next = withField(draft, field, typed);
      return next.ok ? undefined : next.fault.message;
    },
  });
  if (text === undefined) return undefined;
  const next = withField(draft, field, text);
  if (!next.ok) return undefined;
  return field.key === 'address' ? confirmedAddress(next.value) : next.value;
}

/** An address of another machine needs the user's word; see `parseProfile`. */
async function confirmedAddress(draft: ProfileDraft): Promise<ProfileDraft | undefined> {
  const { addressConfirmed: _, ...plain } = draft;
  const parsed = parseProfile(plain);
  if (parsed.ok || draft.address === undefined) return plain as ProfileDraft;
  const take = t('Use this address');
  const question = t('Use {0}?', String(draft.address));
  const chosen = await vscode.window.showWarningMessage(
    question,
    { modal: true, detail: parsed.fault.message },
    take,
  );
  return chosen === take ? { ...draft, addressConfirmed: true } : undefined;
}

async function chooseWord(draft: ProfileDraft, field: ProfileField): Promise<ProfileDraft | undefined> {
  const now = fieldText(field, draft) || field.choices![0]!;
  const picks = field.choices!.map((word) => ({
    label: word,
    description: word === now ? t('chosen now') : '',
  }));
  const picked = await pick(picks, {
    title: `CFPRM: ${field.label}`,
    placeHolder: field.detail,
  });
  const next = picked && withField(draft, field, picked.label);
  return next?.ok ? next.value : undefined;
}

/** Lines one by one: a line that is emptied goes. */
async function editLines(start: ProfileDraft, field: ProfileField): Promise<ProfileDraft> {
  let draft = start;
  for (;;) {
    const all = fieldText(field, draft).split('\n').filter(Boolean);
    const picks = [
      { label: `$(check) ${t('Done')}`, at: -1 },
      ...all.map((line, at) => ({ label: line, at })),
      { label: `$(add) ${t('Add a line…')}`, at: all.length },
    ];
    const picked = await pick(picks, {
      title: `CFPRM: ${field.label}`,
      placeHolder: field.detail,
    });
    if (picked === undefined || picked.at < 0) return draft;
    const typed = await typeLine({
      title: t('CFPRM: {0}, line {1}', field.label, picked.at + 1),
      prompt: t('Empty takes the line away'),
      value: all[picked.at] ?? '',
      ...(field.example && { placeHolder: field.example }),
    });
    if (typed === undefined) continue;
    const next = withField(
      draft,
      field,
      [...all.slice(0, picked.at), typed, ...all.slice(picked.at + 1)].filter(Boolean).join('\n'),
    );
    if (next.ok) draft = next.value;
  }
}
