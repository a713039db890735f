import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { chmodSync, mkdirSync, mkdtempSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { buildSync } from 'esbuild';

const ROOT = join(__dirname, '../..');

/** What was bundled in this test run, by its entry point. */
const bundles = new Map<string, string>();

/** Path of the bundled command line, with the scorer's program beside it. */
export function cliPath(): string {
  scorerProgram();
  return bundlePath('src/cli/main.ts');
}

/** Path of the bundled program of the scorer's child process, or of another one in its place. */
export function scorerProgram(entry = 'src/scorer/scorerProcess.ts'): string {
  return bundlePath(entry, dirname(bundlePath('src/cli/main.ts')));
}

/**
 * Bundles a program, once per test run and where every user can read it; `entry` from the repository's root. It goes
 * to a folder of its own unless one is given, where it finds the packages that are not bundled.
 */
export function bundlePath(entry: string, into?: string): string {
  const known = bundles.get(entry);
  if (known !== undefined) return known;
  const folder = into ?? newFolder();
  const bundle = join(folder, into === undefined ? 'cli.js' : `${basename(entry, '.ts')}.js`);
  buildSync({
    entryPoints: [join(ROOT, entry)],
    outfile: bundle,
    bundle: true,
    platform: 'node',
    target: 'node20',
    mainFields: ['module', 'main'],
    external: ['onnxruntime-node'],
    logLevel: 'error',
  });
  bundles.set(entry, bundle);
  return bundle;
}

/** A folder for programs, laid out as in the package: with what they find beside it. */
function newFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'cfprm-cli-'));
  process.on('exit', () => rmSync(folder, { recursive: true, force: true }));
  chmodSync(folder, 0o755);
  for (const name of ['node_modules', 'media']) symlinkSync(join(ROOT, name), join(folder, name), 'dir');
  const programs = join(folder, 'dist');
  mkdirSync(programs, { mode: 0o755 });
  return programs;
}

/** How a run of a program ended. */
export interface CliRun {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly out: string;
  readonly err: string;
}

/** How a program is run. */
export interface RunOptions {
  readonly uid?: number;
  readonly gid?: number;
  /** The folder in which it runs. */
  readonly cwd?: string;
  /** Whether somebody writes to its standard input; else that has ended already. */
  readonly input?: boolean;
  /** What comes through standard input; it ends behind it. */
  readonly stdin?: string | Uint8Array;
  /** Gets the process while it runs. */
  onStart?(child: ChildProcess): void;
}

/** Runs `cfprm` in a process of its own. */
export function runCli(args: readonly string[], options: RunOptions = {}): Promise<CliRun> {
  return runBundle(cliPath(), args, options);
}

/** Runs a bundled program in a process of its own. */
export function runBundle(
  bundle: string,
  args: readonly string[],
  options: RunOptions = {},
): Promise<CliRun> {
  const { uid, gid, cwd, stdin, input = stdin !== undefined, onStart } = options;
  const child = spawn(process.execPath, [bundle, ...args], {
    uid,
    gid,
    cwd,
    stdio: [input ? 'pipe' : 'ignore', 'pipe', 'pipe'],
  });
  if (stdin !== undefined) child.stdin!.end(stdin);
  return finished(child, onStart);
}

/**
 * Runs a shell script with a file system of `megabytes` mounted at `mountPoint`, which nobody else sees and which
 * is gone afterwards. Throws where that is not possible: a full disk cannot be tested there.
 */
export function runOnTinyDisk(mountPoint: string, megabytes: number, script: string): Promise<CliRun> {
  const root = process.getuid?.() === 0;
  const unshare = root ? ['-m'] : ['-rm'];
  const mount = `mount -t tmpfs -o size=${megabytes}m tmpfs "${mountPoint}"`;
  try {
    execFileSync('unshare', [...unshare, 'sh', '-c', mount], { stdio: 'pipe' });
  } catch (error) {
    throw new Error(
      `A full disk cannot be tested here: ${String(error)}. Run the tests on Linux as root or where ` +
        '"unshare -rm" is allowed.',
    );
  }
  const child = spawn('unshare', [...unshare, 'sh', '-c', `${mount} && ${script}`], {
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  return finished(child);
}

function finished(child: ChildProcess, onStart?: (child: ChildProcess) => void): Promise<CliRun> {
  return new Promise((resolve, reject) => {
    let out = '';
    let err = '';
    child.stdout?.on('data', (data) => {
      out += data;
    });
    child.stderr?.on('data', (data) => {
      err += data;
    });
    child.on('error', reject);
    child.on('close', (code, signal) => resolve({ code, signal, out, err }));
    onStart?.(child);
  });
}
