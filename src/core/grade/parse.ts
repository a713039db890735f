import type { Budget } from './budget';
import { TokenCursor } from './cursor';
import { binary, call, type Expression, type FunctionName } from './expression';
import { mixedFraction, powerOfTen } from './numerals';
import { decimalValue, whole } from './rational';
import type { Token } from './tokens';

/** Deeper nesting is not looked into; a pair of brackets counts twice, an argument without them once. */
const MAX_DEPTH = 240;
/** Longer sums and products are not looked into: every part makes the expression deeper. */
const MAX_PARTS = 1000;

const FUNCTION_NAMES: ReadonlyMap<string, FunctionName> = new Map([
  ...(['sin', 'cos', 'tan', 'cot', 'sec', 'csc', 'sinh', 'cosh', 'tanh', 'ln', 'exp', 'abs'] as const).map(
    (name): [string, FunctionName] => [name, name],
  ),
  ...(['arcsin', 'arccos', 'arctan'] as const).map((name): [string, FunctionName] => [name, name]),
  ['asin', 'arcsin'],
  ['acos', 'arccos'],
  ['atan', 'arctan'],
]);
const INVERSES = new Map<string, FunctionName>([
  ['sin', 'arcsin'],
  ['cos', 'arccos'],
  ['tan', 'arctan'],
]);
const TEN: Expression = { kind: 'number', value: whole(10) };
const NUMBER = { hundred: whole(100), half: { n: 1n, d: 2n }, straight: whole(180) };

/** Why tokens are no expression: `deep` says nothing about what they mean. */
export type NoExpression = 'unknown' | 'deep';

/** The expression that all of the tokens spell, or why there is none. */
export function parseExpression(tokens: readonly Token[], budget: Budget): Expression | NoExpression {
  const parser = new Parser(tokens, budget);
  const expression = parser.sum();
  if (expression !== undefined && parser.isAtEnd) return expression;
  return parser.isTooDeep || budget.isSpent ? 'deep' : 'unknown';
}

/** Recursive descent; every method returns undefined where its tokens cannot be read. */
class Parser extends TokenCursor {
  private depth = 0;
  private tooDeep = false;
  private parts = 0;
  /** Whether a vertical bar would close an absolute value. */
  private bars = 0;

  constructor(
    tokens: readonly Token[],
    private readonly budget: Budget,
  ) {
    super(tokens);
  }

  get isTooDeep(): boolean {
    return this.tooDeep;
  }

  sum(): Expression | undefined {
    if (++this.depth > MAX_DEPTH) this.tooDeep = true;
    let left = this.tooDeep ? undefined : this.product();
    while (left !== undefined && (this.sees('+') || this.sees('-'))) {
      const op = this.next().text as '+' | '-';
      const right = this.product();
      left = right && binary(op, left, right);
    }
    this.depth--;
    return left;
  }

  /** Factors with and without a sign between them; "1/2x" is (1/2)x. */
  private product(): Expression | undefined {
    let left = this.signed();
    while (left !== undefined) {
      if (this.sees('*') || this.sees('/')) {
        const op = this.next().text as '*' | '/';
        const right = this.signed();
        left = right && binary(op, left, right);
      } else if (this.startsFactor()) {
        const before = this.tokens[this.at - 1];
        const isNumber = this.peek()?.kind === 'number';
        // "2 3" is no product, nor is "x2".
        if (isNumber && before !== undefined && before.text !== '}' && before.text !== ')') return undefined;
        const right = this.power();
        left = right && binary('*', left, right);
      } else break;
    }
    return left;
  }

  private signed(): Expression | undefined {
    if (!this.sees('-') && !this.sees('+')) return this.power();
    if (++this.depth > MAX_DEPTH) this.tooDeep = true;
    const isMinus = this.next().text === '-';
    const of = this.tooDeep ? undefined : this.signed();
    this.depth--;
    return of && (isMinus ? call('negate', of) : of);
  }

  private power(): Expression | undefined {
    const base = this.postfix();
    if (base === undefined || !this.sees('^')) return base;
    this.at++;
    const exponent = this.exponent();
    return exponent && binary('^', base, exponent);
  }

  private exponent(): Expression | undefined {
    if (++this.depth > MAX_DEPTH) this.tooDeep = true;
    const exponent = this.tooDeep ? undefined : this.sees('{') ? this.tower() : this.signed();
    this.depth--;
    return exponent;
  }

  private tower(): Expression | undefined {
    const group = this.group('{', '}');
    if (group === undefined || !this.sees('^')) return group;
    this.at++;
    const next = this.exponent();
    return next && binary('^', group, next);
  }

