import type {
  BonNumbers,
  GroupBy,
  ProblemAddress,
  ProblemCandidates,
  ProblemHead,
} from '../core/bon/overview';
import type { VerdictSource } from '../core/bon/pool';
import type { BonOptions } from '../core/bon/report';
import type { Aggregate } from '../core/bon/scores';
import type { Result } from '../core/result';
import type { SummaryReport } from '../core/summary';
import type { SourceChoice } from './openSource';

/** What a comparison process is to read. */
export interface GatherRequest {
  readonly path: string;
  readonly choice: SourceChoice;
  readonly by: GroupBy;
  /** Who says what is correct, where candidates are shown; numbers say it themselves. */
  readonly verdicts: VerdictSource;
}

/** What a file holds, as far as it can be said before anything is counted. */
export interface GatheredFile {
  readonly summary: SummaryReport;
  /** Every problem in the order of the file. */
  readonly problems: readonly ProblemHead[];
}

/** From the extension host to the comparison process. */
export type ToBonProcess =
  | { readonly type: 'gather'; readonly request: GatherRequest }
  | { readonly type: 'count'; readonly id: number; readonly options: BonOptions }
  | {
      readonly type: 'problem';
      readonly id: number;
      readonly address: ProblemAddress;
      readonly weight: Aggregate;
      /** As if the file had no scores. */
      readonly unscored: boolean;
    };

/** From the comparison process to the extension host. */
export type FromBonProcess =
  | { readonly type: 'progress'; readonly done: number; readonly total: number }
  | { readonly type: 'gathered'; readonly result: Result<GatheredFile> }
  | { readonly type: 'counted'; readonly id: number; readonly result: Result<BonNumbers> }
  | { readonly type: 'problem'; readonly id: number; readonly found: ProblemCandidates | undefined };
