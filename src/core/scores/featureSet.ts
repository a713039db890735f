import { t } from '@vscode/l10n';
import type { Solution } from './compose';
import type { FeatureSpec } from './modelSpec';
import { type Scored, scoreFail } from './scoreFault';

/** Numbers that describe each step of a solution, for models that take them beside the text. */
export interface FeatureSet {
  readonly name: string;
  readonly version: number;
  /** Numbers per step. */
  readonly size: number;
  /** All steps' numbers, `size` for each. Causal: a step's own do not depend on later ones. */
  compute(solution: Solution): ArrayLike<number>;
}

/**
 * The feature set that a model takes, undefined if it takes none. Faults (`features-unknown`): there is none of this
 * name and version, or it has another size.
 */
export function findFeatureSet(
  wanted: FeatureSpec | undefined,
  sets: readonly FeatureSet[],
): Scored<FeatureSet | undefined> {
  if (wanted === undefined) return { ok: true, value: undefined };
  const found = sets.find(({ name, version }) => name === wanted.set && version === wanted.version);
  if (found?.size === wanted.size) return { ok: true, value: found };
  const known = sets
    .map(({ name, version, size }) => t('{0} {1} ({2} numbers)', name, version, size))
    .join(', ');
  return scoreFail(
    'features-unknown',
    t(
      'The model takes the step features {0} {1} ({2} numbers), and this version of CFPRM has {3}. Update CFPRM, or take another model.',
      wanted.set,
      wanted.version,
      wanted.size,
      known || 'none',
    ),
  );
}
