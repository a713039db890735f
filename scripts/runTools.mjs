// What the leg `runs` of `npm test` needs beside Node: sshd, Slurm and munge from the machine's Debian packages, and Ray
// in a virtual environment of its own (.runs-env, ignored by git). CFPRM_PYTHON names the Python to make that with.
import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { isMain, main, root } from './process.mjs';

/** One version, so that every run of the tests meets the same Ray. */
const RAY = 'ray[default]==2.60.0';

/** Programs and the packages of Debian that hold them. */
const PROGRAMS = {
  sshd: 'openssh-server',
  munged: 'munge',
  slurmctld: 'slurmctld',
  slurmd: 'slurmd',
  sbatch: 'slurm-client',
};
const FOLDERS = ['/usr/sbin', '/usr/bin', '/usr/local/sbin', '/usr/local/bin'];

const environment = path.join(root, '.runs-env');
const stamp = path.join(environment, 'made-of');

/** Installs what is missing. @throws if it cannot, with what a person can do */
export function ensureRunTools() {
  ensurePrograms();
  ensureRay();
}

function ensurePrograms() {
  const missing = () =>
    Object.entries(PROGRAMS)
      .filter(([program]) => !FOLDERS.some((folder) => existsSync(path.join(folder, program))))
      .map(([, name]) => name);
  const wanted = missing();
  if (wanted.length === 0) return;
  const install = `apt-get install --no-install-recommends ${wanted.join(' ')}`;
  if (process.getuid?.() !== 0) {
    throw new Error(`The tests of runs need ${wanted.join(', ')}: sudo ${install}`);
  }
  console.log(`Installing ${wanted.join(', ')} ...`);
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
  must('apt-get', ['update', '-qq'], env);
  must('apt-get', ['install', '-qq', '--yes', '--no-install-recommends', ...wanted], env);
  if (missing().length > 0) throw new Error(`${missing().join(', ')} cannot be had. By hand: ${install}`);
}

function ensureRay() {
  if (existsSync(stamp) && readFileSync(stamp, 'utf8') === RAY) return;
  console.log(`Installing ${RAY} into .runs-env ...`);
  rmSync(environment, { recursive: true, force: true });
  must(process.env.CFPRM_PYTHON ?? 'python3', ['-m', 'venv', environment]);
  const python = path.join(environment, 'bin/python');
  must(python, ['-m', 'pip', 'install', '--quiet', '--disable-pip-version-check', RAY]);
  writeFileSync(stamp, RAY);
}

/** @param {string} program @param {string[]} args @param {NodeJS.ProcessEnv} [env] */
function must(program, args, env = process.env) {
  const { status, error, stdout, stderr } = spawnSync(program, args, { env, encoding: 'utf8' });
  if (status === 0) return;
  const said = error?.message ?? `${stdout}${stderr}`.trim().split('\n').slice(-5).join('\n');
  throw new Error(`${program} ${args.join(' ')} failed: ${said}`);
}

if (isMain(import.meta.url)) main(Promise.resolve().then(ensureRunTools));
