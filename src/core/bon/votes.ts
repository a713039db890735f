/** The class of a solution that states no answer: it has no vote. */
export const NO_VOTE = -1;

/**
 * Counts votes over and over, on subsets of the same solutions, without new memory. Solutions vote for the class of
 * their answer; the class with the largest sum of weights wins, among equal sums the one whose first voter comes
 * first.
 */
export class Ballot {
  private readonly sums: Float64Array;
  private readonly firsts: Int32Array;

  /** @param classes per solution the class of its answer, from 0, or `NO_VOTE` */
  constructor(private readonly classes: Int32Array) {
    const count = classes.reduce((most, own) => Math.max(most, own), NO_VOTE) + 1;
    this.sums = new Float64Array(count);
    this.firsts = new Int32Array(count);
  }

  /**
   * The first voter of the winning class; `NO_VOTE` if nobody votes.
   * @param mask 1 for the solutions that take part; all of them without it
   * @param weights a weight per solution, not negative; 1 for each without them
   */
  winner(mask?: Uint8Array, weights?: Float64Array): number {
    const { classes, sums, firsts } = this;
    sums.fill(0);
    firsts.fill(NO_VOTE);
    for (let index = 0; index < classes.length; index++) {
      const own = classes[index]!;
      if (own === NO_VOTE || (mask !== undefined && mask[index] === 0)) continue;
      if (firsts[own] === NO_VOTE) firsts[own] = index;
      sums[own]! += weights === undefined ? 1 : weights[index]!;
    }
    let winner = NO_VOTE;
    let most = 0;
    for (let own = 0; own < sums.length; own++) {
      const first = firsts[own]!;
      if (first === NO_VOTE) continue;
      const sum = sums[own]!;
      if (winner === NO_VOTE || sum > most || (sum === most && first < winner)) {
        winner = first;
        most = sum;
      }
    }
    return winner;
  }
}
