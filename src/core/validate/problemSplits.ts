import { t } from '@vscode/l10n';
import { DistinctTexts } from '../distinctTexts';

/** A file that names more splits than this is not split by that column; the rest counts as one. */
const MOST_SPLITS = 32;
const REST = t('another split');

/**
 * Remembers in which splits (train, test, …) problems occur, to find those that are in two. Problems are the same
 * if their letters and digits are, whatever their case, spacing and punctuation; kept as hashes, 8 bytes each, and
 * each once, under the split that had it first.
 */
export class ProblemSplits {
  private readonly splits = new Map<string, DistinctTexts>();
  /** Problems that were told already. */
  private readonly told = new DistinctTexts();

  /** Takes a problem of a split in without telling anybody: for what the file must not have. */
  remember(problem: string, split: string): void {
    const key = problemKey(problem);
    if (key !== '') this.place(key, split);
  }

  /** Takes a problem of a split in; returns the name of another split that has it, once per problem. */
  add(problem: string, split: string): string | undefined {
    const key = problemKey(problem);
    if (key === '') return undefined;
    const first = this.place(key, split);
    if (first === undefined || this.told.has(key)) return undefined;
    this.told.add(key);
    return first;
  }

  /** The other split that has the problem; if none has, it is this split's from now on. */
  private place(key: string, split: string): string | undefined {
    const name = this.splits.has(split) || this.splits.size < MOST_SPLITS ? split : REST;
    const own = this.splits.get(name);
    if (own?.has(key)) return undefined;
    for (const [other, problems] of this.splits) {
      if (other !== name && problems.has(key)) return other;
    }
    if (own !== undefined) own.add(key);
    else this.splits.set(name, withText(key));
    return undefined;
  }
}

function withText(key: string): DistinctTexts {
  const texts = new DistinctTexts();
  texts.add(key);
  return texts;
}

/** What makes two problems the same: their letters and digits, in lower case. */
export function problemKey(problem: string): string {
  return problem.toLowerCase().replace(/[^\p{L}\p{N}]+/gu, '');
}
