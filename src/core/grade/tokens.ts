import { NEXT_ROW, THOUSANDS } from './cleanText';

/** A piece of an answer. */
export interface Token {
  /**
   * `number`: digits without separators, a part that repeats in brackets: "0.1(6)". `letter`: a variable or constant, as `x` or `theta`. `word`: letters that
   * stand together, as `cm` or `sin`. `text`: what a text command holds. `command`: a LaTeX command. `symbol`: one
   * character, or `<=`, `>=`, `!=`, `\\\\`. `environment`: the name of a matrix that begins or ends.
   */
  readonly kind: 'number' | 'letter' | 'word' | 'text' | 'command' | 'symbol' | 'begin' | 'end';
  readonly text: string;
  /** True if white space stands before it. */
  readonly spaced: boolean;
}

/** Longer answers are not looked into. */
const MAX_TOKENS = 4000;

const TEXT_COMMANDS = new Set([
  'text',
  'textrm',
  'textnormal',
  'mathrm',
  'mbox',
  'textbf',
  'textit',
  'operatorname',
]);
/** Commands that change only how their argument looks. */
const LOOKS = new Set([
  'mathbf',
  'mathit',
  'boldsymbol',
  'vec',
  'hat',
  'mathsf',
  'mathcal',
  'ensuremath',
  'bf',
  'rm',
]);
const GREEK = new Set(
  'alpha beta gamma delta epsilon varepsilon zeta eta theta vartheta kappa lambda mu nu xi rho sigma tau phi varphi chi psi omega Gamma Delta Theta Lambda Xi Sigma Phi Psi Omega ell'.split(
    ' ',
  ),
);

const PATTERN = new RegExp(
  [
    '(?<repeating>\\d+\\.\\d*\\\\(?:overline|bar|dot)\\{\\d+\\})',
    `(?<number>(?:\\d{1,3}(?:[,${THOUSANDS}]\\d{3})+(?!\\d)|\\d+)(?:\\.\\d+)?|\\.\\d+)`,
    '(?<command>\\\\(?:[a-zA-Z]+|[^a-zA-Z]))',
    '(?<word>[a-zA-Z]+)',
    '(?<symbol><=|>=|!=|[^\\s])',
  ].join('|'),
  'guy',
);

/** An answer's pieces; undefined if it is too long, or if a text command is not closed. */
export function tokenize(clean: string): Token[] | undefined {
  const tokens: Token[] = [];
  let at = 0;
  let depth = 0;
  while (at < clean.length) {
    const start = at;
    while (at < clean.length && /\s/u.test(clean[at]!)) at++;
    if (at === clean.length) break;
    PATTERN.lastIndex = at;
    const match = PATTERN.exec(clean)!;
    const spaced = at > start;
    const { number, repeating, command, word } = match.groups!;
    at = PATTERN.lastIndex;
    if (repeating !== undefined) {
      const text = repeating.replace(/\\[a-z]+\{/u, '(').replace('}', ')');
      tokens.push({ kind: 'number', text, spaced });
    } else if (number !== undefined) {
      // Between brackets a comma parts coordinates; only the spellings that mean nothing else group thousands.
      const cut = depth > 0 ? number.search(/,/u) : -1;
      if (cut > 0) at -= number.length - cut;
      const digits = cut > 0 ? number.slice(0, cut) : number;
      tokens.push({ kind: 'number', text: digits.replace(/[^\d.]/gu, ''), spaced });
    } else if (command !== undefined) {
      const end = pushCommand(tokens, clean, command.slice(1), at, spaced);
      if (end === undefined) return undefined;
      at = end;
      if (command === '\\{') depth++;
      else if (command === '\\}') depth--;
    } else if (word !== undefined) {
      tokens.push({ kind: word.length === 1 ? 'letter' : 'word', text: word, spaced });
    } else {
      const symbol = match[0] === NEXT_ROW ? '\\\\' : match[0];
      if (symbol === '(' || symbol === '[') depth++;
      else if (symbol === ')' || symbol === ']') depth--;
      tokens.push({ kind: 'symbol', text: symbol, spaced });
    }
    if (tokens.length > MAX_TOKENS) return undefined;
  }
  return tokens;
}

/** Commands with another spelling for the same thing. */
const SAME = new Map([
  ['cdot', '*'],
  ['times', '*'],
  ['ast', '*'],
  ['div', '/'],
  ['le', '<='],
  ['leq', '<='],
  ['leqslant', '<='],
  ['ge', '>='],
  ['geq', '>='],
  ['geqslant', '>='],
  ['ne', '!='],
  ['neq', '!='],
  ['lt', '<'],
  ['gt', '>'],
  ['lbrace', '\\{'],
  ['rbrace', '\\}'],
  ['lvert', '|'],
  ['rvert', '|'],
  ['vert', '|'],
  ['colon', ':'],
  ['%', '%'],
  ['{', '\\{'],
  ['}', '\\}'],
  ['$', '$'],
  ['#', '#'],
  ['&', 'and'],
  ['|', '|'],
]);

/** Adds a command's token; the place behind it, or undefined if its text is not closed. */
function pushCommand(
  tokens: Token[],
  clean: string,
  name: string,
  at: number,
  spaced: boolean,
): number | undefined {
  const symbol = SAME.get(name);
  if (symbol !== undefined) tokens.push({ kind: 'symbol', text: symbol, spaced });
  else if (GREEK.has(name)) tokens.push({ kind: 'letter', text: name, spaced });
  else if (TEXT_COMMANDS.has(name) || name === 'begin' || name === 'end') {
    const argument = /^\s*\{([^{}]*)\}/u.exec(clean.slice(at, at + 500));
    if (argument === null) return undefined;
    // Roman e and i are the constants; a roman m is a metre.
    const isConstant = name === 'mathrm' && /^\s*[ei]\s*$/u.test(argument[1]!);
    const kind = isConstant ? 'letter' : name === 'begin' || name === 'end' ? name : 'text';
    tokens.push({ kind, text: argument[1]!.trim(), spaced });
    return at + argument[0].length;
  } else if (!LOOKS.has(name)) tokens.push({ kind: 'command', text: name, spaced });
  return at;
}
