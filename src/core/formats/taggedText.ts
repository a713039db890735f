import { t } from '@vscode/l10n';
import type { Note } from '../trajectory';

/** White space as `String.prototype.trim` sees it, for one UTF-16 unit. */
function isSpace(text: string, index: number): boolean {
  return text.charCodeAt(index) <= 32 || text.charAt(index).trim() === '';
}

/** A stretch of a longer text without the white space at its ends. */
export interface Piece {
  readonly text: string;
  /** UTF-16 offset where the piece ends in the longer text. */
  readonly end: number;
}

/** `whole[from, to)` without the white space at its ends. */
export function trimmedPiece(whole: string, from: number, to: number): Piece {
  let start = from;
  let end = to;
  while (start < end && isSpace(whole, start)) start++;
  while (end > start && isSpace(whole, end - 1)) end--;
  return { text: whole.slice(start, end), end };
}

/** Where a problem ends and its first step begins, in a text that glues the two together. */
export interface ProblemSplit {
  readonly problem: string;
  /** UTF-16 offset where the first step begins. */
  readonly stepStart: number;
  readonly note?: Note;
}

/**
 * Splits `head`, the text before the first tag, into problem and first step (design, section 3): the problem
 * ends before "Step 1:", which stays in the step; without that marker at the last line break; else it is empty,
 * with a note. The last "Step 1:" counts, because a problem may quote one and a first step hardly does.
 */
export function splitProblem(head: string): ProblemSplit {
  const marker = head.lastIndexOf('Step 1:');
  if (marker >= 0) return { problem: head.slice(0, marker).trim(), stepStart: marker };
  const last = trimmedPiece(head, 0, head.length).end;
  const line = last > 0 ? head.lastIndexOf('\n', last - 1) : -1;
  const problem = line >= 0 ? head.slice(0, line).trim() : '';
  if (problem !== '') return { problem, stepStart: line + 1 };
  const message = t(
    'Problem and first step cannot be told apart: there is no "Step 1:" and no line break between them. The problem is taken as empty.',
  );
  return { problem: '', stepStart: 0, note: { kind: 'problem-not-separated', message } };
}

/**
 * The texts of steps with "Step k:" in front of those that have no such marker, as tools that read tagged texts
 * expect; the first must be "Step 1:", which ends the problem.
 */
export function markedTexts(texts: readonly string[]): string[] {
  return texts.map((text, index) => {
    const has = index === 0 ? /^\s*Step 1:/u : /^\s*Step \d+:/u;
    return has.test(text) ? text : `Step ${index + 1}: ${text}`;
  });
}
