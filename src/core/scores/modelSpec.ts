/** The families of models that are known by name. */
export const FAMILY_IDS = [
  'cfprm',
  'qwen2.5-math-prm',
  'math-shepherd',
  'skywork-o1-open-prm',
  'rlhflow',
] as const;
export type FamilyId = (typeof FAMILY_IDS)[number];

/** A text that is one token, and the token's id if it is stated; else the tokenizer says it. */
export interface TokenSpec {
  readonly text: string;
  readonly id?: number;
}

/**
 * What the model's output is per position: one logit; two logits, of which `positive` (0 or 1) speaks for "correct";
 * the logits of the whole vocabulary, or of only its two rows `positive` and `negative` in this order; or, instead
 * of positions, one finished value per step.
 */
export type Head =
  | { readonly kind: 'one-logit' }
  | { readonly kind: 'two-logits'; readonly positive: 0 | 1 }
  | { readonly kind: 'vocabulary'; readonly positive: TokenSpec; readonly negative: TokenSpec }
  | { readonly kind: 'rewards' };

/** How a logit or two become a score; `none` leaves the value as it is. */
export const ACTIVATIONS = ['sigmoid', 'softmax', 'none'] as const;
export type Activation = (typeof ACTIVATIONS)[number];

/** Where a step's value is read: at its separator's own position, or at the one before it, which predicts it. */
export const READS = ['at-separator', 'before-separator'] as const;
export type Read = (typeof READS)[number];

/**
 * How problem and steps become text.
 *
 * - `plain`: `start`, in which `{problem}` and `{bos}` are filled in, then for every step `prefix` (with `{k}`, the
 *   1-based step; left out where the step begins with one of its own), the step, `beforeSeparator` and the
 *   separator; `joiner` between steps.
 * - `chat`, layout `answer`: the chat template over the system's words, the problem, and one answer that holds all
 *   steps, each followed by the separator.
 * - `chat`, layout `turns`: a turn per step, answered by the separator; the first one holds the problem, a space and
 *   the first step.
 */
export type TemplateSpec =
  | {
      readonly kind: 'plain';
      readonly start: string;
      readonly prefix: string;
      readonly beforeSeparator: string;
      readonly joiner: string;
    }
  | { readonly kind: 'chat'; readonly layout: 'answer' | 'turns'; readonly system?: string };

/** Names of the model's inputs; an input that the model does not have is not fed. */
export interface InputNames {
  readonly ids: string;
  readonly mask: string;
  readonly positions: string;
  /** Where the steps' values are read, [batch, steps]; for models that pick the positions themselves. */
  readonly stepPositions: string;
  /** Features per step, [batch, steps, size]. */
  readonly features: string;
}

/** Step features that a model takes beside the text. */
export interface FeatureSpec {
  readonly set: string;
  readonly version: number;
  /** Numbers per step. */
  readonly size: number;
}

/** Scores of steps on validation rows. */
export interface StepScores {
  readonly steps: number;
  /** Their scores at evenly spaced ranks, from the lowest to the highest; two or more, not falling. */
  readonly quantiles: readonly number[];
}

/** How a model's scores lie on labelled rows that it did not learn from. */
export interface OperatingPoints {
  /** Which rows these are, in words. */
  readonly rows: string;
  readonly correct: StepScores;
  readonly incorrect: StepScores;
  /**
   * The threshold with the highest F1 of first errors (ProcessBench: the first step below it is the error) on so
   * many solutions; absent where the rows have not solutions of both kinds.
   */
  readonly firstError?: { readonly threshold: number; readonly f1: number; readonly solutions: number };
}

/** Everything that has to be known about a model to score with it: `prm.json` with its family's defaults filled in. */
export interface ModelSpec {
  readonly name: string;
  readonly family: FamilyId;
  /** The model's file, in the folder of `prm.json`. */
  readonly file: string;
  readonly separator: TokenSpec;
  readonly read: Read;
  readonly head: Head;
  readonly activation: Activation;
  readonly template: TemplateSpec;
  /**
   * `whole`: the text is tokenized as one, and separators are found by their token; `pieces`: start and steps are
   * tokenized apart, and the separator's token is put between them.
   */
  readonly tokenize: 'whole' | 'pieces';
  /** Whether the tokenizer adds its own special tokens (such as `<s>`) to plain text. */
  readonly specialTokens: boolean;
  /** The longest input, in tokens. */
  readonly maxLength: number;
  readonly inputs: InputNames;
  /** Name of the output that is read. */
  readonly output: string;
  readonly features?: FeatureSpec;
  /** Absent where no validation is known. */
  readonly operatingPoints?: OperatingPoints;
  readonly licence?: string;
  readonly trainedOn?: string;
}
