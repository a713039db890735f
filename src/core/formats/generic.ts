import { t } from '@vscode/l10n';
import { finalAnswer } from '../grade/answer';
import { fail, ok, type Result } from '../result';
import type { Label, Note, Step, Trajectory } from '../trajectory';
import { ratingLabel } from './families/prm800k';
import { type FieldPath, type Found, follow, keysOf, parsePath } from './fieldPath';
import {
  binaryLabel,
  kindOf,
  labelsUpToError,
  optionalText,
  quote,
  readLabels,
  readScores,
  withPrefixes,
} from './fields';
import type { Format, Json, JsonObject } from './format';

/** How labels are written in a mapped file. */
export type LabelScale = 'binary' | 'rating' | 'first-error' | 'first-error-1';

const SCALES: readonly LabelScale[] = ['binary', 'rating', 'first-error', 'first-error-1'];

/** Where the generic format finds things in a row: paths such as 'solution[].text'. */
export interface Mapping {
  readonly problem: string;
  readonly steps: string;
  readonly labels?: string;
  readonly scores?: string;
  readonly id?: string;
  readonly gold?: string;
  readonly answer?: string;
  /** A verdict on the final answer: true, false, 1 or 0. */
  readonly correct?: string;
  /**
   * 'binary' (default): 0 and false incorrect, 1 and true correct, soft between. 'rating': -1, 0 (neutral), 1.
   * 'first-error': 0-based index of the first wrong step, -1 for none. 'first-error-1': 1-based, 0 or null for
   * none. The texts "+", "-", "correct", "incorrect" and "neutral" are labels on the first two.
   */
  readonly labelScale?: LabelScale;
}

const PATHS = ['problem', 'steps', 'labels', 'scores', 'id', 'gold', 'answer', 'correct'] as const;
const EXAMPLE = '{"problem": "question", "steps": "solution[].text", "labels": "solution[].label"}';

/** Reads a mapping from JSON text. Faults: no JSON object, unknown or missing entries, broken paths. */
export function parseMapping(json: string): Result<Mapping> {
  let value: Json;
  try {
    value = JSON.parse(json) as Json;
  } catch {
    return fail(t('The mapping is not valid JSON. Write it like {0}.', EXAMPLE));
  }
  return checkMapping(value);
}

/** Checks a mapping that is JSON already (from settings). Faults as `parseMapping`. */
export function checkMapping(value: Json): Result<Mapping> {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    return fail(t('The mapping is {0}, but an object is expected, like {1}.', kindOf(value), EXAMPLE));
  }
  const known: readonly string[] = [...PATHS, 'labelScale'];
  const odd = Object.keys(value).find((key) => !known.includes(key));
  if (odd !== undefined)
    return fail(t('The mapping has an unknown entry "{0}". Known are {1}.', odd, known.join(', ')));
  for (const name of PATHS) {
    const path = value[name];
    if (path === undefined && name !== 'problem' && name !== 'steps') continue;
    if (path === undefined) return fail(t('The mapping has no "{0}". Write it like {1}.', name, EXAMPLE));
    if (typeof path !== 'string')
      return fail(t('The mapping\'s "{0}" is {1}, but a path is expected.', name, kindOf(path)));
    const parsed = parsePath(path);
    if (!parsed.ok) return fail(t('The mapping\'s "{0}": {1}', name, parsed.fault.message));
    if (parsed.value.many && name !== 'steps' && name !== 'labels' && name !== 'scores') {
      return fail(t('The mapping\'s "{0}" leads to many values ({1}), but one is expected.', name, path));
    }
  }
  const scale = value.labelScale;
  if (scale !== undefined && !SCALES.includes(scale as LabelScale)) {
    return fail(t('The mapping\'s "labelScale" is {0}. Known are {1}.', quote(scale), SCALES.join(', ')));
  }
  return ok(value as unknown as Mapping);
}

type Paths = { readonly [name in Exclude<keyof Mapping, 'labelScale'>]?: FieldPath } & {
  readonly problem: FieldPath;
  readonly steps: FieldPath;
};

const WORDS: { readonly [word: string]: Label } = {
  '+': 'correct',
  correct: 'correct',
  '-': 'incorrect',
  incorrect: 'incorrect',
  neutral: 'neutral',
};

/**
 * A format for files of any other shape, by a field mapping (`parseMapping`). A top-level `scores` column is read
 * as recorded scores unless the mapping names another one or uses it for something else.
 */
export function genericFormat(mapping: Mapping): Format {
  const paths = parsePaths(mapping);
  const scale = mapping.labelScale ?? 'binary';
  const used = Object.values(paths).map(keysOf);
  const ownScores = paths.scores === undefined && !withPrefixes(used).includes('scores');
  return {
    id: 'generic',
    title: t('Field mapping'),
    signature: t('the mapped fields {0} and {1}', mapping.problem, mapping.steps),
    reads: withPrefixes(ownScores ? [...used, 'scores'] : used),
    recognise(row) {
      if (typeof one(row, paths.problem) !== 'string' || !stepsOf(row, paths.steps).ok) return undefined;
      return t('the mapped fields {0} and {1}', mapping.problem, mapping.steps);
    },
    read: (row) => read(row, paths, scale, ownScores),
  };
}

/** The mapping's paths; a mapping made by hand with a broken path is a bug of its maker. */
function parsePaths(mapping: Mapping): Paths {
  const paths: { [name: string]: FieldPath } = {};
  for (const [name, spelling] of Object.entries(mapping) as [string, string | undefined][]) {
    if (name === 'labelScale' || spelling === undefined) continue;
    const path = parsePath(spelling);
    if (!path.ok) throw new Error(path.fault.message);
    paths[name] = path.value;
  }
  return paths as unknown as Paths;
}

