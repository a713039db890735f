// `ensureInstalled()`: the first step of every npm command, so that a fresh clone needs no other.
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { isMain, main, npm, root } from './process.mjs';

/**
 * @param {string} file
 * @returns {Record<string, { version?: string, optional?: boolean }> | undefined}
 */
function packagesOf(file) {
  try {
    return JSON.parse(readFileSync(path.join(root, file), 'utf8')).packages;
  } catch {
    return undefined;
  }
}

/**
 * Whether `node_modules` holds what package-lock.json names. Compared by content: file times change with
 * every checkout. Optional packages are left out, as npm installs only this platform's.
 */
export function isInstalled() {
  const wanted = packagesOf('package-lock.json');
  const present = packagesOf('node_modules/.package-lock.json');
  if (!wanted || !present) return false;
  return Object.entries(wanted).every(
    ([name, entry]) => name === '' || entry.optional || present[name]?.version === entry.version,
  );
}

/** Runs `npm ci` if `node_modules` is missing or does not match package-lock.json. */
export async function ensureInstalled() {
  if (isInstalled()) return;
  console.log('Installing what package-lock.json names (npm ci) ...');
  await npm(root, 'ci');
}

if (isMain(import.meta.url)) main(ensureInstalled());
