// `npm start [-- --port N] [--latest]`: installs, builds, and opens VS Code with the extension on a copy of
// the sample workspace. Desktop VS Code if `code` is on the PATH, else the VS Code server from the package
// registry, whose address is printed. CFPRM_START=desktop|server takes the one or the other.
import path from 'node:path';
import { parseArgs } from 'node:util';
import { build } from './build.mjs';
import { onPath } from './chromium.mjs';
import { ensureInstalled } from './install.mjs';
import { main, root, run } from './process.mjs';
import { copySample, firstTrace } from './sample.mjs';
import { ensureHost, startServer, workbenchUrl } from './vscodeServer.mjs';

const DEFAULT_PORT = 8617;

/**
 * Opens desktop VS Code, which does not keep us waiting.
 * @param {string} code the executable
 * @param {string} folder
 * @returns {Promise<boolean>} whether it started
 */
async function openDesktop(code, folder) {
  const args = [`--extensionDevelopmentPath=${root}`, folder, '--file-uri', firstTrace(folder)];
  // Desktop VS Code refuses to run as root without these two.
  if (process.getuid?.() === 0)
    args.push('--no-sandbox', `--user-data-dir=${path.join(root, '.vscode-host/user')}`);
  const { code: exit } = await run(code, args);
  if (exit === 0) console.log(`VS Code opens ${folder}`);
  return exit === 0;
}

/**
 * Serves VS Code on 127.0.0.1 until Ctrl+C.
 * @param {string} folder
 * @param {number} port
 * @param {import('./vscodeServer.mjs').Flavour} flavour
 */
async function serve(folder, port, flavour) {
  // The newer VS Code takes no extension from the address outside of tests; there it is installed.
  const install = flavour === 'latest';
  // As a user has it: with the demonstration model.
  const settings = { 'cfprm.model.path': '' };
  const server = await startServer(await ensureHost(flavour), { port, testDriver: false, install, settings });
  const url = workbenchUrl(server.port, { folder, extension: root, openUri: firstTrace(folder) });
  console.log(`VS Code with CFPRM is ready. Open in a browser (Ctrl+C ends it):\n\n${url}\n`);
  /** @type {Promise<void>} */
  const interrupted = new Promise((resolve) => {
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.once(signal, () => resolve());
  });
  try {
    await Promise.race([interrupted, server.died]);
  } finally {
    await server.stop();
  }
}

async function start() {
  const { values } = parseArgs({
    options: { port: { type: 'string' }, latest: { type: 'boolean', default: false } },
  });
  const port = Number(values.port ?? DEFAULT_PORT);
  if (!Number.isInteger(port) || port < 0 || port > 65_535)
    throw new Error(`--port ${values.port}: a port is a number from 0 (any free one) to 65535.`);
  const wanted = process.env.CFPRM_START;
  if (wanted && wanted !== 'desktop' && wanted !== 'server')
    throw new Error(`CFPRM_START is "${wanted}"; it may be desktop or server.`);
  await ensureInstalled();
  await build();
  const folder = path.join(root, '.vscode-host/sample');
  copySample(folder);
  if (wanted !== 'server') {
    const code = onPath(['code']);
    if (code && (await openDesktop(code, folder))) return;
    if (wanted === 'desktop')
      throw new Error(
        code ? `${code} could not open VS Code.` : 'CFPRM_START=desktop, but there is no `code` on the PATH.',
      );
    if (code) console.error(`${code} could not open VS Code; using the server.`);
  }
  await serve(folder, port, values.latest ? 'latest' : 'floor');
}

await main(start());
