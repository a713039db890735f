import { t } from '@vscode/l10n';
import { fail, ok, type Result } from '../result';
import { EXPORT_PRECISIONS, LOCAL_PROFILE, type Profile, parseProfile } from './profile';

/** A profile while it is edited: its JSON, which may lack what it needs. */
export type ProfileDraft = Readonly<Record<string, unknown>> & { readonly kind: Profile['kind'] };

/** How a field is edited: as a text, one of some words, words with commas between them, lines, a number, or JSON. */
export type FieldShape = 'text' | 'choice' | 'words' | 'lines' | 'number' | 'json';

/** A field of profiles, for forms. */
export interface ProfileField {
  /** The key in the JSON. */
  readonly key: string;
  readonly label: string;
  readonly shape: FieldShape;
  /** What it means, and what holds if it is absent. */
  readonly detail: string;
  readonly example?: string;
  readonly choices?: readonly string[];
}

const ADDRESS: ProfileField = {
  key: 'address',
  label: t('Address of the dashboard'),
  shape: 'text',
  detail: t('of this machine, or forwarded to it: Ray asks nobody who they are'),
  example: 'http://127.0.0.1:8265',
};
const HOST: ProfileField = {
  key: 'host',
  label: t('Host'),
  shape: 'text',
  detail: t('as "ssh HOST" connects to it without a question'),
  example: 'gpubox',
};
const SSH_CONFIG: ProfileField = {
  key: 'sshConfig',
  label: t('SSH configuration'),
  shape: 'text',
  detail: t('absent: your own, ~/.ssh/config'),
  example: '~/work/ssh-config',
};
const COMMON: readonly ProfileField[] = [
  {
    key: 'folder',
    label: t('Folder'),
    shape: 'text',
    detail: t('for runs, uploads and environments there; absent: {0}', LOCAL_PROFILE.folder),
    example: '/scratch/me/cfprm',
  },
  {
    key: 'python',
    label: t('Python'),
    shape: 'text',
    detail: t('one there that has everything the runner needs; absent: an environment is made'),
    example: '/opt/torch/bin/python',
  },
  {
    key: 'export',
    label: t('Export'),
    shape: 'choice',
    detail: t('precision of the ONNX model at the end of a run; auto: fp32 below 1 GB of weights, else int8'),
    choices: EXPORT_PRECISIONS,
  },
  {
    key: 'extras',
    label: t('Extras'),
    shape: 'words',
    detail: t('of the runner, for the environment that is made'),
    example: 'lora, deepspeed',
  },
  {
    key: 'wheels',
    label: t('Wheels'),
    shape: 'text',
    detail: t('a folder there, from which alone is installed: for hosts without a network'),
    example: '/opt/wheels',
  },
  {
    key: 'secrets',
    label: t('Secrets'),
    shape: 'words',
    detail: t('names of environment variables that the run gets; their values are asked for and kept apart'),
    example: 'WANDB_API_KEY',
  },
];
const OWN: Record<Profile['kind'], readonly ProfileField[]> = {
  local: [],
  ssh: [HOST, SSH_CONFIG],
  slurm: [
    { ...HOST, label: t('Login node'), detail: t('absent: this machine has sbatch') },
    SSH_CONFIG,
    {
      key: 'header',
      label: t('Header of the batch script'),
      shape: 'lines',
      detail: t('partition, account, GPUs, time, modules'),
      example: '#SBATCH --gres=gpu:1',
    },
  ],
  ray: [
    ADDRESS,
    {
      key: 'workers',
      label: t('Workers'),
      shape: 'number',
      detail: t('each with a GPU of its own; absent: 1'),
      example: '4',
    },
    { ...HOST, label: t('Host of the folder'), detail: t('absent: the folder is mounted here too') },
    SSH_CONFIG,
    {
      key: 'runtimeEnv',
      label: t('Runtime environment'),
      shape: 'json',
      detail: t("Ray's own, for the job"),
      example: '{"env_vars": {"NCCL_DEBUG": "INFO"}}',
    },
  ],
};

/** The fields of a kind, its own ones first. */
export function profileFields(kind: Profile['kind']): readonly ProfileField[] {
  return [...OWN[kind], ...COMMON];
}

/** A field's value as it is typed; empty if it is absent. */
export function fieldText({ key, shape }: ProfileField, draft: ProfileDraft): string {
  const value = draft[key];
  if (value === undefined) return '';
  if (shape === 'words') return (value as readonly string[]).join(', ');
  if (shape === 'lines') return (value as readonly string[]).join('\n');
  return shape === 'json' ? JSON.stringify(value) : String(value);
}

/**
 * The draft with a field as it was typed; without it if that is empty. The fault says what the field may be; what
 * other fields lack is no fault here.
 */
export function withField(draft: ProfileDraft, field: ProfileField, text: string): Result<ProfileDraft> {
  const { [field.key]: _, ...rest } = draft;
  const cleared = rest as ProfileDraft;
  const typed = text.trim();
  if (typed === '') return ok(cleared);
  const value = fieldValue(field, typed);
  if (!value.ok) return value;
  // Judged alone, beside what its kind cannot be without.
  const needed = { ssh: { host: 'host' }, ray: { address: 'http://127.0.0.1' }, local: {}, slurm: {} }[
    draft.kind
  ];
  const confirmed = draft.kind === 'ray' ? { addressConfirmed: true } : {};
  const judged = parseProfile({ kind: draft.kind, ...needed, ...confirmed, [field.key]: value.value });
  return judged.ok ? ok({ ...cleared, [field.key]: value.value }) : judged;
}

function fieldValue({ shape }: ProfileField, typed: string): Result<unknown> {
  switch (shape) {
    case 'words':
      return ok(
        typed
          .split(',')
          .map((word) => word.trim())
          .filter(Boolean),
      );
    case 'lines':
      return ok(typed.split('\n'));
    case 'number':
      return ok(Number(typed));
    case 'json':
      try {
        return ok(JSON.parse(typed));
      } catch {
        return fail(t('It must be JSON, as {"pip": ["numpy"]}.'));
      }
    default:
      return ok(typed);
  }
}
