import type { Token } from '../grade/tokens';
import { isUnitName } from '../grade/units';
import { endsQuantity, type Item } from './items';
import { isConnective, isNumbered, isOperation, isParticle, isScale, isUncased } from './vocabulary';

/** What stands on one side of an equals sign. */
export interface Side {
  /** Arithmetic alone; units are left aside. */
  readonly tokens: readonly Token[];
  /** Words that were left aside. */
  readonly units: readonly string[];
  /** True if it is all that stands between two signs, or between a sign and an end. */
  readonly isWhole: boolean;
  /**
   * True if it may mean something else than it says: numbers that agree are still true, numbers that do not agree
   * prove nothing.
   */
  readonly isDoubtful: boolean;
}

/** Commands that may stand before or behind an equation. */
const HARMLESS = new Set(
  'Rightarrow implies to rightarrow Longrightarrow iff Leftrightarrow therefore because quad qquad checkmark'.split(
    ' ',
  ),
);
/** Environments of LaTeX that hold equations. */
const ALIGNED = /^(?:align|aligned|equation|gather|gathered|split|multline)\*?$/u;
/** Words before an equation that are looked at. */
const LOOK_BACK = 4;

/** The longest stretch of arithmetic at the end of these items: the left side of the sign behind them. */
export function suffixOf(items: readonly Item[]): Side | undefined {
  let depth = 0;
  let at = items.length;
  for (; at > 0; at--) {
    const item = items[at - 1]!;
    if (item.kind === 'edge') continue;
    if (item.kind === 'words') {
      if (!isUnitAt(items, at - 1)) break;
    } else if (item.kind !== 'part') break;
    else {
      depth += bracket(item.token);
      if (depth > 0) break;
    }
  }
  const own = items.slice(at);
  const before = items.slice(0, at);
  if (!mayPrecede(before, own)) return undefined;
  const last = before.at(-1);
  const isDoubtful = last?.kind === 'words' && isNumbered(last.words.at(-1) ?? '');
  const isRange = at > 0 && !(last?.kind === 'words' && isUncased(last.words.at(-1) ?? ''));
  return sideOf(own, { isWhole: at === 0, isAfterText: at > 0, isRange, isDoubtful });
}

/** The longest stretch of arithmetic at the start of these items: the right side of the sign before them. */
export function prefixOf(items: readonly Item[]): Side | undefined {
  let depth = 0;
  let at = 0;
  for (; at < items.length; at++) {
    const item = items[at]!;
    if (item.kind === 'edge') continue;
    if (item.kind === 'words') {
      if (!isUnitAt(items, at)) break;
    } else if (item.kind !== 'part') break;
    else {
      depth += bracket(item.token);
      if (depth < 0) break;
      if (isRemark(items, at)) {
        depth--;
        break;
      }
    }
  }
  if (depth > 0) return undefined;
  if (!mayFollow(items, at)) return undefined;
  const own = items.slice(0, at);
  // "= 1/3 of $150": the share, or what it comes to. "= 5 and 2/3" is one number.
  const isDoubtful =
    own.some((item) => item.kind === 'part' && item.isWord) || isAndFraction(items.slice(at, at + 5));
  return sideOf(own, { isWhole: at === items.length, isAfterText: false, isRange: false, isDoubtful });
}

function bracket({ kind, text }: Token): number {
  if (kind !== 'symbol') return 0;
  return text === '(' || text === '[' || text === '{'
    ? 1
    : text === ')' || text === ']' || text === '}'
      ? -1
      : 0;
}

const isSign = (item: Item | undefined): boolean =>
  item?.kind === 'part' && item.token.kind === 'symbol' && /^[-+*/]$/u.test(item.token.text);

