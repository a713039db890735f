import { t } from '@vscode/l10n';
import { type HardLabel, isError, type Label } from '../trajectory';
import type { MarkKind } from './page';

/** Stands on a step that says something false about numbers. */
export const FALSE_SIGN = '≠';

/** One character for a label; soft labels show how full they are. */
export function glyph(label: Label | undefined): string {
  switch (label) {
    case undefined:
      return '?';
    case 'correct':
      return '✓';
    case 'neutral':
      return '·';
    case 'incorrect':
      return '✗';
    default:
      return label < 0.5 ? '◔' : label > 0.5 ? '◕' : '◑';
  }
}

const UNLABELLED = t('unlabelled');
const HARD_LABELS: Record<HardLabel, string> = {
  correct: t('correct'),
  neutral: t('neutral'),
  incorrect: t('incorrect'),
};

/** A label in words. */
export function labelWords(label: Label | undefined): string {
  if (label === undefined) return UNLABELLED;
  return typeof label === 'number' ? t('soft label {0}', formatScore(label)) : HARD_LABELS[label];
}

/** The colour of a label. */
export function labelKind(label: Label | undefined): MarkKind {
  if (label === undefined || label === 'neutral') return 'dim';
  if (typeof label === 'number' && label === 0.5) return 'doubt';
  return isError(label) ? 'bad' : 'good';
}

/** A score with two decimals. */
export function formatScore(score: number): string {
  return score.toFixed(2);
}

/** A score on the 0 to 1 scale; scores outside it are logits and go through the sigmoid. */
export function probability(score: number): number {
  return score >= 0 && score <= 1 ? score : 1 / (1 + Math.exp(-score));
}

const THOUSANDS = t({ message: ',', comment: 'between the thousands of a whole number' });

/** A whole number with thousands separators: those of the language, whatever the machine's locale is. */
export function count(n: number): string {
  const text = n.toLocaleString('en-US');
  return THOUSANDS === ',' ? text : text.replaceAll(',', THOUSANDS);
}

/** What is counted, one and several of it; a noun has other forms in every language. */
const NOUNS = {
  row: [t('row'), t('rows')],
  'malformed row': [t('malformed row'), t('malformed rows')],
  trajectory: [t('trajectory'), t('trajectories')],
  step: [t('step'), t('steps')],
  label: [t('label'), t('labels')],
  'edited label': [t('edited label'), t('edited labels')],
  score: [t('score'), t('scores')],
  equation: [t('equation'), t('equations')],
  window: [t('window'), t('windows')],
  block: [t('block'), t('blocks')],
  entry: [t('entry'), t('entries')],
  word: [t('word'), t('words')],
  text: [t('text'), t('texts')],
  candidate: [t('candidate'), t('candidates')],
  completion: [t('completion'), t('completions')],
  file: [t('file'), t('files')],
} as const;

/** What `counted` counts. */
export type Noun = keyof typeof NOUNS;

/** A whole number of things: `1 row`, `1,200 rows`, `2 trajectories`. */
export function counted(n: number, noun: Noun): string {
  return `${count(n)} ${NOUNS[noun][n === 1 ? 0 : 1]}`;
}

/** Bytes in the unit that suits them. */
export function size(bytes: number): string {
  const units = ['bytes', 'KB', 'MB', 'GB', 'TB'];
  let value = bytes;
  let unit = 0;
  while (value >= (unit === 0 ? 1000 : 999.5) && unit < units.length - 1) {
    value /= 1000;
    unit++;
  }
  return unit === 0 ? t('{0} bytes', count(bytes)) : `${value.toFixed(value < 10 ? 1 : 0)} ${units[unit]}`;
}

/**
 * Text as it may stand in the editor: untrusted control characters become visible symbols, and every kind of
 * line end becomes one newline, so that a step can neither hide text nor break the line structure.
 */
export function printable(text: string): string {
  return text
    .replace(/\r\n?/g, '\n')
    .replace(/[\u2028\u2029\u0085]/g, '\n')
    .replace(/\t/g, '    ')
    .replace(UNSAFE, (char) => {
      const code = char.codePointAt(0)!;
      if (code < 0x20) return String.fromCharCode(0x2400 + code);
      if (code === 0x7f) return '\u2421';
      const hex = code.toString(16).padStart(4, '0');
      return code > 0xffff ? `\\u{${hex}}` : `\\u${hex}`;
    });
}

/**
 * Control characters but newline, marks and overrides of direction, characters that take no room (but the two
 * joiners, which scripts and emoji need), tags, lone surrogates.
 */
export const UNSAFE =
  // biome-ignore lint/suspicious/noControlCharactersInRegex: finding control characters is the point
  /[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u00ad\u061c\u180e\u200b\u200e\u200f\u202a-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb\u{e0000}-\u{e007f}\ud800-\udfff]/gu;

const LETTER = /\p{L}/u;
const RIGHT_TO_LEFT =
  /[\p{Script=Arabic}\p{Script=Hebrew}\p{Script=Syriac}\p{Script=Thaana}\p{Script=Nko}\p{Script=Adlam}]/u;

/** Whether the first letter of a text, which is looked for in its first 200 characters, is of a script written from right to left. */
export function isRightToLeft(text: string): boolean {
  const first = LETTER.exec(text.slice(0, 200))?.[0];
  return first !== undefined && RIGHT_TO_LEFT.test(first);
}

/** The first `limit` UTF-16 units of a text on one line, with an ellipsis if more follows. */
export function shorten(text: string, limit: number): string {
  const line = text
    .slice(0, limit * 4)
    .replace(/\s+/g, ' ')
    .trim();
  if (line.length <= limit && text.length <= limit * 4) return line;
  return `${line.slice(0, limit).replace(/\s*[\ud800-\udbff]?$/, '')}…`;
}
