#!/usr/bin/env node
// Speaks desktop VS Code's test command line and runs the suite in the VS Code server and Chromium:
//   codeShim.mjs FOLDER --extensionDevelopmentPath=DIR --extensionTestsPath=FILE [ignored desktop options]
// The exit code is what the workbench reports, or one of the codes below. It is not to be believed alone:
// the workbench reports 0 after a crash of the extension host. The launcher asks for a result file too.
import { ensureHost, startServer, workbenchUrl } from '../../../scripts/vscodeServer.mjs';
import { openBrowser } from './browser.mjs';

/** What test/host/index.ts prints first. */
const SUITE_STARTS = 'cfprm: the suite starts';
const CODES = { error: 3, pageCrash: 4, extensionHostCrash: 5, timeOut: 6, interrupted: 130 };
/** How long VS Code may take until the suite starts; a busy machine takes a minute. */
const START_LIMIT_MS = 150_000;
const CRASH = /Extension Host Process exited with (?:code: (?!0,)|signal: (?!null))/;

const argv = process.argv.slice(2);
/** @param {string} name */
const option = (name) => argv.find((arg) => arg.startsWith(`--${name}=`))?.slice(name.length + 3);

const limitMs = Number(process.env.CFPRM_HOST_LIMIT_MS ?? 300_000);
/** @type {string[]} */
const lines = [];
/** @type {(() => Promise<void>)[]} */
const cleanup = [];

async function finish() {
  for (const undo of cleanup.splice(0).reverse()) await undo().catch(() => {});
}

for (const signal of /** @type {const} */ (['SIGINT', 'SIGTERM']))
  process.once(signal, () => finish().then(() => process.exit(CODES.interrupted)));

/** @param {number} ms @returns {Promise<number>} */
const after = (ms) => new Promise((resolve) => setTimeout(() => resolve(CODES.timeOut), ms).unref());

/** @returns {Promise<number>} the exit code */
async function runSuite() {
  const folder = argv.find((arg) => !arg.startsWith('-'));
  const tests = option('extensionTestsPath');
  if (!folder || !tests) throw new Error('The shim needs a folder and --extensionTestsPath=FILE.');
  const flavour = process.env.CFPRM_HOST_FLAVOUR === 'latest' ? 'latest' : 'floor';
  const starting = startServer(await ensureHost(flavour));
  cleanup.push(async () => (await starting).stop());
  const server = await starting;
  const { page, close } = await openBrowser();
  cleanup.push(close);

  let started = () => {};
  /** @type {Promise<void>} */
  const running = new Promise((resolve) => {
    started = resolve;
  });
  /** @type {Promise<number>} */
  const exited = new Promise((resolve) => {
    page.once('crash', () => resolve(CODES.pageCrash));
    // The workbench calls these two if the page has them; they have to be there before it loads.
    page.exposeFunction('codeAutomationExit', resolve);
    page.exposeFunction('codeAutomationLog', (/** @type {string} */ type, /** @type {unknown[]} */ args) => {
      lines.push(`${type}: ${args.join(' ')}`);
      if (args.includes(SUITE_STARTS)) started();
      if (process.env.CFPRM_HOST_VERBOSE) console.log(lines.at(-1));
    });
  });
  await page.goto(
    workbenchUrl(server.port, { folder, tests, extension: option('extensionDevelopmentPath') }),
  );
  const atStart = await Promise.race([exited, server.died, running, after(START_LIMIT_MS)]);
  if (atStart === CODES.timeOut) console.error(`no suite started within ${START_LIMIT_MS / 1000} s`);
  const code = atStart ?? (await Promise.race([exited, server.died, after(limitMs)]));
  if (atStart === undefined && code === CODES.timeOut)
    console.error(`the suite did not end within ${limitMs / 1000} s`);
  if (!CRASH.test(server.log())) return code;
  console.error('the extension host crashed');
  return code || CODES.extensionHostCrash;
}

let code = CODES.error;
try {
  code = await runSuite();
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
}
if (code !== 0) console.error(lines.slice(-40).join('\n'));
await finish();
process.exit(code);
