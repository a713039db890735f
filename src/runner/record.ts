import { t } from '@vscode/l10n';
import { fail, ok, type Result } from '../core/result';
import { type ExportPrecision, isExportPrecision, type Profile, parseProfile } from '../core/runs/profile';

/** What run it is: written once, on the host and on the machine that started it. It holds no secrets. */
export interface RunRecord {
  readonly version: 1;
  /** A name for folders and jobs, as in `20261125-071530-3fa9c1`. */
  readonly id: string;
  /** What a person calls it. */
  readonly name: string;
  /** ISO 8601, by the clock of the machine that started it. */
  readonly created: string;
  /** The name of the profile there. */
  readonly profileName: string;
  readonly profile: Profile;
  /** The merge: its folder's name, and the checksum of its manifest. */
  readonly merge: { readonly name: string; readonly sha256: string };
  /** Arguments of the runner's `train`, beside its folders. */
  readonly options: readonly string[];
  /** Name of the environment that its version of the runner needs; see `environmentName`. */
  readonly environment: string;
  /** How the trained model is exported; absent in records of versions that exported nothing. */
  readonly export?: ExportPrecision;
  /** What it was made of, for another run like it; only on the machine that started it. */
  readonly request?: RecordedRequest;
}

/** What a person asked for. */
export interface RecordedRequest {
  /** The merge's folder on that machine, absolute. */
  readonly merge: string;
  readonly model: string;
  readonly options: readonly string[];
}

/** Ids are parts of paths and of commands: nothing else may be in them. */
const ID = /^\d{8}-\d{6}-[0-9a-f]{6}$/u;

/** True if the text is the id of a run. */
export function isRunId(text: string): boolean {
  return ID.test(text);
}

/** Reads a record; `source` begins the fault's sentence. */
export function parseRecord(text: string, source: string): Result<RunRecord> {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return fail(t('{0} is no JSON: it was not written to its end, or is of something else.', source));
  }
  const { version, id, name, created, profileName, profile, merge, options, environment, ...rest } = (value ??
    {}) as RunRecord;
  if (version !== 1) {
    return fail(
      t(
        '{0} is of another version of CFPRM ({1}). Use that version, or a newer one.',
        source,
        String(version),
      ),
    );
  }
  const texts = [id, name, created, profileName, merge?.name, merge?.sha256];
  if (
    texts.some((one) => typeof one !== 'string') ||
    !isRunId(id) ||
    !/^[0-9a-f]{16}$/u.test(environment) ||
    !Array.isArray(options) ||
    options.some((one) => typeof one !== 'string') ||
    !isRequest(rest.request) ||
    (rest.export !== undefined && !isExportPrecision(rest.export))
  ) {
    return fail(t('{0} is no record of a run. Name the folder of a run.', source));
  }
  // Its own defaults were written out, so it may have fields that a person would leave out.
  const { login, ...plain } = profile as Profile & { readonly login?: object };
  const parsed = parseProfile({ ...plain, ...login });
  if (!parsed.ok) return fail(t('{0}, profile: {1}', source, parsed.fault.message));
  return ok({
    ...{ version, id, name, created, profileName, profile: parsed.value, merge, options, environment },
    ...(rest.export && { export: rest.export }),
    ...(rest.request && { request: rest.request }),
  });
}

/** True for what a person asked for, and for its absence. */
function isRequest(value: unknown): value is RecordedRequest | undefined {
  if (value === undefined) return true;
  const { merge, model, options } = (value ?? {}) as Partial<RecordedRequest>;
  const isText = (one: unknown): boolean => typeof one === 'string';
  return isText(merge) && isText(model) && Array.isArray(options) && options.every(isText);
}
