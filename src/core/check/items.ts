import type { Token } from '../grade/tokens';
import { EDGE } from './clauses';
import { isUncased, wordsOf } from './vocabulary';

/** A piece of a clause, as an equation sees it. */
export type Item =
  /** A part of arithmetic: a number, sign, bracket, or a command that computes; `isWord` of a sign in words. */
  | { readonly kind: 'part'; readonly token: Token; readonly isWord?: boolean }
  /** Words behind a quantity, which may be its unit: "apples", "miles/hour", "cm^2". */
  | {
      readonly kind: 'words';
      readonly words: readonly string[];
      /** True if they stand apart from the quantity: "8 apples", not "8xy". */
      readonly isApart: boolean;
    }
  /** `=`, or a sign for about equal; `isWord` of "is". */
  | { readonly kind: 'relation'; readonly isAbout: boolean; readonly isWord?: boolean }
  /** Where mathematics ends, or money is named. */
  | { readonly kind: 'edge' }
  /** Anything else. */
  | { readonly kind: 'stop'; readonly token: Token };

const SIGNS = new Set(['+', '-', '*', '/', '^', '(', ')', '[', ']', '{', '}', '|', '!', '%']);
const COMMANDS = new Set(['frac', 'sqrt', 'pi', 'binom', 'dbinom']);
/** Commands that change nothing in what their argument is worth. */
const SILENT = new Set(['boxed', 'fbox', 'displaystyle', 'bigl', 'bigr']);
/** Words that are signs between numbers. */
const SIGN_WORDS = new Map([
  ['plus', '+'],
  ['minus', '-'],
  ['times', '*'],
]);
const SIGN_PAIRS = new Map([
  ['multiplied by', '*'],
  ['divided by', '/'],
]);

/** A longer remark in brackets ends the quantity. */
const LONGEST_REMARK = 16;

/** The pieces of a clause. */
export function itemsOf(tokens: readonly Token[]): Item[] {
  const reader = new ItemReader(tokens);
  while (reader.read());
  return reader.items;
}

/** True behind a piece that can end a quantity. */
export function endsQuantity(item: Item | undefined): boolean {
  if (item?.kind !== 'part') return false;
  const { kind, text } = item.token;
  return kind === 'number' || text === 'pi' || (kind === 'symbol' && /^[)\]}%!|]$/u.test(text));
}

class ItemReader {
  readonly items: Item[] = [];
  private at = 0;

  constructor(private readonly tokens: readonly Token[]) {}

  /** Reads the next item; false at the end. */
  read(): boolean {
    const token = this.tokens[this.at];
    if (token === undefined) return false;
    const sign = this.sign(token);
    if (sign !== undefined) {
      this.at += sign.length;
      const symbol: Token = { kind: 'symbol', text: sign.text, spaced: token.spaced };
      this.items.push({ kind: 'part', token: symbol, isWord: token.kind === 'word' && sign.text === '*' });
    } else if (this.equals(token) > 0) {
      this.at += this.equals(token);
      this.items.push({ kind: 'relation', isAbout: false, isWord: true });
    } else if (isWord(token) || this.isPerWord(token)) this.words(token);
    else if (!this.remark(token)) {
      this.at++;
      const item = single(token);
      if (item !== undefined) this.items.push(item);
    }
    return true;
  }

  /** Words that are signs, and an x between two numbers. */
  private sign(token: Token): { readonly text: string; readonly length: number } | undefined {
    const next = this.tokens[this.at + 1];
    if (next === undefined || (token.kind !== 'word' && !/^x$/iu.test(token.text))) return undefined;
    if (!this.isBehindQuantity()) return undefined;
    if (token.kind === 'word') {
      const pair = SIGN_PAIRS.get(`${token.text} ${next.text}`.toLowerCase());
      if (pair !== undefined) return { text: pair, length: 2 };
      const word = token.text.toLowerCase();
      if (word === 'percent') return { text: '%', length: 1 };
      const sign = this.startsQuantity(next) ? SIGN_WORDS.get(word) : undefined;
      if (sign !== undefined) return { text: sign, length: 1 };
      return word === 'of' && this.isShare() && this.startsQuantity(next)
        ? { text: '*', length: 1 }
        : undefined;
    }
    const isTimes = token.kind === 'letter' && token.spaced === next.spaced;
    return isTimes && this.startsQuantity(next) ? { text: '*', length: 1 } : undefined;
  }

