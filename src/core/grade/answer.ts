import type { Step } from '../trajectory';

/** How many steps from the end may state the final answer. */
const LAST_STEPS = 2;

/**
 * The final answer that a text states: the last `\boxed{...}`, else what follows "# Answer" (PRM800K), "####"
 * (GSM8K) or "the answer is". Undefined if it states none.
 */
export function extractAnswer(text: string): string | undefined {
  const stated = lastBoxed(text) ?? afterHeading(text) ?? afterHashes(text) ?? afterPhrase(text);
  if (stated === undefined) return undefined;
  const answer = withoutDollars(stated.trim());
  return answer === '' ? undefined : answer;
}

/** The final answer that the last steps of a solution state. */
export function finalAnswer(steps: readonly Step[]): string | undefined {
  for (let index = steps.length - 1; index >= 0 && index >= steps.length - LAST_STEPS; index--) {
    const answer = extractAnswer(steps[index]!.text);
    if (answer !== undefined) return answer;
  }
  return undefined;
}

/** The content of the last `\boxed{...}` whose braces match; `\boxed 5` counts too. Its time grows with the text's length. */
function lastBoxed(text: string): string | undefined {
  // A box that is not closed leaves those before it open, too, unless they end before it begins.
  let limit = text.length;
  for (
    let at = text.lastIndexOf('\\boxed');
    at >= 0;
    at = at > 0 ? text.lastIndexOf('\\boxed', at - 1) : -1
  ) {
    let open = at + '\\boxed'.length;
    while (text[open] === ' ') open++;
    if (text[open] !== '{') {
      const token = /^[^\s$\\.,{}]+/u.exec(text.slice(open, open + 64))?.[0];
      if (token !== undefined && open > at + '\\boxed'.length) return token;
      continue;
    }
    const close = matchingBrace(text, open, limit);
    if (close !== undefined) return text.slice(open + 1, close);
    limit = at;
  }
  return undefined;
}

/** Where the brace that opens at a place closes, if it does so before `limit`. */
function matchingBrace(text: string, open: number, limit: number): number | undefined {
  let depth = 0;
  for (let index = open; index < limit; index++) {
    const char = text[index];
    if (char === '\\') index++;
    else if (char === '{') depth++;
    else if (char === '}' && --depth === 0) return index;
  }
  return undefined;
}

function afterHeading(text: string): string | undefined {
  const heading = text.lastIndexOf('# Answer');
  if (heading < 0 || (heading > 0 && text[heading - 1] !== '\n')) return undefined;
  const rest = text.slice(heading + '# Answer'.length).trim();
  return rest.split(/\n\s*\n/u, 1)[0];
}

function afterHashes(text: string): string | undefined {
  const at = text.lastIndexOf('####');
  return at < 0 ? undefined : text.slice(at + 4).split('\n', 1)[0];
}

function afterPhrase(text: string): string | undefined {
  const at = text.toLowerCase().lastIndexOf('answer is');
  // Lower case can change the length of exotic letters; such a text has no plain phrase at this place.
  if (at < 0 || text.slice(at, at + 9).toLowerCase() !== 'answer is') return undefined;
  const line = text
    .slice(at + 9)
    .replace(/^\s*:?\s*/u, '')
    .split('\n', 1)[0]!;
  // The sentence ends at a full stop that is no decimal point.
  return line.split(/\.(?:\s|$)/u, 1)[0];
}

/** Without the dollars or the brackets of LaTeX around it: "$$5$$", "\\(5\\)". */
function withoutDollars(text: string): string {
  let from = 0;
  let to = text.length;
  while (text[from] === '$') from++;
  if (from > 1 && from === text.length) return '';
  while (to > from && text[to - 1] === '$') to--;
  const isWrapped = from > 0 && to < text.length && !text.slice(from, to).includes('$');
  if (isWrapped) return text.slice(from, to).trim();
  return /^\\[([](.*)\\[)\]]$/su.exec(text)?.[1]?.trim() ?? text;
}
