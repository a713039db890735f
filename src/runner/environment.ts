import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { t } from '@vscode/l10n';
import { fail, ok, type Result } from '../core/result';
import type { Profile } from '../core/runs/profile';
import { fileFault } from '../io/fileFault';
import { scriptFault } from './host';
import type { PlacedRun } from './launcher';
import { INPUT } from './launchScript';
import { HostLayout, type RunLayout } from './layout';
import { quote, quotePath, under } from './quote';

/** The oldest Python that the runner takes. */
export const OLDEST_PYTHON = '3.10';

/** Sets `base` to the newest Python of the host that is new enough, or leaves it empty. */
export const FIND_PYTHON = `base=
for name in python3.13 python3.12 python3.11 python3.10 python3 python; do
  if command -v "$name" >/dev/null 2>&1 && "$name" -c 'import sys; sys.exit(sys.version_info < (3, 10))' 2>/dev/null; then
    base=$(command -v "$name"); break
  fi
done
`;

/** Exit codes of the script below that have their own messages. */
const NO_PYTHON = 71;
const BEING_MADE = 72;

/**
 * The name of the environment that a profile's runs need: it says what is in it, so that it is made once for a version
 * of the runner. Fault: the runner's description cannot be read.
 */
export async function environmentName(profile: Profile, runnerFolder: string): Promise<Result<string>> {
  const path = join(runnerFolder, 'pyproject.toml');
  try {
    const extras = [...profile.extras].sort();
    const made = createHash('sha256')
      .update(await readFile(path))
      .update(JSON.stringify(extras));
    return ok(made.digest('hex').slice(0, 16));
  } catch (error) {
    return fileFault(error, path);
  }
}

/**
 * The Python that is to run the runner: the user's own, or that of an environment, which is made if it is not there
 * (with uv where the host has it, else with venv and pip). `onText` gets what the installer prints. Faults: no Python
 * that is new enough; the installer failed; somebody else is making it.
 */
export async function ensurePython(
  { host, record, layout }: PlacedRun,
  { onText, signal }: { onText?(text: string): void; signal?: AbortSignal } = {},
): Promise<Result<string>> {
  const { profile, environment } = record;
  if (profile.python !== undefined) return ok(profile.python);
  const folder = under(new HostLayout(profile.folder).environments, environment);
  const made = await host.run(making(folder, profile, layout), {
    ...(signal && { signal }),
    onOutput: (bytes) => onText?.(bytes.toString('utf8')),
  });
  if (!made.ok) return made;
  switch (made.value.code) {
    case 0:
      return ok(under(folder, 'bin', 'python'));
    case NO_PYTHON:
      return fail(
        t(
          '{0} has no Python from {1} on. Install one, load its module, or name one in the profile\'s "python".',
          host.name,
          OLDEST_PYTHON,
        ),
      );
    case BEING_MADE:
      return fail(
        t('The environment for the runner is being made on {0}. Try again in a few minutes.', host.name),
      );
    default:
      return scriptFault(host, made.value, t('Installing what the runner needs'));
  }
}

function making(folder: string, { wheels, extras }: Profile, run: RunLayout): string {
  const what = extras.length === 0 ? '' : `[${extras.join(',')}]`;
  const offline = wheels === undefined ? '' : `--no-index --find-links ${quotePath(wheels)}`;
  return `set -e
env=${quotePath(folder)}
[ ! -f "$env/ready" ] || exit 0
mkdir -p -- "$(dirname -- "$env")"
if ! mkdir -- "$env.making" 2>/dev/null; then
  [ -n "$(find "$env.making" -maxdepth 0 -mmin +60)" ] || exit ${BEING_MADE}
fi
trap 'rmdir -- "$env.making"' EXIT
trap 'exit 1' HUP INT TERM
${FIND_PYTHON}[ -n "$base" ] || exit ${NO_PYTHON}
rm -rf -- "$env"
runner=${quotePath(under(run.input, INPUT.runner))}${quote(what)}
if command -v uv >/dev/null 2>&1; then
  uv venv --quiet --python "$base" "$env"
  uv pip install --python "$env/bin/python" ${offline} "$runner"
else
  "$base" -m venv "$env"
  "$env/bin/python" -m pip install --disable-pip-version-check --progress-bar off ${offline} "$runner"
fi
: > "$env/ready"`;
}
