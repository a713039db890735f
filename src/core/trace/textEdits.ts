/** A stretch of a text to replace: 0-based lines and UTF-16 columns, the end excluded. */
export interface TextEdit {
  readonly start: { readonly line: number; readonly column: number };
  readonly end: { readonly line: number; readonly column: number };
  readonly text: string;
}

/**
 * The edits, from top to bottom, that make `after` of `before`, as narrow as a comparison line by line gives them: an
 * editor keeps cursors, selections and what is on screen outside of them. Where as many lines as before stand between
 * what both texts begin and end with, only the characters that differ are replaced; else these lines as a whole.
 * Both texts separate lines by `\n`.
 */
export function textEdits(before: string, after: string): TextEdit[] {
  if (before === after) return [];
  const [old, now] = [before.split('\n'), after.split('\n')];
  const least = Math.min(old.length, now.length);
  let head = 0;
  while (head < least && old[head] === now[head]) head++;
  let tail = 0;
  while (tail < least - head && old.at(-1 - tail) === now.at(-1 - tail)) tail++;
  if (old.length !== now.length) return [lineBlock(old, now, head, tail)];
  const edits: TextEdit[] = [];
  for (let line = head; line < old.length - tail; line++)
    if (old[line] !== now[line]) edits.push(withinLine(line, old[line]!, now[line]!));
  return edits;
}

function withinLine(line: number, before: string, after: string): TextEdit {
  const least = Math.min(before.length, after.length);
  let head = 0;
  while (head < least && before[head] === after[head]) head++;
  let tail = 0;
  while (tail < least - head && before.at(-1 - tail) === after.at(-1 - tail)) tail++;
  return {
    start: { line, column: head },
    end: { line, column: before.length - tail },
    text: after.slice(head, after.length - tail),
  };
}

/** Replaces whole lines; where none are left on one side, a line break goes with them. */
function lineBlock(old: readonly string[], now: readonly string[], head: number, tail: number): TextEdit {
  const text = now.slice(head, now.length - tail);
  if (tail > 0)
    return {
      start: { line: head, column: 0 },
      end: { line: old.length - tail, column: 0 },
      text: text.map((line) => `${line}\n`).join(''),
    };
  // Up to the end of the text: from the end of the last line that stays.
  const end = { line: old.length - 1, column: old.at(-1)!.length };
  if (head === 0) return { start: { line: 0, column: 0 }, end, text: text.join('\n') };
  return {
    start: { line: head - 1, column: old[head - 1]!.length },
    end,
    text: text.map((line) => `\n${line}`).join(''),
  };
}
