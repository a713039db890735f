// `npm run release -- VERSION [--untested]`: everything up to a release, and nothing of publishing it. Checks and tests,
// gives the changelog's heading and the version their new values, makes all packages and their checksums.
import { createHash } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { ensureInstalled } from './install.mjs';
import { makePackages, printPackages, TARGETS } from './package.mjs';
import { isMain, main, root, run } from './process.mjs';

const UNRELEASED = '## [Unreleased]';

/**
 * The changelog with what was unreleased under the new version, and an empty heading above it.
 * @param {string} text
 * @param {string} version
 * @param {string} day as 2026-01-31
 * @returns {string} @throws if nothing is unreleased, or the version is there already
 */
export function releasedChangelog(text, version, day) {
  const at = text.indexOf(`${UNRELEASED}\n`);
  if (at < 0) throw new Error(`CHANGELOG.md has no heading "${UNRELEASED}".`);
  if (text.includes(`## [${version}]`)) throw new Error(`CHANGELOG.md has a heading for ${version} already.`);
  const body = text.slice(at + UNRELEASED.length + 1);
  if (!/^- /m.test(body.split(/^## /m, 1)[0] ?? ''))
    throw new Error(
      `Nothing stands under "${UNRELEASED}" in CHANGELOG.md: say what is new, then release it.`,
    );
  return `${text.slice(0, at)}${UNRELEASED}\n\n## [${version}] - ${day}\n${body}`;
}

/**
 * Whether one version follows another.
 * @param {string} next
 * @param {string} now both as 1.2.3
 */
export function isLater(next, now) {
  const [a, b] = [next, now].map((version) => version.split('.').map(Number));
  const at = [0, 1, 2].find((k) => a?.[k] !== b?.[k]);
  return at !== undefined && Number(a?.[at]) > Number(b?.[at]);
}

/** Replaces what is between the quotes of one line. @param {string} file @param {RegExp} line @param {string} version */
function setVersion(file, line, version) {
  const at = path.join(root, file);
  const text = readFileSync(at, 'utf8');
  if (!line.test(text)) throw new Error(`${file} has no version where it should.`);
  writeFileSync(
    at,
    text.replace(line, (_, before, after) => `${before}${version}${after}`),
  );
}

async function release() {
  const { positionals, values } = parseArgs({
    allowPositionals: true,
    options: { untested: { type: 'boolean', default: false } },
  });
  const [version = ''] = positionals;
  if (!/^\d+\.\d+\.\d+$/.test(version)) throw new Error('npm run release -- VERSION, a version being 1.2.3.');
  const now = JSON.parse(readFileSync(path.join(root, 'package.json'), 'utf8')).version;
  if (!isLater(version, now)) throw new Error(`The version is ${now}; ${version} does not come after it.`);
  const { code: changed } = await run('git', ['diff', '--quiet', 'HEAD']);
  if (changed !== 0) throw new Error('There are changes that are not committed. Commit them first.');
  const changelog = path.join(root, 'CHANGELOG.md');
  const text = releasedChangelog(
    readFileSync(changelog, 'utf8'),
    version,
    new Date().toISOString().slice(0, 10),
  );
  await ensureInstalled();
  if (!values.untested) {
    const { code } = await run(process.execPath, [path.join(root, 'scripts/test.mjs')]);
    if (code !== 0) throw new Error('Tests failed; nothing was changed.');
  }
  writeFileSync(changelog, text);
  setVersion('package.json', /^( {2}"version": ")[^"]*(",)$/m, version);
  setVersion('package-lock.json', /^( {2}"version": ")[^"]*(",)$/m, version);
  setVersion('package-lock.json', /^( {6}"version": ")[^"]*(",)$/m, version);
  setVersion('src/core/version.ts', /^(export const VERSION = ')[^']*(';)$/m, version);
  const made = await makePackages(/** @type {import('./package.mjs').Target[]} */ (Object.keys(TARGETS)));
  printPackages(made);
  const sums = made.map(({ file }) => {
    const sum = createHash('sha256').update(readFileSync(file)).digest('hex');
    return `${sum}  ${path.basename(file)}\n`;
  });
  writeFileSync(path.join(root, 'out/packages/SHA256SUMS'), sums.join(''));
  console.log(`\nCFPRM ${version} is made and not published. To go on:
  git commit -am "Release ${version}" && git tag v${version}
and hand out what lies in out/packages (SHA256SUMS beside it).`);
}

if (isMain(import.meta.url)) main(release());
