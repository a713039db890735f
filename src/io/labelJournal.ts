import { randomBytes } from 'node:crypto';
import { constants, type FileHandle, open, stat } from 'node:fs/promises';
import { dirname } from 'node:path';
import { t } from '@vscode/l10n';
import { type LabelEdit, type LabelTarget, planEdit } from '../core/labels/actions';
import { type JournalLine, journalText, type LabelChange } from '../core/labels/journalLine';
import type { LabelAction, Overlay } from '../core/labels/overlay';
import type { ReanchorPlan } from '../core/labels/reanchor';
import { errorWords, type Fault, fail, ok, type Result } from '../core/result';
import { Turns } from '../core/turns';
import { withLock } from './fileLock';
import { journalFault } from './journalFault';
import { JournalReader } from './journalReader';
import { modeAfter, syncFolder } from './temporaryPlace';

/** The end of a journal's name, behind that of its source. */
export const JOURNAL_SUFFIX = '.cfprm-labels.jsonl';

/** True if labels are kept in a file of this name: no command ever writes anything else to it. */
export function isJournal(path: string): boolean {
  return path.toLowerCase().endsWith(JOURNAL_SUFFIX);
}

/** Where the labels of a source are kept: beside it, under the name that it was opened by. */
export function journalPath(source: string): string {
  return `${source}${JOURNAL_SUFFIX}`;
}

/** What a look at the journal brought, whoever wrote it. */
export interface JournalChange {
  /**
   * 'grew': these rows have other labels now. 'replaced': the journal is another file, was deleted or lost its end,
   * and any row may have other labels.
   */
  readonly kind: 'same' | 'grew' | 'replaced';
  /** 1-based rows; for 'replaced' those that have edits now. */
  readonly rows: ReadonlySet<number>;
}

/** How a journal is opened. */
export interface JournalOptions {
  /** Called after every look that found something new, the journal's own actions included. */
  onChange?(change: JournalChange): void;
}

const NOTHING: JournalChange = { kind: 'same', rows: new Set() };

/**
 * The journal of one source file: edits, undo and redo go through it. It is only ever appended to, and what is in
 * memory is what its lines say: before it acts it reads what others appended, under a lock, so that undo takes
 * back the last action of the file, whoever made it and before whichever restart.
 *
 * No file stays open between calls. Calls run one after the other, in the order they were made.
 */
export class LabelJournal {
  private reader: JournalReader;
  private touched = new Set<number>();
  private readonly turns = new Turns();

  private constructor(
    /** The journal's own path. */
    readonly path: string,
    private readonly options: JournalOptions,
  ) {
    this.reader = this.newReader();
  }

  /**
   * Opens the journal of a source, which need not exist yet; opening makes no file. Faults: it cannot be read, or
   * is no regular file.
   */
  static async open(source: string, options: JournalOptions = {}): Promise<Result<LabelJournal>> {
    const journal = new LabelJournal(journalPath(source), options);
    const read = await journal.refresh();
    return read.ok ? ok(journal) : read;
  }

  /** The labels in effect; another object after the journal was replaced. */
  get overlay(): Overlay {
    return this.reader.replay.overlay;
  }

  /** What is wrong with lines of the journal (`row` is the line), the first thousand. */
  get faults(): readonly Fault[] {
    return this.reader.replay.faults;
  }

  /** How many lines or actions were left out with a fault. */
  get faultCount(): number {
    return this.reader.replay.faultCount;
  }

  /**
   * Reads what others appended. Faults: it cannot be read, or was deleted while it was open; in memory is then what
   * the disk says, and the next call starts from there.
   */
  refresh(): Promise<Result<JournalChange>> {
    return this.turns.take(() => this.look());
  }

