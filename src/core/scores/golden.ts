import type { Solution } from './compose';

/** The least length of the longer golden solution, in tokens: shorter ones miss known errors of attention kernels. */
export const GOLDEN_TOKENS = 128;

const OPENINGS = ['First', 'Next', 'Then', 'After that', 'Now', 'So', 'Therefore', 'Finally'];

/**
 * A solution of this many steps to try a model with: the same on every machine, made of ordinary words and numbers.
 * Some of its sums are wrong, so that its scores differ.
 */
export function goldenSolution(steps: number): Solution {
  return {
    problem:
      'A farm has 12 fields with 35 rows each. Every third row is watered twice a day, and a row takes 4 litres. How many litres does the farm use in a week?',
    steps: Array.from({ length: steps }, (_, k) => {
      const [a, b] = [(k * 37) % 90, (k * 53 + 11) % 70];
      const sum = a + b + (k % 3 === 2 ? 10 : 0);
      return `Step ${k + 1}: ${OPENINGS[k % OPENINGS.length]} we add ${a} and ${b}: ${a} + ${b} = ${sum}.`;
    }),
  };
}
