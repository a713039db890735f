// Runs a mocha suite inside the extension host of a real VS Code, and believes only what it can prove.
//   main.mjs [--entry FILE] [--suites DIR] [--limit SECONDS] [--grep TEXT] [--result FILE]
// One suite, two hosts; `runTests` of @vscode/test-electron always, only the executable differs:
//   VSCODE_EXECUTABLE       this VS Code
//   VSCODE_HOST=desktop     a desktop VS Code, downloaded from its vendor (Linux: needs a display)
//   VSCODE_HOST=auto        the same if it can be had, else the server
//   VSCODE_HOST=server      our shim: the VS Code server from the package registry, with Chromium
// The server is the default (but on Windows, for which it has no build): its versions are pinned, it needs
// no display and no other source than the registry, so that CI and every machine run the same thing.
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { downloadAndUnzipVSCode, runTests, TestRunFailedError } from '@vscode/test-electron';
import { ensureChromium } from '../../../scripts/chromium.mjs';
import { main, root } from '../../../scripts/process.mjs';
import { copySample } from '../../../scripts/sample.mjs';
import { judge, readResult } from '../../../scripts/verdict.mjs';
import { ensureHost, FLAVOURS } from '../../../scripts/vscodeServer.mjs';

const { values: options } = parseArgs({
  options: {
    entry: { type: 'string', default: path.join(root, 'out/test/host/index.js') },
    suites: { type: 'string', default: path.join(root, 'out/test/host/suite') },
    limit: { type: 'string', default: '300' },
    grep: { type: 'string', default: '' },
    result: { type: 'string' },
  },
});
const SHIM = fileURLToPath(new URL('codeShim.mjs', import.meta.url));
const limitMs = Number(options.limit) * 1000;
const flavour = process.env.CFPRM_HOST_FLAVOUR === 'latest' ? 'latest' : 'floor';

/** The server host with all it needs, fetched here so that fetching is not under the suite's time limit. */
async function shim() {
  await ensureHost(flavour);
  await ensureChromium();
  return SHIM;
}

/** @returns {Promise<string>} a program that takes desktop VS Code's test options */
async function executable() {
  if (process.env.VSCODE_EXECUTABLE) return process.env.VSCODE_EXECUTABLE;
  const host = process.env.VSCODE_HOST ?? (process.platform === 'win32' ? 'desktop' : 'server');
  if (host === 'server') return shim();
  if (host !== 'desktop' && host !== 'auto')
    throw new Error(`VSCODE_HOST is "${host}"; it may be server, desktop or auto.`);
  try {
    if (process.platform === 'linux' && !process.env.DISPLAY && !process.env.WAYLAND_DISPLAY)
      throw new Error('desktop VS Code needs a display (xvfb-run -a npm test)');
    const cachePath = path.join(root, '.vscode-host/desktop');
    return await downloadAndUnzipVSCode({ version: FLAVOURS[flavour].vscode, cachePath, timeout: 30_000 });
  } catch (error) {
    if (host === 'desktop') throw error;
    console.error(`No desktop VS Code: ${error instanceof Error ? error.message : error}. Using the server.`);
    return shim();
  }
}

/**
 * @param {string} vscode the executable
 * @param {string} scratch
 * @param {string} result
 * @returns {Promise<import('../../../scripts/process.mjs').Ended>}
 */
async function runIn(vscode, scratch, result) {
  const folder = path.join(scratch, 'workspace');
  copySample(folder);
  // The demonstration model would score whatever is opened; tests of scores name their model.
  mkdirSync(path.join(scratch, 'user/User'), { recursive: true });
  writeFileSync(path.join(scratch, 'user/User/settings.json'), '{"cfprm.model.path": "none"}');
  let timedOut = false;
  // runTests hands no process out, but stops it on SIGINT, by force on the second. The shim keeps the limit
  // itself, from the suite's start, and can say more; this is for a VS Code that does not end.
  const interrupt = () => process.emit('SIGINT');
  const limit = limitMs + (vscode === SHIM ? 240_000 : 0);
  const timers = [limit, limit + 3000].map((ms, index) =>
    setTimeout(() => {
      if (index === 0) timedOut = true;
      interrupt();
    }, ms),
  );
  try {
    await runTests({
      vscodeExecutablePath: vscode,
      extensionDevelopmentPath: root,
      extensionTestsPath: options.entry,
      extensionTestsEnv: {
        CFPRM_TEST_RESULT: result,
        CFPRM_TEST_SUITES: options.suites,
        CFPRM_TEST_GREP: options.grep,
        CFPRM_HOST_LIMIT_MS: String(limitMs),
      },
      launchArgs: [
        folder,
        '--disable-extensions',
        `--user-data-dir=${path.join(scratch, 'user')}`,
        `--extensions-dir=${path.join(scratch, 'extensions')}`,
      ],
    });
    return { code: 0, timedOut };
  } catch (error) {
    if (!(error instanceof TestRunFailedError)) throw error;
    return { code: error.code ?? 1, timedOut };
  } finally {
    timers.forEach(clearTimeout);
  }
}

/** @param {import('../../../scripts/verdict.mjs').SuiteResult | undefined} result */
function printTests(result) {
  for (const { title, state, error } of result?.tests ?? []) {
    console.log(`  ${state === 'passed' ? 'ok  ' : state === 'failed' ? 'FAIL' : 'skip'} ${title}`);
    if (error) console.log(error.replace(/^/gm, '       '));
  }
}

async function launch() {
  // Without a listener of our own, runTests would end this process before the verdict.
  process.on('SIGINT', () => {
    process.exitCode = 130;
  });
  const scratch = mkdtempSync(path.join(os.tmpdir(), 'cfprm-host-'));
  const file = path.join(scratch, 'result.json');
  try {
    const vscode = await executable();
    if (!existsSync(options.entry)) throw new Error(`${options.entry} is missing: npm run build first.`);
    const ended = await runIn(vscode, scratch, file);
    const result = readResult(file);
    printTests(result);
    const verdict = judge(ended, result);
    for (const complaint of verdict.complaints) console.error(`FAIL: ${complaint}`);
    console.log(`in VS Code: ${verdict.passed} passed, ${verdict.failed} failed`);
    const { passed, failed } = verdict;
    if (options.result) writeFileSync(options.result, JSON.stringify({ passed, failed, pending: 0 }));
    if (verdict.failed > 0) process.exitCode = 1;
  } finally {
    rmSync(scratch, { recursive: true, force: true, maxRetries: 5, retryDelay: 100 });
  }
}

await main(launch());