  /** How many tokens say that a product in words is equal to what follows: "10% of 50 is 5", "equals", "is equal to". */
  private equals({ kind, text }: Token): number {
    if (kind !== 'word' || !/^(?:is|equals)$/iu.test(text) || !this.isBehindQuantity()) return 0;
    const [equal, to] = [1, 2].map((ahead) => this.tokens[this.at + ahead]?.text.toLowerCase());
    const length = equal === 'equal' && to === 'to' ? 3 : 1;
    const next = this.tokens[this.at + length];
    if (next === undefined || !(this.startsQuantity(next) || next.text === '-')) return 0;
    const start = this.items.findLastIndex(({ kind }) => kind === 'relation' || kind === 'stop');
    return this.items.slice(start + 1).some((item) => item.kind === 'part' && item.isWord) ? length : 0;
  }

  /** True behind a percentage or a fraction, of which "of" takes a share. */
  private isShare(): boolean {
    const parts = this.items.slice(-3).map((item) => (item.kind === 'part' ? item.token : undefined));
    const [below, line, above] = parts.reverse();
    if (below?.text === '%' || below?.text === '}') return true;
    return above?.kind === 'number' && line?.text === '/' && below?.kind === 'number';
  }

  private startsQuantity({ kind, text }: Token): boolean {
    return kind === 'number' || text === '(' || text === EDGE || (kind === 'command' && COMMANDS.has(text));
  }

  private isBehindQuantity(): boolean {
    const last = this.items.findLast(({ kind }) => kind !== 'edge');
    return endsQuantity(last) || last?.kind === 'words';
  }

  /** True for the stroke of "5/day". */
  private isPerWord({ text }: Token): boolean {
    const next = this.tokens[this.at + 1];
    return text === '/' && next !== undefined && isWord(next) && this.isBehindQuantity();
  }

  /** Reads a remark behind a quantity, "12 (kids with allergies)"; false if there is none. */
  private remark(token: Token): boolean {
    const isBehind = endsQuantity(this.items.at(-1)) || this.items.at(-1)?.kind === 'words';
    const next = this.tokens[this.at + 1];
    if (token.text !== '(' || !isBehind || next === undefined || !isWord(next)) return false;
    if (!token.spaced && !isUncased(next.text)) return false;
    const ahead = this.tokens.slice(this.at + 1, this.at + LONGEST_REMARK);
    const length = ahead.findIndex(({ text }) => text === ')');
    const inside = ahead.slice(0, length);
    if (length < 0 || inside.some(({ text }) => /^[=≈({[]$/u.test(text))) return false;
    const words = inside.flatMap(({ text }) => wordsOf(text));
    this.items.push({ kind: 'words', words, isApart: true });
    this.at += length + 2;
    return true;
  }

  private words(first: Token): void {
    const words: string[] = [];
    for (let token = this.tokens[this.at]; token !== undefined; token = this.tokens[this.at]) {
      const next = this.tokens[this.at + 1];
      const isLink = token.text === '/' || (token.text === '-' && !token.spaced);
      if (words.length > 0 && (this.sign(token) !== undefined || this.equals(token) > 0)) break;
      if (isWord(token)) words.push(...wordsOf(token.text));
      else if (token.text === '^' && this.exponent() > 0) this.at += this.exponent();
      else if (!isLink || next === undefined || !isWord(next)) break;
      this.at++;
    }
    this.items.push({
      kind: 'words',
      words,
      isApart: first.spaced || first.kind === 'text' || first.text === '/' || isUncased(first.text),
    });
  }

  /** How many tokens behind a `^` make a unit's exponent: "cm^2", "m^{3}". */
  private exponent(): number {
    const [a, b, c] = [1, 2, 3].map((ahead) => this.tokens[this.at + ahead]);
    if (a?.kind === 'number' && /^[23]$/u.test(a.text)) return 1;
    return a?.text === '{' && /^[23]$/u.test(b?.text ?? '') && c?.text === '}' ? 3 : 0;
  }
}

function isWord({ kind, text }: Token): boolean {
  if (kind === 'text') return !/[\d=+*^]/u.test(text);
  return kind === 'word' && text !== 'sqrt';
}

function single(token: Token): Item | undefined {
  const { kind, text } = token;
  if (text === EDGE) return { kind: 'edge' };
  if (kind === 'number') return { kind: 'part', token };
  if (kind === 'symbol') {
    if (text === '=') return { kind: 'relation', isAbout: false };
    if (text === '≈') return { kind: 'relation', isAbout: true };
    return SIGNS.has(text) ? { kind: 'part', token } : { kind: 'stop', token };
  }
  if (kind === 'word' && text === 'sqrt') return { kind: 'part', token };
  if (kind !== 'command') return { kind: 'stop', token };
  if (text === 'approx' || text === 'simeq') return { kind: 'relation', isAbout: true };
  if (SILENT.has(text)) return undefined;
  if (text === 'degree') return { kind: 'words', words: ['degree'], isApart: true };
  return COMMANDS.has(text) ? { kind: 'part', token } : { kind: 'stop', token };
}
