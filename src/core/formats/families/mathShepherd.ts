import { t } from '@vscode/l10n';
import { finalAnswer } from '../../grade/answer';
import { fail, ok, type Result } from '../../result';
import { isError, type Label, type Note, type Step, type Trajectory } from '../../trajectory';
import { kindOf, optionalText, quote, requireText } from '../fields';
import type { Format, JsonObject } from '../format';
import { SIGNED_TEXT_LOSSES } from '../losses';
import { scoresColumn } from '../recordedScores';
import { markedTexts, splitProblem, trimmedPiece } from '../taggedText';

/** The step tag: in `label`, a sign stands in its place. */
export const TAG = 'ки';
const CYRILLIC = /\p{Script=Cyrillic}/u;

/** A tag in `input`, and the label that `label` has in its place; offsets are in UTF-16 units. */
export interface Tag {
  readonly at: number;
  readonly label: Label | undefined;
  /** Where the sign, or the tag itself, stands in `label`; absent if the row has no `label`. */
  readonly sign?: number;
}

/**
 * Math-Shepherd (peiyi9979/Math-Shepherd): `input` is the problem and its steps, each ended by the tag "ки";
 * `label` is the same text with + or - in the tag's place. Only by walking both texts in parallel are the signs
 * told from the + and - of the mathematics, and a tag from "ки" inside a Russian word.
 */
export const mathShepherd: Format = {
  id: 'math-shepherd',
  title: t('Math-Shepherd'),
  signature: t('input with the step tag "ки" and label with + or - in its place'),
  reads: ['input', 'label', 'id'],
  recognise(row) {
    const { input, label } = row;
    if (typeof input !== 'string' || nextTag(input, 0) < 0) return undefined;
    if (label === undefined || label === null) return t('input with the step tag "ки"');
    return typeof label === 'string' ? t('input with the step tag "ки" and label') : undefined;
  },
  read,
  writer: { cannotHold: SIGNED_TEXT_LOSSES, row: write },
};

function read(row: JsonObject): Result<Trajectory[]> {
  const text = requireText(row.input, 'input');
  if (!text.ok) return text;
  const input = text.value;
  const notes: Note[] = [];
  const tags = readTags(input, row, notes);
  if (!tags.ok) return tags;
  const first = tags.value[0];
  if (first === undefined) return fail(t('input has no step tag "{0}", so its steps cannot be found.', TAG));
  const head = splitProblem(input.slice(0, first.at));
  if (head.note !== undefined) notes.push(head.note);
  const steps = readSteps(input, tags.value, head.stepStart);
  return ok([
    {
      id: optionalText(row.id) ?? null,
      problem: head.problem,
      steps,
      gold: undefined,
      answer: finalAnswer(steps),
      finalCorrect: undefined,
      generator: undefined,
      notes,
    },
  ]);
}

/** The tags of `input`, one per step up to the last tag. Faults: `label` is no text, or does not follow `input`. */
export function readTags(input: string, row: JsonObject, notes: Note[]): Result<readonly Tag[]> {
  if (typeof row.label === 'string') return walk(input, row.label);
  if (row.label !== undefined && row.label !== null) {
    return fail(
      t('label is {0}, but the text of input with + or - for every tag is expected.', kindOf(row.label)),
    );
  }
  notes.push({ kind: 'labels-missing', message: t('The row has no label: all its steps are unlabelled.') });
  const tags: Tag[] = [];
  for (let at = nextTag(input, 0); at >= 0; at = nextTag(input, at + TAG.length))
    tags.push({ at, label: undefined });
  return ok(tags);
}

/** Follows `input` and `label` side by side; between the tags both must say the same. */
function walk(input: string, label: string): Result<readonly Tag[]> {
  const tags: Tag[] = [];
  let read = 0;
  let other = 0;
  for (let at = input.indexOf(TAG); at >= 0; at = input.indexOf(TAG, at + TAG.length)) {
    const length = at - read;
    const between = input.slice(read, at);
    if (!label.startsWith(between, other)) return differs(between, label.slice(other), read, tags.length);
    other += length;
    read = at + TAG.length;
    const sign = label[other];
    if (sign === '+' || sign === '-') {
      tags.push({ at, label: sign === '+' ? 'correct' : 'incorrect', sign: other });
      other++;
    } else if (label.startsWith(TAG, other)) {
      if (standsAlone(input, at)) tags.push({ at, label: undefined, sign: other });
      other += TAG.length;
    } else {
      const found = sign === undefined ? t('the end of the text') : quote(label.slice(other, other + 12));
      return fail(
        t(
          'label has a label of an unknown kind at step {0}: {1}. Expected + or - in place of "{2}".',
          tags.length + 1,
          found,
          TAG,
        ),
      );
    }
  }
  const rest = input.slice(read).trimEnd();
  if (label.slice(other).trimEnd() === rest) return ok(tags);
  return differs(rest, label.slice(other), read, tags.length);
}

function differs(expected: string, found: string, offset: number, tags: number): Result<never> {
  let same = 0;
  while (same < expected.length && expected[same] === found[same]) same++;
  return fail(
    t(
      'label stops following input at character {0} of input (after {1} step tags): input has {2}, label has {3}. label must be the text of input with + or - for every "{4}".',
      offset + same + 1,
      tags,
      quote(expected.slice(same, same + 12)),
      quote(found.slice(same, same + 12)),
      TAG,
    ),
  );
}

function readSteps(input: string, tags: readonly Tag[], stepStart: number): Step[] {
  const steps: Step[] = [];
  let from = stepStart;
  const add = (to: number, label: Label | undefined): void => {
    const { text, end } = trimmedPiece(input, from, to);
    steps.push({ text, label, score: undefined, place: { path: ['input'], end } });
  };
  for (const tag of tags) {
    add(tag.at, tag.label);
    from = tag.at + TAG.length;
  }
  if (input.slice(from).trim() !== '') add(input.length, undefined);
  return steps;
}

/** The next tag from `from` on, or -1. */
function nextTag(input: string, from: number): number {
  let at = input.indexOf(TAG, from);
  while (at >= 0 && !standsAlone(input, at)) at = input.indexOf(TAG, at + TAG.length);
  return at;
}

/** False for "ки" inside a Russian word. */
function standsAlone(input: string, at: number): boolean {
  return !CYRILLIC.test(input.charAt(at - 1)) && !CYRILLIC.test(input.charAt(at + TAG.length));
}

function write({ problem, steps, id }: Trajectory): string {
  const lead = problem === '' ? '' : `${problem} `;
  const texts = markedTexts(steps.map((step) => step.text));
  const join = (tagOf: (step: Step) => string): string =>
    lead + texts.map((text, index) => `${text} ${tagOf(steps[index]!)}`).join('\n');
  // The tag stays where there is no label.
  const sign = ({ label }: Step): string => (label === undefined ? TAG : isError(label) ? '-' : '+');
  const row = { input: join(() => TAG), label: join(sign), ...(id === null ? {} : { id }) };
  return JSON.stringify({ ...row, ...scoresColumn(steps) });
}
