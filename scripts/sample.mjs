// The sample workspace: a copy of media/sample/, so that what is written there never dirties the repository.
import { cpSync, existsSync, mkdirSync, readdirSync } from 'node:fs';
import path from 'node:path';
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

/**
 * The sample file to open first: the first trace by name.
 * @param {string} folder
 * @returns {string | undefined} its absolute path
 */
export function firstSample(folder) {
  const traces = readdirSync(folder).filter((name) => /\.jsonl?$/.test(name));
  const [first] = traces.sort();
  return first && path.join(folder, first);
}
