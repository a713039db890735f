import type { Note, Step } from '../trajectory';
import { readScores } from './fields';
import type { Json } from './format';
import { type SplitRule, splitText, splitToCount } from './splitText';
import { type Piece, trimmedPiece } from './taggedText';

const CYRILLIC = /\p{Script=Cyrillic}/u;

/** How the steps of a whole text are found, and what is recorded about them. */
export interface Cutting {
  /** The format's rule. */
  readonly usual: SplitRule;
  /** The rule that the user said, if any. */
  readonly chosen?: SplitRule | undefined;
  /** A tag that ends the steps. A text that holds it is cut there, whatever the rules say. */
  readonly tag?: string;
  /** Recorded scores, one per step, and the name they have in messages. */
  readonly scores?: { readonly value: Json | undefined; readonly name: string };
  /** The number of labels that the row records for the steps, if not of scores. */
  readonly count?: number | undefined;
}

/**
 * The steps of a whole text that lies at `path` in its row: unlabelled, with their places, and with the scores if
 * there are as many as steps (else a note goes to `notes`).
 */
export function textSteps(
  text: string,
  path: readonly (string | number)[],
  cutting: Cutting,
  notes: Note[] = [],
): Step[] {
  const { usual, chosen, tag, scores } = cutting;
  const recorded = Array.isArray(scores?.value) ? scores.value.length : cutting.count;
  const tagged = tag === undefined ? undefined : splitAtTag(text, tag);
  const pieces = tagged ?? splitToCount(text, recorded, usual, chosen);
  const values = readScores(scores?.value, pieces.length, notes, scores?.name);
  return pieces.map((piece, index) => ({
    text: piece.text,
    label: undefined,
    score: values[index],
    place: { path, end: piece.end },
  }));
}

/** The unlabelled steps of the end of a text, from a UTF-16 offset on, by a rule; places count in the whole text. */
export function tailSteps(
  text: string,
  from: number,
  path: readonly (string | number)[],
  rule: SplitRule,
): Step[] {
  return splitText(text.slice(from), rule).map((piece) => ({
    text: piece.text,
    label: undefined,
    score: undefined,
    place: { path, end: from + piece.end },
  }));
}

/**
 * What stands before each tag, and after the last one if that is not blank. The tag is in no piece; a piece between
 * two tags may be empty. Undefined if the text has no tag. A Cyrillic tag inside a Russian word is none.
 */
export function splitAtTag(text: string, tag: string): Piece[] | undefined {
  const inWords = CYRILLIC.test(tag);
  const pieces: Piece[] = [];
  let from = 0;
  for (let at = text.indexOf(tag); at >= 0; at = text.indexOf(tag, at + tag.length)) {
    const next = at + tag.length;
    if (inWords && (CYRILLIC.test(text.charAt(at - 1)) || CYRILLIC.test(text.charAt(next)))) continue;
    pieces.push(trimmedPiece(text, from, at));
    from = next;
  }
  if (pieces.length === 0) return undefined;
  const rest = trimmedPiece(text, from, text.length);
  if (rest.text !== '') pieces.push(rest);
  return pieces;
}
