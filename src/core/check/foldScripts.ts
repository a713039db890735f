import type { Token } from '../grade/tokens';
import { isUncased } from './vocabulary';

/** Full-width forms of ASCII, but for the punctuation below. */
const FULL_WIDTH = /[\uFF01-\uFF5E]/gu;
const FULL_WIDTH_SHIFT = 0xfee0;
/** Ends of sentences and clauses in scripts that put no space behind them. */
const STOPS: readonly (readonly [RegExp, string])[] = [
  [/[。｡]/gu, '. '],
  [/！/gu, '! '],
  [/？/gu, '? '],
  [/；/gu, '; '],
  // Between digits they part thousands, and a ratio.
  [/(?<!\d)：|：(?!\d)/gu, ': '],
  [/(?<!\d)，|，(?!\d{3}(?!\d))/gu, ', '],
  [/、/gu, ', '],
  [/[「」『』《》【】\u3000]/gu, ' '],
];

/** Text with the punctuation, digits and signs of other scripts as ASCII has them. */
export function foldScripts(text: string): string {
  if (!/[\u3000-\u303F\uFF01-\uFF65≒]/u.test(text)) return text;
  return STOPS.reduce((folded, [stop, ascii]) => folded.replace(stop, ascii), text)
    .replaceAll('≒', '≈')
    .replace(FULL_WIDTH, (char) => String.fromCharCode(char.charCodeAt(0) - FULL_WIDTH_SHIFT));
}

/** A letter that the tokens of an answer keep as a symbol. Greek ones stand for numbers. */
const OTHER_LETTER = /^(?!\p{sc=Greek})[\p{L}\p{M}]$/u;

/**
 * Tokens with letters beyond ASCII joined to the words that they are part of: "Äpfel", "个", "штук". A Cyrillic х that
 * stands alone is the x of a product.
 */
export function joinLetters(tokens: readonly Token[]): readonly Token[] {
  if (!tokens.some(isOther)) return tokens;
  const joined: Token[] = [];
  for (const token of tokens) {
    const last = joined.at(-1);
    const isPart = last !== undefined && !token.spaced && (isOther(token) || isWordLike(token));
    if (isPart && isWordLike(last) && alphabetOf(last.text) === alphabetOf(token.text)) {
      joined[joined.length - 1] = { kind: 'word', text: last.text + token.text, spaced: last.spaced };
    } else joined.push(isOther(token) ? { ...token, kind: 'word' } : token);
  }
  return joined.map((token) =>
    /^[хХ]$/u.test(token.text) ? { ...token, kind: 'letter', text: 'x' } : token,
  );
}

function isOther({ kind, text }: Token): boolean {
  return kind === 'symbol' && OTHER_LETTER.test(text);
}

function isWordLike({ kind }: Token): boolean {
  return kind === 'word' || kind === 'letter';
}

/** Letters of two of them do not make one word: "面积S". */
function alphabetOf(text: string): 'latin' | 'uncased' | 'other' {
  if (isUncased(text)) return 'uncased';
  return /\p{sc=Latin}/u.test(text) ? 'latin' : 'other';
}
