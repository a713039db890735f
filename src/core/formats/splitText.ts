import { t } from '@vscode/l10n';
import { type Piece, trimmedPiece } from './taggedText';

/** How a whole text is split into steps. */
export type SplitRule = 'blank-line' | 'line' | 'step-marker' | 'sentence' | 'whole';

/** The rules with the words a person chooses by. */
export const SPLIT_RULES: readonly { readonly rule: SplitRule; readonly title: string }[] = [
  { rule: 'blank-line', title: t('At blank lines') },
  { rule: 'line', title: t('At every line break') },
  { rule: 'step-marker', title: t('Before "Step 1:", "Step 2:", …') },
  { rule: 'sentence', title: t('After every sentence') },
  { rule: 'whole', title: t('Not at all: one step') },
];

/** "Step 3:", "**Step 3:**", "## Step 3." at the start of a line, or behind a sentence's end on the same line. */
const MARKER =
  /(?:^|\n|(?<=[.!?:;)\]}$])[^\S\n])[^\S\n]*(?:#+[^\S\n]+|\*\*|__)?Step[^\S\n]+\d+[^\S\n]*[:.)]/gu;
const BLANK_LINE = /\n[^\S\n]*(?:\n[^\S\n]*)+/gu;
const LINE = /\n/gu;

/**
 * Splits a text into steps by a rule: pieces without white space at their ends, in order, none empty. What stands
 * before the first "Step k:" is a step of its own. An empty text gives none.
 */
export function splitText(text: string, rule: SplitRule): Piece[] {
  const pieces: Piece[] = [];
  let from = 0;
  for (const cut of [...cuts(text, rule), text.length]) {
    const piece = trimmedPiece(text, from, cut);
    if (piece.text !== '') pieces.push(piece);
    from = cut;
  }
  return pieces;
}

/**
 * Splits a text so that it gives `count` steps, if one of the rules does: the scores that a file records were made
 * by somebody's rule. `chosen`, which the user said, is taken as it is; else `usual` comes first.
 */
export function splitToCount(
  text: string,
  count: number | undefined,
  usual: SplitRule,
  chosen?: SplitRule,
): Piece[] {
  const first = splitText(text, chosen ?? usual);
  if (chosen !== undefined || count === undefined || first.length === count) return first;
  for (const { rule } of SPLIT_RULES) {
    const pieces = splitText(text, rule);
    if (pieces.length === count) return pieces;
  }
  return first;
}

/** UTF-16 offsets at which a step begins, ascending. */
function cuts(text: string, rule: SplitRule): number[] {
  switch (rule) {
    case 'whole':
      return [];
    case 'sentence':
      return sentenceStarts(text);
    case 'step-marker':
      return Array.from(text.matchAll(MARKER), ({ index }) => index);
    default:
      return Array.from(text.matchAll(rule === 'line' ? LINE : BLANK_LINE), ({ index }) => index);
  }
}

/** UTF-16 units that the segmenter is given at once: what it takes for a sentence grows with its whole text. */
const WINDOW = 2048;

/**
 * Where sentences begin. What a window cannot know is whether its last two sentences are parted there, for that may
 * depend on what follows: the next window begins with them. A longer window is only asked for the first ones.
 */
function sentenceStarts(text: string): number[] {
  const segmenter = new Intl.Segmenter('en', { granularity: 'sentence' });
  const starts: number[] = [];
  let from = 0;
  let length = WINDOW;
  for (;;) {
    const most = length === WINDOW ? WINDOW + 1 : 3;
    const found: number[] = [];
    for (const { index } of segmenter.segment(text.slice(from, from + length))) {
      if (found.push(from + index) === most) break;
    }
    if (from + length >= text.length && found.length < most) return [...starts, ...found];
    if (found.length < 3) length *= 2;
    else {
      starts.push(...found.slice(0, -2));
      from = found.at(-2)!;
      length = WINDOW;
    }
  }
}
