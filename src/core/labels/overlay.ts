import type { Label, Step, Trajectory } from '../trajectory';
import type { AnchorMove, LabelChange, StepAddress } from './journalLine';

/** What one action changed, as it was recorded. */
export interface LabelAction {
  readonly id: string;
  /** ISO 8601. */
  readonly time: string;
  /** In the order of the journal; rows are those of today, also where the row moved since. */
  readonly changes: readonly LabelChange[];
}

/** A label that is in effect. Absent means that the step's label was taken away. */
export interface StepLabel {
  /** 1-based, both. */
  readonly trajectory: number;
  readonly step: number;
  readonly label: Label | undefined;
}

/** A row with edits. */
export interface EditedRow {
  /** 1-based. */
  readonly row: number;
  /** What its bytes were when it was labelled. */
  readonly hash: string;
  /** How many of its steps have a label of the journal. */
  readonly edits: number;
}

/** A row's trajectories with the journal's labels. */
export interface Overlaid {
  /** The very array that was given, if no label of it is changed. */
  readonly trajectories: readonly Trajectory[];
  /** Steps that have a label of the journal. */
  readonly applied: number;
  /** Labels of this row number that were given to other bytes: the source changed underneath. */
  readonly stale: number;
  /** Labels for steps that the row, read in this way, does not have. */
  readonly misplaced: number;
}

/** One change that is in effect. */
interface Mark {
  readonly change: LabelChange;
  /** When it came into effect: marks of a row are ordered by it. */
  readonly order: number;
  readonly home: RowMarks;
}

/** The changes in effect that were made to a row with certain bytes. */
interface RowMarks {
  row: number;
  readonly hash: string;
  marks: Mark[];
  /** Where its marks went, if they were joined with those of the same row after a move. */
  into?: RowMarks;
}

interface Done {
  readonly id: string;
  readonly time: string;
  readonly marks: Mark[];
}

/**
 * The labels that a journal lays over its source, and the actions that can be taken back. A label holds only for
 * the bytes it was given to: row number and hash have to agree. `Replay` alone changes it.
 *
 * Memory is in proportion to the edits; asking about a row without edits is one look-up.
 */
export class Overlay {
  private readonly byRow = new Map<number, RowMarks[]>();
  private readonly done: Done[] = [];
  private undone: Done[] = [];
  private orders = 0;
  private inEffect = 0;

  /** True if no label is in effect. */
  get isEmpty(): boolean {
    return this.inEffect === 0;
  }

  /** The action that undo would take back: the file's last one, whoever made it. */
  get undoable(): LabelAction | undefined {
    return view(this.done.at(-1));
  }

  /** The action that redo would bring back. */
  get redoable(): LabelAction | undefined {
    return view(this.undone.at(-1));
  }

  /** Whether labels are in effect for this 1-based row, whatever its bytes are now. */
  hasEdits(row: number): boolean {
    return this.byRow.get(row)?.some(hasMarks) ?? false;
  }

  /** The rows with edits, ascending; a row number occurs once per hash that it was labelled with. */
  editedRows(): EditedRow[] {
    const rows: EditedRow[] = [];
    for (const list of this.byRow.values()) {
      for (const own of list) {
        if (hasMarks(own)) rows.push({ row: own.row, hash: own.hash, edits: latest(own.marks).size });
      }
    }
    return rows.sort((a, b) => a.row - b.row);
  }

  /** The labels in effect for a row with these bytes, by trajectory and step. */
  labelsOf(row: number, hash: string): StepLabel[] {
    const own = this.find(row, hash);
    if (own === undefined) return [];
    const labels = Array.from(latest(own.marks).values(), ({ change }) => ({
      trajectory: change.trajectory,
      step: change.step,
      label: change.to,
    }));
    return labels.sort((a, b) => a.trajectory - b.trajectory || a.step - b.step);
  }

  /** The label in effect for a step, or undefined if the journal says nothing about it. */
  labelAt({ row, hash, trajectory, step }: StepAddress): { readonly label: Label | undefined } | undefined {
    const marks = this.find(row, hash)?.marks ?? [];
    for (let k = marks.length - 1; k >= 0; k--) {
      const { change } = marks[k]!;
      if (change.trajectory === trajectory && change.step === step) return { label: change.to };
    }
    return undefined;
  }

  /**
   * Lays the labels of a row over its trajectories.
   * @param hash of the row's bytes; only asked for if there are edits of this row number
   */
  applyTo(row: number, hash: () => string, trajectories: readonly Trajectory[]): Overlaid {
    if (!this.hasEdits(row)) return { trajectories, applied: 0, stale: 0, misplaced: 0 };
    const now = hash();
    const labels = this.labelsOf(row, now);
    const placed = placedIn(trajectories, labels);
    return {
      trajectories: relabelled(trajectories, placed),
      applied: placed.length,
      stale: this.staleEdits(row, now),
      misplaced: labels.length - placed.length,
    };
  }

