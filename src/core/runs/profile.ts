import { t } from '@vscode/l10n';
import { fail, ok, type Result } from '../result';

/**
 * Precisions in which a run's model is exported for the extension to score with; `auto` is fp32 for models below 1 GB
 * and int8 above, `none` leaves the model as it was trained.
 */
export const EXPORT_PRECISIONS = ['auto', 'fp32', 'fp16', 'int8', 'int4', 'none'] as const;

/** One of `EXPORT_PRECISIONS`. */
export type ExportPrecision = (typeof EXPORT_PRECISIONS)[number];

/** True for the name of a precision. */
export function isExportPrecision(value: unknown): value is ExportPrecision {
  return EXPORT_PRECISIONS.some((known) => known === value);
}

/** What all profiles have: where runs live on the host, and which Python runs them. */
interface CommonProfile {
  /** Folder on the host for runs, uploaded files and environments; `~/` is the home folder there. */
  readonly folder: string;
  /** A Python of the user's on the host that has everything the runner needs; absent: an environment is made. */
  readonly python?: string;
  /** A folder of wheels on the host, from which alone packages are installed: for hosts without a network. */
  readonly wheels?: string;
  /** Extras of the runner to install, as in `lora`, `deepspeed`. */
  readonly extras: readonly string[];
  /** Names of environment variables whose values (tokens) the run gets; the values are nowhere written down. */
  readonly secrets: readonly string[];
  /** How the trained model is exported to ONNX at the end of a run. */
  readonly export: ExportPrecision;
}

/** How another machine is reached. */
export interface SshTarget {
  /** A host of the user's OpenSSH configuration, or `user@address`. */
  readonly host: string;
  /** A configuration file in place of `~/.ssh/config`. */
  readonly sshConfig?: string;
}

/** Trains on this machine. */
export interface LocalProfile extends CommonProfile {
  readonly kind: 'local';
}

/** Trains on another machine. */
export interface SshProfile extends CommonProfile, SshTarget {
  readonly kind: 'ssh';
}

/** Hands the run to Slurm, on this machine or on a login node. */
export interface SlurmProfile extends CommonProfile {
  readonly kind: 'slurm';
  readonly login?: SshTarget;
  /** Lines at the head of the batch script: `#SBATCH --partition=gpu`, `module load cuda`. */
  readonly header: readonly string[];
}

/** Hands the run to a Ray cluster, whose machines share `folder`. */
export interface RayProfile extends CommonProfile {
  readonly kind: 'ray';
  /** The dashboard, as in `http://127.0.0.1:8265`. */
  readonly address: string;
  /** The user knows that whoever reaches this address can run programs there: it is not this machine's own. */
  readonly addressConfirmed: boolean;
  /** The machine through which `folder` is reached; absent: it is mounted here. */
  readonly login?: SshTarget;
  /** Processes that train, each with a GPU of its own unless the run is on the CPU; absent: one. */
  readonly workers?: number;
  /** Ray's own runtime environment for the job. The runner goes with it as a module, whatever it says. */
  readonly runtimeEnv: Readonly<Record<string, unknown>>;
}

/** Where and how runs are done. One shape for settings of the editor and the file of the command line. */
export type Profile = LocalProfile | SshProfile | SlurmProfile | RayProfile;

/** The kinds of profiles. */
export const PROFILE_KINDS = ['local', 'ssh', 'slurm', 'ray'] as const;

/** What is there without any profile: training on this machine. */
export const LOCAL_PROFILE: LocalProfile = {
  kind: 'local',
  folder: '~/.cfprm',
  extras: [],
  secrets: [],
  export: 'auto',
};

/** Fields by kind beside those of every profile. */
const FIELDS: Record<Profile['kind'], readonly string[]> = {
  local: [],
  ssh: ['host', 'sshConfig'],
  slurm: ['host', 'sshConfig', 'header'],
  ray: ['host', 'sshConfig', 'address', 'addressConfirmed', 'workers', 'runtimeEnv'],
};
const COMMON = ['kind', 'folder', 'python', 'wheels', 'extras', 'secrets', 'export'];

type Json = Readonly<Record<string, unknown>>;

/**
 * Reads the object `{NAME: profile}` as it stands in settings or in a file. Faults name the profile, the field and
 * what it may be. `local` is always there, unless the object has one of its own.
 */
export function parseProfiles(value: unknown, source: string): Result<ReadonlyMap<string, Profile>> {
  if (!isObject(value))
    return fail(t('{0} is no object of profiles, as in {"gpu": {"kind": "ssh", …}}.', source));
  const profiles = new Map<string, Profile>([['local', LOCAL_PROFILE]]);
  for (const [name, one] of Object.entries(value)) {
    if (name === '$schema') continue;
    const profile = parseProfile(one);
    if (!profile.ok)
      return fail(t('{0}, profile {1}: {2}', source, JSON.stringify(name), profile.fault.message));
    profiles.set(name, profile.value);
  }
  return ok(profiles);
}

