import { basename } from 'node:path';
import type { Overlay, StepLabel } from '../core/labels/overlay';
import { placedIn, relabelled } from '../core/labels/overlay';
import { type Fault, ok, type Result } from '../core/result';
import type { Trajectory } from '../core/trajectory';
import { fileDigest } from './fileDigest';
import { LabelJournal } from './labelJournal';
import { rowHash } from './rowHash';

/** How often a journal is read again because somebody writes to it. */
const TRIES = 5;

/**
 * The labels that a person gave to a source, as they were at one moment: what a pass over the whole file works
 * with, whatever is labelled meanwhile.
 */
export class SourceLabels {
  /** Labels that were laid over rows so far, and those whose rows have changed since. */
  applied = 0;
  stale = 0;

  private constructor(
    /** Base name of the journal. */
    readonly name: string,
    /** Of the journal, in hexadecimal digits. */
    readonly sha256: string,
    readonly overlay: Overlay,
    /** Lines of the journal that were left out. */
    readonly faults: readonly Fault[],
  ) {}

  /** The labels of a source; undefined if nobody gave any. Faults: the journal cannot be read. */
  static async open(source: string): Promise<Result<SourceLabels | undefined>> {
    const journal = await LabelJournal.open(source);
    if (!journal.ok) return journal;
    for (let tries = 0; ; tries++) {
      const { overlay, faults, path } = journal.value;
      if (overlay.isEmpty && faults.length === 0) return ok(undefined);
      const digest = await fileDigest(path);
      if (!digest.ok) return digest;
      const change = await journal.value.refresh();
      if (!change.ok) return change;
      if (change.value.kind === 'same' || tries === TRIES)
        return ok(new SourceLabels(basename(path), digest.value.sha256, overlay, faults));
    }
  }

  /** After a pass: labels for rows or steps that the source, read in this way, does not have. */
  get misplaced(): number {
    const all = this.overlay.editedRows().reduce((sum, { edits }) => sum + edits, 0);
    return all - this.applied - this.stale;
  }

  /** Begins another pass: what was counted is forgotten. */
  restart(): void {
    this.applied = 0;
    this.stale = 0;
  }

  /** The labels of the row in `bytes[start, end)`, if there are any. */
  of(bytes: Uint8Array, start: number, end: number, row: number): readonly StepLabel[] | undefined {
    if (!this.overlay.hasEdits(row)) return undefined;
    const hash = rowHash(bytes, start, end);
    const labels = this.overlay.labelsOf(row, hash);
    this.stale += this.overlay.staleEdits(row, hash);
    return labels.length === 0 ? undefined : labels;
  }

  /** The trajectories of the row in `bytes[start, end)` with the labels that a person gave them. */
  over(
    trajectories: readonly Trajectory[],
    bytes: Uint8Array,
    start: number,
    end: number,
    row: number,
  ): readonly Trajectory[] {
    const labels = this.of(bytes, start, end, row);
    if (labels === undefined) return trajectories;
    const placed = placedIn(trajectories, labels);
    this.applied += placed.length;
    return relabelled(trajectories, placed);
  }
}