/** True for words that belong to the quantity before them: an operation, the end or a closing bracket follows. */
function isUnitAt(items: readonly Item[], at: number): boolean {
  const item = items[at];
  if (item?.kind !== 'words' || !mayBeUnit(item)) return false;
  const [before, next] = [items[at - 1], items[at + 1]];
  // Behind a unit may stand a remark.
  if (before?.kind === 'words') return isSign(next) && isUnitAt(items, at - 1);
  const quantity = before?.kind === 'edge' ? items[at - 2] : before;
  if (!endsQuantity(quantity)) return false;
  if (next?.kind === 'words') return isUnitAt(items.with(at, quantity!), at + 1);
  if (next === undefined) return before?.kind !== 'edge';
  return isSign(next) || (next.kind === 'part' && bracket(next.token) < 0);
}

/** False for letters that look like variables ("2xy", "AB"), and for words that begin another thought. */
function mayBeUnit({ words, isApart }: Extract<Item, { kind: 'words' }>): boolean {
  const [first = ''] = words;
  // "1/3 of Solomon" is a share of an unknown number.
  if (first === 'of' || words.some(isConnective)) return false;
  return isUnitName(first) || (isApart && (first.length > 2 || isParticle(first)));
}

/** True for a bracket that opens a remark: "= 8 (apples)". */
function isRemark(items: readonly Item[], at: number): boolean {
  const [open, next] = [items[at]!, items[at + 1]];
  if (open.kind !== 'part' || open.token.text !== '(') return false;
  if (!open.token.spaced && !(next?.kind === 'words' && isUncased(next.words[0] ?? ''))) return false;
  return at > 0 && (next?.kind === 'words' || next?.kind === 'stop');
}

function hasOperation(words: readonly string[]): boolean {
  return words.some(isOperation);
}

function mayPrecede(before: readonly Item[], own: readonly Item[]): boolean {
  const last = before.at(-1);
  if (last === undefined) return true;
  for (const item of before.slice(-LOOK_BACK)) {
    if (item.kind === 'words' && hasOperation(item.words.slice(-LOOK_BACK))) return false;
  }
  const first = own[0];
  const isApart =
    first === undefined || first.kind === 'edge' || (first.kind === 'part' && first.token.spaced);
  switch (last.kind) {
    case 'words':
      // "1 and 1/4" is one number.
      return (
        (isApart || isUncased(last.words.at(-1) ?? '')) &&
        !(last.words.at(-1) === 'and' && endsQuantity(before.at(-2)) && isFraction(own))
      );
    case 'part': {
      // An open bracket around the equation: "(5 + 3 = 8)", "\boxed{5 + 3 = 8}".
      const ahead = before.at(-2);
      const isOpen = bracket(last.token) > 0;
      return isOpen && (ahead === undefined || ahead.kind === 'words' || ahead.kind === 'edge');
    }
    case 'stop': {
      const { kind, text } = last.token;
      if (kind === 'command') return HARMLESS.has(text);
      if (kind === 'begin') return ALIGNED.test(text);
      if (kind !== 'symbol') return false;
      return /^[,:;.?!<>]$|^[<>]=$/u.test(text) && isApart;
    }
    default:
      return true;
  }
}

function mayFollow(items: readonly Item[], at: number): boolean {
  const next = items[at];
  if (next === undefined) return true;
  switch (next.kind) {
    case 'words':
      return (
        (next.isApart || items[at - 1]?.kind === 'edge' || isUnitName(next.words[0] ?? '')) &&
        !hasOperation(next.words.slice(0, LOOK_BACK)) &&
        !(isUncased(next.words[0] ?? '') && isScale(next.words[0]!)) &&
        next.words[0] !== 'of'
      );
    case 'part': {
      const inside = items[at + 1];
      if (bracket(next.token) < 0) return true;
      return isRemark(items, at) && !(inside?.kind === 'words' && hasOperation(inside.words));
    }
    case 'stop': {
      const { kind, text } = next.token;
      if (kind === 'command') return HARMLESS.has(text);
      if (kind === 'end') return true;
      if (kind !== 'symbol') return items[at - 1]?.kind === 'edge';
      const after = items[at + 1];
      const isGlued = after !== undefined && 'token' in after && !after.token.spaced;
      return /^[,:;.?!<>]$|^[<>]=$/u.test(text) && !isGlued;
    }
    default:
      return true;
  }
}

