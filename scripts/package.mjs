// `npm run package [-- TARGET ...]`: one .vsix per platform in out/packages/, each with only its own onnxruntime, and
// a universal one without it. All are made on whatever machine this is; nothing is published.
import {
  copyFileSync,
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { build } from './build.mjs';
import { ensureInstalled } from './install.mjs';
import { bundledNotices } from './notices.mjs';
import { isMain, main, npm, root, run } from './process.mjs';

/** The onnxruntime binaries that each platform's package carries, below the package's `bin/napi-v6`. */
export const TARGETS = {
  'linux-x64': 'linux/x64',
  'linux-arm64': 'linux/arm64',
  'win32-x64': 'win32/x64',
  'win32-arm64': 'win32/arm64',
  'darwin-arm64': 'darwin/arm64',
  universal: undefined,
};

/** @typedef {keyof typeof TARGETS} Target */
/** @typedef {{ target: Target, file: string, bytes: number, files: string[] }} Package `files` as they lie in it */

/** The packager. Later versions ask for a newer Node than we do. */
const VSCE = '3.9.2';

/** What goes into every package, beside the bundles and the manifest. */
const CARRIED = [
  'README.md',
  'CHANGELOG.md',
  'LICENSE',
  'media',
  'l10n',
  ...readdirSync(root).filter((file) => /^package\.nls(?:\.[\w-]+)?\.json$/.test(file)),
  ...['pyproject.toml', 'README.md', 'src'].map((part) => `runner/${part}`),
];

/**
 * The packager's program, fetched into the git-ignored .package-tools/ if it is not there yet. Not one of our
 * development dependencies: some of what it depends on has install scripts that load from elsewhere, and those are
 * never run.
 */
async function ensureVsce() {
  const folder = path.join(root, '.package-tools');
  const manifest = path.join(folder, 'node_modules/@vscode/vsce/package.json');
  const have = existsSync(manifest) ? JSON.parse(readFileSync(manifest, 'utf8')).version : undefined;
  if (have !== VSCE) {
    mkdirSync(folder, { recursive: true });
    writeFileSync(path.join(folder, 'package.json'), '{"private":true}');
    await npm(folder, 'install', '--no-save', '--ignore-scripts', `@vscode/vsce@${VSCE}`);
  }
  return path.join(folder, 'node_modules/@vscode/vsce/vsce');
}

/**
 * Makes the packages.
 * @param {readonly Target[]} targets
 * @returns {Promise<Package[]>}
 */
export async function makePackages(targets) {
  const vsce = await ensureVsce();
  const out = path.join(root, 'out/packages');
  mkdirSync(out, { recursive: true });
  const scratch = mkdtempSync(path.join(os.tmpdir(), 'cfprm-package-'));
  try {
    const dist = path.join(scratch, 'dist');
    const inputs = await build({ production: true, folder: dist });
    const notices = bundledNotices(inputs);
    /** @type {Package[]} */
    const made = [];
    for (const target of targets) {
      const stage = path.join(scratch, target);
      fill(stage, dist, target, notices);
      const { version } = JSON.parse(readFileSync(path.join(stage, 'package.json'), 'utf8'));
      const file = path.join(out, `cfprm-${target}-${version}.vsix`);
      await pack(vsce, stage, target, file);
      made.push({ target, file, bytes: statSync(file).size, files: filesIn(stage) });
      rmSync(stage, { recursive: true });
    }
    return made;
  } finally {
    rmSync(scratch, { recursive: true, force: true });
  }
}

/**
 * Lays out what a package holds.
 * @param {string} stage
 * @param {string} dist
 * @param {Target} target
 * @param {string} notices
 */
function fill(stage, dist, target, notices) {
  mkdirSync(stage);
  cpSync(dist, path.join(stage, 'dist'), { recursive: true });
  for (const part of CARRIED)
    cpSync(path.join(root, part), path.join(stage, part), { recursive: true, filter: isOwn });
  writeFileSync(path.join(stage, 'THIRD-PARTY-NOTICES.txt'), notices);
  const manifest = JSON.parse(readFileSync(path.join(root, 'package.json'), 'utf8'));
  for (const part of ['private', 'scripts', 'devDependencies', 'dependencies', 'allowScripts'])
    delete manifest[part];
  writeFileSync(path.join(stage, 'package.json'), `${JSON.stringify(manifest, null, 2)}\n`);
  const binaries = TARGETS[target];
  if (binaries !== undefined) copyRuntime(path.join(stage, 'dist/node_modules'), binaries);
}

/** What Python leaves behind is not ours. @param {string} file */
function isOwn(file) {
  return !/(?:__pycache__|\.egg-info)$/.test(file);
}

/**
 * The onnxruntime of one platform, where the scorer's bundle finds it.
 * @param {string} modules
 * @param {string} binaries
 */
function copyRuntime(modules, binaries) {
  const from = path.join(root, 'node_modules/onnxruntime-node');
  const to = path.join(modules, 'onnxruntime-node');
  copyScripts(path.join(from, 'dist'), path.join(to, 'dist'));
  copyFileSync(path.join(from, 'package.json'), path.join(to, 'package.json'));
  const bin = path.join('bin/napi-v6', binaries);
  cpSync(path.join(from, bin), path.join(to, bin), { recursive: true, filter: isNeeded });
  const common = path.join(root, 'node_modules/onnxruntime-common');
  copyScripts(path.join(common, 'dist/cjs'), path.join(modules, 'onnxruntime-common/dist/cjs'));
  copyFileSync(path.join(common, 'package.json'), path.join(modules, 'onnxruntime-common/package.json'));
}

/** macOS's library comes twice, under its full version too, which nothing asks for. @param {string} file */
function isNeeded(file) {
  return !/libonnxruntime\.\d+\.\d+\.\d+\.dylib$/.test(file);
}

/** @param {string} from @param {string} to */
function copyScripts(from, to) {
  mkdirSync(to, { recursive: true });
  // The module kind of a folder may stand in a package.json of its own.
  for (const name of readdirSync(from))
    if (name.endsWith('.js') || name === 'package.json')
      copyFileSync(path.join(from, name), path.join(to, name));
}

/**
 * @param {string} vsce
 * @param {string} stage
 * @param {Target} target
 * @param {string} file
 */
async function pack(vsce, stage, target, file) {
  copyFileSync(path.join(root, '.vscodeignore'), path.join(stage, '.vscodeignore'));
  const platform = target === 'universal' ? [] : ['--target', target];
  const partial = `${file}.partial`;
  const options = [
    '--no-dependencies',
    '--allow-missing-repository',
    '--no-rewrite-relative-links',
    '--out',
    partial,
  ];
  const { code } = await run(process.execPath, [vsce, 'package', ...platform, ...options], {
    cwd: stage,
    quiet: true,
  });
  if (code !== 0) throw new Error(`vsce could not make the package for ${target} (code ${code}).`);
  renameSync(partial, file);
  rmSync(path.join(stage, '.vscodeignore'));
}

/** @param {string} folder @returns {string[]} its files, relative, with forward slashes */
function filesIn(folder) {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => path.relative(folder, path.join(entry.parentPath ?? entry.path, entry.name)))
    .map((file) => file.split(path.sep).join('/'))
    .sort();
}

