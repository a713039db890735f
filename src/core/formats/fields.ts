import { t } from '@vscode/l10n';
import { fail, ok, type Result } from '../result';
import { counted, type Noun } from '../trace/words';
import type { Label, Note, Step } from '../trajectory';
import type { Json, JsonObject } from './format';

/** What a JSON value is, for messages: 'missing', 'null', 'a list', 'an object', 'a number', ... */
export function kindOf(value: Json | undefined): string {
  if (value === undefined) return t('missing');
  if (value === null) return 'null';
  if (Array.isArray(value)) return t('a list');
  if (typeof value === 'object') return t('an object');
  if (typeof value === 'string') return t('a text');
  return typeof value === 'number' ? t('a number') : t('true or false');
}

/** A JSON value as a message may quote it: its spelling, cut after 40 characters. */
export function quote(value: Json | undefined): string {
  if (value === undefined) return t('nothing');
  // A number beyond the doubles' range became infinite in JSON.parse, and stringify would call it null.
  const spelling = typeof value === 'number' ? String(value) : JSON.stringify(value);
  return spelling.length > 40 ? `${spelling.slice(0, 40)}…` : spelling;
}

/** True for a list of texts, the empty list included. */
export function isTextList(value: Json | undefined): value is string[] {
  return Array.isArray(value) && value.every((entry) => typeof entry === 'string');
}

/** A field that must be text. `name` is the key as messages call it. */
export function requireText(value: Json | undefined, name: string): Result<string> {
  if (typeof value === 'string') return ok(value);
  return fail(t('{0} is {1}, but a text is expected.', name, kindOf(value)));
}

/** A field that must be a list of texts; `place` is what messages call the place of an entry, from 1 on. */
export function requireTexts(
  value: Json | undefined,
  name: string,
  place = (n: number): string => t('step {0}', n),
): Result<readonly string[]> {
  if (!Array.isArray(value))
    return fail(t('{0} is {1}, but a list of texts is expected.', name, kindOf(value)));
  const odd = value.findIndex((entry) => typeof entry !== 'string');
  if (odd < 0) return ok(value as string[]);
  return fail(t('{0} has {1} at {2}, but a text is expected.', name, kindOf(value[odd]), place(odd + 1)));
}

/** A field that is text or a number, as text; undefined for everything else. */
export function optionalText(value: Json | undefined): string | undefined {
  if (typeof value === 'string') return value;
  return typeof value === 'number' && Number.isFinite(value) ? String(value) : undefined;
}

/** The first of the values that is text or a number, as text. */
export function firstText(...values: readonly (Json | undefined)[]): string | undefined {
  for (const value of values) {
    const text = optionalText(value);
    if (text !== undefined) return text;
  }
  return undefined;
}

/** A recorded verdict on the final answer: the first of the values that is true or false. */
export function firstVerdict(...values: readonly (Json | undefined)[]): boolean | undefined {
  return values.find((value) => typeof value === 'boolean') as boolean | undefined;
}

/** Scores by step; a step without one is undefined. */
export type Scores = readonly (number | undefined)[];

const NO_SCORES: Scores = [];

/**
 * Recorded scores, one number or null per step (what `cfprm score` writes). Scores never make a row
 * malformed: a column of another length or kind is left out, with a note.
 */
export function readScores(value: Json | undefined, steps: number, notes: Note[], name = 'scores'): Scores {
  if (value === undefined || value === null) return NO_SCORES;
  if (!Array.isArray(value)) {
    notes.push(
      scoreNote(t('{0} is {1}, not a list with one number per step; it was not read.', name, kindOf(value))),
    );
    return NO_SCORES;
  }
  if (value.length !== steps) {
    notes.push(
      scoreNote(
        t(
          '{0} has {1} for {2}; it was not read.',
          name,
          counted(value.length, 'entry'),
          counted(steps, 'step'),
        ),
      ),
    );
    return NO_SCORES;
  }
  const odd = value.findIndex(
    (entry) => entry !== null && !(typeof entry === 'number' && Number.isFinite(entry)),
  );
  if (odd >= 0) {
    notes.push(
      scoreNote(
        t('{0} has {1} at step {2}, not a number; it was not read.', name, quote(value[odd]), odd + 1),
        odd + 1,
      ),
    );
    return NO_SCORES;
  }
  return value.map((entry) => (entry === null ? undefined : (entry as number)));
}

