import { t } from '@vscode/l10n';
import { fail, ok, type Result } from '../result';
import { isError, type Label } from '../trajectory';
import { isLabel, type LabelChange } from './journalLine';
import type { Overlay } from './overlay';

/** A trajectory whose labels a person edits, as the source has it. */
export interface LabelTarget {
  /** 1-based physical row. */
  readonly row: number;
  /** First 16 hex digits of the SHA-256 of the row's bytes. */
  readonly hash: string;
  /** 1-based trajectory within the row. */
  readonly trajectory: number;
  /** The labels of all its steps in the source, without edits. */
  readonly labels: readonly (Label | undefined)[];
}

/** What a person does to labels; steps are 1-based. An undefined label takes the step's label away. */
export type LabelEdit =
  | { readonly kind: 'label'; readonly step: number; readonly label: Label | undefined }
  | { readonly kind: 'first-error'; readonly step: number };

/**
 * The changes that an edit means, in the order of the steps; none if the labels are that way already. "First
 * error here" makes the step incorrect and every earlier step correct that is unlabelled or an error; neutral
 * steps stay, and so does everything later. Faults: a step that the trajectory does not have, a label that is none.
 */
export function planEdit(overlay: Overlay, target: LabelTarget, edit: LabelEdit): Result<LabelChange[]> {
  const { row, hash, trajectory, labels } = target;
  const steps = labels.length;
  if (!Number.isInteger(edit.step) || edit.step < 1 || edit.step > steps) {
    return fail(t('There is no step {0}: the trajectory has {1}. Choose one of them.', edit.step, steps), {
      row,
    });
  }
  if (edit.kind === 'label' && edit.label !== undefined && !isLabel(edit.label)) {
    const label = String(edit.label);
    return fail(t('{0} is no label. Give correct, neutral, incorrect, or a number between 0 and 1.', label), {
      row,
    });
  }
  const first = edit.kind === 'label' ? edit.step : 1;
  const changes: LabelChange[] = [];
  for (let step = first; step <= edit.step; step++) {
    const address = { row, hash, trajectory, step };
    const edited = overlay.labelAt(address);
    const from = edited === undefined ? labels[step - 1] : edited.label;
    const to = wanted(edit, step, from);
    if (to !== from) changes.push({ ...address, from, to });
  }
  return ok(changes);
}

function wanted(edit: LabelEdit, step: number, from: Label | undefined): Label | undefined {
  if (edit.kind === 'label') return edit.label;
  if (step === edit.step) return 'incorrect';
  return from === undefined || isError(from) ? 'correct' : from;
}
