import type { Token } from './tokens';

/** A place in a list of tokens that moves on. */
export class TokenCursor {
  protected at = 0;
  /** A list of its own, so that a token can be taken apart. */
  protected readonly tokens: Token[];

  constructor(tokens: readonly Token[]) {
    this.tokens = [...tokens];
  }

  /** True behind the last token. */
  get isAtEnd(): boolean {
    return this.at === this.tokens.length;
  }

  /** True if this symbol comes next. */
  protected sees(symbol: string): boolean {
    const token = this.peek();
    return token?.kind === 'symbol' && token.text === symbol;
  }

  protected peek(): Token | undefined {
    return this.tokens[this.at];
  }

  protected next(): Token {
    return this.tokens[this.at++]!;
  }
}
