import type { Random } from '../merge/random';
import { drawInFront, subsetCount, visitSubsets } from './subsets';

/** The class of a solution that states no answer: it has no vote. */
export const NO_VOTE = -1;

/**
 * Counts votes over and over, on subsets of the same solutions, without new memory. Solutions vote for the class of
 * their answer; the class with the most votes wins, in the weighted vote the one with the largest sum of weights,
 * among equal ones the one whose first voter comes first.
 */
export class Ballot {
  private readonly counts: Float64Array;
  private readonly sums: Float64Array;
  private readonly firsts: Int32Array;
  /** The classes that lead so far: votes only add up, so only the class that gets one can take the lead. */
  private most = NO_VOTE;
  private heaviest = NO_VOTE;

  /**
   * @param classes per solution the class of its answer, from 0, or `NO_VOTE`
   * @param weights per solution its weight, not negative
   */
  constructor(
    private readonly classes: Int32Array,
    private readonly weights: Float64Array,
  ) {
    const size = classes.reduce((last, own) => Math.max(last, own), NO_VOTE) + 1;
    this.counts = new Float64Array(size);
    this.sums = new Float64Array(size);
    this.firsts = new Int32Array(size);
  }

  /** The number of solutions. */
  get size(): number {
    return this.classes.length;
  }

  /** Begins a new vote. */
  clear(): void {
    this.counts.fill(0);
    this.sums.fill(0);
    this.firsts.fill(this.size);
    this.most = NO_VOTE;
    this.heaviest = NO_VOTE;
  }

  /** Counts a solution's vote. Solutions may come in any order, each once. */
  add(index: number): void {
    const own = this.classes[index]!;
    if (own === NO_VOTE) return;
    const { counts, sums, firsts } = this;
    counts[own]!++;
    sums[own]! += this.weights[index]!;
    if (index < firsts[own]!) firsts[own] = index;
    if (this.leads(counts, own, this.most)) this.most = own;
    if (this.leads(sums, own, this.heaviest)) this.heaviest = own;
  }

  /** The first voter of the class with the most votes; `NO_VOTE` if nobody has voted. */
  majority(): number {
    return this.most === NO_VOTE ? NO_VOTE : this.firsts[this.most]!;
  }

  /** The first voter of the class with the largest weight; `NO_VOTE` if nobody has voted. */
  weighted(): number {
    return this.heaviest === NO_VOTE ? NO_VOTE : this.firsts[this.heaviest]!;
  }

  private leads(sums: Float64Array, own: number, leader: number): boolean {
    if (leader === NO_VOTE) return true;
    const [mine, theirs] = [sums[own]!, sums[leader]!];
    return mine > theirs || (mine === theirs && this.firsts[own]! < this.firsts[leader]!);
  }
}

/** How often the votes on random n-subsets choose a correct solution. */
export interface VoteShares {
  readonly majority: number;
  readonly weighted: number;
}

/**
 * The expected verdicts of both votes on n-subsets, for every n: over all of them if there are at most `draws`, else
 * over `draws` random ones. Subsets of different sizes are drawn together, the smaller ones within the larger.
 * @param ns sizes from 1 to the ballot's size
 */
export function voteShares(
  ballot: Ballot,
  correct: readonly boolean[],
  ns: readonly number[],
  { draws, random }: { readonly draws: number; readonly random: Random },
): ReadonlyMap<number, VoteShares> {
  const shares = new Map<number, VoteShares>();
  const drawn = ns.filter((n) => subsetCount(ballot.size, n) > draws).sort((a, b) => a - b);
  for (const n of ns) if (!drawn.includes(n)) shares.set(n, allShares(ballot, correct, n));
  const hits = drawn.map(() => ({ majority: 0, weighted: 0 }));
  const order = Int32Array.from({ length: ballot.size }, (_, index) => index);
  const largest = drawn.at(-1) ?? 0;
  for (let draw = 0; draw < draws && largest > 0; draw++) {
    drawInFront(order, largest, random);
    ballot.clear();
    let voted = 0;
    for (const [k, n] of drawn.entries()) {
      while (voted < n) ballot.add(order[voted++]!);
      if (correct[ballot.majority()]) hits[k]!.majority++;
      if (correct[ballot.weighted()]) hits[k]!.weighted++;
    }
  }
  for (const [k, n] of drawn.entries()) {
    shares.set(n, { majority: hits[k]!.majority / draws, weighted: hits[k]!.weighted / draws });
  }
  return shares;
}

function allShares(ballot: Ballot, correct: readonly boolean[], n: number): VoteShares {
  let [majority, weighted, subsets] = [0, 0, 0];
  visitSubsets(ballot.size, n, (subset) => {
    ballot.clear();
    for (const index of subset) ballot.add(index);
    // Nobody's index is -1, so that a vote without voters is wrong.
    if (correct[ballot.majority()]) majority++;
    if (correct[ballot.weighted()]) weighted++;
    subsets++;
  });
  return { majority: majority / subsets, weighted: weighted / subsets };
}