  private postfix(): Expression | undefined {
    let of = this.primary();
    while (of !== undefined) {
      if (this.sees('!')) of = call('factorial', of);
      else if (this.sees('%')) of = binary('/', of, { kind: 'number', value: NUMBER.hundred });
      else if (this.peek()?.kind === 'command' && this.peek()!.text === 'degree') {
        const pi: Expression = { kind: 'constant', name: 'pi' };
        of = binary('*', of, binary('/', pi, { kind: 'number', value: NUMBER.straight }));
      } else break;
      this.at++;
      if (this.isTooLong()) return undefined;
    }
    return of;
  }

  /** Where every nesting passes: brackets, and the arguments of `\frac\frac…`, `\sqrt\sqrt…` and `\ln\ln…`. */
  private primary(): Expression | undefined {
    if (++this.depth > MAX_DEPTH) this.tooDeep = true;
    const token = this.tooDeep || this.isTooLong() ? undefined : this.peek();
    const primary = token && this.budget.spend(10) ? this.startingWith(token) : undefined;
    this.depth--;
    return primary;
  }

  /** Counts another part. */
  private isTooLong(): boolean {
    if (++this.parts > MAX_PARTS) this.tooDeep = true;
    return this.tooDeep;
  }

  private startingWith(token: Token): Expression | undefined {
    if (token.kind === 'number') return this.number();
    if (token.kind === 'letter') return this.variable();
    if (token.kind === 'symbol') {
      if (token.text === '(') return this.group('(', ')');
      if (token.text === '[') return this.group('[', ']');
      if (token.text === '{') return this.group('{', '}');
      return token.text === '|' ? this.absolute() : undefined;
    }
    if (token.kind === 'command' || token.kind === 'word') return this.named(token.text);
    return undefined;
  }

  private number(): Expression | undefined {
    const value = decimalValue(this.next().text, this.budget);
    if (value === undefined) {
      this.tooDeep = true;
      return undefined;
    }
    if (this.sees('_')) return this.otherBase();
    const exponent = powerOfTen(this.tokens, this.at);
    if (exponent !== undefined) {
      this.at += exponent.length;
      const power = binary('^', TEN, { kind: 'number', value: whole(exponent.value) });
      return binary('*', { kind: 'number', value }, power);
    }
    const fraction = value.d === 1n ? mixedFraction(this.tokens, this.at) : undefined;
    if (fraction === undefined) return { kind: 'number', value };
    this.at += fraction.length;
    const { n, d } = fraction;
    const part = binary('/', { kind: 'number', value: whole(n) }, { kind: 'number', value: whole(d) });
    return binary('+', { kind: 'number', value }, part);
  }

  /** "1101_2": digits in another base stand for themselves, for whether the base may be left off is not known. */
  private otherBase(): Expression | undefined {
    const digits = this.tokens[this.at - 1]!.text;
    this.at++;
    const base = this.subscript();
    return base === undefined ? undefined : { kind: 'variable', name: `${digits} in base ${base}` };
  }

  private variable(): Expression | undefined {
    const { text } = this.next();
    if (this.sees('_')) {
      this.at++;
      const subscript = this.subscript();
      return subscript === undefined ? undefined : { kind: 'variable', name: `${text}_${subscript}` };
    }
    if (text === 'e' || text === 'i') return { kind: 'constant', name: text };
    return { kind: 'variable', name: text };
  }

  private subscript(): string | undefined {
    if (!this.sees('{')) {
      const token = this.peek();
      if (token?.kind !== 'number' && token?.kind !== 'letter') return undefined;
      return this.next().text;
    }
    this.at++;
    let text = '';
    while (!this.isAtEnd && !this.sees('}')) text += this.next().text;
    if (this.isAtEnd) return undefined;
    this.at++;
    return text;
  }

  private named(name: string): Expression | undefined {
    this.at++;
    const inverse = FUNCTION_NAMES.get(name);
    if (inverse !== undefined) return this.function(name, inverse);
    switch (name) {
      case 'pi':
        return { kind: 'constant', name: 'pi' };
      case 'infty':
      case 'inf':
        return { kind: 'constant', name: 'infinity' };
      case 'frac':
        return this.two('/');
      case 'binom':
      case 'dbinom':
        return this.two('choose');
      case 'sqrt':
        return this.root();
      case 'log':
        return this.logarithm();
      case 'lfloor':
        return this.between('floor', 'rfloor');
      case 'lceil':
        return this.between('ceil', 'rceil');
      case 'overline':
      case 'bar':
        return undefined;
      default:
        return this.letters(name);
    }
  }

