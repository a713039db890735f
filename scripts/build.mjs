// `npm run build [-- --production]`: the bundles in dist/.
import { chmodSync, existsSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import path from 'node:path';
import { ensureInstalled } from './install.mjs';
import { isMain, main, root } from './process.mjs';

/** @param {string} file */
const at = (file) => path.join(root, file);

/** Every webview page: a folder of webview/ with a main.ts. Found, never listed by hand. */
function pages() {
  const folders = existsSync(at('webview')) ? readdirSync(at('webview')) : [];
  return folders.filter((page) => existsSync(at(`webview/${page}/main.ts`)));
}

/**
 * Bundles the extension, the command line, the child processes and every webview page. An entry whose
 * source file is missing is left out.
 * @param {{ production?: boolean, folder?: string }} [options] production: minified, without source maps; folder:
 *   where to, dist/ if not said
 * @returns {Promise<string[]>} the source files, relative to the root
 */
export async function build({ production = false, folder = at('dist') } = {}) {
  const { build: bundle } = await import('esbuild');
  /** @type {import('esbuild').BuildOptions} */
  const common = {
    bundle: true,
    minify: production,
    sourcemap: !production,
    metafile: true,
    logLevel: 'warning',
    legalComments: 'none',
    absWorkingDir: root,
  };
  /** @type {import('esbuild').BuildOptions} */
  // jsonc-parser's main entry is UMD, which a bundler cannot follow; its module entry is plain.
  const node = {
    ...common,
    platform: 'node',
    target: 'node20',
    format: 'cjs',
    external: ['vscode', 'onnxruntime-node'],
    mainFields: ['module', 'main'],
  };
  const jobs = [];
  if (existsSync(at('src/extension.ts')))
    jobs.push(
      bundle({ ...node, entryPoints: ['src/extension.ts'], outfile: path.join(folder, 'extension.js') }),
    );
  if (existsSync(at('src/cli/main.ts'))) {
    const hasShebang = readFileSync(at('src/cli/main.ts'), 'utf8').startsWith('#!');
    const banner = hasShebang ? undefined : { js: '#!/usr/bin/env node' };
    jobs.push(
      bundle({ ...node, entryPoints: ['src/cli/main.ts'], outfile: path.join(folder, 'cli.js'), banner }),
    );
  }
  if (existsSync(at('src/scorer/scorerProcess.ts')))
    jobs.push(
      bundle({
        ...node,
        entryPoints: ['src/scorer/scorerProcess.ts'],
        outfile: path.join(folder, 'scorerProcess.js'),
      }),
    );
  if (existsSync(at('src/io/bonProcess.ts')))
    jobs.push(
      bundle({ ...node, entryPoints: ['src/io/bonProcess.ts'], outfile: path.join(folder, 'bonProcess.js') }),
    );
  for (const page of pages())
    jobs.push(
      bundle({
        ...common,
        // Every browser that shows a page reads the first of a font's files, woff2.
        external: ['*.woff', '*.ttf'],
        entryPoints: { [page]: `webview/${page}/main.ts` },
        outdir: path.join(folder, 'webview'),
        platform: 'browser',
        target: 'es2022',
        format: 'iife',
        loader: { '.svg': 'dataurl', '.woff2': 'file' },
      }),
    );
  const results = await Promise.all(jobs);
  if (existsSync(path.join(folder, 'cli.js'))) chmodSync(path.join(folder, 'cli.js'), 0o755);
  if (folder === at('dist'))
    removeStale(
      'dist',
      results.flatMap(({ metafile }) => Object.keys(metafile?.outputs ?? {})),
    );
  return [...new Set(results.flatMap(({ metafile }) => Object.keys(metafile?.inputs ?? {})))];
}

/**
 * Removes what an earlier build left in a folder. Done after the build, not before, so that a VS Code that
 * runs from the folder meanwhile never finds it empty.
 * @param {string} folder
 * @param {readonly string[]} written relative to the root, with forward slashes
 */
function removeStale(folder, written) {
  if (!existsSync(at(folder))) return;
  for (const entry of readdirSync(at(folder), { recursive: true, withFileTypes: true })) {
    const file = path.relative(root, path.join(entry.parentPath ?? entry.path, entry.name));
    if (entry.isFile() && !written.includes(file.split(path.sep).join('/'))) rmSync(at(file));
  }
}

/**
 * Bundles what runs inside the extension host: the mocha entry, the host suite, and the launcher's
 * fixture suites, one bundle per file. The entry finds its suites in the folder at run time.
 */
export async function buildHostSuites() {
  const { build: bundle } = await import('esbuild');
  const { metafile } = await bundle({
    absWorkingDir: root,
    metafile: true,
    bundle: true,
    platform: 'node',
    target: 'node20',
    format: 'cjs',
    external: ['vscode', 'mocha'],
    mainFields: ['module', 'main'],
    sourcemap: 'inline',
    logLevel: 'warning',
    entryPoints: [
      'test/host/index.ts',
      'test/host/suite/**/*.test.ts',
      'test/host/bench/**/*.test.ts',
      'test/host/launcher/fixtures/**/*.ts',
    ],
    outbase: 'test/host',
    outdir: 'out/test/host',
  });
  removeStale('out/test/host', Object.keys(metafile.outputs));
}

if (isMain(import.meta.url)) {
  const work = async () => {
    await ensureInstalled();
    await build({ production: process.argv.includes('--production') });
    console.log(readdirSync(at('dist')).join('\n'));
  };
  main(work());
}
