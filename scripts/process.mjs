// What every script needs and nothing that has to be installed first.
import { spawn } from 'node:child_process';
import { closeSync, openSync, readFileSync, realpathSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

/** The repository's root folder. */
export const root = fileURLToPath(new URL('..', import.meta.url)).replace(/[\\/]$/, '');

/**
 * Whether the module with this `import.meta.url` is the program that was started.
 * @param {string} url
 */
export function isMain(url) {
  return process.argv[1] !== undefined && realpathSync(process.argv[1]) === fileURLToPath(url);
}

/**
 * How a child process ended. `code` is what a shell would report (128 + n for a signal's end is not
 * distinguished: any signal is 1).
 * @typedef {{ code: number, timedOut: boolean }} Ended
 */

/**
 * Runs a program to its end with our standard streams, never through a shell (except npm's and code's
 * command files on Windows, which need one).
 * @param {string} program
 * @param {readonly string[]} args
 * @param {{ cwd?: string, env?: NodeJS.ProcessEnv, quiet?: boolean, log?: string, limitMs?: number }} [options]
 *   `quiet` hides standard output; `log` is a file that takes both streams instead; after `limitMs` the program is
 *   asked to end, then killed.
 * @returns {Promise<Ended>} code 127 if the program could not be started
 */
export function run(program, args, { cwd = root, env = process.env, quiet = false, log, limitMs } = {}) {
  return new Promise((resolve) => {
    const file = log === undefined ? undefined : openSync(log, 'w');
    const shell = process.platform === 'win32' && !program.endsWith('.exe');
    const child = spawn(program, args, {
      cwd,
      env,
      shell,
      stdio: ['ignore', file ?? (quiet ? 'ignore' : 'inherit'), file ?? 'inherit'],
    });
    if (file !== undefined) closeSync(file);
    let timedOut = false;
    const timer =
      limitMs &&
      setTimeout(() => {
        timedOut = true;
        child.kill('SIGTERM');
        setTimeout(() => child.kill('SIGKILL'), 10_000).unref();
      }, limitMs);
    /** @param {number} code */
    const end = (code) => {
      clearTimeout(timer);
      resolve({ code, timedOut });
    };
    child.once('error', () => end(127));
    child.once('exit', (code) => end(code ?? 1));
  });
}

/**
 * Runs a Node program of an installed package, e.g. `tool('mocha', 'mocha')`: the script to pass to Node,
 * so that no platform's command files are needed.
 * @param {string} packageName
 * @param {string} bin
 */
export function tool(packageName, bin) {
  const folder = path.join(root, 'node_modules', packageName);
  const { bin: bins } = JSON.parse(readFileSync(path.join(folder, 'package.json'), 'utf8'));
  return path.join(folder, typeof bins === 'string' ? bins : bins[bin]);
}

/**
 * Runs npm. Its own settings for this repository stay away from other folders.
 * @param {string} cwd
 * @param {...string} args
 */
export async function npm(cwd, ...args) {
  const { code } = await run(
    'npm',
    [...args, '--no-audit', '--no-fund', '--no-update-notifier', '--loglevel=error'],
    {
      cwd,
      quiet: true,
    },
  );
  if (code !== 0) throw new Error(`npm ${args.join(' ')} failed with code ${code} in ${cwd}`);
}

/**
 * Ends the process with a plain message instead of a stack when a script fails.
 * @param {Promise<unknown>} work
 */
export async function main(work) {
  try {
    await work;
  } catch (error) {
    console.error(error instanceof Error ? error.message : error);
    process.exitCode = 1;
  }
}
