import { t } from '@vscode/l10n';
import { mathShepherd } from '../formats/families/mathShepherd';
import { prm800k } from '../formats/families/prm800k';
import { rlhflow } from '../formats/families/rlhflow';
import type { Format } from '../formats/format';
import { writeRow } from '../formats/writeRow';
import { fail, ok, type Result } from '../result';
import type { MergeTarget } from './options';

/** A target that is not TRL: hard labels only, every window labelled. */
export type HardTarget = Exclude<MergeTarget, 'trl'>;

/** What a merged row says, whatever its format. */
export interface MergedRow {
  readonly problem: string;
  readonly gold: string | undefined;
  /** One text per window. */
  readonly texts: readonly string[];
  /** One label per window: 1, 0, or soft, which counts as correct from 0.5 on. */
  readonly values: readonly number[];
}

const FORMATS: Record<HardTarget, Format> = { 'math-shepherd': mathShepherd, prm800k, rlhflow };

/**
 * The row as JSON text of the target's format, all its windows labelled. Faults: those of `writeRow`, for a row that
 * would read differently.
 */
export function targetRow(target: HardTarget, { problem, gold, texts, values }: MergedRow): Result<string> {
  const steps = texts.map((text, k) => ({
    text,
    label: values[k]! >= 0.5 ? ('correct' as const) : ('incorrect' as const),
    place: { path: [] },
  }));
  const trajectory = { id: null, problem, steps, gold };
  const written = writeRow(FORMATS[target], trajectory, { numbers: false, pastError: true });
  if (written.ok) return ok(written.value.text);
  return fail(t('{0} Write it to trl instead.', written.fault.message));
}
