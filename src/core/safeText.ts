import { printable, UNSAFE } from './trace/words';

// Text of rows, keys, file names and hosts comes from anywhere. One writer per kind of output shows it as text, so that
// it cannot command a terminal, run in a spreadsheet, or become markup.

/**
 * Text for a terminal: control characters, escape sequences (the clipboard, the title, colours), C1 and marks of
 * direction become visible; line breaks stay.
 */
export function terminalText(text: string): string {
  return printable(text);
}

/**
 * A value as JSON, laid out with two spaces, that a terminal shows as it is: what `JSON.stringify` leaves raw (DEL, C1,
 * marks of direction, characters without width) is escaped. Parsing gives the same value.
 */
export function jsonText(value: unknown): string {
  return JSON.stringify(value, null, 2).replace(RAW_IN_JSON, (char) =>
    char
      .split('')
      .map((unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`)
      .join(''),
  );
}

/** Everything unsafe but the line breaks that lay a document out. */
const RAW_IN_JSON = new RegExp(`${UNSAFE.source}|[\\u2028\\u2029]`, 'gu');

/**
 * A text as a cell of CSV (RFC 4180). A text that a spreadsheet would run as a formula gets an apostrophe before it
 * (OWASP, CSV injection), but not a plain number; everything else can be read back as it was.
 */
export function csvCell(text: string): string {
  const isFormula = FORMULA.test(text) && !/^[+-]?\d+(?:\.\d+)?$/u.test(text);
  const cell = isFormula ? `'${text}` : text;
  return /[",;\t\r\n]/u.test(cell) ? `"${cell.replaceAll('"', '""')}"` : cell;
}

/** The signs that begin a formula, the full-width ones too, behind anything that a spreadsheet may trim. */
const FORMULA = /^[\s\p{Cc}\p{Cf}]*[=+\-@\uff1d\uff0b\uff0d\uff20]|^[\t\r\n]/u;

/** A text as code within a line of Markdown, or of a table in it: nothing in it is markup. */
export function markdownCode(text: string): string {
  const line = printable(text).replace(/\s+/gu, ' ').trim();
  const ticks = '`'.repeat(longestRun(line) + 1);
  // A bar ends a cell even in code, unless it is escaped.
  const cell = line.replaceAll('|', '\\|');
  return /^`|`$/u.test(cell) || cell === '' ? `${ticks} ${cell} ${ticks}` : `${ticks}${cell}${ticks}`;
}

/** A text of several lines as a block of Markdown, in a fence that is longer than any in it. */
export function markdownBlock(text: string): string {
  const lines = printable(text);
  const fence = '`'.repeat(Math.max(3, longestRun(lines) + 1));
  return `${fence}text\n${lines}\n${fence}`;
}

function longestRun(text: string): number {
  return (text.match(/`+/gu) ?? []).reduce((most, run) => Math.max(most, run.length), 0);
}

/** A text within an element or an attribute of HTML: nothing in it is markup. */
export function htmlText(text: string): string {
  return printable(text).replace(/[&<>"']/gu, (char) => ENTITIES[char]!);
}

const ENTITIES: { readonly [char: string]: string } = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};