  /** Letters that stand together are factors if there are two of them: "2ab". */
  private letters(name: string): Expression | undefined {
    const token = this.tokens[this.at - 1]!;
    if (token.kind !== 'word' || name.length > 3 || (name.length === 3 && token.spaced)) return undefined;
    const letters = [...name].map((text): Token => ({ kind: 'letter', text, spaced: false }));
    this.tokens.splice(this.at - 1, 1, ...letters);
    this.at--;
    return this.variable();
  }

  private function(name: string, of: FunctionName): Expression | undefined {
    let exponent: Expression | undefined;
    if (this.sees('^')) {
      this.at++;
      exponent = this.sees('{') ? this.group('{', '}') : this.shortArgument();
      if (exponent === undefined) return undefined;
    }
    const argument = this.argument();
    if (argument === undefined) return undefined;
    const inverse = INVERSES.get(name);
    if (inverse !== undefined && exponent?.kind === 'call' && exponent.name === 'negate') {
      const isOne = exponent.of.kind === 'number' && exponent.of.value.n === 1n && exponent.of.value.d === 1n;
      return isOne ? call(inverse, argument) : undefined;
    }
    return exponent === undefined ? call(of, argument) : binary('^', call(of, argument), exponent);
  }

  private logarithm(): Expression | undefined {
    let base: Expression | undefined = TEN;
    if (this.sees('_')) {
      this.at++;
      base = this.sees('{') ? this.group('{', '}') : this.shortArgument();
    }
    const argument = base && this.argument();
    return argument && base && binary('log', base, argument);
  }

  /** What a function is taken of: a group, or factors up to the next sign or function. */
  private argument(): Expression | undefined {
    if (this.sees('(')) return this.group('(', ')');
    let product = this.sees('-') ? this.signed() : this.power();
    while (product !== undefined && this.startsFactor() && !this.startsFunction()) {
      const right = this.power();
      product = right && binary('*', product, right);
    }
    return product;
  }

  private root(): Expression | undefined {
    let exponent: Expression | undefined = { kind: 'number', value: NUMBER.half };
    if (this.sees('[')) {
      const degree = this.group('[', ']');
      exponent = degree && binary('/', { kind: 'number', value: whole(1) }, degree);
    }
    const of = exponent && (this.sees('(') ? this.group('(', ')') : this.shortArgument());
    return of && exponent && binary('^', of, exponent);
  }

  private two(op: '/' | 'choose'): Expression | undefined {
    const left = this.shortArgument();
    const right = left && this.shortArgument();
    return right && left && binary(op, left, right);
  }

  /** A LaTeX argument: a group, or a single digit, letter or command. */
  private shortArgument(): Expression | undefined {
    if (this.sees('{')) return this.group('{', '}');
    const token = this.peek();
    if (token?.kind === 'number' && token.text.length > 1 && !token.text.includes('.')) {
      const digit: Token = { ...token, text: token.text[0]! };
      const rest: Token = { ...token, text: token.text.slice(1), spaced: false };
      this.tokens.splice(this.at, 1, digit, rest);
      this.at++;
      return { kind: 'number', value: whole(BigInt(digit.text)) };
    }
    return this.primary();
  }

  private absolute(): Expression | undefined {
    this.at++;
    this.bars++;
    const of = this.sum();
    this.bars--;
    if (of === undefined || !this.sees('|')) return undefined;
    this.at++;
    return call('abs', of);
  }

  private between(name: FunctionName, close: string): Expression | undefined {
    const of = this.sum();
    if (of === undefined || this.peek()?.text !== close) return undefined;
    this.at++;
    return call(name, of);
  }

  private group(open: string, close: string): Expression | undefined {
    if (!this.sees(open)) return undefined;
    this.at++;
    const bars = this.bars;
    this.bars = 0;
    const inner = this.sum();
    this.bars = bars;
    if (inner === undefined || !this.sees(close)) return undefined;
    this.at++;
    return inner;
  }

  private startsFactor(): boolean {
    const token = this.peek();
    if (token === undefined || token.kind === 'text' || token.kind === 'begin' || token.kind === 'end')
      return false;
    if (token.kind !== 'symbol') return !(token.kind === 'command' && /^(?:r|deg|cup|in)/u.test(token.text));
    return (
      token.text === '(' ||
      token.text === '[' ||
      token.text === '{' ||
      (token.text === '|' && this.bars === 0)
    );
  }

  private startsFunction(): boolean {
    const token = this.peek();
    return token !== undefined && (FUNCTION_NAMES.has(token.text) || token.text === 'log');
  }
}