function read(row: JsonObject, paths: Paths, scale: LabelScale, ownScores: boolean): Result<Trajectory[]> {
  const problem = one(row, paths.problem);
  if (typeof problem !== 'string') {
    return fail(t('{0} is {1}, but a text is expected.', paths.problem.spelling, kindOf(problem)));
  }
  const texts = stepsOf(row, paths.steps);
  if (!texts.ok) return texts;
  const count = texts.value.length;
  const notes: Note[] = [];
  const labels = labelsOf(row, paths, scale, count, notes);
  if (!labels.ok) return labels;
  const scores = readScores(scoresOf(row, paths, ownScores), count, notes, paths.scores?.spelling);
  const steps = texts.value.map(
    ({ value, path }, index): Step => ({
      text: value as string,
      label: labels.value[index],
      score: scores[index],
      place: { path },
    }),
  );
  const verdict = one(row, paths.correct);
  return ok([
    {
      id: optionalText(one(row, paths.id)) ?? null,
      problem,
      steps,
      gold: optionalText(one(row, paths.gold)),
      answer: optionalText(one(row, paths.answer)) ?? finalAnswer(steps),
      finalCorrect:
        verdict === true || verdict === 1 ? true : verdict === false || verdict === 0 ? false : undefined,
      generator: undefined,
      notes,
    },
  ]);
}

function one(row: JsonObject, path: FieldPath | undefined): Json | undefined {
  return path === undefined ? undefined : follow(row, path)[0]?.value;
}

/** The values of a list, whether the path names the list or each of its elements. */
function listOf(row: JsonObject, path: FieldPath): Found[] | undefined {
  const found = follow(row, path);
  if (path.many) return found;
  const { value, path: place } = found[0]!;
  return Array.isArray(value)
    ? value.map((entry, index) => ({ value: entry, path: [...place, index] }))
    : undefined;
}

function stepsOf(row: JsonObject, path: FieldPath): Result<Found[]> {
  const found = listOf(row, path);
  if (found === undefined) {
    return fail(t('{0} is {1}, but a list of texts is expected.', path.spelling, kindOf(one(row, path))));
  }
  const odd = found.findIndex((entry) => typeof entry.value !== 'string');
  if (odd < 0) return ok(found);
  return fail(
    t('{0} has {1} at step {2}, but a text is expected.', path.spelling, kindOf(found[odd]!.value), odd + 1),
  );
}

function labelsOf(
  row: JsonObject,
  paths: Paths,
  scale: LabelScale,
  steps: number,
  notes: Note[],
): Result<readonly (Label | undefined)[]> {
  const path = paths.labels;
  if (path === undefined) return ok([]);
  const name = path.spelling;
  if (scale === 'first-error' || scale === 'first-error-1') {
    return firstErrorLabels(one(row, path), scale, steps, name, notes);
  }
  const found = listOf(row, path);
  if (found === undefined) {
    const value = one(row, path);
    if (value !== undefined && value !== null) {
      return fail(t('{0} is {1}, but a list with one label per step is expected.', name, kindOf(value)));
    }
    notes.push(missing(name));
    return ok([]);
  }
  const values = found.map((entry) => entry.value);
  const expected =
    scale === 'rating'
      ? t('Expected 1, 0, -1, null, or "correct", "neutral", "incorrect".')
      : t(
          'Expected 1, 0, true, false, null, a number between 0 and 1, "+" or "-"; ratings need labelScale "rating".',
        );
  return readLabels(
    values,
    steps,
    { labels: name, steps: 'step', expected },
    scale === 'rating' ? rating : binary,
  );
}

function firstErrorLabels(
  value: Json | undefined,
  scale: LabelScale,
  steps: number,
  name: string,
  notes: Note[],
): Result<readonly (Label | undefined)[]> {
  if (scale === 'first-error-1') {
    if (value === null || value === 0) return labelsUpToError(-1, steps, name);
    if (typeof value === 'number' && (value < 0 || value > steps)) {
      return fail(t('{0} is {1}, which is out of range for {2} steps (0 to {2}).', name, value, steps));
    }
    if (typeof value === 'number') return labelsUpToError(value - 1, steps, name);
  }
  if (value !== undefined && value !== null) return labelsUpToError(value, steps, name);
  notes.push(missing(name));
  return ok([]);
}

function missing(name: string): Note {
  return { kind: 'labels-missing', message: t('The row has no {0}: all its steps are unlabelled.', name) };
}

function binary(value: Json | undefined): Label | undefined | null {
  if (typeof value === 'string') return word(value);
  // -1 says that 0 means neutral somewhere in this file: a file of ratings.
  return value === -1 ? null : binaryLabel(value);
}

function rating(value: Json | undefined): Label | undefined | null {
  if (typeof value === 'string') return word(value);
  return typeof value === 'boolean' ? binaryLabel(value) : ratingLabel(value);
}

function word(value: string): Label | null {
  const key = value.trim().toLowerCase();
  return Object.hasOwn(WORDS, key) ? WORDS[key]! : null;
}

function scoresOf(row: JsonObject, paths: Paths, ownScores: boolean): Json | undefined {
  if (paths.scores === undefined) return ownScores ? row.scores : undefined;
  const found = listOf(row, paths.scores);
  if (found === undefined) return one(row, paths.scores);
  return found.map((entry) => entry.value ?? null);
}
