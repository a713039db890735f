import { t } from '@vscode/l10n';
import { fail, ok, type Result } from '../result';
import { counted } from '../trace/words';
import type { Note } from '../trajectory';
import { kindOf, quote } from './fields';
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
  const wanted = counted(candidates, 'candidate');
  const message = Array.isArray(value)
    ? t('{0} has {1} for {2}; it was not read.', name, counted(value.length, 'entry'), wanted)
    : t('{0} is {1} for {2}; it was not read.', name, kindOf(value), wanted);
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
    return fail(t('{0} is {1}, but a list with one verdict per candidate is expected.', name, kindOf(value)));
  }
  if (value.length !== candidates) {
    return fail(
      t(
        '{0} has {1} for {2}. Give one verdict per candidate, and null where there is none.',
        name,
        counted(value.length, 'entry'),
        counted(candidates, 'candidate'),
      ),
    );
  }
  const verdicts: (boolean | undefined)[] = [];
  for (const [index, entry] of value.entries()) {
    const known = entry === null || typeof entry === 'boolean' || entry === 0 || entry === 1;
    if (!known) {
      return fail(
        t(
          '{0} has a verdict of an unknown kind at candidate {1}: {2}. Expected true, false, 1, 0 or null.',
          name,
          index + 1,
          quote(entry),
        ),
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
