import { t } from '@vscode/l10n';
import { fail, ok, type Result } from '../result';
import type { Declaration, DeclaredOption } from './optionDeclaration';

/** Options and the values that they were given. */
export type GivenOptions = ReadonlyMap<string, readonly string[]>;

/** Options that CFPRM gives itself: where the run's folders are, and the model that was chosen. */
const OWN: readonly string[] = ['input', 'output', 'model'];

const INTEGER = /^[+-]?\d+(?:_\d+)*$/u;
const NUMBER = /^[+-]?(?:\d+(?:_\d+)*(?:\.(?:\d+(?:_\d+)*)?)?|\.\d+(?:_\d+)*)(?:e[+-]?\d+)?$/iu;

/**
 * Checks options of the runner, as words of its command line, against its declaration: unknown names (with the nearest
 * known one), values of another type, out of range or not among the choices, and those that are missing. The fault
 * names everything that is wrong, a sentence each.
 */
export function checkOptions(words: readonly string[], declared: Declaration): Result<GivenOptions> {
  const given = new Map<string, readonly string[]>();
  const wrong: string[] = [];
  for (let at = 0; at < words.length; ) {
    const word = words[at]!;
    at += 1;
    if (!word.startsWith('--')) {
      wrong.push(t('"{0}" belongs to no option. Options look like --loss q-ranking.', word));
      continue;
    }
    const equals = word.indexOf('=');
    const name = word.slice(2, equals < 0 ? undefined : equals).replaceAll('_', '-');
    const option = declared.get(name);
    const values = equals < 0 ? [] : [word.slice(equals + 1)];
    const room = option === undefined || option.many ? Number.POSITIVE_INFINITY : 1;
    while (equals < 0 && at < words.length && values.length < room && isValue(words[at]!)) {
      values.push(words[at]!);
      at += 1;
    }
    const refusal = refusalOf(name, values, option, declared, given);
    if (refusal === undefined) given.set(name, values);
    else wrong.push(refusal);
  }
  for (const { name, required } of declared.values())
    if (required && !OWN.includes(name) && !given.has(name)) wrong.push(t('--{0} is missing.', name));
  return wrong.length === 0 ? ok(given) : fail(wrong.join(' '));
}

/** A word that is a value and not the next option: also a negative number. */
function isValue(word: string): boolean {
  return !word.startsWith('-') || NUMBER.test(word);
}

function refusalOf(
  name: string,
  values: readonly string[],
  option: DeclaredOption | undefined,
  declared: Declaration,
  given: GivenOptions,
): string | undefined {
  if (option === undefined) return unknown(name, declared);
  if (OWN.includes(name)) return t('--{0} is set by CFPRM. Leave it out.', name);
  if (given.has(name)) return t('--{0} is there twice. Keep one.', name);
  if (values.length === 0 && !option.many) return t('--{0} needs a value: {1}.', name, allowedWords(option));
  const odd = values.find((value) => !isAllowed(value, option));
  return odd === undefined
    ? undefined
    : t('--{0} is {1}: it must be {2}.', name, JSON.stringify(odd), allowedWords(option));
}

function isAllowed(value: string, option: DeclaredOption): boolean {
  const { type, choices, filled, unescaped, least, most, above, below } = option;
  if (option.optional && value === 'None') return true;
  if (choices !== undefined) return choices.includes(value);
  if (type === 'text' || type === 'path')
    return !(filled && value === '') && !(unescaped && value.includes('\\n'));
  const typed = value.trim();
  if (!(type === 'integer' ? INTEGER : NUMBER).test(typed)) return false;
  const number = Number(typed.replaceAll('_', ''));
  return (
    Number.isFinite(number) &&
    (least === undefined || number >= least) &&
    (most === undefined || number <= most) &&
    (above === undefined || number > above) &&
    (below === undefined || number < below)
  );
}

/** What a value may be, as the end of a sentence. */
function allowedWords({ type, choices, least, most, above, below, unescaped }: DeclaredOption): string {
  if (choices !== undefined) return t('one of {0}', choices.join(', '));
  if (type === 'text' || type === 'path') {
    return unescaped
      ? t('a text that is not empty, with a line break itself and not a backslash and an n')
      : t('a text that is not empty');
  }
  const whole = type === 'integer';
  if (least !== undefined && most !== undefined) {
    return whole
      ? t('a whole number between {0} and {1}', least, most)
      : t('a number between {0} and {1}', least, most);
  }
  if (least !== undefined && below !== undefined)
    return t('a number that is at least {0} and less than {1}', least, below);
  if (above !== undefined) return t('a number greater than {0}', above);
  if (least !== undefined)
    return whole ? t('a whole number, {0} or more', least) : t('a number, {0} or more', least);
  return whole ? t('a whole number') : t('a number');
}

function unknown(name: string, declared: Declaration): string {
  const near = nearest(name, declared);
  if (near !== undefined) return t('--{0} is not an option of the runner. Did you mean --{1}?', name, near);
  const names = [...declared.keys()].filter((one) => !OWN.includes(one)).map((one) => `--${one}`);
  return t('--{0} is not an option of the runner. Its options are {1}.', name, names.join(', '));
}

/** The known name that was probably meant: what others call it, else the one that differs in the fewest letters. */
function nearest(name: string, declared: Declaration): string | undefined {
  const known = [...declared.values()].filter((option) => !OWN.includes(option.name));
  const same = known.find(({ knownAs }) => knownAs?.includes(name));
  if (same !== undefined) return same.name;
  const rated = known
    .map((option) => ({ name: option.name, distance: distance(name, option.name) }))
    .sort((a, b) => a.distance - b.distance);
  const best = rated[0];
  if (best !== undefined && best.distance <= Math.max(2, name.length / 3)) return best.name;
  return name.length < 3 ? undefined : known.find((option) => option.name.includes(name))?.name;
}

/** The fewest letters that are added, taken away or replaced to make one word of the other (Levenshtein). */
function distance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, k) => k);
  for (let i = 1; i <= a.length; i++) {
    const next = [i];
    for (let k = 1; k <= b.length; k++) {
      const replaced = row[k - 1]! + (a[i - 1] === b[k - 1] ? 0 : 1);
      next.push(Math.min(replaced, row[k]! + 1, next[k - 1]! + 1));
    }
    row = next;
  }
  return row[b.length]!;
}