  /**
   * Changes labels. Undefined, and nothing written, if they are that way already. Faults: those of `planEdit` and
   * of `refresh`; the journal cannot be written or locked. No label is changed then, unless it is only not certain
   * that the line has reached the disk.
   */
  edit(target: LabelTarget, edit: LabelEdit): Promise<Result<LabelAction | undefined>> {
    return this.act((id, time) => {
      const changes = planEdit(this.overlay, target, edit);
      if (!changes.ok) return changes;
      if (changes.value.length === 0) return ok(undefined);
      const action = { id, time, changes: changes.value };
      return ok({ lines: editLines(action), result: action });
    });
  }

  /** Takes back the last action of the file; undefined if there is none. Faults: as for `edit`. */
  undo(): Promise<Result<LabelAction | undefined>> {
    return this.stepBack('undo');
  }

  /** Brings back the action that was undone last; undefined if there is none. Faults: as for `edit`. */
  redo(): Promise<Result<LabelAction | undefined>> {
    return this.stepBack('redo');
  }

  /**
   * Moves the edits of rows as planned, for a person who agreed; returns how many labels moved. Rows that others
   * moved or cleared since are passed over. Moves are no actions: undo does not take them back. Faults: as for `edit`.
   */
  async reanchor(plan: ReanchorPlan): Promise<Result<number>> {
    const moved = await this.act((op, time) => {
      const { overlay } = this;
      const moves = plan.moves.filter(({ from, hash }) => overlay.labelsOf(from, hash).length > 0);
      if (moves.length === 0) return ok(undefined);
      const lines = moves.map(({ from, to, hash }): JournalLine => {
        return { kind: 'anchor', op, time, move: { from, to, hash } };
      });
      return ok({ lines, result: moves.reduce((sum, { edits }) => sum + edits, 0) });
    });
    return moved.ok ? ok(moved.value ?? 0) : moved;
  }

  private stepBack(kind: 'undo' | 'redo'): Promise<Result<LabelAction | undefined>> {
    return this.act((op, time) => {
      const action = kind === 'undo' ? this.overlay.undoable : this.overlay.redoable;
      if (action === undefined) return ok(undefined);
      return ok({ lines: [{ kind, op, time, target: action.id }], result: action });
    });
  }

  /** Reads on, plans with what is known then, and writes the plan; all of it while nobody else writes. */
  private act<T>(
    plan: (op: string, time: string) => Result<{ lines: readonly JournalLine[]; result: T } | undefined>,
  ): Promise<Result<T | undefined>> {
    const op = randomBytes(8).toString('base64url');
    const time = new Date().toISOString();
    return this.turns.take(async () => {
      const before = await this.look();
      if (!before.ok) return before;
      const first = plan(op, time);
      if (!first.ok) return first;
      // Where nothing is to be written, nothing is touched, a lock file neither.
      if (first.value === undefined) return ok(undefined);
      try {
        const work = async (): Promise<Result<T | undefined>> => {
          const fresh = await this.look();
          if (!fresh.ok) return fresh;
          const planned = plan(op, time);
          if (!planned.ok) return planned;
          if (planned.value === undefined) return ok(undefined);
          const written = await this.append(planned.value.lines);
          return written.ok ? ok(planned.value.result) : written;
        };
        return await withLock(`${this.path}.lock`, work, { what: this.path });
      } catch (error) {
        return journalFault(error, this.path);
      }
    });
  }

  private async append(lines: readonly JournalLine[]): Promise<Result<unknown>> {
    const { reader, path } = this;
    const text = reader.lead + lines.map(journalText).join('');
    const written = await appendDurably(path, Buffer.from(text), reader.isFresh);
    // Also after a fault: some of it may be there, and memory follows the disk.
    const read = await this.look();
    return written.ok ? read : written;
  }

  private async look(): Promise<Result<JournalChange>> {
    const change = await this.readOn();
    if (change.ok && change.value.kind !== 'same') this.options.onChange?.(change.value);
    return change;
  }

