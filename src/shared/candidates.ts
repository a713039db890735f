import type { BonNumbers, GroupBy, ProblemAddress, ProblemHead } from '../core/bon/overview';
import type { VerdictSource } from '../core/bon/pool';
import type { Aggregate } from '../core/bon/scores';
import type { ModelScoring, ShownProblem } from '../core/bon/shown';
import type { Thresholds } from '../core/scores/levels';

/** How the numbers of the panel are made. */
export interface PanelOptions {
  /** 1, 2, 4, ... all candidates; or the paper's protocol: 8, 16, 32, 64 and their mean. */
  readonly sizes: 'all' | 'paper';
  readonly subset: 'all' | 'first';
  readonly weight: Aggregate;
  readonly verdicts: VerdictSource;
  readonly by: GroupBy;
  /**
   * Whose scores the candidates of a problem are compared by: those of the file, and a model's where it has none; or a
   * model's in any case. The numbers of a whole file are always those of its own scores.
   */
  readonly scores: 'recorded' | 'computed';
}

/** What holds unless the user chooses otherwise; the same as on the command line. */
export const DEFAULT_OPTIONS: PanelOptions = {
  sizes: 'all',
  subset: 'all',
  weight: 'last',
  verdicts: 'graded',
  by: 'text',
  scores: 'recorded',
};

/** A file whose candidates were gathered. */
export interface PanelFile {
  readonly format: string;
  readonly rows: number;
  /** Malformed rows, and the first one in words. */
  readonly malformed: number;
  readonly firstMalformed: string | undefined;
  readonly problems: readonly ProblemHead[];
}

/** What the page needs to come back to after the window was reloaded. */
export interface PanelPlace {
  /** URI of the file. */
  readonly source: string;
  readonly problem: ProblemAddress | undefined;
  readonly options: PanelOptions;
}

/** A step of a candidate by its row, the 0-based place in the row, and the 1-based step, 0 for its head. */
export interface StepAddress {
  readonly row: number;
  readonly place: number;
  readonly step: number;
}

/** Scores of steps that a model gave. */
export interface MoreScores {
  /** True if those before it count no longer. */
  readonly anew: boolean;
  /** Of candidates by their 0-based place among those that take part, one per step; those not told before. */
  readonly scores: readonly (readonly [candidate: number, scores: readonly number[]])[];
}

/** Messages from the extension to the page. */
export type ToCandidates =
  /** A file is compared from now on; what was shown of another one goes. */
  | {
      readonly type: 'source';
      readonly source: string;
      readonly name: string;
      readonly options: PanelOptions;
    }
  /** The file is being read; bytes. */
  | { readonly type: 'progress'; readonly done: number; readonly total: number }
  /** Nothing can be shown, and why; `cancelled` if the user wanted it so. */
  | { readonly type: 'fault'; readonly message: string; readonly cancelled: boolean }
  | { readonly type: 'file'; readonly file: PanelFile }
  /** The numbers, or why there are none. */
  | { readonly type: 'numbers'; readonly numbers: BonNumbers }
  | { readonly type: 'noNumbers'; readonly message: string }
  | { readonly type: 'problem'; readonly shown: ShownProblem }
  /** What a model says about the candidates of the problem that is shown. */
  | ({ readonly type: 'scores'; readonly model: ModelScoring } & MoreScores)
  | { readonly type: 'noProblem'; readonly message: string }
  /** The file on disk is another one than was read. */
  | { readonly type: 'stale' }
  /** The cursor of the trace view is on this step of the problem that is shown. */
  | { readonly type: 'follow'; readonly at: StepAddress }
  | { readonly type: 'thresholds'; readonly recorded: Thresholds; readonly computed: Thresholds };

/** Messages from the page to the extension. */
export type FromCandidates =
  /** The page listens now, and where it was before the reload. */
  | { readonly type: 'ready'; readonly was: PanelPlace | undefined }
  /** Buttons: read the file again, stop reading. */
  | { readonly type: 'again' | 'cancel' }
  | { readonly type: 'options'; readonly options: PanelOptions }
  | { readonly type: 'choose'; readonly problem: ProblemAddress }
  /** Shows a step in the trace view; `enter` moves the focus there, too. */
  | { readonly type: 'reveal'; readonly at: StepAddress; readonly enter: boolean }
  /** How many candidates take part in the choices that are shown, for the export. */
  | { readonly type: 'n'; readonly n: number }
  | { readonly type: 'export' };
