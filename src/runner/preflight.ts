import { t } from '@vscode/l10n';
import { ok, type Result } from '../core/result';
import type { Profile } from '../core/runs/profile';
import { FIND_PYTHON, OLDEST_PYTHON } from './environment';
import { type Host, output } from './host';
import type { HostLayout } from './layout';
import { quotePath, under } from './quote';
import { RayLauncher } from './ray';
import { type InputFile, planUpload } from './upload';

/** One line of the checklist. `unknown`: it can only be seen where the run will be. */
export interface Check {
  readonly id:
    | 'connection'
    | 'folder'
    | 'disk'
    | 'upload'
    | 'python'
    | 'install'
    | 'gpu'
    | 'torch'
    | 'scheduler'
    | 'options';
  readonly state: 'passed' | 'warning' | 'failed' | 'unknown';
  /** What was found. */
  readonly found: string;
  /** What to do; there where the state is `failed` or `warning`. */
  readonly wayOut?: string;
}

/** Bytes that must stay free beside what is sent; below that no run gets far. */
const HEADROOM = 1024 * 1024 * 1024;

/** The values that one script found, by name. */
type Facts = ReadonlyMap<string, string>;

/**
 * Looks at a host before anything is sent, and says of each thing that a run needs whether it is there. Nothing is
 * installed; the profile's folder is made if it can be. `wantsGpu` is false for runs on the CPU.
 */
export async function preflight(
  host: Host,
  layout: HostLayout,
  profile: Profile,
  input: { readonly files: readonly InputFile[]; readonly environment: string; readonly wantsGpu: boolean },
): Promise<Result<readonly Check[]>> {
  const environment = under(layout.environments, input.environment);
  const said = await output(host, looking(layout, profile, environment), t('Looking at the host'));
  if (!said.ok) {
    const wayOut = t('Put that right, then start again.');
    return ok([{ id: 'connection', state: 'failed', found: said.fault.message, wayOut }]);
  }
  const facts = new Map(
    said.value
      .split('\n')
      .filter((line) => line.includes(' '))
      .map((line) => [line.slice(0, line.indexOf(' ')), line.slice(line.indexOf(' ') + 1)]),
  );
  const checks: Check[] = [
    { id: 'connection', state: 'passed', found: `${host.name}: ${facts.get('system') ?? t('answers')}` },
    folderCheck(facts, profile),
  ];
  if (facts.get('writable') === 'yes') {
    const plan = await planUpload(host, layout, input.files);
    if (!plan.ok) return plan;
    const { bytes, bytesThere } = plan.value;
    checks.push({
      id: 'upload',
      state: 'passed',
      found: t('{0} to send, {1} there already', size(bytes), size(bytesThere)),
    });
    checks.push(diskCheck(Number(facts.get('free') ?? 0) * 1024, bytes));
  }
  checks.push(pythonCheck(facts, profile), installCheck(facts, profile));
  checks.push(...gpuChecks(facts, profile, input.wantsGpu));
  const scheduler = await schedulerCheck(facts, profile);
  if (scheduler !== undefined) checks.push(scheduler);
  return ok(checks);
}

function looking(layout: HostLayout, profile: Profile, environment: string): string {
  const python = profile.python === undefined ? '' : quotePath(profile.python);
  return `folder=${quotePath(layout.folder)}
echo "system $(uname -sm)"
if mkdir -p -- "$folder" 2>/dev/null && : > "$folder/.cfprm-write" 2>/dev/null; then
  rm -f -- "$folder/.cfprm-write"; echo "writable yes"
  echo "free $(df -Pk -- "$folder" | awk 'NR > 1 { free = $(NF - 2) } END { print free }')"
fi
given=${python}
env=${quotePath(environment)}
if [ -n "$given" ]; then base=$given
elif [ -f "$env/ready" ]; then base=$env/bin/python; echo "ready yes"
else ${FIND_PYTHON}fi
if [ -n "$base" ] && version=$("$base" -c 'import platform; print(platform.python_version())' 2>/dev/null); then
  echo "python $base"; echo "version $version"
  "$base" -c 'import ensurepip, venv' 2>/dev/null && echo "venv yes"
  if [ -n "$given" ] || [ -f "$env/ready" ]; then
    "$base" -c 'import torch; print("torch", torch.__version__, torch.version.cuda or "none", "yes" if torch.cuda.is_available() else "no")' 2>/dev/null
  fi
fi
command -v uv >/dev/null 2>&1 && echo "uv yes"
${profile.wheels === undefined ? '' : `[ -d ${quotePath(profile.wheels)} ] && echo "wheels yes"`}
if command -v nvidia-smi >/dev/null 2>&1; then
  nvidia-smi --query-gpu=name,memory.total,driver_version --format=csv,noheader 2>/dev/null | head -1 | sed 's/^/gpu /'
  echo "gpus $(nvidia-smi --query-gpu=name --format=csv,noheader 2>/dev/null | wc -l | tr -d ' ')"
  nvidia-smi 2>/dev/null | sed -n 's/.*CUDA Version: *\\([0-9.]*\\).*/cuda \\1/p'
fi
command -v sbatch >/dev/null 2>&1 && echo "slurm $(sinfo --noheader --format='%P %a' 2>&1 | head -5 | tr '\\n' ';')"
exit 0`;
}

