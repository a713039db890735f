import {
  type BonNumbers,
  bonNumbers,
  type ProblemAddress,
  type ProblemCandidates,
  problemAt,
  problemHeads,
} from '../core/bon/overview';
import type { Judged, VerdictSource } from '../core/bon/pool';
import type { BonOptions } from '../core/bon/report';
import type { Aggregate } from '../core/bon/scores';
import { ok, type Result } from '../core/result';
import { BonPass } from './bonFile';
import type { GatheredFile, GatherRequest } from './bonMessages';
import { passRows, surviving } from './rowPass';

/** A file whose candidates were gathered, for as many questions as one likes. */
export class BonComparison {
  private readonly judged = new Map<VerdictSource, Judged>();

  private constructor(
    private readonly pass: BonPass,
    private readonly verdicts: VerdictSource,
  ) {}

  /** Reads a file. Faults: those of `passRows`. */
  static async read(
    { path, choice, by, verdicts }: GatherRequest,
    onProgress: (done: number, total: number) => void,
  ): Promise<Result<BonComparison>> {
    const pass = new BonPass(path, by, onProgress);
    const read = await passRows(path, choice, surviving(pass));
    return read.ok ? ok(new BonComparison(pass, verdicts)) : read;
  }

  /** What the file holds. Faults: no row could be read. */
  file(): Result<GatheredFile> {
    const summary = this.pass.summarise();
    if (!summary.ok) return summary;
    return ok({ summary: summary.value, problems: problemHeads(this.judge(this.verdicts)) });
  }

  /** The numbers of all problems. Faults: those of `bonReport`. */
  count(options: BonOptions): Result<BonNumbers> {
    return bonNumbers(this.judge(options.verdicts), options);
  }

  /**
   * The candidates of one problem, with `unscored` as if the file had no scores; undefined if there is no such problem.
   */
  problem(address: ProblemAddress, weight: Aggregate, unscored: boolean): ProblemCandidates | undefined {
    const found = problemAt(this.judge(this.verdicts), address, weight);
    if (found === undefined || !unscored) return found;
    const bare = this.pass.withoutScores(found.index, this.verdicts);
    return { ...found, ...bare, scoring: { weight, areLogits: false } };
  }

  private judge(verdicts: VerdictSource): Judged {
    const judged = this.judged.get(verdicts) ?? this.pass.judge(verdicts);
    this.judged.set(verdicts, judged);
    return judged;
  }
}
