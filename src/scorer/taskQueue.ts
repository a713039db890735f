import type { Solution } from '../core/scores/compose';
import { type Scored, type ScoreFault, scoreFail } from '../core/scores/scoreFault';
import type { ScoreItem } from './messages';

/** The scores of a solution's steps. */
export interface StepScores {
  /** One per step. */
  readonly scores: readonly number[];
  /** Length of the input in tokens; 0 if nothing was run. */
  readonly tokens: number;
}

/** One solution that waits for its scores. */
export interface Task {
  readonly id: number;
  readonly solution: Solution;
  readonly features: Float32Array | undefined;
  readonly priority: number;
  /** How many processes ended while they ran it. */
  crashes: number;
  /** True if it was taken back while it was with the child; it has been settled. */
  cancelled: boolean;
  /** Called once. */
  settle(result: Scored<StepScores>): void;
}

/** How often a process may end with a solution before that solution is refused. */
const CRASHES = 2;

/** Fault of a solution that was taken back. */
function cancelledFault(): Scored<never> {
  return scoreFail('cancelled', 'Cancelled.');
}

/**
 * Who is waiting, who is with the child, and whose run has begun: what has to be known to feed the child, and to
 * lose nobody when it ends.
 */
export class TaskQueue {
  private waiting: Task[] = [];
  private readonly sent = new Map<number, Task>();
  /** Ids of the run that has begun last, in the child. */
  private running: readonly number[] = [];
  private nextId = 1;

  /** Tasks that are not settled. */
  get size(): number {
    return this.waiting.length + this.sent.size;
  }

  add(task: Omit<Task, 'id' | 'crashes' | 'cancelled'>): number {
    const id = this.nextId++;
    this.insert({ ...task, id, crashes: 0, cancelled: false });
    return id;
  }

  /** The next tasks to send, so that `window` are with the child. */
  take(window: number): ScoreItem[] {
    const items: ScoreItem[] = [];
    while (this.sent.size < window && this.waiting.length > 0) {
      const task = this.waiting.shift()!;
      this.sent.set(task.id, task);
      const { id, features, priority, crashes } = task;
      items.push({ id, ...task.solution, features, priority, alone: crashes > 0 });
    }
    return items;
  }

  started(ids: readonly number[]): void {
    this.running = ids;
  }

  /** Settles a task; a result that nobody waits for any more is dropped. */
  settle(id: number, result: Scored<StepScores>): void {
    const task = this.sent.get(id);
    this.sent.delete(id);
    if (task?.cancelled === false) task.settle(result);
  }

  /**
   * Takes tasks back. Returns the ids that the child has to be told about: they count as with it until it says
   * `forget`, or its run ends.
   */
  cancel(ids: ReadonlySet<number>): number[] {
    const taken = this.waiting.filter(({ id }) => ids.has(id));
    this.waiting = this.waiting.filter(({ id }) => !ids.has(id));
    const known = [...this.sent.values()].filter(({ id, cancelled }) => ids.has(id) && !cancelled);
    for (const task of [...taken, ...known]) task.settle(cancelledFault());
    for (const task of known) task.cancelled = true;
    return known.map(({ id }) => id);
  }

  /** Whether any of these tasks is still with the child. */
  holds(ids: readonly number[]): boolean {
    return ids.some((id) => this.sent.has(id));
  }

  forget(ids: readonly number[]): void {
    for (const id of ids) this.sent.delete(id);
  }

  /**
   * The child has ended: everything goes back to the queue. Whose run had begun is suspected, and runs alone from now
   * on; who is suspected again is refused with the fault. Returns whether anybody was suspected.
   *
   * @param fault why the child ended; undefined if it was ended on purpose, when nobody is to blame
   */
  childEnded(fault: ScoreFault | undefined): boolean {
    const suspects = fault === undefined ? [] : this.running.filter((id) => this.sent.has(id));
    const back = [...this.sent.values()].filter(({ cancelled }) => !cancelled);
    this.sent.clear();
    this.running = [];
    for (const task of back) {
      if (suspects.includes(task.id)) task.crashes++;
      if (fault !== undefined && task.crashes >= CRASHES) task.settle({ ok: false, fault });
      else this.insert(task);
    }
    return suspects.length > 0;
  }

  /** Settles everything with this fault. */
  failAll(fault: ScoreFault): void {
    const all = [...this.sent.values(), ...this.waiting].filter(({ cancelled }) => !cancelled);
    this.sent.clear();
    this.waiting = [];
    for (const task of all) task.settle({ ok: false, fault });
  }

  /** Urgent ones first, then in the order in which they came. */
  private insert(task: Task): void {
    const behind = this.waiting.findIndex(
      ({ priority, id }) => priority < task.priority || (priority === task.priority && id > task.id),
    );
    if (behind < 0) this.waiting.push(task);
    else this.waiting.splice(behind, 0, task);
  }
}
