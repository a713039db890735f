// The leg `runner` of `npm test`: linter, types and tests of the Python package in runner/, in a virtual environment
// of its own (.runner-env, ignored by git) that holds what runner/requirements-test.txt names.
//   runner.mjs [--result FILE] [--grep TEXT]
// CFPRM_PYTHON names the Python to make it with; else it is `python3` (`python` on Windows).
import { execFileSync, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { isMain, main, root, run } from './process.mjs';

const windows = process.platform === 'win32';
const environment = path.join(root, '.runner-env');
const project = path.join(root, 'runner');
const requirements = path.join(project, 'requirements-test.txt');
export const python = path.join(environment, windows ? 'Scripts/python.exe' : 'bin/python');

/** What the environment was made of; written when it is complete. */
const stamp = path.join(environment, 'made-of');

/** The tests use no network, count no threads of another machine, and draw the same examples in every run. */
export const env = {
  ...process.env,
  // DeepSpeed compiles with ninja, and keeps what it compiled.
  PATH: `${path.dirname(python)}${path.delimiter}${process.env.PATH}`,
  TORCH_EXTENSIONS_DIR: path.join(environment, 'torch-extensions'),
  PYTHONPATH: path.join(project, 'src'),
  PYTHONDONTWRITEBYTECODE: '1',
  HF_HUB_OFFLINE: '1',
};

/** What DeepSpeed otherwise compiles when it is first used: Adam on the CPU, and how its processes there talk. */
const COMPILE_OPTIMIZER = `
from deepspeed.ops.op_builder.cpu import CPUAdamBuilder, ShareMemCommBuilder
CPUAdamBuilder().load(verbose=False)
ShareMemCommBuilder().load(verbose=False)
`;

/** @throws if there is none and it cannot be installed, with what a person can do */
function ensureCompiler() {
  const has = () => spawnSync('g++', ['--version'], { stdio: 'ignore' }).status === 0;
  if (has()) return;
  if (process.getuid?.() === 0) {
    console.log('Installing g++ ...');
    for (const args of [['update'], ['install', '--yes', '--no-install-recommends', 'g++']])
      spawnSync('apt-get', ['-qq', ...args], {
        env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive' },
        stdio: ['ignore', 'ignore', 'inherit'],
      });
  }
  if (!has()) throw new Error('The tests of the preset 7b-80gb need g++: sudo apt-get install g++');
}

/**
 * The version of the Python that makes the environment, as "3.11.7".
 * @param {string} base
 */
function versionOf(base) {
  const code = 'import ensurepip, platform, venv; print(platform.python_version())';
  let version;
  try {
    version = execFileSync(base, ['-c', code], {
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'ignore'],
    }).trim();
  } catch {
    throw new Error(
      `${base} cannot make virtual environments: install Python 3.11 or newer with its venv module ` +
        '(Debian and Ubuntu: apt install python3-venv), or name one in CFPRM_PYTHON.',
    );
  }
  const [major = 0, minor = 0] = version.split('.').map(Number);
  if (major !== 3 || minor < 11) {
    throw new Error(`${base} is Python ${version}: the tests need 3.11 or newer. Name one in CFPRM_PYTHON.`);
  }
  return version;
}

/** @type {Promise<void> | undefined} */
let making;

/** Makes the environment, or leaves the one that is there if it is of the same Python and packages; once at a time. */
export function ensureEnvironment() {
  making ??= makeEnvironment();
  return making;
}

async function makeEnvironment() {
  const base = process.env.CFPRM_PYTHON ?? (windows ? 'python' : 'python3');
  const version = versionOf(base);
  const wanted = createHash('sha256').update(version).update(readFileSync(requirements)).digest('hex');
  if (existsSync(stamp) && readFileSync(stamp, 'utf8') === wanted) return;
  console.log(`Installing what runner/requirements-test.txt names into .runner-env (Python ${version}) ...`);
  rmSync(environment, { recursive: true, force: true });
  const steps = [
    [base, '-m', 'venv', environment],
    [python, '-m', 'pip', 'install', '--quiet', '--disable-pip-version-check', '-r', requirements],
    // Beforehand: it takes a minute or two, which no test is to wait for.
    ...(windows ? [] : [[python, '-c', COMPILE_OPTIMIZER]]),
  ];
  if (!windows) ensureCompiler();
  for (const [program = '', ...args] of steps) {
    const { code } = await run(program, args, { env });
    if (code !== 0) throw new Error(`${args.slice(0, 3).join(' ')} failed with code ${code}: see above.`);
  }
  writeFileSync(stamp, wanted);
}

/**
 * The counts and the failed tests of a JUnit report. An error outside a test counts as a failure, as in pytest's own exit code.
 * @param {string} file
 * @returns {import('./verdict.mjs').SuiteResult | undefined} undefined if there is none
 */
export function readReport(file) {
  if (!existsSync(file)) return undefined;
  const report = readFileSync(file, 'utf8');
  const suite = /<testsuite [^>]*>/.exec(report)?.[0];
  if (!suite) return undefined;
  const count = (/** @type {string} */ name) => Number(new RegExp(` ${name}="(\\d+)"`).exec(suite)?.[1] ?? 0);
  const failed = count('failures') + count('errors');
  const pending = count('skipped');
  const broken = /<testcase classname="([^"]*)" name="([^"]*)"[^>]*><(?:failure|error)[^>]*>([^<]*)/g;
  const tests = Array.from(report.matchAll(broken), ([, place, name, error]) => ({
    title: `${place} ${name}`,
    state: /** @type {const} */ ('failed'),
    error,
  }));
  return { passed: count('tests') - failed - pending, failed, pending, tests };
}

/** @param {string | undefined} grep @returns {Promise<import('./verdict.mjs').SuiteResult>} */
async function check(grep) {
  await ensureEnvironment();
  const gates = {
    'ruff check': ['-m', 'ruff', 'check', '--no-cache'],
    'ruff format': ['-m', 'ruff', 'format', '--no-cache', '--check', '--quiet'],
    mypy: ['-m', 'mypy', '--cache-dir', path.join(environment, 'mypy')],
  };
  const findings = [];
  for (const [name, args] of Object.entries(gates)) {
    if ((await run(python, args, { cwd: project, env })).code !== 0) findings.push(name);
  }
  const scratch = mkdtempSync(path.join(os.tmpdir(), 'cfprm-runner-'));
  try {
    const report = path.join(scratch, 'report.xml');
    const picked = grep ? ['-k', grep] : [];
    // Two at a time; what a file's tests share is made once.
    const args = ['-m', 'pytest', '-n', '2', '--dist', 'loadfile', '--junitxml', report, '--basetemp'];
    const { code } = await run(python, [...args, path.join(scratch, 'tests'), ...picked], {
      cwd: project,
      env,
    });
    const counts = readReport(report) ?? { passed: 0, failed: 1, pending: 0 };
    const unexplained = code !== 0 && counts.failed === 0 && !counts.pending;
    for (const finding of findings) console.error(`FAIL: ${finding}`);
    if (unexplained) console.error(`FAIL: pytest ended with ${code}`);
    return { ...counts, failed: counts.failed + findings.length + (unexplained ? 1 : 0) };
  } finally {
    rmSync(scratch, { recursive: true, force: true });
  }
}

if (isMain(import.meta.url)) {
  const { values } = parseArgs({ options: { result: { type: 'string' }, grep: { type: 'string' } } });
  const work = async () => {
    const counts = await check(values.grep);
    if (values.result) writeFileSync(values.result, JSON.stringify(counts));
    if (counts.failed > 0) process.exitCode = 1;
  };
  main(work());
}
