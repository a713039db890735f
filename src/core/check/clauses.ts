import { cleanText } from '../grade/cleanText';
import { type Token, tokenize } from '../grade/tokens';

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
  /** True if its sentence denies or asks something: "12 + 5 = 18, which is impossible". */
  readonly isDenied: boolean;
}

const DENIALS =
  /\b(?:not|no|never|cannot|whether|impossible|contradict\w*|false|invalid|incorrect|wrong|fails?|unless|instead)\b|n['’]t\b|\?/iu;

const MARK = /<<([^<>\n]{1,200})>>/gu;
/** A new line or row that goes on with what the one before ends with. */
const GOES_ON = /(?:\s|\\\\|&|\\\[|\\\]|\$\$|\\\(|\\\)){1,12}(?=(?:=(?![=>])|≈|\\approx(?![a-zA-Z])))/gu;
/** An arrow is no equals sign. */
const ARROWS = /[=-]{1,3}>|<[=-]{2,3}|[→⇒⟹⟶]/gu;
const SIGNS = /[=≈]|\\approx/u;
/** Bullets and numbers at the start of a line. */
const BULLET = /^\s*(?:[-*•+–]\s+|#+\s+|\(?(?:\d{1,3}|[a-z])[.)]\s+)*/u;
/** A number with separators, which the tokens of a pair in brackets would part. */
const THOUSANDS = /(?<![\d.,])\d{1,3}(?:,\d{3})+(?![\d,])/gu;

/**
 * The clauses of a step that have an equals sign, as tokens: parted at new lines, ends of sentences, arrows and
 * commas, but not where the next line goes on with an equals sign. Their number is bounded by the text's length.
 */
export function clausesOf(text: string): Clause[] {
  const clauses: Clause[] = [];
  if (!SIGNS.test(text)) return clauses;
  const plain = text.slice(0, MAX_TEXT).replace(MARK, (_, inside: string) => {
    push(clauses, inside, true, false);
    return ' ';
  });
  const joined = plain
    .replace(ARROWS, '\n')
    .replace(GOES_ON, ' ')
    .replace(/\\\\(?![a-zA-Z])|\\\\(?=\s)|\\newline(?![a-zA-Z])/gu, '\n');
  for (const sentence of joined.split(/\n|(?<=[.!?])\s+/u)) {
    if (!SIGNS.test(sentence)) continue;
    const isDenied = DENIALS.test(sentence);
    for (const part of sentence.replace(BULLET, '').split(/(?<!\\);|(?<=(?<!\\)[:,])\s+/u)) {
      if (SIGNS.test(part)) push(clauses, part, false, isDenied);
    }
  }
  return clauses;
}

function push(clauses: Clause[], text: string, isMark: boolean, isDenied: boolean): void {
  if (text.length > MAX_CLAUSE) return;
  const bare = text
    .replace(/(?<=[\d)]) ?\*\* ?(?=[\d(])/gu, '^')
    .replace(/\*\*|__/gu, ' ')
    .replace(/(?:(?:\\[()[\]]|\\?\$|€|£)\s*)+/gu, ` ${EDGE} `)
    .replace(/&/gu, ' ')
    .replace(THOUSANDS, (number) => number.replaceAll(',', ''));
  const tokens = tokenize(cleanText(bare));
  if (tokens !== undefined && tokens.length > 0) clauses.push({ tokens, isMark, isDenied });
}
