import { t } from '@vscode/l10n';
import { fail, ok, type Result } from '../result';
import { counted } from '../trace/words';
import type { Label, Note } from '../trajectory';
import { labelsUpToError, quote } from './fields';
import type { Json } from './format';

/** What a meta-reasoning benchmark (MR-GSM8K, Mr-Ben, ReasonEval's MR-MATH) says about the steps of a solution. */
export interface Judgement {
  /** 'correct', or 'wrong' / 'incorrect': of the reasoning, whatever the final answer is. */
  readonly verdict: Json | undefined;
  /** 1-based number of the first wrong step, as a number or in digits; "N/A" where there is none. */
  readonly firstError: Json | undefined;
  /** What the two fields are called in messages. */
  readonly names: { readonly verdict: string; readonly firstError: string };
  /** The 0-based step that a number means, if that is not simply the one before it. */
  readonly stepOf?: (number: number) => number | undefined;
}

/**
 * The labels that a judgement gives to `steps` steps: correct before the first error, incorrect there, absent after
 * it; all correct if the solution is. A judgement that names no step of a wrong solution, or is missing, leaves all
 * steps unlabelled, with a note; one that contradicts itself is taken at the step that it names, with a note.
 *
 * Faults: the first error is no number, or none of the steps.
 */
export function judgedLabels(
  judgement: Judgement,
  steps: number,
  notes: Note[],
): Result<readonly (Label | undefined)[]> {
  const { verdict, firstError, names } = judgement;
  if (namesNoStep(firstError)) {
    if (verdict === 'correct') return labelsUpToError(-1, steps, names.firstError);
    const message =
      verdict === undefined || verdict === null
        ? t('The row has no {0}: all its steps are unlabelled.', names.verdict)
        : t(
            '{0} is {1}, but {2} names no step: all its steps are unlabelled.',
            names.verdict,
            quote(verdict),
            names.firstError,
          );
    notes.push({ kind: 'labels-missing', message });
    return ok([]);
  }
  const number = stepNumber(firstError);
  if (number === undefined) {
    return fail(
      t(
        '{0} is a label of an unknown kind: {1}. Expected the number of the first wrong step (from 1), or "N/A" for none.',
        names.firstError,
        quote(firstError),
      ),
    );
  }
  const index = judgement.stepOf?.(number) ?? number - 1;
  if (index < 0 || index >= steps) {
    return fail(
      t(
        '{0} is {1}, which is out of range for {2} (1 to {3}).',
        names.firstError,
        number,
        counted(steps, 'step'),
        steps,
      ),
    );
  }
  if (verdict === 'correct') {
    const message = t(
      '{0} is "correct", but {1} names step {2}; the step was taken as wrong.',
      names.verdict,
      names.firstError,
      number,
    );
    notes.push({ step: index + 1, kind: 'labels-contradict', message });
  }
  return labelsUpToError(index, steps, names.firstError);
}

function namesNoStep(value: Json | undefined): boolean {
  if (value === undefined || value === null) return true;
  return typeof value === 'string' && ['', 'n/a', 'na', 'none'].includes(value.trim().toLowerCase());
}

function stepNumber(value: Json | undefined): number | undefined {
  if (typeof value === 'number') return Number.isInteger(value) ? value : undefined;
  return typeof value === 'string' && /^\s*\d{1,9}\s*$/u.test(value) ? Number(value) : undefined;
}
