// What the leg `runs` of `npm test` needs beside Node: sshd, munge, and Slurm with its accounting's database from the
// machine's Debian packages, and the environment of the leg `runner`, which has PyTorch and Ray.
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import path from 'node:path';
import { isMain, main } from './process.mjs';
import { ensureEnvironment } from './runner.mjs';

/** @typedef {{ name: string, programs: Readonly<Record<string, string>>, tests: string[], asRoot?: boolean }} Tool */

/**
 * What tests stand on beside Node and Python: programs, the packages of Debian that hold them, and the tests that are
 * nothing without them. Slurm's daemons are run as root, its tests go through SSH, too.
 * @type {readonly Tool[]}
 */
const TOOLS = [
  {
    name: 'OpenSSH server',
    programs: { sshd: 'openssh-server' },
    tests: ['test/runs/ssh.test.ts', 'test/runs/slurm.test.ts', 'test/host/ui/runsStory.test.ts'],
  },
  {
    name: 'Slurm',
    programs: {
      munged: 'munge',
      slurmctld: 'slurmctld',
      slurmd: 'slurmd',
      sbatch: 'slurm-client',
      slurmdbd: 'slurmdbd',
      mariadbd: 'mariadb-server-core',
      mariadb: 'mariadb-client-core',
    },
    tests: ['test/runs/slurm.test.ts'],
    asRoot: true,
  },
];
const FOLDERS = ['/usr/sbin', '/usr/bin', '/usr/local/sbin', '/usr/local/bin'];

/** @typedef {{ line: string, tests: readonly string[] }} Absent what is missing, with the way out, and whose tests */

/**
 * Installs what is missing, as root; otherwise, or if it cannot be had, says what is absent.
 * @returns {Promise<Absent[]>} @throws if the Python environment cannot be made
 */
export async function ensureRunTools() {
  await ensureEnvironment();
  const root = process.getuid?.() === 0;
  const wanted = TOOLS.flatMap(missing);
  if (root && wanted.length > 0) install(wanted);
  return TOOLS.flatMap((tool) => {
    const packages = missing(tool);
    if (packages.length > 0)
      return {
        tests: tool.tests,
        line: `${tool.name} is missing: sudo apt-get install ${packages.join(' ')}`,
      };
    return tool.asRoot && !root ? { tests: tool.tests, line: `${tool.name}'s daemons need root.` } : [];
  });
}

/** The packages of a tool that are not installed. @param {Tool} tool */
function missing({ programs }) {
  return Object.entries(programs)
    .filter(([program]) => !FOLDERS.some((folder) => existsSync(path.join(folder, program))))
    .map(([, name]) => name);
}

/** @param {string[]} packages */
function install(packages) {
  console.log(`Installing ${packages.join(', ')} ...`);
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
  try {
    must('apt-get', ['update', '-qq'], env);
    must('apt-get', ['install', '-qq', '--yes', '--no-install-recommends', ...packages], env);
  } catch (error) {
    console.error(error instanceof Error ? error.message : error);
  }
}

/** @param {string} program @param {string[]} args @param {NodeJS.ProcessEnv} [env] */
function must(program, args, env = process.env) {
  const { status, error, stdout, stderr } = spawnSync(program, args, { env, encoding: 'utf8' });
  if (status === 0) return;
  const said = error?.message ?? `${stdout}${stderr}`.trim().split('\n').slice(-5).join('\n');
  throw new Error(`${program} ${args.join(' ')} failed: ${said}`);
}

if (isMain(import.meta.url)) {
  const work = async () => {
    for (const { line } of await ensureRunTools()) console.log(line);
  };
  main(work());
}
