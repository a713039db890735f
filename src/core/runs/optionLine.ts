import { t } from '@vscode/l10n';
import { fail, ok, type Result } from '../result';

/** A word in quotes, or a piece without blanks and quotes. */
const PIECE = /'([^']*)'|"([^"]*)"|[^\s'"]+/uy;

/**
 * The words of a line as a shell splits them: at blanks, except in single or double quotes. Nothing is expanded.
 * Fault: a quote that is not closed.
 */
export function splitLine(line: string): Result<readonly string[]> {
  const words: string[] = [];
  let at = 0;
  let goesOn = false;
  while (at < line.length) {
    if (/\s/u.test(line[at]!)) {
      at += 1;
      goesOn = false;
      continue;
    }
    PIECE.lastIndex = at;
    const piece = PIECE.exec(line);
    if (piece === null) return fail(t('The quote {0} is not closed.', line[at]!));
    const text = piece[1] ?? piece[2] ?? piece[0];
    if (goesOn) words[words.length - 1] += text;
    else words.push(text);
    goesOn = true;
    at = PIECE.lastIndex;
  }
  return ok(words);
}

/** Words as one line that `splitLine` splits into the same words. */
export function joinLine(words: readonly string[]): string {
  return words
    .map((word) => {
      if (word !== '' && !/[\s'"]/u.test(word)) return word;
      return word
        .split(/(')/u)
        .filter((part, _, all) => part !== '' || all.length === 1)
        .map((part) => (part === "'" ? `"'"` : `'${part}'`))
        .join('');
    })
    .join(' ');
}
