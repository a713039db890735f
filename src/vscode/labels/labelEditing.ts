import { t } from '@vscode/l10n';
import * as vscode from 'vscode';
import type { LabelEdit } from '../../core/labels/actions';
import type { LabelAction } from '../../core/labels/overlay';
import { ok, type Result } from '../../core/result';
import { entryAt, stepAt, type TraceEntry } from '../../core/trace/page';
import { counted, glyph, labelWords } from '../../core/trace/words';
import type { HardLabel } from '../../core/trajectory';
import { Turns } from '../../core/turns';
import type { LabelJournal } from '../../io/labelJournal';
import type { OpenFiles } from '../files/openFiles';
import { type Here, type TraceNavigation, valueOrTell } from '../trace/navigation';

/**
 * Edits labels from the trace view: the step under the cursor, and what was done last. What a key is for is settled
 * when it is pressed, and keys are done in their order, whatever each has to wait for.
 */
export class LabelEditing {
  private readonly turns = new Turns();

  constructor(
    private readonly files: OpenFiles,
    private readonly navigation: TraceNavigation,
  ) {}

  /** Gives the step under the cursor a label, or with undefined takes it away. */
  label(label: HardLabel | undefined): Promise<void> {
    return this.edit((step) => ({ kind: 'label', step, label }));
  }

  /** Makes the step under the cursor the first error: it is incorrect, and what comes before it is not. */
  markFirstError(): Promise<void> {
    return this.edit((step) => ({ kind: 'first-error', step }));
  }

  /** Takes back the last action on the file, or brings back what was taken back, and goes there. */
  stepBack(kind: 'undo' | 'redo'): Promise<void> {
    const here = this.navigation.here();
    return this.turns.take(() => this.takeStepBack(here, kind));
  }

  private async takeStepBack(here: Here | undefined, kind: 'undo' | 'redo'): Promise<void> {
    const journal = here && (await this.journal(here.address.source));
    const done = journal && valueOrTell(await journal[kind]());
    if (here === undefined || journal === undefined) return;
    if (done === undefined) {
      const none =
        kind === 'undo' ? t('CFPRM: there is no label to undo') : t('CFPRM: there is no label to redo');
      vscode.window.setStatusBarMessage(none, 4000);
      return;
    }
    const what = actionWords(done, kind);
    const words = kind === 'undo' ? t('CFPRM: undo of {0}', what) : t('CFPRM: redo of {0}', what);
    vscode.window.setStatusBarMessage(words, 6000);
    await this.goTo(here, done);
  }

  private async edit(editOf: (step: number) => LabelEdit): Promise<void> {
    const here = this.navigation.here();
    const entry = here && entryAt(here.page, here.line);
    if (here === undefined || entry === undefined) return;
    const step = stepAt(entry, here.line);
    if (step === undefined) {
      vscode.window.setStatusBarMessage(t('CFPRM: put the cursor on a step to label it'), 4000);
      return;
    }
    await this.turns.take(() => this.write(here, entry, editOf(step.number)));
  }

  private async write(here: Here, entry: TraceEntry, edit: LabelEdit): Promise<void> {
    const { source } = here.address;
    const file = valueOrTell(await this.files.open(source));
    const journal = await this.journal(source);
    const row = file && valueOrTell(await file.fileRow(entry.ordinal));
    if (row === undefined || journal === undefined) return;
    const trajectory = row.trajectories[entry.trajectory - 1];
    if (trajectory === undefined || row.row !== entry.row) {
      void vscode.window.showWarningMessage(
        t(
          'CFPRM: the file changed a moment ago, so nothing was labelled. Label again when the page shows the change.',
        ),
      );
      return;
    }
    const labels = trajectory.steps.map(({ label }) => label);
    const target = { row: row.row, hash: row.hash, trajectory: entry.trajectory, labels };
    valueOrTell(await journal.edit(target, edit));
  }

  private async journal(source: vscode.Uri): Promise<LabelJournal | undefined> {
    const file = await this.files.open(source);
    const labels = await this.files.labels(source);
    const journal: Result<LabelJournal | undefined> = !file.ok ? file : (labels?.journal ?? ok(undefined));
    return valueOrTell(journal);
  }

  /** Puts the cursor on the step that an action changed, unless it went elsewhere while the action was being done. */
  private async goTo(here: Here, { changes }: LabelAction): Promise<void> {
    const last = changes.at(-1);
    const now = this.navigation.here();
    if (last === undefined || now?.editor !== here.editor || now.line !== here.line) return;
    // On the step already: where in its text the cursor is may be what the next key was for.
    const entry = entryAt(here.page, here.line);
    const isThere = entry?.row === last.row && entry.trajectory === last.trajectory;
    if (isThere && stepAt(entry, here.line)?.number === last.step) return;
    const { source, filter } = here.address;
    const lineOf = (page: Here['page']): number | undefined => {
      const entry = page.entries.find((it) => it.row === last.row && it.trajectory === last.trajectory);
      return entry?.steps[last.step - 1]?.line ?? entry?.line;
    };
    const near = lineOf(here.page);
    if (near !== undefined) return this.navigation.cursor.moveTo(here.editor, near);
    const file = valueOrTell(await this.files.open(source));
    const ordinal = await file?.ordinalOfRow(last.row);
    if (ordinal === undefined) return;
    await this.navigation.openRow(source, ordinal, filter);
    const there = this.navigation.here();
    const line = there && lineOf(there.page);
    if (there !== undefined && line !== undefined) this.navigation.cursor.moveTo(there.editor, line);
  }
}

/** An action in words: "row 12, step 3: ✗ incorrect → ✓ correct". */
function actionWords({ changes }: LabelAction, kind: 'undo' | 'redo'): string {
  const [first] = changes;
  if (first === undefined) return t('nothing');
  if (changes.length > 1) return t('row {0}: {1}', first.row, counted(changes.length, 'label'));
  const [from, to] = kind === 'undo' ? [first.to, first.from] : [first.from, first.to];
  const words = (label: typeof from): string => `${glyph(label)} ${labelWords(label)}`;
  return t('row {0}, step {1}: {2} → {3}', first.row, first.step, words(from), words(to));
}