/** What the registry knows against the packages that users get; a registry may have no such service. */
async function audit() {
  const { code } = await run('npm', ['audit', '--omit=dev', '--loglevel=error'], { quiet: false });
  if (code !== 0)
    console.error('npm audit: see above. A registry without that service answers with an error.');
}

async function packageAll() {
  const { positionals } = parseArgs({ allowPositionals: true });
  const all = /** @type {Target[]} */ (Object.keys(TARGETS));
  const unknown = positionals.filter((name) => !all.includes(/** @type {Target} */ (name)));
  if (unknown.length > 0) throw new Error(`Unknown: ${unknown.join(' ')}. Targets: ${all.join(' ')}.`);
  await ensureInstalled();
  await audit();
  const targets = all.filter((target) => positionals.length === 0 || positionals.includes(target));
  printPackages(await makePackages(targets));
}

/** Prints what each package weighs. @param {readonly Package[]} packages */
export function printPackages(packages) {
  for (const { file, bytes, files } of packages) {
    const cells = [path.relative(root, file).padEnd(48), `${(bytes / 1e6).toFixed(1)} MB`.padStart(8)];
    console.log(`${cells.join(' ')} ${String(files.length).padStart(5)} files`);
  }
}

if (isMain(import.meta.url)) main(packageAll());