  private async readOn(): Promise<Result<JournalChange>> {
    const { path } = this;
    let file: FileHandle | undefined;
    try {
      // Opening a pipe would wait for its writer.
      const info = await stat(path);
      if (!info.isFile()) return this.noFile(info.isDirectory());
      file = await open(path, 'r');
      const replaced = !(await this.reader.continues(file));
      if (replaced) this.forget();
      const bytes = await this.reader.readOn(file);
      if (replaced) return ok({ kind: 'replaced', rows: this.editedRows() });
      return ok(bytes === 0 ? NOTHING : this.grown());
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ENOENT') return journalFault(error, path);
      return this.deleted();
    } finally {
      await file?.close();
    }
  }

  private deleted(): Result<JournalChange> {
    if (this.reader.isFresh) return ok(NOTHING);
    this.forget();
    this.options.onChange?.({ kind: 'replaced', rows: new Set() });
    return fail(
      t(
        '{0} was deleted while it was open, and the labels in it are gone. Restore it, or label again: that begins a new one.',
        this.path,
      ),
    );
  }

  private noFile(folder: boolean): Result<never> {
    if (!this.reader.isFresh) {
      this.forget();
      this.options.onChange?.({ kind: 'replaced', rows: new Set() });
    }
    return folder
      ? journalFault(Object.assign(new Error(), { code: 'EISDIR' }), this.path)
      : fail(t('{0} is no regular file, so labels cannot be kept in it. Move it away.', this.path));
  }

  private grown(): JournalChange {
    const rows = this.touched;
    this.touched = new Set();
    return { kind: 'grew', rows };
  }

  private editedRows(): Set<number> {
    this.touched = new Set();
    return new Set(this.overlay.editedRows().map(({ row }) => row));
  }

  private forget(): void {
    this.touched = new Set();
    this.reader = this.newReader();
  }

  private newReader(): JournalReader {
    return new JournalReader((row) => this.touched.add(row));
  }
}

function editLines({ id, time, changes }: LabelAction): JournalLine[] {
  const lines = changes.length > 1 ? changes.length : undefined;
  return changes.map((change: LabelChange, index) => {
    return { kind: 'edit', op: id, time, change, lines: index === 0 ? lines : undefined };
  });
}

/** Appends bytes and makes them durable. Faults: those of the file system, a full disk, a file that is deleted. */
async function appendDurably(path: string, bytes: Buffer, mayCreate: boolean): Promise<Result<void>> {
  let file: FileHandle | undefined;
  try {
    file = await appendInOneCall(path, bytes, mayCreate);
  } catch (error) {
    return journalFault(error, path);
  }
  try {
    await file.sync();
    if (mayCreate) await syncFolder(dirname(path));
    const there = (await file.stat()).nlink > 0;
    await file.close();
    return there
      ? ok(undefined)
      : fail(t('{0} was deleted while a label was written to it. Label again.', path));
  } catch (error) {
    await file.close().catch(() => undefined);
    return fail(
      t(
        'The label was changed and stands in {0}, but the disk did not confirm it ({1}). Check the disk: after a power cut the label may be gone.',
        path,
        errorWords(error),
      ),
    );
  }
}

/** Writes at the end of the file. Throws the errors of the file system; a line that was begun is cut off then. */
async function appendInOneCall(path: string, bytes: Buffer, mayCreate: boolean): Promise<FileHandle> {
  const { O_WRONLY, O_APPEND, O_CREAT } = constants;
  // Who may not read the source may not read its labels either.
  const mode = mayCreate ? await modeAfter(path.slice(0, -JOURNAL_SUFFIX.length), 0o666) : 0o666;
  const file = await open(path, O_WRONLY | O_APPEND | (mayCreate ? O_CREAT : 0), mode);
  try {
    const { bytesWritten } = await file.write(bytes, 0, bytes.length, null);
    // A write that stops in the middle gives no reason; it is that there was no room.
    if (bytesWritten < bytes.length) throw Object.assign(new Error('Disk full'), { code: 'ENOSPC' });
    return file;
  } catch (error) {
    await file.close();
    throw error;
  }
}