function folderCheck(facts: Facts, { folder }: Profile): Check {
  if (facts.get('writable') === 'yes')
    return { id: 'folder', state: 'passed', found: t('{0} can be written', folder) };
  return {
    id: 'folder',
    state: 'failed',
    found: t('{0} cannot be written', folder),
    wayOut: t('Give the profile a "folder" in which you may write.'),
  };
}

function diskCheck(free: number, needed: number): Check {
  const found = t('{0} free', size(free));
  if (free < needed) {
    const wayOut = t('Free some space there, or give the profile a "folder" on another disk.');
    return {
      id: 'disk',
      state: 'failed',
      found: t('{0}, {1} needed for the upload alone', found, size(needed)),
      wayOut,
    };
  }
  if (free < needed + HEADROOM) {
    const wayOut = t(
      'Checkpoints take 12 bytes per parameter: make room before you train more than a tiny model.',
    );
    return { id: 'disk', state: 'warning', found, wayOut };
  }
  return { id: 'disk', state: 'passed', found };
}

function pythonCheck(facts: Facts, profile: Profile): Check {
  const [path, version] = [facts.get('python'), facts.get('version')];
  if (path === undefined || version === undefined) {
    if (profile.python !== undefined) {
      const wayOut = t('Correct the profile\'s "python", or leave it out to have an environment made.');
      return { id: 'python', state: 'failed', found: t('{0} does not run', profile.python), wayOut };
    }
    const wayOut = t('Install one, or name one in the profile\'s "python".');
    return { id: 'python', state: 'failed', found: t('no Python from {0} on', OLDEST_PYTHON), wayOut };
  }
  const [major = 0, minor = 0] = version.split('.').map(Number);
  if (major < 3 || (major === 3 && minor < 10)) {
    const wayOut = t('Name a Python from {0} on in the profile\'s "python".', OLDEST_PYTHON);
    return { id: 'python', state: 'failed', found: t('{0} is Python {1}', path, version), wayOut };
  }
  return { id: 'python', state: 'passed', found: t('{0}, Python {1}', profile.python ?? path, version) };
}

function installCheck(facts: Facts, profile: Profile): Check {
  if (profile.python !== undefined) {
    return { id: 'install', state: 'passed', found: t('nothing: the profile names a Python of yours') };
  }
  if (facts.get('ready') === 'yes') {
    return { id: 'install', state: 'passed', found: t('nothing: the environment is there') };
  }
  if (facts.get('venv') !== 'yes' && facts.get('uv') !== 'yes') {
    const wayOut = t(
      'Install uv or the package python3-venv there, or name a Python of yours in the profile.',
    );
    return { id: 'install', state: 'failed', found: t('this Python cannot make environments'), wayOut };
  }
  if (profile.wheels !== undefined && facts.get('wheels') !== 'yes') {
    const wayOut = t('Correct the profile\'s "wheels", or leave it out to install from the network.');
    return { id: 'install', state: 'failed', found: t('{0} is no folder there', profile.wheels), wayOut };
  }
  const by = facts.get('uv') === 'yes' ? 'uv' : 'pip';
  const from = profile.wheels === undefined ? t('the package index of the host') : profile.wheels;
  const extras = profile.extras.join(', ');
  const found =
    extras === ''
      ? t('the runner and PyTorch, by {0} from {1}', by, from)
      : t('the runner with {0} and PyTorch, by {1} from {2}', extras, by, from);
  return { id: 'install', state: 'passed', found };
}

