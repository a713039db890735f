import type { CommandId } from '../../../../src/vscode/commandIds';

/** A click's end: what the window must then show (kinds of `look`), anew unless `stays`. */
export interface Outcome {
  readonly shows: RegExp;
  /** True where the same may have been there before: a list that is refreshed. */
  readonly stays?: boolean;
  /** True where it is this that must have gone. */
  readonly goes?: boolean;
}

/** What each command leads to when an item of a menu that is about `file` was clicked. */
export function outcomeOf(command: CommandId, file: string): Outcome | undefined {
  const name = file.replace(/[.]/gu, '\\.');
  const make = OUTCOMES[command];
  return make && { ...make, shows: new RegExp(make.shows.replaceAll('FILE', name), 'u') };
}

const OUTCOMES: Partial<
  Record<CommandId, { readonly shows: string; readonly stays?: boolean; readonly goes?: boolean }>
> = {
  'cfprm.openTrace': { shows: '^tab FILE · page 1\\.cfprm$' },
  'cfprm.openTraceToSide': { shows: '^tab FILE · page 1\\.cfprm$' },
  'cfprm.goTo': { shows: '^question CFPRM: Go to trajectory' },
  'cfprm.filter': { shows: '^question CFPRM: Filter' },
  'cfprm.clearFilter': { shows: '^status .*filter' },
  'cfprm.nextError': { shows: '^status .*step 3\\b' },
  'cfprm.previousError': { shows: '^status .*trajectory 1\\b.*step 2\\b' },
  'cfprm.nextStep': { shows: '^status .*step 3\\b' },
  'cfprm.previousStep': { shows: '^status .*step 1\\b' },
  'cfprm.nextTrajectory': { shows: '^status .*trajectory 3\\b' },
  'cfprm.previousTrajectory': { shows: '^status .*trajectory 2\\b' },
  'cfprm.nextPage': { shows: '^status .*last page' },
  'cfprm.previousPage': { shows: '^status .*first page' },
  'cfprm.showFirstError': { shows: '^status .*step 3\\b' },
  'cfprm.revealInSource': { shows: '^tab FILE$' },
  'cfprm.showKeys': { shows: '^question CFPRM: Keys of the trace view' },
  'cfprm.closeFile': { shows: '^(row FILE|tab FILE · page 1\\.cfprm)$', goes: true },
  'cfprm.mergeWindows': { shows: '^question CFPRM: Merge windows of FILE \\|' },
  'cfprm.convertFormat': { shows: '^question CFPRM: Convert FILE \\|' },
  'cfprm.validateFile': { shows: '^(message CFPRM: FILE: |tab FILE · findings)' },
  'cfprm.compareCandidates': { shows: '^page .*What is 6' },
  'cfprm.exportComparison': { shows: '^question CFPRM: Export comparison \\| .*\\.problem-\\d+\\.html' },
  'cfprm.labelCorrect': { shows: '^line 2 ✓\\*' },
  'cfprm.labelNeutral': { shows: '^line 2 ·\\*' },
  'cfprm.labelIncorrect': { shows: '^line 2 ✗\\*' },
  'cfprm.clearLabel': { shows: '^line 2 \\?' },
  'cfprm.markFirstError': { shows: '^line 2 ✗\\*' },
  'cfprm.undoLabel': { shows: '^status CFPRM: undo of ' },
  'cfprm.redoLabel': { shows: '^status CFPRM: redo of ' },
  'cfprm.copyStep': { shows: '^status CFPRM: copied step 2 as' },
  // What it says is what the command before it said.
  'cfprm.copyStepWithScores': { shows: '^status CFPRM: copied step 2 as', stays: true },
  'cfprm.copyTrajectory': { shows: '^status CFPRM: copied .*m-2.* as' },
  'cfprm.copyTrajectoryAs': { shows: '^question CFPRM: Copy as' },
  'cfprm.listDisagreements': { shows: '^(question|message|status) .*disagree' },
  'cfprm.nextDisagreement': { shows: '^(message|status) .*disagree' },
  'cfprm.previousDisagreement': { shows: '^(message|status) .*disagree' },
  'cfprm.writeLabelledCopy': { shows: '^(question .*\\.labelled\\.|message CFPRM: no label of this file)' },
  'cfprm.scoreTrajectory': { shows: '^(line .*\\b[01]\\.\\d\\d\\b|status .*has its scores)' },
  'cfprm.scoreFile': { shows: '^question CFPRM: Score FILE \\|' },
  'cfprm.train': { shows: '^question CFPRM: (Train a model|Training data|Where to train) ' },
  'cfprm.openTensorBoard': { shows: '^message CFPRM: starting TensorBoard' },
  'cfprm.editProfiles': { shows: '^question CFPRM: Profiles for training' },
  'cfprm.stopRun': { shows: '^dialog .*Stop the run "FILE"' },
  'cfprm.resumeRun': { shows: '^row FILE ?(running|queued)' },
  'cfprm.editRun': { shows: '^question CFPRM: Train a model' },
  'cfprm.showRunLog': { shows: '^view Output' },
  'cfprm.useRunModel': { shows: '^status .*is selected' },
  'cfprm.openRunFolder': { shows: '^message .*clipboard' },
  'cfprm.removeRun': { shows: '^dialog .*Remove the run "FILE"' },
  'cfprm.attachRun': { shows: '^question CFPRM: Profile of the run' },
  'cfprm.refreshRuns': { shows: '^row (done|held|halted)', stays: true },
};
