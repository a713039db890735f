/** A formula of a text. */
export interface Formula {
  /** Its TeX, without the signs around it. */
  readonly tex: string;
  /** As it stands in the text. */
  readonly source: string;
  /** Whether it has lines of its own. */
  readonly isDisplay: boolean;
}

/** Environments that KaTeX typesets; those that exist with a star in both ways. */
const ENVIRONMENTS = new Set(
  [
    'align*',
    'alignat*',
    'aligned',
    'alignedat',
    'array',
    'Bmatrix*',
    'bmatrix*',
    'cases',
    'CD',
    'darray',
    'dcases',
    'drcases',
    'equation*',
    'gather*',
    'gathered',
    'matrix*',
    'pmatrix*',
    'rcases',
    'smallmatrix',
    'split',
    'subarray',
    'Vmatrix*',
    'vmatrix*',
  ].flatMap((name) => (name.endsWith('*') ? [name, name.slice(0, -1)] : [name])),
);

/** Environments that exist in display mode only. */
const DISPLAY_ONLY = /\\begin\{(?:align|alignat|equation|gather|CD)\*?\}/u;
/** A number beside a formula would count the formulas that happen to be on screen. */
const NUMBERED = /\\(begin|end)\{(align|alignat|equation|gather)\}/gu;

/**
 * The parts of a text in their order: what is a formula, and what is not. Formulas are `$$…$$`, `\[…\]`, `\(…\)`,
 * `$…$`, environments that KaTeX knows, and `\boxed{…}` alone. A dollar opens before something that is not a space and
 * closes after such a thing and before no digit, within a paragraph (Pandoc's rule), so that prices stay prices.
 * Takes time in proportion to the text, whatever is in it.
 */
export function formulaParts(text: string): (string | Formula)[] {
  const scan = new Scan(text);
  const parts: (string | Formula)[] = [];
  let from = 0;
  for (let at = nextSign(text, 0); at >= 0; ) {
    const found = scan.formulaAt(at);
    if (found === undefined) {
      // What a backslash escapes opens nothing: `\\[2pt]` is a line break, `\$5` a price.
      at = nextSign(text, at + (text[at] === '\\' ? 2 : 1));
      continue;
    }
    if (at > from) parts.push(text.slice(from, at));
    parts.push(found);
    from = at + found.source.length;
    at = nextSign(text, from);
  }
  if (from < text.length) parts.push(text.slice(from));
  return parts;
}

const SIGN = /[$\\]/gu;

/** The place of the next dollar or backslash, or -1. */
function nextSign(text: string, from: number): number {
  SIGN.lastIndex = from;
  return SIGN.exec(text)?.index ?? -1;
}

class Scan {
  /** Closing signs that do not occur from here on: looked for once, not again for every opening sign. */
  private readonly absent = new Set<string>();
  private pairs:
    | { readonly braces: Map<number, number>; readonly environments: Map<number, number> }
    | undefined;

  constructor(private readonly text: string) {}

  /** The formula that starts at a dollar or backslash, if one does. */
  formulaAt(at: number): Formula | undefined {
    const { text } = this;
    if (text.startsWith('$$', at)) return this.until('$$', at);
    if (text[at] === '$') return this.dollar(at);
    switch (text[at + 1]) {
      case '[':
        return this.until('\\]', at);
      case '(':
        return this.until('\\)', at);
      case 'b':
        return this.environment(at) ?? this.boxed(at);
      default:
        return undefined;
    }
  }

  private until(close: string, at: number): Formula | undefined {
    const end = this.closing(close, at + 2);
    const tex = end < 0 ? '' : this.text.slice(at + 2, end);
    return tex.trim() === ''
      ? undefined
      : this.formula(tex, at, end + 2, close !== '\\)' || DISPLAY_ONLY.test(tex));
  }

  private closing(close: string, from: number): number {
    if (this.absent.has(close)) return -1;
    for (let at = nextSign(this.text, from); at >= 0; ) {
      if (this.text.startsWith(close, at)) return at;
      at = nextSign(this.text, at + (this.text[at] === '\\' ? 2 : 1));
    }
    this.absent.add(close);
    return -1;
  }

  private dollar(at: number): Formula | undefined {
    const { text } = this;
    if (!/\S/u.test(text[at + 1] ?? '')) return undefined;
    let end = nextSign(text, at + 1);
    while (end >= 0 && text[end] === '\\') end = nextSign(text, end + 2);
    if (end < 0 || /\s/u.test(text[end - 1]!) || /\d/u.test(text[end + 1] ?? '')) return undefined;
    const tex = text.slice(at + 1, end);
    return /\n\s*\n/u.test(tex) ? undefined : this.formula(tex, at, end + 1, DISPLAY_ONLY.test(tex));
  }

  private environment(at: number): Formula | undefined {
    const name = /^\\begin\{([a-zA-Z]+\*?)\}/u.exec(this.text.slice(at, at + 24))?.[1];
    if (name === undefined || !ENVIRONMENTS.has(name)) return undefined;
    this.pairs ??= pairsOf(this.text);
    const end = this.pairs.environments.get(at);
    return end === undefined ? undefined : this.formula(this.text.slice(at, end), at, end, true);
  }

  private boxed(at: number): Formula | undefined {
    const open = /^\\boxed\s{0,8}\{/u.exec(this.text.slice(at, at + 16));
    if (open === null) return undefined;
    this.pairs ??= pairsOf(this.text);
    const end = this.pairs.braces.get(at + open[0].length - 1);
    const tex = this.text.slice(at, end);
    return end === undefined ? undefined : this.formula(tex, at, end, DISPLAY_ONLY.test(tex));
  }

  private formula(tex: string, from: number, to: number, isDisplay: boolean): Formula {
    return { tex: tex.replaceAll(NUMBERED, '\\$1{$2*}'), source: this.text.slice(from, to), isDisplay };
  }
}

/** Where what opens at a place ends: braces, and environments, which are told apart by their names. */
function pairsOf(text: string): { braces: Map<number, number>; environments: Map<number, number> } {
  const braces = new Map<number, number>();
  const environments = new Map<number, number>();
  const open: number[] = [];
  const begun = new Map<string, number[]>();
  for (const match of text.matchAll(/\\(begin|end)\{([a-zA-Z]+\*?)\}|\\[\s\S]|[{}]/gu)) {
    const [sign, word, name] = match;
    const { index } = match;
    if (sign === '{') open.push(index);
    else if (sign === '}') {
      const start = open.pop();
      if (start !== undefined) braces.set(start, index + 1);
    } else if (word === 'begin') {
      const starts = begun.get(name!);
      if (starts === undefined) begun.set(name!, [index]);
      else starts.push(index);
    } else if (word === 'end') {
      const start = begun.get(name!)?.pop();
      if (start !== undefined) environments.set(start, index + sign.length);
    }
  }
  return { braces, environments };
}
