/** What VS Code knows of a place, by the names that conditions use. */
export type Context = Readonly<Record<string, string | boolean | undefined>>;

const TOKEN =
  /\s*(&&|\|\||==|!=|=~|!|\(|\)|\/(?:\\.|\[(?:\\.|[^\]])*\]|[^/\\[])+\/[a-z]*|'[^']*'|[\w.:-]+)/uy;

/**
 * True if a condition of package.json (`when`) holds; an absent one does. Knows `!`, `&&`, `||`, `==`, `!=`, `=~` and
 * parentheses. Throws on what it does not know.
 */
export function holds(when: string | undefined, context: Context): boolean {
  if (when === undefined) return true;
  const tokens = tokensOf(when);
  let at = 0;
  const either = (): boolean => {
    let value = both();
    while (tokens[at] === '||') {
      at += 1;
      // Both sides are read, whatever the first says.
      const next = both();
      value ||= next;
    }
    return value;
  };
  const both = (): boolean => {
    let value = one();
    while (tokens[at] === '&&') {
      at += 1;
      const next = one();
      value &&= next;
    }
    return value;
  };
  const one = (): boolean => {
    const token = tokens[at++];
    if (token === '!') return !one();
    if (token === '(') {
      const value = either();
      if (tokens[at++] !== ')') throw new Error(`")" is missing in ${when}`);
      return value;
    }
    if (token === undefined || !/^[\w.:-]/u.test(token)) throw new Error(`${token} is not known in ${when}`);
    if (token === 'true' || token === 'false') return token === 'true';
    const value = context[token];
    const operator = tokens[at];
    if (operator !== '==' && operator !== '!=' && operator !== '=~') return Boolean(value);
    const right = tokens[at + 1] ?? '';
    at += 2;
    if (operator === '=~') return patternOf(right).test(String(value ?? ''));
    return (String(value) === right.replace(/^'|'$/gu, '')) === (operator === '==');
  };
  const value = either();
  if (at < tokens.length) throw new Error(`${tokens[at]} is not expected in ${when}`);
  return value;
}

function tokensOf(when: string): string[] {
  const tokens: string[] = [];
  TOKEN.lastIndex = 0;
  while (TOKEN.lastIndex < when.trimEnd().length) {
    const match = TOKEN.exec(when);
    if (match === null) throw new Error(`Not understood: ${when}`);
    tokens.push(match[1]!);
  }
  return tokens;
}

function patternOf(token: string): RegExp {
  const [, source, flags] = /^\/(.*)\/([a-z]*)$/su.exec(token) ?? [];
  if (source === undefined) throw new Error(`${token} is not a pattern`);
  return new RegExp(source, flags);
}
