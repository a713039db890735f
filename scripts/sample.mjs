// The sample workspace: a copy of media/sample/, so that what is written there never dirties the repository.
import { cpSync, existsSync, mkdirSync } from 'node:fs';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { root } from './process.mjs';

/**
 * Copies media/sample/ into a folder; what else the folder holds stays.
 * @param {string} folder
 */
export function copySample(folder) {
  mkdirSync(folder, { recursive: true });
  const source = path.join(root, 'media/sample');
  if (existsSync(source)) cpSync(source, folder, { recursive: true, force: true });
}

/** The sample with scores on every step: what a newcomer sees first. */
const FIRST = 'trl-soft-scores.jsonl';

/**
 * The address of the trace view of the first sample, as src/vscode/trace/address.ts reads it.
 * @param {string} folder absolute
 */
export function firstTrace(folder) {
  const file = pathToFileURL(path.join(folder, FIRST));
  const query = new URLSearchParams({ source: file.href, page: '0' });
  const page = encodeURIComponent(' · page 1.cfprm');
  return `cfprm-trace:${file.pathname}${page}?${encodeURIComponent(query.toString())}`;
}
