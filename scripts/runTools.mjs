// What the leg `runs` of `npm test` needs beside Node: sshd, Slurm and munge from the machine's Debian packages, and the
// environment of the leg `runner`, which has PyTorch and Ray.
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import path from 'node:path';
import { isMain, main } from './process.mjs';
import { ensureEnvironment } from './runner.mjs';

/** Programs and the packages of Debian that hold them. */
const PROGRAMS = {
  sshd: 'openssh-server',
  munged: 'munge',
  slurmctld: 'slurmctld',
  slurmd: 'slurmd',
  sbatch: 'slurm-client',
};
const FOLDERS = ['/usr/sbin', '/usr/bin', '/usr/local/sbin', '/usr/local/bin'];

/** Installs what is missing. @throws if it cannot, with what a person can do */
export async function ensureRunTools() {
  ensurePrograms();
  await ensureEnvironment();
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

/** @param {string} program @param {string[]} args @param {NodeJS.ProcessEnv} [env] */
function must(program, args, env = process.env) {
  const { status, error, stdout, stderr } = spawnSync(program, args, { env, encoding: 'utf8' });
  if (status === 0) return;
  const said = error?.message ?? `${stdout}${stderr}`.trim().split('\n').slice(-5).join('\n');
  throw new Error(`${program} ${args.join(' ')} failed: ${said}`);
}

if (isMain(import.meta.url)) main(ensureRunTools());
