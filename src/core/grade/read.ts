import { Budget } from './budget';
import { cleanText, plainWords } from './cleanText';
import { evaluate, isExact } from './evaluate';
import { call, type Expression } from './expression';
import { parseExpression } from './parse';
import type { Rational } from './rational';
import type { Answer, Reading } from './reading';
import { relationOf } from './relations';
import { placesOf, split, wrappedIn } from './split';
import { type Token, tokenize } from './tokens';
import { CURRENCY_SIGNS, isUnitName, readUnit, scaleOf, type Unit } from './units';

/** Longer answers are only compared letter by letter. */
const MAX_LENGTH = 20_000;
const TEXT: Reading = { kind: 'text' };
const OPAQUE: Reading = { kind: 'opaque' };

/** Words for what LaTeX has a command for. */
const ALL_REALS = /^(?:all real numbers|all reals|\\mathbbr|\\mathbb\{r\}|\\mathbb r|\\r|r\^1)$/u;
const EMPTY_SET = /^(?:\\emptyset|\\varnothing|\\\{\s*\\\}|the empty set|empty set)$/u;

/** Reads what an answer says. */
export function readAnswer(text: string): Answer {
  if (text.length > MAX_LENGTH) return { words: text.trim(), reading: OPAQUE, exact: undefined };
  const clean = cleanText(text);
  const reading = readClean(clean);
  return { words: plainWords(clean) || text.trim(), reading, exact: exactValue(reading) };
}

/** What may be spent on an exact value at once; more is left to the comparison. */
const EXACT_BUDGET = 10_000;

function exactValue(reading: Reading): Rational | undefined {
  if (reading.kind !== 'number' || reading.unit !== undefined) return undefined;
  const value = evaluate(reading.of, new Map(), new Budget(EXACT_BUDGET));
  return value !== undefined && isExact(value) ? value : undefined;
}

function readClean(clean: string): Reading {
  const lower = clean.toLowerCase().replace(/\s+/gu, ' ');
  if (ALL_REALS.test(lower)) return interval(negated(INFINITY), false, numberOf(INFINITY), false);
  if (EMPTY_SET.test(lower)) return { kind: 'set', items: [] };
  const letter = choiceLetter(clean);
  if (letter !== undefined) return { kind: 'choice', letter };
  // A time of day is no ratio, and a date no quotient.
  if (/^\d{1,2}:\d{2}(?::\d{2})?\s*(?:[ap]\.?m\.?)?$/iu.test(clean.replace(/\\text\s*\{([^{}]*)\}/gu, '$1')))
    return TEXT;
  const tokens = tokenize(clean);
  if (tokens === undefined) return OPAQUE;
  return isProse(tokens) ? TEXT : readTokens(tokens, new Budget(), 0);
}

const INFINITY: Expression = { kind: 'constant', name: 'infinity' };

function negated(of: Expression): Reading {
  return numberOf(call('negate', of));
}

function numberOf(of: Expression, unit?: Unit): Reading {
  return { kind: 'number', of, unit };
}

/** The reading of an interval. */
function interval(low: Reading, lowClosed: boolean, high: Reading, highClosed: boolean): Reading {
  return {
    kind: 'interval',
    low: { at: low, isClosed: lowClosed },
    high: { at: high, isClosed: highClosed },
  };
}

/** The letter of "A", "(A)", "A.", "\text{(A)}", "(A) 5", "A: five", but not of "A + 1". */
function choiceLetter(clean: string): string | undefined {
  const plain = clean
    .replace(/\\(?:text|textbf|textit|textrm|mathrm|mathbf|mbox)\s*\{([^{}]*)\}/gu, '$1')
    .trim();
  return (
    /^\(?([A-J])\)?[.:]?$/u.exec(plain)?.[1] ??
    /^\(([A-J])\)\s+[^\s,()+\-*/=<>^&]/u.exec(plain)?.[1] ??
    /^([A-J])[).:]\s+\S/u.exec(plain)?.[1]
  );
}

/** True for words without a number or sign among them: "Monday", "no solution", "xy". */
function isProse(tokens: readonly Token[]): boolean {
  const separators = new Set([',', '.', '-', "'", '"', '!', '?', ':', ';', '&']);
  const isWord = ({ kind, text }: Token) =>
    kind === 'word' || kind === 'text' || kind === 'letter' || (kind === 'symbol' && separators.has(text));
  const words = tokens.filter(({ kind }) => kind === 'word' || kind === 'text').length;
  return words > 0 && tokens.every(isWord);
}

const MAX_NESTING = 40;

