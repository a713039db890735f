import { homedir } from 'node:os';
import { join } from 'node:path';
import { t } from '@vscode/l10n';
import { errorWords, fail, ok, type Result } from '../core/result';
import { type Profile, parseProfiles } from '../core/runs/profile';
import { fileFault } from '../io/fileFault';
import { readRegular } from '../io/regularFile';

/** Where the command line's profiles are unless it is told otherwise. */
export function defaultProfilesFile(env: NodeJS.ProcessEnv = process.env): string {
  const windows = process.platform === 'win32' ? env.APPDATA : undefined;
  return join(windows ?? (env.XDG_CONFIG_HOME || join(homedir(), '.config')), 'cfprm', 'profiles.json');
}

/**
 * Reads the profiles of a file; without `path` those of the default file, which need not exist. `local` is always
 * there. Faults: no such file, no JSON, a profile that is wrong.
 */
export async function readProfiles(path?: string): Promise<Result<ReadonlyMap<string, Profile>>> {
  const file = path ?? defaultProfilesFile();
  let text: string;
  try {
    text = await readRegular(file);
  } catch (error) {
    const absent = (error as NodeJS.ErrnoException).code === 'ENOENT';
    return absent && path === undefined ? parseProfiles({}, file) : fileFault(error, file);
  }
  try {
    return parseProfiles(JSON.parse(text), file);
  } catch (error) {
    return fail(t('{0} is no JSON: {1}.', file, errorWords(error)));
  }
}

/** The profile of that name. The fault lists the names that there are. */
export function pickProfile(profiles: ReadonlyMap<string, Profile>, name: string): Result<Profile> {
  const profile = profiles.get(name);
  if (profile !== undefined) return ok(profile);
  return fail(
    t('There is no profile {0}. There are: {1}.', JSON.stringify(name), [...profiles.keys()].join(', ')),
  );
}

/** The values of a profile's secrets, from the environment. The fault names those that are not set. */
export function secretsFrom(
  profile: Profile,
  values: Readonly<Record<string, string | undefined>>,
): Result<ReadonlyMap<string, string>> {
  const missing = profile.secrets.filter((name) => !values[name]);
  if (missing.length > 0) {
    return fail(t('The profile needs {0}: set them in the environment of this command.', missing.join(', ')));
  }
  const broken = profile.secrets.find((name) => /[\n\0]/u.test(values[name]!));
  if (broken !== undefined) return fail(t('{0} has a line break in it. Give it without.', broken));
  return ok(new Map(profile.secrets.map((name) => [name, values[name]!])));
}
