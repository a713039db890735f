import { t } from '@vscode/l10n';
import { checkOf } from '../check/check';
import { describeEquation } from '../check/words';
import { verdict } from '../grade/verdict';
import { firstError, isError, type Trajectory } from '../trajectory';

/** Something legal but suspicious. */
export interface Finding {
  /** 1-based row. */
  readonly row: number;
  /** 1-based trajectory within the row, where the row holds several. */
  readonly trajectory?: number;
  /** 1-based step, or null if the finding is not about one. */
  readonly step: number | null;
  /** 'empty-step', 'duplicate-step', 'answer-contradicts-labels', 'false-equation', 'problem-in-two-splits', or a reader's note. */
  readonly kind: string;
  readonly message: string;
}

/** What a finding says of a trajectory, before it is known where it stands. */
type Remark = Pick<Finding, 'step' | 'kind' | 'message'>;

/**
 * What is suspicious about one trajectory by itself: what its reader noted, and what its steps and labels show. In the
 * order of the steps; what concerns none comes first.
 */
export function remarksOn(trajectory: Trajectory): Remark[] {
  const notes = (trajectory.notes ?? [])
    .filter((note) => note.isFact !== true)
    .map(({ step, kind, message }) => ({ step: step ?? null, kind, message }));
  const remarks = [...notes, ...stepRemarks(trajectory), ...answerRemarks(trajectory)];
  return remarks.sort((a, b) => (a.step ?? 0) - (b.step ?? 0));
}

function stepRemarks({ steps }: Trajectory): Remark[] {
  const remarks: Remark[] = [];
  const seen = new Map<string, number>();
  for (const [index, { text, place }] of steps.entries()) {
    const step = index + 1;
    const bare = text.trim();
    if (bare === '') {
      // A step whose text is kept elsewhere has none here.
      if (!place.onlyEnd) remarks.push({ step, kind: 'empty-step', message: t('The step has no text.') });
      continue;
    }
    const first = seen.get(bare);
    if (first === undefined) seen.set(bare, step);
    else
      remarks.push({
        step,
        kind: 'duplicate-step',
        message: t('The step says the same as step {0}.', first),
      });
  }
  return remarks;
}

/** False equations in steps that nobody labelled wrong. */
export function equationRemarks({ steps }: Trajectory): Remark[] {
  return steps.flatMap((step, index) => {
    const wrong = isError(step.label) ? undefined : checkOf(step).decided.find(({ isTrue }) => !isTrue);
    if (wrong === undefined) return [];
    const equation = describeEquation(wrong);
    const message =
      step.label === 'correct' ? t('The step is labelled correct. {0}.', equation) : `${equation}.`;
    return [{ step: index + 1, kind: 'false-equation', message }];
  });
}

/** Both ways are possible, a right answer by luck and a gold answer that is wrong; but each is worth a look. */
function answerRemarks(trajectory: Trajectory): Remark[] {
  const kind = 'answer-contradicts-labels';
  const judged = verdict(trajectory);
  const error = firstError(trajectory);
  if (judged === 'correct' && error !== undefined) {
    return [
      {
        step: error,
        kind,
        message: t('The final answer is correct, but step {0} is labelled wrong.', error),
      },
    ];
  }
  const { steps } = trajectory;
  const allRight = steps.length > 0 && steps.every(({ label }) => label !== undefined) && error === undefined;
  if (judged !== 'wrong' || !allRight) return [];
  return [
    { step: steps.length, kind, message: t('The final answer is wrong, but no step is labelled wrong.') },
  ];
}
