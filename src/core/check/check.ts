import { LRUCache } from 'lru-cache';
import type { Token } from '../grade/tokens';
import type { Trajectory } from '../trajectory';
import { clausesOf } from './clauses';
import { type Item, itemsOf } from './items';
import { prefixOf, type Side, suffixOf } from './sides';
import { type CheckState, compareSides, isBareNumber, type Sign, type ValuedSide, valued } from './verdict';

/** Equations of a step beyond these are only counted. */
const MAX_DECIDED = 400;

/** An equation of which it is known whether it holds; `describeEquation` puts it into words. */
export interface CheckedEquation {
  readonly isTrue: boolean;
  readonly left: ValuedSide;
  readonly right: ValuedSide;
  /** True for a sign that says "about equal". */
  readonly isAbout: boolean;
}

/** What arithmetic says of one step. */
export interface StepCheck {
  /** `false` if an equation is, else `true` if one is, else `unchecked`. */
  readonly state: CheckState;
  /** The equations that could be decided, in the order of the text but for calculator marks, which come first. */
  readonly decided: readonly CheckedEquation[];
  /** Signs for equal or about equal in what was looked at, in plain numbers or not. */
  readonly equations: number;
}

/**
 * Evaluates every equation of a step that can be decided (issue 5): exactly, units left aside, rounding tolerated. What
 * can be read in two ways is not decided. Never throws; its time grows with the length of the text, which is looked at
 * up to 100,000 characters.
 */
export function checkStep(text: string): StepCheck {
  const decided: CheckedEquation[] = [];
  let equations = 0;
  for (const { tokens, isMark, isDenied, isRounding } of clausesOf(text)) {
    const found = equationsOf(itemsOf(tokens), isMark);
    equations += found.length;
    for (const { left, right, isAbout } of found) {
      const sign = { isAbout, isRounding };
      const equation = left && right && decided.length < MAX_DECIDED && decide(left, right, sign);
      if (equation && (equation.isTrue || !isDenied)) decided.push(equation);
    }
  }
  const isFalse = decided.some(({ isTrue }) => !isTrue);
  return { state: isFalse ? 'false' : decided.length > 0 ? 'true' : 'unchecked', decided, equations };
}

/** Characters of the texts whose checks are remembered, those that were asked for last: a page that is drawn again has the same. */
const REMEMBERED_CHARS = 4_000_000;
const known = new LRUCache<string, StepCheck>({
  maxSize: REMEMBERED_CHARS,
  sizeCalculation: (_, text) => Math.max(1, text.length),
});

/** The check of a step; that of a text that was checked a moment ago is remembered. */
export function checkOf({ text }: { readonly text: string }): StepCheck {
  let check = known.get(text);
  if (check === undefined) {
    check = checkStep(text);
    known.set(text, check);
  }
  return check;
}

/** Whether arithmetic says that an equation of a step is false. */
export function hasFalseEquation(step: { readonly text: string }): boolean {
  return checkOf(step).state === 'false';
}

/** The 1-based first step with a false equation, or undefined. */
export function firstFalseStep({ steps }: Pick<Trajectory, 'steps'>): number | undefined {
  const index = steps.findIndex(hasFalseEquation);
  return index < 0 ? undefined : index + 1;
}

interface Equation {
  readonly left: Side | undefined;
  readonly right: Side | undefined;
  readonly isAbout: boolean;
}

/** The equations of a clause: one for each sign, of a chain a = b = c too. */
function equationsOf(items: readonly Item[], isMark: boolean): Equation[] {
  const signs = items.flatMap((item, at) => (item.kind === 'relation' ? [{ at, ...item }] : []));
  const ends = [-1, ...signs.map(({ at }) => at), items.length];
  const spans = ends.slice(1).map((end, index) => items.slice(ends[index]! + 1, end));
  const side = (found: Side | undefined): Side | undefined => (isMark && !found?.isWhole ? undefined : found);
  return signs.map(({ isAbout, isWord }, index) => {
    const [left, right] = [side(suffixOf(spans[index]!)), side(prefixOf(spans[index + 1]!))];
    return { left, right: isWord && right ? asSpoken(right, spans[index]!) : right, isAbout };
  });
}

/** Behind "is" only a number is a result, and "an increase of 50% of 8 is 12" means more than it says. */
function asSpoken(right: Side, before: readonly Item[]): Side {
  const isPart = before.some((item) => item.kind === 'words' && item.words.at(-1) === 'of');
  return { ...right, isDoubtful: right.isDoubtful || isPart || !isBareNumber(right) };
}

function decide(left: Side, right: Side, sign: Sign): CheckedEquation | undefined {
  // "5 = 5", and "day 2 = 14", say nothing about arithmetic.
  if (isBareNumber(left) && isBareNumber(right)) return undefined;
  const [a, b] = [valued(left), valued(right)];
  if (a === undefined || b === undefined) return undefined;
  const state = compareSides(a, b, sign);
  if (state === 'unchecked' || (state === 'false' && holdsInThousands(left, right, sign))) return undefined;
  return { isTrue: state === 'true', left: a, right: b, isAbout: sign.isAbout };
}

/** True for "3.000 + 500 = 3.500" where a point parts thousands. */
function holdsInThousands(left: Side, right: Side, sign: Sign): boolean {
  const sides = [left, right].map(inThousands);
  if (sides.every((side, index) => side === [left, right][index])) return false;
  const [a, b] = sides.map(valued);
  return a !== undefined && b !== undefined && compareSides(a, b, sign) === 'true';
}

function inThousands(side: Side): Side {
  const isGroup = ({ kind, text }: Token): boolean =>
    kind === 'number' && /^[1-9]\d{0,2}\.\d{3}$/u.test(text);
  if (!side.tokens.some(isGroup)) return side;
  const tokens = side.tokens.map((token) =>
    isGroup(token) ? { ...token, text: token.text.replace('.', '') } : token,
  );
  return { ...side, tokens };
}