/** Reads tokens; `depth` counts the brackets around them. */
function readTokens(tokens: readonly Token[], budget: Budget, depth: number): Reading {
  if (depth > MAX_NESTING) return OPAQUE;
  if (tokens.length === 0) return TEXT;
  const inner = (part: readonly Token[]) => readTokens(part, budget, depth + 1);
  const parts = split(tokens, isSeparator);
  if (parts.length > 1) {
    const items = parts.filter((part) => part.length > 0).map(inner);
    return alternatives(tokens, items) ?? listOf(items);
  }
  const related = relationOf(tokens, budget, inner);
  if (related !== undefined) return related;
  const united = split(tokens, ({ kind, text }) => kind === 'command' && text === 'cup');
  if (united.length > 1) return together('union', united.map(inner), 'parts');
  const signs = tokens.findIndex(({ kind, text }) => kind === 'command' && text === 'pm');
  if (signs >= 0) return plusMinus(tokens, signs, inner);
  return (
    bracketed(tokens, inner) ?? matrix(tokens, inner) ?? ratio(tokens, budget) ?? quantity(tokens, budget)
  );
}

function isSeparator({ kind, text }: Token): boolean {
  if (kind === 'symbol') return text === ',' || text === ';' || text === 'and';
  return (kind === 'word' || kind === 'text') && /^(?:,\s*)?(?:and|or)$/iu.test(text);
}

/** "x < 1 or x > 2" is a union; with "and" or a comma it may be another thing. */
function alternatives(tokens: readonly Token[], items: readonly Reading[]): Reading | undefined {
  const isOr = placesOf(tokens, isSeparator).every((place) => /^or$/iu.test(tokens[place]!.text));
  const [first] = items;
  if (!isOr || first?.kind !== 'named') return undefined;
  const parts = items.flatMap((item) =>
    item.kind === 'named' && item.name === first.name ? [item.value] : [],
  );
  if (parts.length < items.length || parts.some(({ kind }) => kind !== 'interval')) return undefined;
  return { kind: 'named', name: first.name, value: { kind: 'union', parts }, relation: undefined };
}

/** A list of answers; "x = 1, 2" and "x = 1 or x = 2" name all of them. */
function listOf(items: readonly Reading[]): Reading {
  if (items.length === 1) return items[0]!;
  const [first, ...rest] = items;
  const values = (named: Reading) => (named.kind === 'named' ? named.value : named);
  const isShared =
    first?.kind === 'named' &&
    rest.every((item) => (item.kind === 'named' ? item.name === first.name : item.kind === 'number'));
  const list = together('list', isShared ? items.map(values) : items, 'items');
  return isShared ? { kind: 'named', name: first.name, value: list, relation: undefined } : list;
}

/** A reading of several; text among them makes all of it text. */
function together(kind: 'list' | 'set' | 'union', items: readonly Reading[], as: 'items' | 'parts'): Reading {
  if (items.some((item) => item.kind === 'opaque')) return OPAQUE;
  const flat = items.flatMap((item) => (kind === 'list' && item.kind === 'list' ? item.items : [item]));
  if (flat.some((item) => item.kind === 'text')) return TEXT;
  return { kind, [as]: flat } as unknown as Reading;
}

function plusMinus(
  tokens: readonly Token[],
  at: number,
  inner: (part: readonly Token[]) => Reading,
): Reading {
  const [plus, minus] = ['+', '-'].map((text): Token => ({ kind: 'symbol', text, spaced: false }));
  if (tokens.some(({ kind, text }, index) => index > at && kind === 'command' && /^(?:pm|mp)$/u.test(text)))
    return TEXT;
  return together('list', [inner(tokens.with(at, plus!)), inner(tokens.with(at, minus!))], 'items');
}

/** What stands in one pair of brackets: an interval, a tuple, a set; undefined for a mere group. */
function bracketed(
  tokens: readonly Token[],
  inner: (part: readonly Token[]) => Reading,
): Reading | undefined {
  const brackets = wrappedIn(tokens);
  if (brackets === undefined) return undefined;
  const { open, close } = brackets;
  const content = tokens.slice(1, -1);
  const parts = split(content, ({ kind, text }) => kind === 'symbol' && (text === ',' || text === ';'));
  const isSet = open === '\\{' || (open === '{' && parts.length > 1);
  if (isSet)
    return content.length === 0 ? { kind: 'set', items: [] } : together('set', parts.map(inner), 'items');
  if (open === '{') return inner(content);
  if (parts.length === 1) return holdsMatrix(content) ? inner(content) : undefined;
  const items = parts.map(inner);
  if (items.some((item) => item.kind === 'opaque')) return OPAQUE;
  if (items.some((item) => item.kind === 'text')) return TEXT;
  if (items.length === 2) return interval(items[0]!, open === '[', items[1]!, close === ']');
  if ((open === '(') !== (close === ')')) return TEXT;
  return { kind: 'tuple', bracket: open as '(' | '[', items };
}

/** True if the brackets are a matrix's: "[\begin{array}...\end{array}]". */
function holdsMatrix(content: readonly Token[]): boolean {
  return content[0]?.kind === 'begin' && content.at(-1)?.kind === 'end';
}

const MATRICES = new Set(['matrix', 'pmatrix', 'bmatrix', 'Bmatrix', 'smallmatrix', 'array']);

