import { t } from '@vscode/l10n';
/** Where in the grammar a scan stopped. */
export type Place =
  | 'value'
  | 'string'
  | 'escape'
  | 'number'
  | 'key'
  | 'colon'
  | 'object'
  | 'array'
  | 'after'
  | 'depth';

/** Spellings that are common in files and are not JSON, with the way out. Tested at the fault's place. */
const FOREIGN: readonly (readonly [RegExp, string])[] = [
  [/^NaN\b/, t('NaN is not JSON: write null')],
  [/^[+-]?Infinity\b/, t('Infinity is not JSON: write null or a number')],
  [/^(True|TRUE)\b/, t('$1 is not JSON: write true')],
  [/^(False|FALSE)\b/, t('$1 is not JSON: write false')],
  [/^(None|undefined|nan|NULL|Null)\b/, t('$1 is not JSON: write null')],
  [/^'/, t("a quote ' is not JSON: write strings with double quotes")],
  [/^(\/\/|\/\*)/, t('comments are not JSON: remove it')],
  [/^#/, t('comments are not JSON: remove it')],
  [/^\+\d/, t('a number must not start with +: leave the + out')],
  [/^-?\.\d/, t('a number must not start with its point: write 0 before it')],
  [/^-?0[xX]/, t('hexadecimal numbers are not JSON: write it in decimal')],
  [/^-?0\d/, t('a number must not start with 0: leave the zeros out')],
  [/^-?\d+\.(?!\d)/, t('a number must not end with its point: write a digit after it')],
  [/^-?\d+(\.\d+)?[eE]/, t('a number ends inside its exponent: write digits after the e')],
  [/^-(?!\d)/, t('a minus sign without a number: write the number or null')],
  [/^\uFEFF/, t('a byte order mark stands inside the row: remove it')],
];

/**
 * One plain sentence for a scan that stopped at `offset` of a row that ends at `end`. Only called for bad
 * rows, so it may be slow; the text it looks at is at most a few bytes around the place.
 */
export function explain(bytes: Uint8Array, offset: number, end: number, place: Place): string {
  if (place === 'depth') return t('nested more than 1,000 levels deep: flatten the row');
  if (place === 'escape') return escapeMessage(bytes, offset, end);
  if (place === 'string') return stringMessage(bytes, offset, end);
  const text = new TextDecoder('utf-8', { ignoreBOM: true }).decode(
    bytes.subarray(offset, Math.min(end, offset + 24)),
  );
  if (offset >= end) return truncated(place);
  if (place === 'number' || place === 'value') {
    if (/^(tr?u?|fa?l?s?|nu?l?)$/.test(text)) return t('ends inside a word: the line is truncated');
    if (/^(-|-?(0|[1-9]\d*)(\.|(\.\d+)?[eE][+-]?))$/.test(text)) return truncated('number');
    const foreign = foreignSpelling(text);
    if (foreign) return foreign;
  }
  const found = show(text);
  switch (place) {
    case 'key':
      if (/^[}\],]/.test(text)) return t('a comma before {0} with no key after it: remove the comma', found);
      return (
        foreignSpelling(text) ?? t('{0} where a key should be: keys are strings with double quotes', found)
      );
    case 'colon':
      return t('{0} after a key: write a colon there', found);
    case 'object':
      return foreignSpelling(text) ?? t('{0} where a comma or } should be', found);
    case 'array':
      return foreignSpelling(text) ?? t('{0} where a comma or ] should be', found);
    case 'after':
      if (/^[{[]/.test(text)) return t('a second value on the line: write one JSON value per line');
      return t('{0} after the end of the value: write one JSON value per line and nothing after it', found);
    default:
      if (/^[}\],]/.test(text))
        return t('{0} where a value should be: write the value or remove the comma', found);
      return t('{0} where a value should be', found);
  }
}

function foreignSpelling(text: string): string | undefined {
  for (const [pattern, message] of FOREIGN) {
    const match = pattern.exec(text);
    if (match) return message.replace('$1', match[1] ?? '');
  }
  return undefined;
}

function truncated(place: Place): string {
  switch (place) {
    case 'array':
      return t('ends inside an array: the line is truncated');
    case 'key':
    case 'colon':
    case 'object':
      return t('ends inside an object: the line is truncated');
    case 'number':
      return t('ends inside a number: the line is truncated');
    default:
      return t('ends where a value should be: the line is truncated');
  }
}

function stringMessage(bytes: Uint8Array, offset: number, end: number): string {
  const cut = t('ends inside a string: the line is truncated');
  if (offset >= end) return cut;
  const byte = bytes[offset]!;
  if (byte === 0x0d && offset === end - 1) return cut;
  if (byte === 0x0a || byte === 0x0d) return t('a raw line break inside a string: write \\n');
  if (byte === 0x09) return t('a raw tab inside a string: write \\t');
  const code = byte.toString(16).padStart(4, '0');
  return t('a raw control character (U+{0}) inside a string: write \\u{1}', code.toUpperCase(), code);
}

function escapeMessage(bytes: Uint8Array, offset: number, end: number): string {
  const hex = bytes[offset + 1] === 0x75;
  if (offset + (hex ? 6 : 2) > end && !hasQuote(bytes, offset + 2, end)) {
    return t('ends inside a string: the line is truncated');
  }
  if (hex) return t('a \\u in a string needs four hexadecimal digits after it');
  const next = new TextDecoder().decode(bytes.subarray(offset + 1, Math.min(end, offset + 5)));
  const [character = ''] = next;
  return character < ' '
    ? t('a lone backslash in a string: write \\\\')
    : t('\\{0} is not an escape of JSON: write \\\\{0} for a backslash', character);
}

function hasQuote(bytes: Uint8Array, start: number, end: number): boolean {
  return start < end && bytes.subarray(start, end).includes(0x22);
}

/** The offending character, named so that invisible ones can be seen. */
function show(text: string): string {
  const word = /^[A-Za-z_][\w]*/.exec(text)?.[0];
  if (word) return `'${word}'`;
  const [character = ''] = text;
  const code = character.codePointAt(0) ?? 0;
  if (code <= 0x20 || code === 0x7f || (code >= 0x80 && code < 0xa1)) {
    return t('the character U+{0}', code.toString(16).toUpperCase().padStart(4, '0'));
  }
  return `'${character}'`;
}