  /** How many edits of this row number were made to other bytes than those of the hash. */
  staleEdits(row: number, hash: string): number {
    let edits = 0;
    for (const own of this.byRow.get(row) ?? []) {
      if (own.hash !== hash) edits += latest(own.marks).size;
    }
    return edits;
  }

  /** Puts an action into effect; what could be redone cannot be redone any more. */
  perform(id: string, time: string, changes: readonly LabelChange[]): void {
    this.undone = [];
    this.done.push({ id, time, marks: changes.map((change) => this.mark(change)) });
  }

  /** Puts a further change of the action that was performed last into effect. */
  extend(change: LabelChange): void {
    this.undone = [];
    this.done.at(-1)!.marks.push(this.mark(change));
  }

  /** Takes the last action back. */
  undo(): void {
    const action = this.done.pop()!;
    // What was done last stands last in its rows.
    for (const { home } of action.marks) resolve(home).marks.pop();
    this.inEffect -= action.marks.length;
    this.undone.push(action);
  }

  /** Brings the action back that was taken back last. */
  redo(): void {
    const { id, time, marks } = this.undone.pop()!;
    const again = marks.map(({ change, home }) => this.put(change, resolve(home)));
    this.done.push({ id, time, marks: again });
  }

  /** Moves the edits of a row, if it has some; false if not. */
  move({ from, to, hash }: AnchorMove): boolean {
    const own = this.find(from, hash);
    if (own === undefined || from === to) return false;
    const other = this.find(to, hash);
    const rest = this.byRow.get(from)!.filter((marks) => marks !== own);
    if (rest.length > 0) this.byRow.set(from, rest);
    else this.byRow.delete(from);
    own.row = to;
    if (other === undefined) {
      this.byRow.set(to, [...(this.byRow.get(to) ?? []), own]);
    } else {
      other.marks = [...other.marks, ...own.marks].sort((a, b) => a.order - b.order);
      own.marks = [];
      own.into = other;
    }
    return true;
  }

  private mark(change: LabelChange): Mark {
    let own = this.find(change.row, change.hash);
    if (own === undefined) {
      own = { row: change.row, hash: change.hash, marks: [] };
      const list = this.byRow.get(change.row);
      if (list === undefined) this.byRow.set(change.row, [own]);
      else list.push(own);
    }
    return this.put(change, own);
  }

  private put(change: LabelChange, home: RowMarks): Mark {
    const mark = { change, order: this.orders++, home };
    home.marks.push(mark);
    this.inEffect++;
    return mark;
  }

  private find(row: number, hash: string): RowMarks | undefined {
    return this.byRow.get(row)?.find((own) => own.hash === hash);
  }
}

function hasMarks({ marks }: RowMarks): boolean {
  return marks.length > 0;
}

function resolve(marks: RowMarks): RowMarks {
  let at = marks;
  while (at.into !== undefined) at = at.into;
  return at;
}

/** The last mark of every step. */
function latest(marks: readonly Mark[]): Map<string, Mark> {
  const steps = new Map<string, Mark>();
  for (const mark of marks) steps.set(`${mark.change.trajectory}:${mark.change.step}`, mark);
  return steps;
}

function view(action: Done | undefined): LabelAction | undefined {
  if (action === undefined) return undefined;
  const { id, time, marks } = action;
  return { id, time, changes: marks.map(({ change, home }) => ({ ...change, row: resolve(home).row })) };
}

/** The labels that have a step in these trajectories. */
export function placedIn(
  trajectories: readonly Trajectory[],
  labels: readonly StepLabel[],
): readonly StepLabel[] {
  return labels.filter(({ trajectory, step }) => trajectories[trajectory - 1]?.steps[step - 1]);
}

/** The trajectories with these labels, which all have their step; the very array that was given if none differs. */
export function relabelled(
  trajectories: readonly Trajectory[],
  labels: readonly StepLabel[],
): readonly Trajectory[] {
  const result = [...trajectories];
  let changed = false;
  for (const { trajectory, step, label } of labels) {
    const before = result[trajectory - 1]!;
    if (before.steps[step - 1]!.label === label) continue;
    const steps: Step[] = [...before.steps];
    steps[step - 1] = { ...steps[step - 1]!, label };
    result[trajectory - 1] = { ...before, steps };
    changed = true;
  }
  return changed ? result : trajectories;
}
