import type { Fault } from '../result';

/**
 * What went wrong with a model, a provider or one trajectory, as a word that programs can tell apart. The first
 * group is about the model folder, the second about where it runs, the third about one trajectory.
 */
export type ScoreFaultKind =
  | 'card-missing'
  | 'card-invalid'
  | 'model-not-found'
  | 'model-corrupt'
  | 'model-data-missing'
  | 'model-data-escapes'
  | 'model-incompatible'
  | 'model-changed'
  | 'tokenizer-missing'
  | 'tokenizer-invalid'
  | 'separator-split'
  | 'features-unknown'
  | 'binding-missing'
  | 'provider-not-built'
  | 'provider-library-missing'
  | 'provider-no-device'
  | 'provider-wrong-result'
  | 'provider-slower'
  | 'provider-partial'
  | 'timeout'
  | 'child-crashed'
  | 'too-long'
  | 'separator-in-text'
  | 'separator-mismatch'
  | 'outside-vocabulary'
  | 'not-finite'
  | 'input-invalid'
  | 'out-of-memory'
  | 'cancelled';

/** A fault of scoring. */
export interface ScoreFault extends Fault {
  readonly kind: ScoreFaultKind;
  /** What the native library wrote about it, if anything. */
  readonly detail?: string;
  /** The file that a person could allow, where that is the way out. */
  readonly path?: string;
}

/** A value, or the fault of scoring that took its place; goes wherever a `Result` goes. */
export type Scored<T> =
  | { readonly ok: true; readonly value: T }
  | { readonly ok: false; readonly fault: ScoreFault };

/** Wraps a fault of scoring; `detail` is what the native library wrote, left out if empty. */
export function scoreFail(
  kind: ScoreFaultKind,
  message: string,
  detail?: string,
): { readonly ok: false; readonly fault: ScoreFault } {
  return { ok: false, fault: detail ? { kind, message, detail } : { kind, message } };
}
