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

/** Visits every n-subset of 0 ... m-1, its members in order; the list is only valid during the call. */
export function visitSubsets(m: number, n: number, visit: (subset: Int32Array) => void): void {
  const subset = Int32Array.from({ length: n }, (_, index) => index);
  for (;;) {
    visit(subset);
    let place = n - 1;
    while (place >= 0 && subset[place] === m - n + place) place--;
    if (place < 0) return;
    subset[place]!++;
    for (let next = place + 1; next < n; next++) subset[next] = subset[next - 1]! + 1;
  }
}

/**
 * Puts a random choice of `count` members in front, every order of them equally likely (Fisher and Yates, broken
 * off): the first n of them are a random n-subset for every n up to `count`.
 */
export function drawInFront(order: Int32Array, count: number, random: Random): void {
  for (let place = 0; place < count; place++) {
    // Of 2^32 numbers each place gets the same share, but for one in a million at the most.
    const pick = place + Math.floor((random.bits() / 2 ** 32) * (order.length - place));
    const member = order[pick]!;
    order[pick] = order[place]!;
    order[place] = member;
  }
}

/** A generator of its own for one of many problems, so that the numbers of one do not depend on the others. */
export function randomFor(seed: number, problem: number): Random {
  return new Random(new Random(seed).bits() * 2 ** 20 + (problem % 2 ** 20));
}
