// The licences of what the bundles and packages contain, from the packages themselves.
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { root } from './process.mjs';

/** Not bundled, but carried beside the bundles. */
const CARRIED = ['onnxruntime-node', 'onnxruntime-common'];

/** Licences that ask for no more than to be named and passed on. */
const ALLOWED = /^(?:MIT|ISC|0BSD|Apache-2\.0|BSD-[23]-Clause|Unlicense|CC0-1\.0|BlueOak-1\.0\.0|OFL-1\.1)$/;

/**
 * Names, versions and licence texts of all packages that the bundles were made from.
 * @param {readonly string[]} inputs source files of the bundles, relative to the root
 * @returns {string} @throws if a package's licence is missing or may not be passed on like this
 */
export function bundledNotices(inputs) {
  const names = new Set(CARRIED);
  for (const input of inputs) {
    const match = /.*node_modules\/((?:@[^/]+\/)?[^/]+)\//.exec(input);
    if (match?.[1]) names.add(match[1]);
  }
  return [...names].sort().map(noticeOf).join('\n');
}

/** @param {string} name */
function noticeOf(name) {
  const folder = path.join(root, 'node_modules', name);
  const { version, license } = JSON.parse(readFileSync(path.join(folder, 'package.json'), 'utf8'));
  if (typeof license !== 'string' || !ALLOWED.test(license.replace(/[()]/g, '').replace(/ OR .*/, '')))
    throw new Error(
      `${name} ${version} has the licence ${license}. Replace the package, or allow its licence in scripts/notices.mjs.`,
    );
  const file = readdirSync(folder).find((entry) => /^(?:licen[cs]e|copying)/i.test(entry));
  const text =
    file && existsSync(path.join(folder, file)) ? readFileSync(path.join(folder, file), 'utf8').trim() : '';
  return `${'='.repeat(80)}\n${name} ${version} (${license})\n${'='.repeat(80)}\n${text}\n`;
}
