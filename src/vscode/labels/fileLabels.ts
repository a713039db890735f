import { unwatchFile, watchFile } from 'node:fs';
import { t } from '@vscode/l10n';
import { Overlay } from '../../core/labels/overlay';
import type { AnchorReport } from '../../core/labels/reanchor';
import type { Result } from '../../core/result';
import { checkAnchors } from '../../io/checkLabels';
import { type JournalChange, journalPath, LabelJournal } from '../../io/labelJournal';
import type { Source } from '../../io/openSource';

const POLL_MS = 1000;
const NOTHING = new Overlay();

/** What is told about the labels of a file. */
export interface LabelListener {
  /** Labels changed, here or in another window. */
  onChange(change: JournalChange): void;
  /** The journal cannot be read; labels cannot be edited then. */
  onFault(message: string): void;
}

/**
 * The labels that a person gave to one open file: its journal, followed while other windows write to it, and
 * whether the rows are still those that were labelled.
 */
export class FileLabels {
  /** How many labels hold and how many are of rows that changed since; undefined while that is being checked. */
  anchors: AnchorReport | undefined;
  private checking = new AbortController();
  private editedSteps: number | undefined;

  private constructor(
    private readonly path: string,
    private readonly opened: Result<LabelJournal>,
  ) {}

  /** Opens the journal of a file and follows it. A journal that cannot be read is told, and gives no labels. */
  static async open(path: string, listener: LabelListener): Promise<FileLabels> {
    let labels: FileLabels | undefined;
    const journal = await LabelJournal.open(path, {
      onChange(change) {
        if (labels !== undefined) labels.editedSteps = undefined;
        listener.onChange(change);
      },
    });
    labels = new FileLabels(path, journal);
    if (!journal.ok) {
      listener.onFault(journal.fault.message);
      return labels;
    }
    const [fault] = journal.value.faults;
    if (fault !== undefined) {
      const { path: file, faultCount } = journal.value;
      const line = fault.row ?? 0;
      listener.onFault(
        faultCount > 1
          ? t('{0}, line {1} (and {2} more): {3}', file, line, faultCount - 1, fault.message)
          : t('{0}, line {1}: {2}', file, line, fault.message),
      );
    }
    watchFile(journalPath(path), { interval: POLL_MS, persistent: false }, () => {
      void journal.value.refresh().then((read) => read.ok || listener.onFault(read.fault.message));
    });
    return labels;
  }

  /** The labels in effect. */
  get overlay(): Overlay {
    return this.opened.ok ? this.opened.value.overlay : NOTHING;
  }

  /** How many steps have an edited label. */
  get edited(): number {
    this.editedSteps ??= this.overlay.editedRows().reduce((sum, { edits }) => sum + edits, 0);
    return this.editedSteps;
  }

  /** The journal. Fault: it could not be read when the file was opened. */
  get journal(): Result<LabelJournal> {
    return this.opened;
  }

  /** Looks whether the rows with edits are still as they were labelled; true if that is known now. */
  async check(source: Source): Promise<boolean> {
    this.checking.abort();
    this.checking = new AbortController();
    const { signal } = this.checking;
    this.anchors = undefined;
    if (this.overlay.isEmpty) return false;
    const report = await checkAnchors(source, this.overlay, { signal });
    if (!report.ok || signal.aborted) return false;
    this.anchors = report.value;
    return true;
  }

  dispose(): void {
    this.checking.abort();
    unwatchFile(journalPath(this.path));
  }
}
