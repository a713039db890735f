import type { Trajectory } from '../trajectory';
import { clausesOf } from './clauses';
import { type Item, itemsOf } from './items';
import { prefixOf, type Side, suffixOf } from './sides';
import { type CheckState, compareSides, valueOf, type ValuedSide } from './verdict';
import { sideText, valueText } from './words';

export type { CheckState } from './verdict';

/** Equations of a step beyond these are not looked into. */
const MAX_EQUATIONS = 400;

/** An equation of which it is known whether it holds. */
export interface CheckedEquation {
  readonly isTrue: boolean;
  /** Both sides as the text has them, without units. */
  readonly text: string;
  /** What each side is worth: exact if short, else with some digits. */
  readonly left: string;
  readonly right: string;
}

/** What arithmetic says of one step. */
export interface StepCheck {
  /** `false` if an equation is, else `true` if one is, else `unchecked`. */
  readonly state: CheckState;
  /** The equations that could be decided, in the order of the text. */
  readonly decided: readonly CheckedEquation[];
  /** Equals signs in the text that could have been an equation's. */
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
  if (/[=≈]|\\approx/u.test(text)) {
    for (const { tokens, isMark } of clausesOf(text)) {
      for (const { left, right, isAbout } of equationsOf(itemsOf(tokens), isMark)) {
        if (++equations > MAX_EQUATIONS) break;
        const found = left && right && decide(left, right, isAbout);
        if (found !== undefined) decided.push(found);
      }
    }
  }
  const isFalse = decided.some(({ isTrue }) => !isTrue);
  return { state: isFalse ? 'false' : decided.length > 0 ? 'true' : 'unchecked', decided, equations };
}

/** The check of each step of a trajectory. */
export function checkTrajectory({ steps }: Pick<Trajectory, 'steps'>): StepCheck[] {
  return steps.map(({ text }) => checkStep(text));
}

interface Equation {
  readonly left: ValuedSide | undefined;
  readonly right: ValuedSide | undefined;
  readonly isAbout: boolean;
}

/** The equations of a clause: one for each sign, of a chain a = b = c too. */
function equationsOf(items: readonly Item[], isMark: boolean): Equation[] {
  const signs = items.flatMap((item, at) => (item.kind === 'relation' ? [{ at, isAbout: item.isAbout }] : []));
  const ends = [-1, ...signs.map(({ at }) => at), items.length];
  const spans = ends.slice(1).map((end, index) => items.slice(ends[index]! + 1, end));
  const value = (side: Side | undefined) =>
    side === undefined || (isMark && !side.isWhole) ? undefined : valueOf(side);
  const lefts = spans.slice(0, -1).map((span) => value(suffixOf(span)));
  const rights = spans.slice(1).map((span) => value(prefixOf(span)));
  return signs.map(({ isAbout }, index) => ({ left: lefts[index], right: rights[index], isAbout }));
}

function decide(left: ValuedSide, right: ValuedSide, isAbout: boolean): CheckedEquation | undefined {
  // "5 = 5", and "day 2 = 14", say nothing about arithmetic.
  if (left.digit !== undefined && right.digit !== undefined) return undefined;
  const state = compareSides(left, right, isAbout);
  if (state === 'unchecked') return undefined;
  return {
    isTrue: state === 'true',
    text: `${sideText(left)} ${isAbout ? '≈' : '='} ${sideText(right)}`,
    left: valueText(left.value),
    right: valueText(right.value),
  };
}