function gpuChecks(facts: Facts, profile: Profile, wanted: boolean): Check[] {
  const elsewhere = profile.kind === 'slurm' || profile.kind === 'ray';
  const [gpu, cuda, torch] = [facts.get('gpu'), facts.get('cuda'), facts.get('torch')];
  const checks: Check[] = [];
  if (!wanted) checks.push({ id: 'gpu', state: 'passed', found: t('not needed: the run is on the CPU') });
  else if (elsewhere) {
    checks.push({ id: 'gpu', state: 'unknown', found: t('seen when the job starts, where the job is') });
  } else if (gpu === undefined) {
    const wayOut = t(
      'Choose a machine with an NVIDIA GPU and its driver, or train a small model with -- --device cpu.',
    );
    checks.push({ id: 'gpu', state: 'failed', found: t('no GPU that nvidia-smi shows'), wayOut });
  } else {
    const found = `${facts.get('gpus')} × ${gpu}${cuda ? `, ${t('CUDA up to {0}', cuda)}` : ''}`;
    checks.push({ id: 'gpu', state: 'passed', found });
  }
  if (torch !== undefined) checks.push(torchCheck(torch, cuda, wanted && !elsewhere));
  return checks;
}

/** `torch` is version, the CUDA that it was built for or `none`, and whether it sees a GPU. */
function torchCheck(torch: string, driver: string | undefined, wanted: boolean): Check {
  const [version, cuda = 'none', sees] = torch.split(' ');
  const found =
    cuda === 'none' ? t('PyTorch {0} for the CPU', version!) : t('PyTorch {0} for CUDA {1}', version!, cuda);
  if (!wanted || sees === 'yes') return { id: 'torch', state: 'passed', found };
  const wayOut =
    cuda === 'none'
      ? t('Install a PyTorch for CUDA in that Python, or let an environment be made (leave "python" out).')
      : driver === undefined
        ? t('Install the NVIDIA driver.')
        : t('The driver goes up to CUDA {0}: update it, or install a PyTorch for that CUDA.', driver);
  return { id: 'torch', state: 'failed', found: t('{0} sees no GPU', found), wayOut };
}

async function schedulerCheck(facts: Facts, profile: Profile): Promise<Check | undefined> {
  if (profile.kind === 'ray') {
    const version = await new RayLauncher(profile).version();
    if (version.ok)
      return { id: 'scheduler', state: 'passed', found: t('Ray {0} at {1}', version.value, profile.address) };
    const wayOut = t(
      'Start the cluster with its dashboard, or forward its port (ssh -L 8265:127.0.0.1:8265 HEAD).',
    );
    return { id: 'scheduler', state: 'failed', found: version.fault.message, wayOut };
  }
  if (profile.kind !== 'slurm') return undefined;
  const slurm = facts.get('slurm');
  if (slurm === undefined) {
    const wayOut = t(
      "Name a login node in the profile's \"host\", or load Slurm's module in the shell's start-up file.",
    );
    return { id: 'scheduler', state: 'failed', found: t('no sbatch'), wayOut };
  }
  if (/error|Unable to contact/iu.test(slurm)) {
    return {
      id: 'scheduler',
      state: 'failed',
      found: slurm,
      wayOut: t('Wait until Slurm answers, or ask its operators.'),
    };
  }
  return {
    id: 'scheduler',
    state: 'passed',
    found: t('Slurm with {0}', slurm.split(';').filter(Boolean).join(', ')),
  };
}

/** A size for people, as `1.5 GB`. */
export function size(bytes: number): string {
  const units = ['bytes', 'kB', 'MB', 'GB', 'TB'];
  let value = bytes;
  let unit = 0;
  while (value >= 1000 && unit < units.length - 1) {
    value /= 1000;
    unit += 1;
  }
  const number = unit === 0 || value >= 100 ? Math.round(value) : value.toFixed(1);
  return unit === 0 ? t('{0} bytes', number) : `${number} ${units[unit]}`;
}

/** True if nothing in a checklist stands in the way of a run. */
export function mayStart(checks: readonly Check[]): boolean {
  return checks.every(({ state }) => state !== 'failed');
}
