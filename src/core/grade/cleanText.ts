/** Stands for a comma between thousands that can be nothing else: `{,}` or `,\!`. */
export const THOUSANDS = '\uE000';
/** Stands for `\\\\`, which parts the rows of a matrix. */
export const NEXT_ROW = '\uE001';

/** Characters that have a LaTeX or ASCII spelling. */
const SPELLINGS: ReadonlyMap<string, string> = new Map([
  ...pairs('−–—﹣－', '-'),
  ...pairs('×∗·⋅✕', '*'),
  ...pairs('÷', '/'),
  ...pairs('∕⁄', '/'),
  ...pairs('≤⩽', '\\le '),
  ...pairs('≥⩾', '\\ge '),
  ...pairs('≠', '\\ne '),
  ...pairs('∞', '\\infty '),
  ...pairs('π', '\\pi '),
  ...pairs('θ', '\\theta '),
  ...pairs('α', '\\alpha '),
  ...pairs('β', '\\beta '),
  ...pairs('√', '\\sqrt '),
  ...pairs('±', '\\pm '),
  ...pairs('∪', '\\cup '),
  ...pairs('∈', '\\in '),
  ...pairs('∅', '\\emptyset '),
  ...pairs('ℝ', '\\mathbb{R}'),
  ...pairs('°', '\\degree '),
  ...pairs('’‘', "'"),
  ...pairs('“”', '"'),
  ...pairs('，', ','),
  ...pairs('（', '('),
  ...pairs('）', ')'),
  ...pairs('％', '%'),
  ...pairs('½', '\\frac{1}{2}'),
  ...pairs('⅓', '\\frac{1}{3}'),
  ...pairs('⅔', '\\frac{2}{3}'),
  ...pairs('¼', '\\frac{1}{4}'),
  ...pairs('¾', '\\frac{3}{4}'),
  ...pairs('⅛', '\\frac{1}{8}'),
  ...[...'⁰¹²³⁴⁵⁶⁷⁸⁹'].map((char, digit): [string, string] => [char, `^{${digit}}`]),
]);

function pairs(chars: string, spelling: string): [string, string][] {
  return [...chars].map((char) => [char, spelling]);
}

/**
 * An answer in one spelling: without the wrapping that says nothing (dollar signs, `\boxed`, `\left`, white space
 * commands, a full stop at the end) and with LaTeX or ASCII instead of other characters.
 */
export function cleanText(text: string): string {
  let clean = '';
  for (const char of unwrapped(text)) clean += SPELLINGS.get(char) ?? char;
  // Outside a matrix, two backslashes before a letter are one that was escaped once too often.
  const isEscapedTwice = !clean.includes('\\begin');
  if (isEscapedTwice) clean = clean.replace(/\\\\(?=[a-zA-Z])/gu, '\\');
  return clean
    .replaceAll('\\\\', NEXT_ROW)
    .replace(/\\(?:left|right|[bB]igg?[lrm]?|middle)\s*\.(?![a-zA-Z0-9])/gu, '')
    .replace(/\\(?:left|right|[bB]igg?[lrm]?|middle)(?![a-zA-Z])/gu, '')
    .replace(/\\[dtc]frac(?![a-zA-Z])/gu, '\\frac')
    .replace(/\{,\}|,\\!\s*/gu, THOUSANDS)
    .replace(/(?<![\d.,/] ?)\d{1,3}(?: \d{3})+(?![\d,./]| ?\d)/gu, (digits) =>
      digits.replaceAll(' ', THOUSANDS),
    )
    .replace(/(\d)(?:\\,|\\ |\\;)(?=\d{3}(?!\d))/gu, `$1${THOUSANDS}`)
    .replace(/(?<=\d) ?x ?(?=10 ?\^)/gu, '*')
    .replace(/\\!/gu, '')
    .replace(
      /\\[,;: ]|~|\\(?:q?quad|displaystyle|textstyle|limits|nolimits|hspace\{[^{}]*\})(?![a-zA-Z])/gu,
      ' ',
    )
    .replace(/\^\s*(?:\{\s*\\circ\s*\}|\\circ(?![a-zA-Z]))/gu, '\\degree ')
    .replace(/\^\s*(?:\{\s*)?\\degree\s*\}?/gu, '\\degree ')
    .trim();
}

/** Takes off dollar signs, math brackets, an outer `\boxed{}` and a full stop, again and again. */
function unwrapped(text: string): string {
  let inner = text.trim();
  for (let round = 0; round < 6; round++) {
    const before = inner;
    inner = inner.replace(/(?<![.\d])\.$|(?<=\d)\.$|[,;]$/u, '').trim();
    const wrapped =
      /^\$\$([^$]*)\$\$$/u.exec(inner)?.[1] ??
      /^\$([^$]*)\$$/u.exec(inner)?.[1] ??
      withoutMathAtStart(inner) ??
      /^\\\((.*)\\\)$/su.exec(inner)?.[1] ??
      /^\\\[(.*)\\\]$/su.exec(inner)?.[1] ??
      /^\\(?:boxed|fbox)\s*\{([^{}]*)\}$/u.exec(inner)?.[1] ??
      /^\*\*([^*]*)\*\*$/u.exec(inner)?.[1] ??
      nestedBox(inner);
    if (wrapped !== undefined) inner = wrapped.trim();
    if (inner === before) break;
  }
  return inner;
}

/** "$28$ percent" as "28 percent". */
function withoutMathAtStart(text: string): string | undefined {
  const match = /^\$([^$]+)\$(\s*[^$\s][^$]*)$/u.exec(text);
  return match === null ? undefined : `${match[1]} ${match[2]}`;
}

/** The content of an outer `\boxed{...}` that holds braces. */
function nestedBox(text: string): string | undefined {
  if (!text.startsWith('\\boxed{') || !text.endsWith('}')) return undefined;
  let depth = 0;
  for (let index = '\\boxed'.length; index < text.length; index++) {
    if (text[index] === '\\') index++;
    else if (text[index] === '{') depth++;
    else if (text[index] === '}' && --depth === 0 && index < text.length - 1) return undefined;
  }
  return depth === 0 ? text.slice('\\boxed{'.length, -1) : undefined;
}

/** An answer as words: without LaTeX's text commands, and white space that says nothing. */
export function plainWords(clean: string): string {
  return clean
    .replace(
      /\\(?:text|textbf|textit|textrm|textnormal|mathrm|mathbf|mbox|operatorname)\s*\{([^{}]*)\}/gu,
      ' $1 ',
    )
    .replaceAll(THOUSANDS, ',')
    .replace(/\s+/gu, ' ')
    .trim();
}