function matrix(tokens: readonly Token[], inner: (part: readonly Token[]) => Reading): Reading | undefined {
  const [first, last] = [tokens[0]!, tokens.at(-1)!];
  if (first.kind !== 'begin' || last.kind !== 'end' || !MATRICES.has(first.text)) return undefined;
  let content = tokens.slice(1, -1);
  if (content.some(({ kind }) => kind === 'begin')) return undefined;
  // The columns of an array: {cc}.
  if (first.text === 'array' && content[0]?.text === '{') {
    content = content.slice(content.findIndex(({ text }) => text === '}') + 1);
  }
  const rows = split(content, ({ kind, text }) => kind === 'symbol' && text === '\\\\')
    .filter((row) => row.length > 0)
    .map((row) => split(row, ({ kind, text }) => kind === 'symbol' && text === '&').map(inner));
  const cells = rows.flat();
  if (cells.some((cell) => cell.kind === 'opaque')) return OPAQUE;
  return cells.some((cell) => cell.kind === 'text') ? TEXT : { kind: 'matrix', rows };
}

function ratio(tokens: readonly Token[], budget: Budget): Reading | undefined {
  const parts = split(tokens, ({ kind, text }) => kind === 'symbol' && text === ':');
  if (parts.length === 1) return undefined;
  const expressions = parts.map((part) => parseExpression(part, budget));
  if (expressions.some((part) => part === 'deep')) return OPAQUE;
  return expressions.some((part) => part === 'unknown')
    ? TEXT
    : { kind: 'ratio', parts: expressions as Expression[] };
}

const MOST_SIGNS = 2;

/** A number or expression, with a unit behind it or a currency sign before it, which may be there twice. */
function quantity(tokens: readonly Token[], budget: Budget, signs = 0): Reading {
  const named = tokens.findIndex(({ kind, text }, at) => at > 0 && kind === 'word' && isUnitName(text));
  const measured = named > 0 ? withUnit(tokens, budget) : TEXT;
  if (measured.kind !== 'text') return measured;
  const whole = parseExpression(tokens, budget);
  if (whole === 'deep') return OPAQUE;
  if (whole !== 'unknown') {
    // Degrees of a bare angle are a unit; in a function they are a number.
    const isAngle = tokens.at(-1)?.text === 'degree' && !tokens.some(({ text }) => isFunctionWord(text));
    if (!isAngle) return numberOf(whole);
    const angle = parseExpression(tokens.slice(0, -1), budget);
    return typeof angle === 'string' ? TEXT : numberOf(angle, readUnit(tokens.slice(-1)));
  }
  const sign = tokens[0]?.text === '-' ? 1 : 0;
  if (CURRENCY_SIGNS.has(tokens[sign]?.text ?? '')) {
    if (signs === MOST_SIGNS) return TEXT;
    const amount = quantity([...tokens.slice(0, sign), ...tokens.slice(sign + 1)], budget, signs + 1);
    const unit = readUnit([tokens[sign]!]);
    if (amount.kind !== 'number') return TEXT;
    const isSame = amount.unit === undefined || amount.unit.dimension === unit?.dimension;
    return isSame ? { ...amount, unit } : TEXT;
  }
  return withUnit(tokens, budget);
}

/** Splits a number from the unit behind it, at the first token that can begin one. */
function withUnit(tokens: readonly Token[], budget: Budget): Reading {
  const at = tokens.findIndex(
    ({ kind, text }, index) =>
      index > 0 && (kind === 'text' || kind === 'word' || CURRENCY_SIGNS.has(text)) && !isFunctionWord(text),
  );
  if (at < 0) return TEXT;
  const amount = parseExpression(tokens.slice(0, at), budget);
  if (typeof amount === 'string') return amount === 'deep' ? OPAQUE : TEXT;
  return inUnit(amount, tokens.slice(at).flatMap(opened));
}

/** Longer names of an amount's unit are a sentence. */
const MOST_WORDS = 20;

/** "5 million dollars": a number with the words behind it, of which those for powers of ten belong to the number. */
function inUnit(amount: Expression, words: readonly Token[]): Reading {
  const scale = scaleOf(words[0]);
  if (scale === undefined) {
    const unit = readUnit(words);
    return unit === undefined ? TEXT : percentOr(amount, unit);
  }
  if (words.length > MOST_WORDS) return TEXT;
  const scaled: Expression = {
    kind: 'binary',
    op: '*',
    left: amount,
    right: { kind: 'number', value: scale },
  };
  return words.length === 1 ? numberOf(scaled) : inUnit(scaled, words.slice(1));
}

function percentOr(amount: Expression, unit: Unit): Reading {
  if (!/^(?:percent|percentage|pct)$/u.test(unit.dimension)) return numberOf(amount, unit);
  const hundred: Expression = { kind: 'number', value: { n: 100n, d: 1n } };
  return numberOf({ kind: 'binary', op: '/', left: amount, right: hundred });
}

function isFunctionWord(text: string): boolean {
  return /^(?:sin|cos|tan|cot|sec|csc|sinh|cosh|tanh|ln|log|exp|sqrt|pi|abs)$/u.test(text);
}

/** The tokens of a text command's content. */
function opened(token: Token): Token[] {
  if (token.kind !== 'text') return [token];
  return tokenize(token.text) ?? [token];
}
