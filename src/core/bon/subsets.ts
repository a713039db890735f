import { Random } from '../merge/random';

/** The number of n-subsets of m things; infinite above 2^53. */
export function subsetCount(m: number, n: number): number {
  let count = 1;
  for (let k = 1; k <= Math.min(n, m - n); k++) {
    count = (count * (m - k + 1)) / k;
    if (count > Number.MAX_SAFE_INTEGER) return Number.POSITIVE_INFINITY;
  }
  return Math.round(count);
}

/**
 * Visits n-subsets of 0 ... m-1, each as a mask with n ones: all of them if there are at most `draws`, else `draws`
 * random ones, all equally likely. The mask is only valid during the call. Returns the number of subsets visited.
 */
export function visitSubsets(
  m: number,
  n: number,
  { draws, random }: { draws: number; random: Random },
  visit: (mask: Uint8Array) => void,
): number {
  const count = subsetCount(m, n);
  if (count <= draws) {
    visitAll(m, n, visit);
    return count;
  }
  const mask = new Uint8Array(m);
  for (let draw = 0; draw < draws; draw++) {
    mask.fill(0);
    drawSubset(mask, n, random);
    visit(mask);
  }
  return draws;
}

/** Robert Floyd's way to draw n of m without a list of them (Bentley, Communications of the ACM 30(9), 1987). */
function drawSubset(mask: Uint8Array, n: number, random: Random): void {
  for (let last = mask.length - n; last < mask.length; last++) {
    const pick = random.below(last + 1);
    mask[mask[pick] === 1 ? last : pick] = 1;
  }
}

function visitAll(m: number, n: number, visit: (mask: Uint8Array) => void): void {
  const mask = new Uint8Array(m).fill(1, 0, n);
  const picks = Array.from({ length: n }, (_, index) => index);
  for (;;) {
    visit(mask);
    let place = n - 1;
    while (place >= 0 && picks[place] === m - n + place) place--;
    if (place < 0) return;
    picks[place]!++;
    for (let next = place + 1; next < n; next++) picks[next] = picks[next - 1]! + 1;
    mask.fill(0);
    for (const pick of picks) mask[pick] = 1;
  }
}

/** A generator of its own for one of many problems, so that the numbers of one do not depend on the others. */
export function randomFor(seed: number, problem: number): Random {
  return new Random(new Random(seed).bits() * 2 ** 20 + (problem % 2 ** 20));
}
