import type { ModelSpec } from '../core/scores/modelSpec';
import type { OrtStage } from '../core/scores/ortFault';
import type { Provider } from '../core/scores/providers';
import type { ScoreFault } from '../core/scores/scoreFault';
import type { GoldenRun } from '../core/scores/verdict';
import type { Relocation } from './modelData';

/** What a child process is to load. */
export interface LoadRequest {
  readonly folder: string;
  readonly spec: ModelSpec;
  readonly provider: Provider;
  /** Threads of one operator on the CPU. */
  readonly threads: number;
  /** The longest that the tokenizer and the chat template may take for one solution, in milliseconds. */
  readonly textLimitMs: number;
  /** An empty folder for a profile, which the owner removes; only for the golden input. */
  readonly profileFolder?: string;
  /** How many ids the model knows, if another child found out; providers with a device do not notice wrong ids. */
  readonly vocabulary?: number;
  /** Where the model's data lie, if they are links out of its folder. */
  readonly relocation?: Relocation;
}

/** One solution on its way to the child. */
export interface ScoreItem {
  readonly id: number;
  readonly problem: string;
  readonly steps: readonly string[];
  /** Features of all steps, `size` numbers each. */
  readonly features?: Float32Array;
  /** Whether it has to run without others, because a process ended with it. */
  readonly alone: boolean;
  /** Those with a higher number go first. */
  readonly priority: number;
}

/** From the extension host (or the command line) to the child. */
export type ToChild =
  | { readonly type: 'load'; readonly request: LoadRequest }
  | { readonly type: 'golden' }
  | { readonly type: 'score'; readonly items: readonly ScoreItem[] }
  | { readonly type: 'cancel'; readonly ids: readonly number[] };

/** What the child knows about the model once it is loaded. */
export interface LoadedModel {
  readonly ortVersion: string;
  /** Number of ids that the model knows, if the tokenizer has more of them; undefined if it has not. */
  readonly vocabulary?: number;
  readonly tokensPerSecond: number;
  /** What is worth knowing though it works, in sentences. */
  readonly warnings: readonly string[];
}

/** An error of onnxruntime before it is explained: its reason may still be on its way through standard error. */
export interface OrtError {
  readonly message: string;
  readonly stage: OrtStage;
  readonly subject: string;
}

/** Why the child could not do what it was told. */
export type ChildFailure =
  | { readonly fault: ScoreFault; readonly ort?: undefined }
  | { readonly ort: OrtError; readonly fault?: undefined };

/** From the child to its owner. */
export type FromChild =
  | { readonly type: 'loaded'; readonly model: LoadedModel }
  | { readonly type: 'golden'; readonly run: GoldenRun }
  | { readonly type: 'failed'; readonly failure: ChildFailure }
  /** The items of one run of the model, before it begins. */
  | { readonly type: 'started'; readonly ids: readonly number[] }
  | {
      readonly type: 'scored';
      readonly id: number;
      readonly scores: readonly number[];
      readonly tokens: number;
    }
  | { readonly type: 'refused'; readonly id: number; readonly fault: ScoreFault }
  /** What was taken back before it began. */
  | { readonly type: 'cancelled'; readonly ids: readonly number[] }
  /** The end of a run, with its tokens (padding left out) and its time. */
  | { readonly type: 'ran'; readonly tokens: number; readonly ms: number };
