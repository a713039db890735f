import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { FEATURE_SETS } from '../core/features/stepFeatures';
import type { FeatureSet } from '../core/scores/featureSet';
import type { Provider, ProviderChoice } from '../core/scores/providers';
import type { VerdictStore } from './selectProvider';

/** How a scorer is started; everything has a default. */
export interface ScorerOptions {
  /** Where the model is to run: `auto` takes the best that proves itself, a name is a demand. */
  readonly provider?: ProviderChoice;
  /** Threads of one operator on the CPU. */
  readonly threads?: number;
  /** Path of the bundled `scorerProcess`; beside the running bundle by default. */
  readonly program?: string;
  /** A folder of native libraries (CUDA, cuDNN). */
  readonly libraryFolder?: string;
  /** Whether other processes come first where they want the same processors. */
  readonly inBackground?: boolean;
  /** The step features that models may take; those of this program if absent. */
  readonly featureSets?: readonly FeatureSet[];
  /** Remembers what was found out about providers. */
  readonly verdicts?: VerdictStore;
  /** Files, or folders of files, outside the model's folder that links to its data may lead to. */
  readonly allowedData?: readonly string[];
  /** Gives up starting. */
  readonly signal?: AbortSignal;
  /** The longest that a provider may take for loading and for the golden input, each; in milliseconds. */
  readonly probeTimeoutMs?: number;
  /** The longest that loading may take, in milliseconds; half an hour by default, for large models on slow disks. */
  readonly loadTimeoutMs?: number;
  /** The longest that the tokenizer and the chat template may take for one solution, in milliseconds. */
  readonly textLimitMs?: number;
  /** How long a run may go on after everything in it was cancelled, in milliseconds; then its process is ended. */
  readonly killAfterMs?: number;
  /** Told before a provider is tried. */
  onProbe?(provider: Provider): void;
}

/** The options with their defaults. */
export function withDefaults(options: ScorerOptions) {
  const { provider = 'auto', threads = usualThreads(), featureSets = FEATURE_SETS } = options;
  const {
    program = join(__dirname, 'scorerProcess.js'),
    probeTimeoutMs = 60_000,
    loadTimeoutMs = 30 * 60_000,
    textLimitMs = 10_000,
    killAfterMs = 2000,
  } = options;
  const limits = { probeTimeoutMs, loadTimeoutMs, textLimitMs, killAfterMs };
  return { ...options, provider, threads, featureSets, program, ...limits };
}

/**
 * Threads that leave the machine usable. Logical processors are mostly two to a core, whose arithmetic they share;
 * of a few, one is left alone.
 */
function usualThreads(): number {
  const logical = availableParallelism();
  return logical > 4 ? logical >> 1 : Math.max(1, logical - 1);
}