/** Where a side stands, and whether something around it makes it doubtful. */
interface Place {
  readonly isWhole: boolean;
  readonly isAfterText: boolean;
  /** True where "5-10" may be a range; between characters without spaces it is seldom one. */
  readonly isRange: boolean;
  readonly isDoubtful: boolean;
}

function sideOf(
  items: readonly Item[],
  { isWhole, isAfterText, isRange, isDoubtful }: Place,
): Side | undefined {
  const parts = partsOf(items);
  const units = items.flatMap((item) => (item.kind === 'words' ? item.words : []));
  const [first, second] = parts;
  if (first === undefined || hasOperation(units)) return undefined;
  if (second === undefined && first.kind !== 'number') return undefined;
  if (second !== undefined && isSignToken(first) && !isUnary(first, second, isAfterText)) return undefined;
  // "0900" is a time of day, or a code.
  if (parts.some(({ kind, text }) => kind === 'number' && /^0\d/u.test(text))) return undefined;
  const isBare = parts.at(-1)?.kind === 'number' && parts.length === (first.text === '-' ? 2 : 1);
  const isOpen = (isBare && isAfterText) || units.some(isScale) || isAmbiguous(parts, isRange);
  return { tokens: parts, units, isWhole, isDoubtful: isDoubtful || isOpen };
}

function partsOf(items: readonly Item[]): Token[] {
  return items.flatMap((item) => (item.kind === 'part' ? [item.token] : []));
}

function isAndFraction([and, ...rest]: readonly Item[]): boolean {
  if (and?.kind !== 'words' || and.words.length > 1 || and.words[0] !== 'and') return false;
  const parts = rest.filter(({ kind }) => kind !== 'edge');
  return isFraction(
    parts.slice(parts[0]?.kind === 'part' && bracket(parts[0].token) > 0 ? 1 : 0).slice(0, 3),
  );
}

function isFraction(items: readonly Item[]): boolean {
  const [above, line, below, ...rest] = partsOf(items);
  return above?.kind === 'number' && line?.text === '/' && below?.kind === 'number' && rest.length === 0;
}

function isSignToken({ kind, text }: Token): boolean {
  return kind === 'symbol' && /^[-+*/^!%]$/u.test(text);
}

/** A minus at the start is one only if it touches its number. */
function isUnary(sign: Token, next: Token, isAfterText: boolean): boolean {
  return sign.text === '-' && (!next.spaced || !isAfterText);
}

/** Spellings that people read in two ways. */
function isAmbiguous(tokens: readonly Token[], isRange: boolean): boolean {
  const text = tokens
    .map(({ kind, text, spaced }) => (spaced ? ' ' : '') + (kind === 'number' ? 'n' : text))
    .join('');
  return (
    // 6/2(3), 1/2 sqrt 3
    /\/ ?(?:n|\([^()]*\)) ?(?:\(|\[|sqrt|pi|frac)/u.test(text) ||
    // 6 / 1/30
    /\/ ?n ?\/ ?n/u.test(text) ||
    // 2 1/2, 2\frac{1}{2}: a mixed number or a product
    /n ?frac|n n\/n/u.test(text) ||
    // 200 + 5%
    /[-+] ?n%/u.test(text) ||
    // -2^2
    /^ ?- ?n ?\^/u.test(text) ||
    // 2^3^2, 8! at the end of a sentence
    /\^[^()]*\^|!$/u.test(text) ||
    // pages 5-10
    (isRange && /^ ?n-n$/u.test(text)) ||
    // 8 (4 + 4)
    /n \(/u.test(text)
  );
}
