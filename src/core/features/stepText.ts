import { checkStep } from '../check/check';
import { isExact, toComplex } from '../grade/evaluate';

/** Of a longer text the rest is not looked into. */
const MAX_TEXT = 100_000;

/** Digits with thousands separators and decimals. */
const NUMBERS = /\d{1,3}(?:,\d{3})+(?:\.\d+)?(?!\d)|\d+(?:\.\d+)?|\.\d+/gu;
const WORDS = /\p{L}{2,}/gu;
/** What a tokenizer makes about one token of: a digit, a short word or a part of a long one, a sign. */
const TOKENS = /\d|\p{L}{1,6}|[^\s\p{L}\d]/gu;

/** Numbers that are written as words, where problems have them. */
const NUMBER_WORDS = new Map<string, readonly string[]>([
  ...'zero one two three four five six seven eight nine ten eleven twelve'
    .split(' ')
    .map((word, value): [string, string[]] => [word, [String(value)]]),
  ['fifteen', ['15']],
  ['twenty', ['20']],
  ['thirty', ['30']],
  ['forty', ['40']],
  ['fifty', ['50']],
  ['hundred', ['100']],
  ['thousand', ['1000']],
  ['dozen', ['12']],
  ['half', ['2', '0.5', '50']],
  ['third', ['3']],
  ['quarter', ['4', '0.25', '25']],
  ['twice', ['2']],
  ['double', ['2']],
  ['thrice', ['3']],
  ['triple', ['3']],
  ['week', ['7']],
  ['weeks', ['7']],
  ['hour', ['60']],
  ['hours', ['60']],
  ['day', ['24']],
  ['days', ['24']],
  ['year', ['12', '52', '365']],
  ['years', ['12', '52', '365']],
  ['percent', ['100']],
]);

/** What features look at in one text: the problem, or a step. */
export interface StepText {
  readonly text: string;
  /** UTF-16 units. */
  readonly length: number;
  /** About as many as a tokenizer makes. */
  readonly tokens: number;
  /** Words of two letters and more, in lower case. */
  readonly words: readonly string[];
  readonly wordSet: ReadonlySet<string>;
  /** Numbers in the order of the text, as JavaScript spells them: "1,200.50" is "1200.5". */
  readonly numbers: readonly string[];
  readonly numberSet: ReadonlySet<string>;
}

/** What arithmetic says of a step, in numbers. */
export interface StepArithmetic {
  readonly right: number;
  readonly wrong: number;
  readonly undecided: number;
  /** Values of the sides of equations that hold: numbers that need no other source. */
  readonly results: readonly string[];
}

/** Reads a text. */
export function readText(whole: string): StepText {
  const text = whole.slice(0, MAX_TEXT);
  const words = [...text.matchAll(WORDS)].map(([word]) => word.toLowerCase());
  const numbers = [...text.matchAll(NUMBERS)].map(([digits]) => canonical(digits.replaceAll(',', '')));
  return {
    text,
    length: whole.length,
    tokens: matches(text, TOKENS),
    words,
    wordSet: new Set(words),
    numbers,
    numberSet: new Set(numbers),
  };
}

/** Checks the equations of a step. */
export function readArithmetic(text: string): StepArithmetic {
  const { decided, equations } = checkStep(text);
  const right = decided.filter(({ isTrue }) => isTrue);
  const values = right.flatMap(({ left, right: other }) => [left.value, other.value]);
  return {
    right: right.length,
    wrong: decided.length - right.length,
    undecided: equations - decided.length,
    results: values.filter(isExact).map((value) => canonical(toComplex(value).re.toString())),
  };
}

/** Numbers of a problem: those in digits, and those in words with what they stand for. */
export function givenNumbers({ numbers, words }: StepText): Set<string> {
  return new Set([...numbers, ...words.flatMap((word) => NUMBER_WORDS.get(word) ?? [])]);
}

/** How often a pattern (with the flag g) is found. */
export function matches(text: string, pattern: RegExp): number {
  let count = 0;
  pattern.lastIndex = 0;
  while (pattern.test(text)) count++;
  return count;
}

/** One spelling for a number; at most 12 digits, so that rounding of the last ones makes no other number of it. */
function canonical(digits: string): string {
  return String(Number(Number(digits).toPrecision(12)));
}
