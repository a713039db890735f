import { DistinctTexts } from '../distinctTexts';

/**
 * Remembers in which splits (train, test, …) problems occur, to find those that are in two. Problems are the same
 * if their letters and digits are, whatever their case, spacing and punctuation; kept as hashes, 8 bytes each.
 */
export class ProblemSplits {
  private readonly splits = new Map<string, DistinctTexts>();
  /** Problems that were told already. */
  private readonly told = new DistinctTexts();

  /** Takes a problem of a split in; returns the name of another split that has it, once per problem. */
  add(problem: string, split: string): string | undefined {
    const key = normalised(problem);
    if (key === '') return undefined;
    let own = this.splits.get(split);
    if (own === undefined) {
      own = new DistinctTexts();
      this.splits.set(split, own);
    }
    own.add(key);
    for (const [name, others] of this.splits) {
      if (name === split || !others.has(key) || this.told.has(key)) continue;
      this.told.add(key);
      return name;
    }
    return undefined;
  }
}

function normalised(problem: string): string {
  return problem.toLowerCase().replace(/[^\p{L}\p{N}]+/gu, '');
}
