import type { Label } from '../trajectory';
import type { LabelRule, NeutralRule } from './options';

/**
 * Labels as numbers, the way merging computes with them: 1 correct, 0 incorrect, between them soft, and `MASKED`
 * for a step that takes no part.
 */
const MASKED = Number.NaN;

/** A step's label as a number; a neutral one as the rule says. */
export function labelValue(label: Label, neutral: NeutralRule): number {
  if (typeof label === 'number') return label;
  if (label === 'correct') return 1;
  if (label === 'incorrect') return 0;
  return { positive: 1, negative: 0, mask: MASKED, half: 0.5 }[neutral];
}

/** The 0-based first step that counts as an error (incorrect, or soft below one half), or `values.length`. */
export function firstErrorOf(values: Float64Array, steps: number): number {
  for (let i = 0; i < steps; i++) {
    if (values[i]! < 0.5) return i;
  }
  return steps;
}

/**
 * The label of the window that holds the steps `from` to `to` (excluded).
 * @param firstError what `firstErrorOf` gives for the trajectory; used by 'first-error'
 */
export function windowValue(
  rule: LabelRule,
  values: Float64Array,
  from: number,
  to: number,
  firstError: number,
): number {
  if (rule === 'last') return values[to - 1]!;
  if (rule === 'first-error' && to > firstError) return 0;
  let sum = 0;
  let count = 0;
  for (let i = from; i < to; i++) {
    const value = values[i]!;
    if (Number.isNaN(value)) continue;
    if (rule === 'any-negative' && value < 0.5) return 0;
    sum += value;
    count++;
  }
  if (count === 0) return MASKED;
  return rule === 'mean' ? sum / count : 1;
}

/** The 0-based first step before the window's last one that holds a label opposite to the window's; -1 if none does. */
export function oppositeStep(values: Float64Array, from: number, to: number, value: number): number {
  for (let i = from; i < to - 1; i++) {
    const step = values[i]!;
    if ((value > 0.5 && step < 0.5) || (value < 0.5 && step > 0.5)) return i;
  }
  return -1;
}

/** True for a label strictly between 0 and 1. */
export function isSoft(value: number): boolean {
  return value > 0 && value < 1;
}
