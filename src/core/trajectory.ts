/** A label that is not soft: +1, 0 and -1 in the papers' notation. */
export type HardLabel = 'correct' | 'neutral' | 'incorrect';

/**
 * A step's label. A number is a soft label strictly between 0 and 1 (the probability that the step is
 * correct); exact 0 and 1 are hard labels. An absent label is `undefined`, never 0.
 */
export type Label = HardLabel | number;

/** Where a step's text lies inside its row, so that the raw editor can mark it. */
export interface StepPlace {
  /** Keys and 0-based indices from the row's root to the JSON string that holds the text. */
  readonly path: readonly (string | number)[];
  /** UTF-16 offset in the decoded string where the step's text ends; the whole string if absent. */
  readonly end?: number;
  /**
   * True if the path leads to a value that only marks the step's end: the last word of a text in pieces, or the
   * label or score of a step whose text is not in the row.
   */
  readonly onlyEnd?: boolean;
}

/** One step of a solution. */
export interface Step {
  readonly text: string;
  readonly label?: Label;
  /** Recorded score as the file spells it; usually in [0, 1], logits may lie outside. */
  readonly score?: number;
  /** Other texts that were offered for the same step (PRM800K), with their labels. */
  readonly alternatives?: readonly { readonly text: string; readonly label?: Label }[];
  readonly place: StepPlace;
  /**
   * In trees, what the step's node is called within its row: paths that share a prefix have the same nodes in
   * it, so that a shared step can be told from one that only has the same text.
   */
  readonly node?: string;
}

/** Something legal but remarkable that a reader saw; `cfprm validate` reports it unless it is a fact. */
export interface Note {
  /** True for what a row says and a trajectory has no field for: worth counting, but nothing is odd about it. */
  readonly isFact?: boolean;
  /** 1-based step, if the note is about one. */
  readonly step?: number;
  readonly kind: string;
  readonly message: string;
}

/** One solution of one problem. */
export interface Trajectory {
  /** The source's own identifier, or null. */
  readonly id: string | null;
  readonly problem: string;
  readonly steps: readonly Step[];
  /** Gold answer, if the row has one. */
  readonly gold?: string;
  /** The trajectory's own final answer, if the row records it or its text states it. */
  readonly answer?: string;
  /** The row's own verdict on the final answer, if it has one. */
  readonly finalCorrect?: boolean;
  /** Who or what wrote the solution, if recorded. */
  readonly generator?: string;
  /** Recorded score of the solution as a whole (an outcome model's, a verifier's, an aggregate), as spelled. */
  readonly score?: number;
  /** Recorded length of the solution in tokens. */
  readonly tokens?: number;
  readonly notes?: readonly Note[];
}

/** True for a label that counts as an error: incorrect, or soft below one half. */
export function isError(label: Label | undefined): boolean {
  return label === 'incorrect' || (typeof label === 'number' && label < 0.5);
}

/** The 1-based first error of a trajectory, or undefined when no labelled step is one. */
export function firstError(trajectory: Trajectory): number | undefined {
  const index = trajectory.steps.findIndex((step) => isError(step.label));
  return index < 0 ? undefined : index + 1;
}

/** The lowest recorded score and its 1-based step, or undefined when no step has a score. */
export function minimumScore(trajectory: Trajectory): { score: number; step: number } | undefined {
  let least: { score: number; step: number } | undefined;
  trajectory.steps.forEach((step, index) => {
    if (step.score !== undefined && (least === undefined || step.score < least.score)) {
      least = { score: step.score, step: index + 1 };
    }
  });
  return least;
}
