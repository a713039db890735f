import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { chmodSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { buildSync } from 'esbuild';

/** The command line, bundled once per test run where every user can read it. */
let bundle: string | undefined;

/** Path of the bundled command line. */
export function cliPath(): string {
  if (bundle !== undefined) return bundle;
  const folder = mkdtempSync(join(tmpdir(), 'cfprm-cli-'));
  process.on('exit', () => rmSync(folder, { recursive: true, force: true }));
  chmodSync(folder, 0o755);
  bundle = join(folder, 'cli.js');
  const entryPoints = [join(__dirname, '../../src/cli/main.ts')];
  buildSync({
    entryPoints,
    outfile: bundle,
    bundle: true,
    platform: 'node',
    target: 'node20',
    mainFields: ['module', 'main'],
    logLevel: 'error',
  });
  return bundle;
}

/** How a run of the command line ended. */
export interface CliRun {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly out: string;
  readonly err: string;
}

/** Runs `cfprm` in a process of its own; `onStart` gets the process while it runs. */
export function runCli(
  args: readonly string[],
  options: { uid?: number; gid?: number; onStart?(child: ChildProcess): void } = {},
): Promise<CliRun> {
  const { uid, gid, onStart } = options;
  const child = spawn(process.execPath, [cliPath(), ...args], {
    uid,
    gid,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
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
