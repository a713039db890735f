import { fail, ok, type Result } from '../result';
import type { Note } from '../trajectory';
import { count, kindOf, quote } from './fields';
import type { Json } from './format';

/** One entry per candidate; a note instead if the column cannot be read. */
export interface Column {
  readonly entries: readonly (Json | undefined)[];
  readonly notes: readonly Note[];
}

/**
 * A column with one entry per candidate (scores, tokens, answers). A column of another length or kind is left out
 * with a note of this kind, because its entries cannot be told apart; an absent one is no matter.
 */
export function readColumn(
  value: Json | undefined,
  name: string,
  candidates: number,
  kind = 'scores-not-read',
): Column {
  if (value === undefined || value === null) return { entries: [], notes: [] };
  if (Array.isArray(value) && value.length === candidates) return { entries: value, notes: [] };
  const found = Array.isArray(value) ? count(value.length, 'entry') : kindOf(value);
  const verb = Array.isArray(value) ? 'has' : 'is';
  const message = `${name} ${verb} ${found} for ${count(candidates, 'candidate')}; it was not read.`;
  return { entries: [], notes: [{ kind, message }] };
}

/**
 * Verdicts on the final answers, one per candidate: true, false, 1, 0, or null for none. An absent list gives
 * none. Faults: no list, another number of verdicts than candidates, or a verdict of another kind.
 */
export function readVerdicts(
  value: Json | undefined,
  name: string,
  candidates: number,
): Result<readonly (boolean | undefined)[]> {
  if (value === undefined || value === null) return ok([]);
  if (!Array.isArray(value)) {
    return fail(`${name} is ${kindOf(value)}, but a list with one verdict per candidate is expected.`);
  }
  if (value.length !== candidates) {
    return fail(
      `${name} has ${count(value.length, 'entry')} for ${count(candidates, 'candidate')}. ` +
        'Give one verdict per candidate, and null where there is none.',
    );
  }
  const verdicts: (boolean | undefined)[] = [];
  for (const [index, entry] of value.entries()) {
    const known = entry === null || typeof entry === 'boolean' || entry === 0 || entry === 1;
    if (!known) {
      return fail(
        `${name} has a verdict of an unknown kind at candidate ${index + 1}: ${quote(entry)}. ` +
          'Expected true, false, 1, 0 or null.',
      );
    }
    verdicts.push(entry === null ? undefined : entry === true || entry === 1);
  }
  return ok(verdicts);
}

/** A finite number; undefined for everything else. */
export function optionalNumber(value: Json | undefined): number | undefined {
  return typeof value === 'number' && Number.isFinite(value) ? value : undefined;
}
