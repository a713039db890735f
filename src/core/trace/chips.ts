import { hasFalseEquation } from '../check/check';
import { COMPUTED_SIGN } from '../scores/computed';
import { levelOf, type Thresholds } from '../scores/levels';
import type { Step } from '../trajectory';
import type { ChipKind } from './page';
import { FALSE_SIGN, formatScore, glyph, labelKind } from './words';

/** A word about a step beside its text: label, score, or the sign of a false equation. */
export interface Chip {
  readonly text: string;
  readonly kind: ChipKind;
  /** Characters from the start of the first chip to that of this one. */
  readonly at: number;
}

/** What chips show. */
export interface ChipContent {
  readonly labels: boolean;
  readonly scores: boolean;
}

/** A score that a model gave a step; `stale` if the model is not the one at work now. */
export interface ComputedStep {
  readonly score: number;
  readonly stale: boolean;
  readonly thresholds: Thresholds;
}

/** Characters between two steps of a summary. */
const GAP = 2;

/**
 * The chips of a step, always in this order: label, recorded score, computed score, false equation. Each has the
 * colour that the trace view gives the same thing.
 *
 * @param recorded thresholds of the scores that the file has recorded
 */
export function stepChips(
  step: Step,
  recorded: Thresholds,
  computed: ComputedStep | undefined,
  show: ChipContent,
): Chip[] {
  const parts: [string, ChipKind][] = [];
  const { label, score } = step;
  if (show.labels && label !== undefined) {
    const soft = typeof label === 'number' ? chipScore(label) : '';
    parts.push([glyph(label) + soft, labelKind(label) as ChipKind]);
  }
  if (show.scores && score !== undefined) parts.push([chipScore(score), levelOf(score, recorded)]);
  if (show.scores && computed !== undefined) {
    const { stale, thresholds } = computed;
    const kind = stale ? 'dim' : levelOf(computed.score, thresholds);
    parts.push([`${COMPUTED_SIGN}${chipScore(computed.score)}`, kind]);
  }
  if (hasFalseEquation(step)) parts.push([FALSE_SIGN, 'bad']);
  return placed(parts);
}

/**
 * The chips of all steps of a line, each step behind its number: what a line shows at its start where its steps lie
 * beyond the visible width. Steps that do not fit are counted.
 *
 * @param steps of one line, in order; numbers are 1-based
 * @param room characters
 */
export function summaryChips(
  steps: readonly { readonly number: number; readonly chips: readonly Chip[] }[],
  room: number,
): Chip[] {
  const all: Chip[] = [];
  let at = 0;
  for (const [index, { number, chips }] of steps.entries()) {
    const name = `${number}`;
    const width = name.length + chips.reduce((sum, { text }) => sum + text.length, 0);
    const left = `+${steps.length - index}`;
    const isLast = index === steps.length - 1;
    if (at + width + (isLast ? 0 : GAP + left.length) > room)
      return [...all, { text: left, kind: 'dim', at }];
    all.push({ text: name, kind: 'dim', at });
    for (const chip of chips) all.push({ ...chip, at: at + name.length + chip.at });
    at += width + GAP;
  }
  return all;
}

/** Characters that chips take. */
export function chipsWidth(chips: readonly Chip[]): number {
  const last = chips.at(-1);
  return last === undefined ? 0 : last.at + last.text.length;
}

function placed(parts: readonly [string, ChipKind][]): Chip[] {
  let at = 0;
  return parts.map(([text, kind]) => {
    const chip = { text, kind, at };
    at += text.length;
    return chip;
  });
}

/** A score in as few characters as two decimals take: `.09`, `1.0`; a logit has its sign and whole part, too. */
export function chipScore(score: number): string {
  const text = formatScore(score);
  return text === '1.00' ? '1.0' : text.replace(/^0\./u, '.');
}
