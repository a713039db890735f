import type { Token } from './tokens';

const CLOSING = new Map([
  ['(', ')'],
  ['[', ']'],
  ['{', '}'],
  ['\\{', '\\}'],
]);
const OPENERS = new Set(['(', '[', '{', '\\{']);
const CLOSERS = new Set([')', ']', '}', '\\}']);

/** How much a token changes the depth of brackets; "[1, 2)" opens and closes, too. */
function step({ kind, text }: Token): number {
  if (kind === 'begin') return 1;
  if (kind === 'end') return -1;
  if (kind !== 'symbol') return 0;
  return OPENERS.has(text) ? 1 : CLOSERS.has(text) ? -1 : 0;
}

/** The tokens between those at which to split, outside all brackets. At least one part, maybe an empty one. */
export function split(tokens: readonly Token[], isBoundary: (token: Token) => boolean): Token[][] {
  const parts: Token[][] = [[]];
  let depth = 0;
  for (const token of tokens) {
    depth += step(token);
    if (depth === 0 && isBoundary(token)) parts.push([]);
    else parts.at(-1)!.push(token);
  }
  return parts;
}

/** The places of tokens outside all brackets for which `matches` holds. */
export function placesOf(tokens: readonly Token[], matches: (token: Token) => boolean): number[] {
  const places: number[] = [];
  let depth = 0;
  for (const [place, token] of tokens.entries()) {
    depth += step(token);
    if (depth === 0 && matches(token)) places.push(place);
  }
  return places;
}

/** The brackets around all of the tokens; undefined if there are none, or if they do not belong together. */
export function wrappedIn(tokens: readonly Token[]): { open: string; close: string } | undefined {
  const [first, last] = [tokens[0], tokens.at(-1)];
  if (first?.kind !== 'symbol' || last?.kind !== 'symbol' || tokens.length < 2) return undefined;
  if (!OPENERS.has(first.text) || !CLOSERS.has(last.text)) return undefined;
  let depth = 0;
  for (const [place, token] of tokens.entries()) {
    depth += step(token);
    if (depth === 0 && place < tokens.length - 1) return undefined;
  }
  const round = (text: string) => '()[]'.includes(text);
  const fit = CLOSING.get(first.text) === last.text || (round(first.text) && round(last.text));
  return depth === 0 && fit ? { open: first.text, close: last.text } : undefined;
}
