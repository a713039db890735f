import { cleanText } from '../grade/cleanText';
import { type Token, tokenize } from '../grade/tokens';
import { foldScripts, joinLetters } from './foldScripts';
import { DENIALS, ROUNDINGS, UNLISTED } from './vocabulary';

/** What parts mathematics from prose: a dollar sign (that of money, too) or a bracket of LaTeX. */
export const EDGE = '\uE002';

/** Of a longer step the rest is not looked into. */
const MAX_TEXT = 100_000;
/** A longer clause is not looked into. */
const MAX_CLAUSE = 2_000;

/** A stretch of text that an equation does not leave. */
export interface Clause {
  readonly tokens: readonly Token[];
  /** True for the text of a calculator mark, `<<48/2=24>>` in GSM8K, which holds an equation and nothing else. */
  readonly isMark: boolean;
  /**
   * True if its sentence denies or asks something, "12 + 5 = 18, which is impossible", or has words of a script whose
   * words are not known: what is false may be meant otherwise.
   */
  readonly isDenied: boolean;
  /** True if the step has words by which a whole result may be a rounded one: "about", "remainder". */
  readonly isRounding: boolean;
}

const MARK = /<<([^<>\n]{1,200})>>/gu;
/** A new line or row that goes on with what the one before ends with. */
const GOES_ON = /(?:\s|\\\\|&|\\\[|\\\]|\$\$|\\\(|\\\)){1,12}(?=(?:=(?![=>])|≈|\\approx(?![a-zA-Z])))/gu;
/** An arrow is no equals sign. */
const ARROWS = /[=-]{1,3}>|<[=-]{2,3}|[→⇒⟹⟶]/gu;
const SIGNS = /[=≈]|\\approx/u;
/** "10% of 50 is 6": a number behind a word for equal, and a word for a product. */
const SPOKEN = /\b(?:is|equals)\s+(?:equal to\s+)?[-−\\($€£]{0,4}\d/u;
const PRODUCT = /\b(?:of|times)\b/u;
const hasEquation = (text: string): boolean => SIGNS.test(text) || (SPOKEN.test(text) && PRODUCT.test(text));
/** Bullets and numbers at the start of a line. */
const BULLET = /^\s*(?:[-*•+–]\s+|#+\s+|\(?(?:\d{1,3}|[a-z])[.)]\s+)*/u;
/** A number with separators, which the tokens of a pair in brackets would part. */
const THOUSANDS = /(?<![\d.,])\d{1,3}(?:,\d{3})+(?![\d,])/gu;

/**
 * The clauses of a step that have an equals sign, or a word for one, as tokens: parted at new lines, ends of sentences, arrows and
 * commas, but not where the next line goes on with an equals sign. Their number is bounded by the text's length.
 */
export function clausesOf(text: string): Clause[] {
  const clauses: Clause[] = [];
  const folded = foldScripts(text.slice(0, MAX_TEXT));
  if (!hasEquation(folded)) return clauses;
  const isRounding = ROUNDINGS.test(folded);
  const plain = folded.replace(MARK, (_, inside: string) => {
    push(clauses, inside, { isMark: true, isDenied: false, isRounding });
    return ' ';
  });
  const joined = plain
    .replace(ARROWS, '\n')
    .replace(GOES_ON, ' ')
    .replace(/\\\\(?![a-zA-Z])|\\\\(?=\s)|\\newline(?![a-zA-Z])/gu, '\n');
  for (const sentence of joined.split(/\n|(?<=[.!?])\s+/u)) {
    if (!hasEquation(sentence)) continue;
    const isDenied = DENIALS.test(sentence) || UNLISTED.test(sentence);
    for (const part of sentence.replace(BULLET, '').split(/(?<!\\);|(?<=(?<!\\)[:,])\s+/u)) {
      if (hasEquation(part)) push(clauses, part, { isMark: false, isDenied, isRounding });
    }
  }
  return clauses;
}

function push(clauses: Clause[], text: string, about: Omit<Clause, 'tokens'>): void {
  if (text.length > MAX_CLAUSE) return;
  const bare = text
    .replace(/(?<=[\d)]) ?\*\* ?(?=[\d(])/gu, '^')
    .replace(/\*\*|__/gu, ' ')
    .replace(/(?:(?:\\[()[\]]|\\?\$|€|£)\s*)+/gu, ` ${EDGE} `)
    .replace(/&/gu, ' ')
    .replace(THOUSANDS, (number) => number.replaceAll(',', ''));
  const tokens = tokenize(cleanText(bare));
  if (tokens !== undefined && tokens.length > 0) clauses.push({ tokens: joinLetters(tokens), ...about });
}