function scoreNote(message: string, step?: number): Note {
  return { kind: 'scores-not-read', message, step };
}

/**
 * A label where 0 and false are negative (TRL): true and 1 are correct, false, 0 and -1 incorrect, a number
 * strictly between 0 and 1 is soft, null is absent. Returns null for a label of any other kind.
 */
export function binaryLabel(value: Json | undefined): Label | undefined | null {
  if (value === undefined || value === null) return undefined;
  if (value === true || value === 1) return 'correct';
  if (value === false || value === 0 || value === -1) return 'incorrect';
  return typeof value === 'number' && value > 0 && value < 1 ? value : null;
}

/**
 * Reads one label per step with `labelOf`, which returns null for a label of an unknown kind. Faults: another
 * number of labels than steps, or an unknown kind (`expected` lists the known ones).
 */
export function readLabels(
  labels: readonly (Json | undefined)[],
  steps: number,
  names: { readonly labels: string; readonly steps: Noun; readonly expected: string },
  labelOf: (value: Json | undefined) => Label | undefined | null,
): Result<readonly (Label | undefined)[]> {
  if (labels.length !== steps) {
    return fail(
      t(
        '{0} has {1} for {2}. Give one label per step, and null where there is none.',
        names.labels,
        counted(labels.length, 'entry'),
        counted(steps, names.steps),
      ),
    );
  }
  const read: (Label | undefined)[] = [];
  for (const [index, value] of labels.entries()) {
    const label = labelOf(value);
    if (label === null) {
      return fail(
        t(
          '{0} has a label of an unknown kind at step {1}: {2}. {3}',
          names.labels,
          index + 1,
          quote(value),
          names.expected,
        ),
      );
    }
    read.push(label);
  }
  return ok(read);
}

/**
 * Labels from the 0-based index of the first error: correct before it, incorrect there, absent after it; -1
 * means that all steps are correct. Faults: no integer, or out of range (`base` is added in messages).
 */
export function labelsUpToError(
  value: Json,
  steps: number,
  name: string,
): Result<readonly (Label | undefined)[]> {
  if (typeof value !== 'number' || !Number.isInteger(value)) {
    return fail(
      t(
        '{0} is a label of an unknown kind: {1}. Expected the index of the first wrong step, or -1 for none.',
        name,
        quote(value),
      ),
    );
  }
  if (value < -1 || value >= steps) {
    return fail(
      t(
        '{0} is {1}, which is out of range for {2} (-1 to {3}).',
        name,
        value,
        counted(steps, 'step'),
        steps - 1,
      ),
    );
  }
  const labels: (Label | undefined)[] = [];
  for (let index = 0; index < steps; index++) {
    if (value === -1 || index < value) labels.push('correct');
    else labels.push(index === value ? 'incorrect' : undefined);
  }
  return ok(labels);
}

/** Key paths with all their prefixes: 'a.b' gives 'a' and 'a.b'. A key twice on the way is as bad. */
export function withPrefixes(paths: readonly string[]): readonly string[] {
  const all = new Set<string>();
  for (const path of paths) {
    // A dot inside a key is written '\.' and does not separate.
    const keys = path.split(/(?<!\\)\./u);
    for (let n = 1; n <= keys.length; n++) all.add(keys.slice(0, n).join('.'));
  }
  return [...all];
}

/** The steps of a row that holds them as a list of texts at a key; labels by position, absent where missing. */
export function listedSteps(
  key: string,
  texts: readonly string[],
  labels: readonly (Label | undefined)[],
): Step[] {
  return texts.map((text, index) => ({
    text,
    label: labels[index],
    score: undefined,
    place: { path: [key, index] },
  }));
}

/** True for a JSON object: no list, no null. */
export function isObject(value: Json | undefined): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
