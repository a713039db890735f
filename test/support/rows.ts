import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import type { Json, JsonObject } from '../../src/core/formats/format';
import type { Trajectory } from '../../src/core/trajectory';

/** The repository's root. */
export const root = path.resolve(__dirname, '../..');

/** The rows of a JSONL file, JSON array or JSON object of arrays (Mr-Ben), by its path from the repository's root. */
export function rowsOf(file: string): JsonObject[] {
  const text = readFileSync(path.join(root, file), 'utf8');
  if (file.endsWith('.json')) {
    const whole = JSON.parse(text) as JsonObject[] | { readonly [key: string]: JsonObject[] };
    return Array.isArray(whole) ? whole : Object.values(whole).flat();
  }
  return text
    .split('\n')
    .filter((line) => line.trim() !== '')
    .map((line) => JSON.parse(line) as JsonObject);
}

/** The hash that ties labels to a row, by the book: apart from what is tested. */
export function hashOf(row: string): string {
  return createHash('sha256').update(row).digest('hex').slice(0, 16);
}

/** Labels in short: + correct, 0 neutral, - incorrect, . absent, soft ones as their number. */
export function labelsInShort({ steps }: Trajectory): string {
  const signs = { correct: '+', neutral: '0', incorrect: '-' };
  return steps
    .map(({ label }) => (label === undefined ? '.' : typeof label === 'number' ? `(${label})` : signs[label]))
    .join('');
}

/** The value at a path in a row. */
export function valueAt(row: JsonObject, keys: readonly (string | number)[]): Json | undefined {
  let value: Json | undefined = row;
  for (const key of keys) value = (value as { [key: string | number]: Json })[key];
  return value;
}

/** What a trajectory's place names: the step's string in the row, cut where the step ends. */
export function textAtPlace(row: JsonObject, { place }: Trajectory['steps'][number]): string {
  const value = valueAt(row, place.path);
  if (typeof value !== 'string') throw new Error(`${place.path.join('.')} is no text`);
  return value.slice(0, place.end);
}
