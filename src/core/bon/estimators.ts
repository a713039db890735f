/**
 * The chance of each place in a ranking to be the best of a random n-subset: place j of m wins if it is drawn and no
 * better one is, C(m-1-j, n-1) / C(m, n). Sums to 1.
 * @param m solutions, at least 1
 * @param n size of the subset, from 1 to m
 */
export function bestPlaceChances(m: number, n: number): Float64Array {
  const chances = new Float64Array(m);
  let chance = n / m;
  for (let place = 0; place <= m - n; place++) {
    chances[place] = chance;
    chance *= (m - n - place) / (m - 1 - place);
  }
  return chances;
}

/**
 * The expected verdict of best-of-n over all n-subsets of the solutions: exact.
 * @param ranking the solutions' indices, best first
 * @param correct a verdict per solution
 */
export function bestOfN(ranking: readonly number[], correct: readonly boolean[], n: number): number {
  const chances = bestPlaceChances(ranking.length, n);
  let expected = 0;
  let any = false;
  let all = true;
  for (const [place, index] of ranking.entries()) {
    if (correct[index]) expected += chances[place]!;
    any ||= correct[index]!;
    all &&= correct[index]!;
  }
  // Certain outcomes stay exact whatever the rounding of the sum.
  return all ? 1 : any ? Math.min(1, expected) : 0;
}

/**
 * pass@n: the chance that a random n-subset of m solutions, c of them correct, holds a correct one,
 * 1 - C(m-c, n) / C(m, n) (Chen et al. 2021, arXiv 2107.03374).
 */
export function passAtN(m: number, c: number, n: number): number {
  if (c > m - n) return 1;
  let none = 1;
  for (let drawn = 0; drawn < n; drawn++) none *= (m - c - drawn) / (m - drawn);
  return 1 - none;
}

/** The solutions' indices by rank, highest first; among equal ones the lowest index. */
export function rankingOf(ranks: readonly number[]): number[] {
  return ranks.map((_, index) => index).sort((a, b) => ranks[b]! - ranks[a]! || a - b);
}