/** Reads one profile. A fault names the field and what it may be. */
export function parseProfile(value: unknown): Result<Profile> {
  if (!isObject(value)) return fail(t('it must be an object with "kind".'));
  const kind = PROFILE_KINDS.find((known) => known === value.kind);
  if (kind === undefined) return fail(t('"kind" must be one of {0}.', PROFILE_KINDS.join(', ')));
  const allowed = [...COMMON, ...FIELDS[kind]];
  const odd = Object.keys(value).find((key) => !allowed.includes(key));
  if (odd !== undefined)
    return fail(t('"{0}" is no field of {1}: it may have {2}.', odd, kind, allowed.join(', ')));
  if (value.export !== undefined && !isExportPrecision(value.export))
    return fail(t('"export" must be one of {0}.', EXPORT_PRECISIONS.join(', ')));
  const trouble = texts(value) ?? lists(value) ?? addressTrouble(value, kind);
  if (trouble !== undefined) return fail(trouble);
  const common = {
    folder: (value.folder as string | undefined) ?? LOCAL_PROFILE.folder,
    ...(value.python === undefined ? {} : { python: value.python as string }),
    ...(value.wheels === undefined ? {} : { wheels: value.wheels as string }),
    extras: (value.extras as string[] | undefined) ?? [],
    secrets: (value.secrets as string[] | undefined) ?? [],
    export: (value.export as ExportPrecision | undefined) ?? LOCAL_PROFILE.export,
  };
  const target = sshTarget(value);
  switch (kind) {
    case 'local':
      return ok({ kind, ...common });
    case 'ssh':
      if (target === undefined) return fail(t('"host" must name the machine, as in your SSH configuration.'));
      return ok({ kind, ...common, ...target });
    case 'slurm':
      return ok({
        kind,
        ...common,
        ...(target && { login: target }),
        header: (value.header as string[] | undefined) ?? [],
      });
    case 'ray':
      return ok({
        kind,
        ...common,
        ...(target && { login: target }),
        address: (value.address as string).replace(/\/+$/u, ''),
        addressConfirmed: value.addressConfirmed === true,
        ...(value.workers === undefined ? {} : { workers: value.workers as number }),
        runtimeEnv: (value.runtimeEnv as Json | undefined) ?? {},
      });
  }
}

function sshTarget(value: Json): SshTarget | undefined {
  if (value.host === undefined) return undefined;
  const host = value.host as string;
  return value.sshConfig === undefined ? { host } : { host, sshConfig: value.sshConfig as string };
}

function texts(value: Json): string | undefined {
  for (const key of ['folder', 'python', 'wheels', 'host', 'sshConfig', 'address']) {
    const text = value[key];
    if (text === undefined) continue;
    if (typeof text !== 'string' || text === '' || text.includes('\0'))
      return t('"{0}" must be a text that is not empty.', key);
  }
  const { host, folder } = value;
  // Else OpenSSH would take it for an option.
  if (typeof host === 'string' && (host.startsWith('-') || /[\s\p{Cc}]/u.test(host)))
    return t('"host" must be the name of a machine: no spaces, and no hyphen at its beginning.');
  if (typeof folder === 'string' && !/^(?:\/|~\/|~$|[A-Za-z]:[\\/])/u.test(folder))
    return t('"folder" must be a whole path on the host, or begin with "~/".');
  return undefined;
}

function lists(value: Json): string | undefined {
  for (const key of ['extras', 'secrets', 'header']) {
    const list = value[key];
    if (list === undefined) continue;
    if (!Array.isArray(list) || list.some((entry) => typeof entry !== 'string'))
      return t('"{0}" must be a list of texts.', key);
  }
  const bad = (value.secrets as string[] | undefined)?.find((name) => !/^[A-Za-z_]\w*$/u.test(name));
  if (bad !== undefined) return t('"secrets" has {0}: name an environment variable.', JSON.stringify(bad));
  const extra = (value.extras as string[] | undefined)?.find((name) => !/^[a-z0-9-]+$/u.test(name));
  if (extra !== undefined)
    return t('"extras" has {0}: name an extra of the runner, as lora.', JSON.stringify(extra));
  const line = (value.header as string[] | undefined)?.find((text) => /[\n\r]/u.test(text));
  if (line !== undefined) return t('"header" has an entry with a line break: give one line per entry.');
  return undefined;
}

function addressTrouble(value: Json, kind: Profile['kind']): string | undefined {
  if (kind !== 'ray') return undefined;
  const { address, addressConfirmed, workers, runtimeEnv } = value;
  if (typeof address !== 'string')
    return t('"address" must be that of the dashboard, as http://127.0.0.1:8265.');
  const url = /^https?:\/\/(\[[^\]]+\]|[^/:@]+)(?::\d+)?\/*$/u.exec(address);
  if (url === null) return t('"address" must be that of the dashboard, as http://127.0.0.1:8265.');
  if (!isLoopback(url[1]!) && addressConfirmed !== true) {
    return t(
      '{0} is not this machine: whoever reaches a Ray cluster can run programs there, most ask nobody who they are, and what is sent can be read on the way. Forward it with ssh -L and use http://127.0.0.1, or say "addressConfirmed": true.',
      address,
    );
  }
  if (workers !== undefined && (!Number.isInteger(workers) || (workers as number) < 1))
    return t('"workers" must be a whole number from 1 on.');
  if (runtimeEnv === undefined) return undefined;
  if (!isObject(runtimeEnv)) return t('"runtimeEnv" must be an object.');
  if ('py_modules' in runtimeEnv)
    return t(
      '"runtimeEnv" may not have "py_modules": the runner is sent by it. Take "working_dir" or "pip".',
    );
  return undefined;
}

function isLoopback(host: string): boolean {
  return host === 'localhost' || host === '[::1]' || /^127(?:\.\d{1,3}){3}$/u.test(host);
}

function isObject(value: unknown): value is Json {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
