// A Chromium for the workbench of the VS Code server: found, else installed.
import { execFileSync } from 'node:child_process';
import { accessSync, constants, existsSync, readdirSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { isMain, main, run, tool } from './process.mjs';

const NAMES = [
  'chromium',
  'chromium-browser',
  'google-chrome',
  'google-chrome-stable',
  'chrome',
  'microsoft-edge',
  'msedge',
];

const PLACES = {
  darwin: [
    '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
    '/Applications/Chromium.app/Contents/MacOS/Chromium',
    '/Applications/Microsoft Edge.app/Contents/MacOS/Microsoft Edge',
  ],
  win32: [process.env.PROGRAMFILES, process.env['PROGRAMFILES(X86)'], process.env.LOCALAPPDATA].flatMap(
    (base) =>
      base
        ? [
            path.join(base, 'Google/Chrome/Application/chrome.exe'),
            path.join(base, 'Chromium/Application/chrome.exe'),
            path.join(base, 'Microsoft/Edge/Application/msedge.exe'),
          ]
        : [],
  ),
};

/**
 * The first executable of these names on the PATH.
 * @param {readonly string[]} names
 */
export function onPath(names) {
  const endings = process.platform === 'win32' ? ['.exe', '.cmd'] : [''];
  const folders = (process.env.PATH ?? '').split(path.delimiter).filter(Boolean);
  const files = names.flatMap((name) =>
    folders.flatMap((folder) => endings.map((end) => path.join(folder, name + end))),
  );
  return files.find(isExecutable);
}

/** @param {string} file */
function isExecutable(file) {
  try {
    accessSync(file, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

/** Playwright's own download, in its cache. */
async function playwrightChromium() {
  const { chromium } = await import('playwright-core');
  const pinned = chromium.executablePath();
  if (pinned && existsSync(pinned)) return pinned;
  const cache = process.env.PLAYWRIGHT_BROWSERS_PATH ?? path.join(os.homedir(), '.cache/ms-playwright');
  const builds = existsSync(cache) ? readdirSync(cache).filter((name) => /^chromium-\d+$/.test(name)) : [];
  return builds
    .sort()
    .reverse()
    .flatMap((name) => [
      path.join(cache, name, 'chrome-linux/chrome'),
      path.join(cache, name, 'chrome-linux64/chrome'),
    ])
    .find(isExecutable);
}

/** An installed Chromium's executable: CHROMIUM, the PATH, the usual places, Playwright's cache. */
export async function findChromium() {
  const given = process.env.CHROMIUM;
  if (given) {
    if (!isExecutable(given)) throw new Error(`CHROMIUM names ${given}, which is not an executable file.`);
    return given;
  }
  const places = PLACES[/** @type {keyof typeof PLACES} */ (process.platform)] ?? [];
  return onPath(NAMES) ?? places.find(isExecutable) ?? (await playwrightChromium());
}

/** The words before `apt-get` that give the right to install, or undefined. */
function rootPrefix() {
  if (process.getuid?.() === 0) return [];
  try {
    execFileSync('sudo', ['-n', 'true'], { stdio: 'ignore' });
    return ['sudo', '-n'];
  } catch {
    return undefined;
  }
}

/** Installs Debian's chromium. @returns {Promise<boolean>} */
async function aptInstall() {
  const prefix = onPath(['apt-get']) ? rootPrefix() : undefined;
  if (!prefix) return false;
  console.log('Installing chromium (apt-get) ...');
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
  /** @param {string[]} args */
  const apt = async (...args) => {
    const [program, ...rest] = [...prefix, 'apt-get', '-q', '-y', ...args];
    return (await run(/** @type {string} */ (program), rest, { env, quiet: true })).code === 0;
  };
  // A failing update (one dead source among many) need not keep the install from working.
  await apt('update');
  return apt('install', '--no-install-recommends', 'chromium', 'fonts-dejavu-core');
}

/** A Chromium's executable, installed if there is none: from Debian's archive, else by Playwright. */
export async function ensureChromium() {
  const found = await findChromium();
  if (found) return found;
  if (await aptInstall()) {
    const installed = await findChromium();
    if (installed) return installed;
  }
  console.log('Fetching a Chromium with Playwright ...');
  await run(process.execPath, [
    tool('playwright-core', 'playwright-core'),
    'install',
    '--with-deps',
    'chromium',
  ]);
  const fetched = await findChromium();
  if (fetched) return fetched;
  throw new Error(
    'The tests need Chromium or Chrome, and none could be installed here. Install one, or set CHROMIUM to its executable.',
  );
}

if (isMain(import.meta.url)) main(ensureChromium().then((file) => console.log(file)));
