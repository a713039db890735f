import { t } from '@vscode/l10n';
import { fail, ok, type Result } from '../result';
import type { Json } from './format';

/** One key of a path, or an index into a list; 'each' stands for every element. */
type Part = { readonly key: string } | { readonly index: number } | 'each';

/** A path to one or many values in a row: 'answer', 'meta.gold', 'solution[].text', 'turns[0].steps[]'. */
export interface FieldPath {
  /** As the user wrote it. */
  readonly spelling: string;
  readonly parts: readonly Part[];
  /** True if the path can lead to many values. */
  readonly many: boolean;
}

/** A value that a path leads to, with the keys and indices on the way. */
export interface Found {
  readonly value: Json | undefined;
  readonly path: readonly (string | number)[];
}

const PIECE = /^((?:[^.[\]\\]|\\.)*)((?:\[\d*\])*)$/u;

/** Parses a path. A dot or bracket that belongs to a key is written with a backslash before it. */
export function parsePath(spelling: string): Result<FieldPath> {
  const parts: Part[] = [];
  for (const piece of spelling.split(/(?<!\\)\./u)) {
    const match = PIECE.exec(piece);
    const key = match?.[1]?.replace(/\\(.)/gu, '$1') ?? '';
    if (match === null || (key === '' && (match[2] === '' || parts.length > 0))) {
      return fail(
        t(
          '"{0}" is not a path. Write keys with dots between them and [] for every element: solution[].text',
          spelling,
        ),
      );
    }
    if (key !== '') parts.push({ key });
    for (const [, index] of match[2]!.matchAll(/\[(\d*)\]/gu)) {
      parts.push(index === '' ? 'each' : { index: Number(index) });
    }
  }
  return ok({ spelling, parts, many: parts.includes('each') });
}

/** The path's keys without its indices, a dot inside a key as '\.', as `Format.reads` spells them. */
export function keysOf(path: FieldPath): string {
  const keys: string[] = [];
  for (const part of path.parts) {
    if (part !== 'each' && 'key' in part) keys.push(part.key.replaceAll('.', '\\.'));
  }
  return keys.join('.');
}

/**
 * All values that the path leads to, in order. Where an element lacks the rest of the path, its value is
 * undefined, so that values of two paths over the same list stay in step. A 'each' over something that is no list
 * gives that one dead end.
 */
export function follow(root: Json, path: FieldPath): Found[] {
  let found: Found[] = [{ value: root, path: [] }];
  for (const part of path.parts) {
    const next: Found[] = [];
    for (const from of found) next.push(...stepInto(from, part));
    found = next;
  }
  return found;
}

function stepInto(from: Found, part: Part): Found[] {
  const { value, path } = from;
  if (part === 'each') {
    if (!Array.isArray(value)) return [{ value: undefined, path }];
    return value.map((entry, index) => ({ value: entry, path: [...path, index] }));
  }
  if ('index' in part) {
    const entry = Array.isArray(value) ? value[part.index] : undefined;
    return [{ value: entry, path: [...path, part.index] }];
  }
  const known =
    typeof value === 'object' && value !== null && !Array.isArray(value) && Object.hasOwn(value, part.key);
  return [{ value: known ? value[part.key] : undefined, path: [...path, part.key] }];
}
