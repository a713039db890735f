// `npm run check`: the gate before every commit and the first leg of `npm test`.
import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync, statSync } from 'node:fs';
import path from 'node:path';
import { ensureInstalled } from './install.mjs';
import { isMain, main, root, run, tool } from './process.mjs';

/** A package registry's host. A clone has to install from whatever registry its machine is set to. */
const REGISTRY = /\b(?:registry\.[a-z0-9-]+\.(?:org|com|io|net|cn)|[a-z0-9-]+\.pkg\.github\.com)\b/i;

/**
 * The committed text files (and those about to be), relative to the root; none outside a git checkout.
 * @returns {string[]}
 */
function committedFiles() {
  try {
    const listed = execFileSync('git', ['ls-files', '-z', '--cached', '--others', '--exclude-standard'], {
      cwd: root,
      encoding: 'utf8',
      maxBuffer: 64 << 20,
      stdio: ['ignore', 'pipe', 'ignore'],
    });
    return listed.split('\0').filter((file) => file && existsSync(path.join(root, file)));
  } catch {
    return ['package-lock.json', '.npmrc'];
  }
}

/**
 * Platform packages that the lock file names but does not hold: npm leaves them out when the registry of
 * the moment lacks them, and `npm ci` then refuses the lock file everywhere.
 */
export function lockFindings() {
  /** @type {{ packages: Record<string, { optionalDependencies?: Record<string, string> }> }} */
  const { packages } = JSON.parse(readFileSync(path.join(root, 'package-lock.json'), 'utf8'));
  const named = Object.values(packages).flatMap((entry) => Object.keys(entry.optionalDependencies ?? {}));
  return named
    .filter((name) => !Object.keys(packages).some((key) => key.endsWith(`node_modules/${name}`)))
    .map((name) => `package-lock.json: has no entry for ${name}, so npm ci refuses it; restore the entry`);
}

/** Complaints about committed files that tie the repository to one registry. */
export function registryFindings() {
  const findings = [];
  for (const file of committedFiles()) {
    const full = path.join(root, file);
    if (statSync(full).size > 8 << 20) continue;
    const text = readFileSync(full, 'utf8');
    const host = REGISTRY.exec(text);
    if (host) findings.push(`${file}: names a package registry's host ("${host[0]}"); leave it out`);
    if (file === 'package-lock.json' && text.includes('"resolved":'))
      findings.push(`${file}: has "resolved" addresses; run npm install again with this repository's .npmrc`);
  }
  return findings;
}

/** Formatter and linter, types, the texts and their translations, and the rules for the lock file and the registry. @returns {Promise<boolean>} true if all is well */
export async function check() {
  const biome = await run(process.execPath, [tool('@biomejs/biome', 'biome'), 'ci', '--error-on-warnings']);
  const types = await run(process.execPath, [tool('typescript', 'tsc'), '-b']);
  // Needs the parser, which may not have been installed when this file was loaded.
  const { l10nFindings } = await import('./l10n.mjs');
  const findings = [...registryFindings(), ...lockFindings(), ...l10nFindings()];
  for (const finding of findings) console.error(finding);
  return biome.code === 0 && types.code === 0 && findings.length === 0;
}

if (isMain(import.meta.url)) {
  const work = async () => {
    await ensureInstalled();
    if (!(await check())) process.exitCode = 1;
  };
  main(work());
}
