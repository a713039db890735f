import type { Comparison } from '../comparison';

/** A score as a person reads it: four significant digits, no trailing zeros. */
export function spelled(value: number | undefined): string {
  return value === undefined ? '' : String(Number(value.toPrecision(4)));
}

/**
 * Who says what is correct, and whose the scores are if not the file's own.
 * @param shown a model's name as the kind of output shows text that comes from anywhere
 */
export function sources({ grader, scoredBy }: Comparison, shown: (name: string) => string): string {
  const graded = `Graded by ${grader.name} ${grader.version}.`;
  return scoredBy === undefined ? graded : `${graded} Scores computed by ${shown(scoredBy)}.`;
}
