import type { Budget } from './budget';
import { collectVariables, type Expression } from './expression';
import { parseExpression } from './parse';
import type { Reading, Relation } from './reading';
import { placesOf } from './split';
import type { Token } from './tokens';

const SIGNS = new Set(['=', '<', '>', '<=', '>=', '!=']);
const TURNED = new Map<string, Relation>([
  ['>', '<'],
  ['>=', '<='],
]);

/** Reads tokens with a sign of relation outside all brackets; undefined without one. */
export function relationOf(
  tokens: readonly Token[],
  budget: Budget,
  inner: (part: readonly Token[]) => Reading,
): Reading | undefined {
  const rounded = placesOf(tokens, ({ kind, text }) => kind === 'command' && text === 'approx')[0];
  if (rounded !== undefined) return withoutRounding(tokens, rounded, inner);
  const member = placesOf(tokens, ({ kind, text }) => kind === 'command' && text === 'in')[0];
  const places = placesOf(tokens, ({ kind, text }) => kind === 'symbol' && SIGNS.has(text));
  if (member !== undefined && places.length === 0) {
    const name = nameOf(tokens.slice(0, member));
    const value = inner(tokens.slice(member + 1));
    if (name === undefined || value.kind === 'text') return { kind: 'text' };
    return { kind: 'named', name, value, relation: undefined };
  }
  if (places.length === 0) return undefined;
  const sides = [...places, tokens.length].map((end, index) =>
    tokens.slice(index === 0 ? 0 : places[index - 1]! + 1, end),
  );
  const signs = places.map((place) => tokens[place]!.text);
  if (signs.every((sign) => sign === '=')) return equation(sides, budget, inner);
  const expressions = sides.map((side) => parseExpression(side, budget));
  if (expressions.includes('deep')) return { kind: 'opaque' };
  if (expressions.includes('unknown')) return { kind: 'text' };
  return inequality(expressions as Expression[], signs);
}

/** "x = 1/3 \approx 0.33" and "1/3 \approx 0.33" without the rounded value; "x \approx 11" has no other. */
function withoutRounding(
  tokens: readonly Token[],
  at: number,
  inner: (part: readonly Token[]) => Reading,
): Reading {
  const before = tokens.slice(0, at);
  if (nameOf(before) === undefined) return before.length === 0 ? { kind: 'text' } : inner(before);
  return inner([...before, { kind: 'symbol', text: '=', spaced: false }, ...tokens.slice(at + 1)]);
}

/** "x = 5" and "f(x) = 2x" name a value; of "A = \pi r^2 = 9\pi" the last side counts. */
function equation(
  sides: readonly (readonly Token[])[],
  budget: Budget,
  inner: (part: readonly Token[]) => Reading,
): Reading {
  const [first, last] = [sides[0]!, sides.at(-1)!];
  const ends = [first, last].map((side) => parseExpression(side, budget));
  const [left, right] = ends;
  const isEquation = sides.length === 2 && typeof left === 'object' && typeof right === 'object';
  const relation = isEquation ? ({ kind: 'relation', op: '=', left, right } as const) : undefined;
  const name = nameOf(first);
  if (name !== undefined) return named(name, inner(last), relation);
  const turned = sides.length === 2 ? nameOf(last) : undefined;
  if (turned !== undefined) return named(turned, inner(first), relation);
  if (relation !== undefined) return relation;
  return ends.includes('deep') ? { kind: 'opaque' } : { kind: 'text' };
}

function named(
  name: string,
  value: Reading,
  relation: (Reading & { kind: 'relation' }) | undefined,
): Reading {
  if (value.kind === 'text' || value.kind === 'opaque') return value;
  return { kind: 'named', name, value, relation };
}

/** The name that tokens are: a letter, with a subscript, or a function's with its argument: "x", "x_1", "f(x)", "(x, y)". */
function nameOf(tokens: readonly Token[]): string | undefined {
  const [first, ...rest] = tokens;
  const text = rest.map((token) => token.text).join('');
  if (first?.kind === 'letter' || (first?.kind === 'word' && rest.length === 0)) {
    if (rest.length === 0) return first.text;
    if (/^_(?:\w+|\{\w+\})$/u.test(text)) return `${first.text}${text.replace(/[{}]/gu, '')}`;
    if (/^\([a-z]\)$/u.test(text) && first.kind === 'letter') return `${first.text}${text}`;
  }
  if (first?.kind === 'text' && rest.length === 0) return first.text.toLowerCase();
  // "(x, y)", "|AB|" and "a:b" name several things, a length and a ratio.
  const spelled = tokens.map((token) => token.text).join('');
  return /^(?:\([a-z](?:,[a-z])+\)|\|[A-Z]{2}\||[A-Za-z](?::[A-Za-z])+)$/u.test(spelled)
    ? spelled
    : undefined;
}

function inequality(sides: readonly Expression[], signs: readonly string[]): Reading {
  if (sides.length === 3) return chain(sides, signs);
  if (sides.length !== 2) return { kind: 'text' };
  const sign = signs[0]!;
  const turned = TURNED.get(sign);
  const [left, right] = turned === undefined ? sides : [sides[1], sides[0]];
  const op = turned ?? (sign as Relation);
  const relation = { kind: 'relation', op, left: left!, right: right! } as const;
  if (op === '!=' || op === '=') return relation;
  if (left!.kind === 'variable' && isConstant(right!)) return range(left!.name, undefined, right, relation);
  if (right!.kind === 'variable' && isConstant(left!)) return range(right!.name, left, undefined, relation);
  return relation;
}

/** "1 < x <= 2" is an interval; other chains are not looked into. */
function chain(sides: readonly Expression[], signs: readonly string[]): Reading {
  const isRising = signs.every((sign) => sign === '<' || sign === '<=');
  const isFalling = signs.every((sign) => sign === '>' || sign === '>=');
  const middle = sides[1]!;
  if (!(isRising || isFalling) || middle.kind !== 'variable') return { kind: 'text' };
  const [low, high] = isRising ? [sides[0]!, sides[2]!] : [sides[2]!, sides[0]!];
  const [lowSign, highSign] = isRising ? signs : [signs[1], signs[0]];
  const value: Reading = {
    kind: 'interval',
    low: { at: { kind: 'number', of: low, unit: undefined }, isClosed: lowSign!.includes('=') },
    high: { at: { kind: 'number', of: high, unit: undefined }, isClosed: highSign!.includes('=') },
  };
  return { kind: 'named', name: middle.name, value, relation: undefined };
}

/** All numbers above `low` or below `high`. */
function range(
  name: string,
  low: Expression | undefined,
  high: Expression | undefined,
  relation: Reading & { kind: 'relation' },
): Reading {
  const infinity: Expression = { kind: 'constant', name: 'infinity' };
  const end = (of: Expression | undefined, endless: Expression) => ({
    at: { kind: 'number', of: of ?? endless, unit: undefined } as const,
    isClosed: of !== undefined && relation.op === '<=',
  });
  const value: Reading = {
    kind: 'interval',
    low: end(low, { kind: 'call', name: 'negate', of: infinity }),
    high: end(high, infinity),
  };
  return { kind: 'named', name, value, relation };
}

function isConstant(expression: Expression): boolean {
  const names = new Set<string>();
  collectVariables(expression, names);
  return names.size === 0;
}
