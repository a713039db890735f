import { checkOf } from '../../check/check';
import type { Comparison } from '../comparison';

/** A score as a person reads it: four significant digits, no trailing zeros. */
export function spelled(value: number | undefined): string {
  return value === undefined ? '' : String(Number(value.toPrecision(4)));
}

/** Whether arithmetic says that an equation in a step's text is false. */
export function hasFalseEquation(text: string): boolean {
  return checkOf({ text }).state === 'false';
}

/** Who says what is correct, and whose the scores are if not the file's own. */
export function sources({ grader, scoredBy }: Comparison): string {
  const graded = `Graded by ${grader.name} ${grader.version}.`;
  return scoredBy === undefined ? graded : `${graded} Scores computed by ${scoredBy}.`;
}
