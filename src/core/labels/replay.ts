import { t } from '@vscode/l10n';
import type { Fault } from '../result';
import {
  type EditLine,
  type JournalLine,
  type LabelChange,
  readJournalLine,
  type StepBackLine,
  TORN_MARK,
} from './journalLine';
import { Overlay } from './overlay';

/** So many faults of a journal are kept; all are counted. */
const KEPT_FAULTS = 1000;

/** An action of which not all lines have come yet. */
interface OpenAction {
  readonly id: string;
  readonly time: string;
  readonly changes: LabelChange[];
  /** Number of its first line. */
  readonly line: number;
  readonly size: number;
  /** Lines that are still to come. */
  left: number;
}

/**
 * Turns the lines of a journal, in file order, into the state they add up to. The state is a function of the
 * lines alone, so that all who read the same file see the same labels:
 *
 * - An action is a run of lines with one `op`. If its first line says how many there are, it counts when the last
 *   one is there; an action that breaks off (a killed process, a full disk) is left out as a whole.
 * - The label of a step is what the last action says that is in effect.
 * - An undo names the last action that is in effect, a redo the one that was undone last; a new action clears
 *   what could be redone. An undo or redo that names another action came too late, and does nothing.
 * - A line that cannot be read is a fault, and the others count.
 */
export class Replay {
  readonly overlay = new Overlay();
  /** What is wrong with lines, with the 1-based line as `row`; the first thousand. */
  readonly faults: Fault[] = [];
  /** How many lines or actions were left out with a fault. */
  faultCount = 0;
  /** Undo, redo and anchor lines that came too late and did nothing. */
  overtaken = 0;

  private open: OpenAction | undefined;
  /** The action of the last line, if a line with the same `op` would belong to it. */
  private joinable: string | undefined;

  /** @param onRow is told every 1-based source row whose labels a line changed */
  constructor(private readonly onRow: (row: number) => void = () => undefined) {}

  /** Takes the next whole line, without its line end. `number` is 1-based. */
  line(text: string, number: number): void {
    if (text.endsWith(TORN_MARK)) {
      this.torn(text, number);
      return;
    }
    const line = readJournalLine(text);
    if (line.ok) this.take(line.value, number);
    else this.unreadable({ ...line.fault, row: number });
  }

  /** Takes note of a line that the reader could not hand over (it is too long). */
  unreadable(fault: Fault): void {
    this.report(fault);
    // It stands where a line of the open action would, so it was one: the others count.
    if (this.open !== undefined) this.lineOfOpen(this.open);
  }

  private torn(text: string, number: number): void {
    this.dropOpen();
    // The mark alone: somebody took a line that was still being written for one that was cut off.
    if (text === TORN_MARK) return;
    const message = t(
      'This line was cut off while it was written (a process was killed, or the disk was full). It was left out.',
    );
    this.report({ row: number, message });
  }

  private take(line: JournalLine, number: number): void {
    if (this.open !== undefined && !(line.kind === 'edit' && line.op === this.open.id)) this.dropOpen();
    if (line.kind === 'edit') {
      this.edit(line, number);
      return;
    }
    this.joinable = undefined;
    if (line.kind === 'anchor') {
      if (!this.overlay.move(line.move)) this.overtaken++;
      this.onRow(line.move.from);
      this.onRow(line.move.to);
    } else {
      this.stepBack(line);
    }
  }

  private edit(line: EditLine, number: number): void {
    const { op, time, change, lines = 1 } = line;
    if (this.open !== undefined) {
      this.open.changes.push(change);
      this.lineOfOpen(this.open);
    } else if (lines > 1) {
      this.open = { id: op, time, changes: [change], line: number, size: lines, left: lines - 1 };
    } else if (this.joinable === op) {
      this.overlay.extend(change);
      this.onRow(change.row);
    } else {
      this.perform(op, time, [change]);
    }
  }

  private lineOfOpen(open: OpenAction): void {
    open.left--;
    if (open.left > 0) return;
    this.open = undefined;
    this.perform(open.id, open.time, open.changes);
  }

  private perform(id: string, time: string, changes: readonly LabelChange[]): void {
    this.overlay.perform(id, time, changes);
    this.joinable = id;
    for (const { row } of changes) this.onRow(row);
  }

  private stepBack({ kind, target }: StepBackLine): void {
    const { overlay } = this;
    const next = kind === 'undo' ? overlay.undoable : overlay.redoable;
    if (next?.id !== target) {
      this.overtaken++;
      return;
    }
    if (kind === 'undo') overlay.undo();
    else overlay.redo();
    for (const { row } of next.changes) this.onRow(row);
  }

  private dropOpen(): void {
    const { open } = this;
    if (open === undefined) return;
    this.open = undefined;
    const come = open.size - open.left;
    const message = t(
      'The action that begins in this line breaks off after {0} of {1} lines. It was left out.',
      come,
      open.size,
    );
    this.report({ row: open.line, message });
  }

  private report(fault: Fault): void {
    this.faultCount++;
    if (this.faults.length < KEPT_FAULTS) this.faults.push(fault);
  }
}
