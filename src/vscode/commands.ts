import { t } from '@vscode/l10n';
import * as vscode from 'vscode';
import { errorWords, type Result } from '../core/result';
import { entryAt } from '../core/trace/page';
import { baseName } from './baseName';
import { exportComparison } from './candidates/exportComparison';
import type { CommandId } from './commandIds';
import { convertFormat, convertTo, isConvertCall } from './convert/convertFormat';
import { chooseFormat } from './format/formatStatus';
import { writeCopy } from './labels/labelledCopy';
import { reanchor } from './labels/staleLabels';
import { isMergeJob, mergeTo, mergeWindows } from './merge/mergeWindows';
import { copyReport } from './report/copyReport';
import { editProfiles } from './runs/profileForm';
import {
  attachRun,
  onRun,
  openRunFolder,
  removeRun,
  resumeRun,
  stopRun,
  useRunModel,
} from './runs/runCommands';
import { showRuns } from './runs/runTree';
import { openTensorBoard } from './runs/tensorBoard';
import { editRun, isTrainCall, train, trainOn } from './runs/trainCommand';
import { scoreTrajectory, scoreWholeFile, showModelInfo, stopScoring } from './scores/scoreCommands';
import { selectModel } from './scores/selectModel';
import type { Services } from './services';
import { toggleInline } from './settings';
import { type Expectation, sourceFor, sourceOfCall, sourcesFor } from './sources/commandSource';
import { chooseFilter, clearFilter, goTo, showKeys } from './trace/choose';
import { copySelected, copyStepHere, copyTrajectoryHere } from './trace/copyCommands';
import { valueOrTell } from './trace/navigation';
import { validate } from './validate/validateCommand';
import { openSample, openWalkthrough, runOnSample } from './welcome/sample';

type Handler = (services: Services, ...args: never[]) => unknown;

/** Every command and what it does; package.json gives the titles. */
const COMMANDS: Record<CommandId, Handler> = {
  'cfprm.openTrace': onFiles('file', openTrace),
  'cfprm.openTraceToSide': onFiles('file', ({ navigation }, source, _, before) =>
    // The first goes to the side, where the others then are at home.
    before === 0 ? navigation.openToSide(source) : navigation.open({ source, page: 0 }),
  ),
  'cfprm.goTo': inTrace(({ files, navigation }) => goTo(files, navigation)),
  'cfprm.filter': inTrace(({ files, navigation }) => chooseFilter(files, navigation)),
  'cfprm.clearFilter': inTrace(({ files, navigation }) => clearFilter(files, navigation)),
  'cfprm.nextError': inTrace(({ navigation }, line?: number) => navigation.moveError(1, lineOf(line))),
  'cfprm.previousError': inTrace(({ navigation }) => navigation.moveError(-1)),
  'cfprm.nextStep': inTrace(({ navigation }) => navigation.moveStep(1)),
  'cfprm.previousStep': inTrace(({ navigation }) => navigation.moveStep(-1)),
  'cfprm.nextTrajectory': inTrace(({ navigation }) => navigation.moveTrajectory(1)),
  'cfprm.previousTrajectory': inTrace(({ navigation }) => navigation.moveTrajectory(-1)),
  'cfprm.nextPage': inTrace(({ navigation }) => navigation.movePage(1)),
  'cfprm.previousPage': inTrace(({ navigation }) => navigation.movePage(-1)),
  'cfprm.showFirstError': onTrajectory(({ navigation }, line?: number) =>
    navigation.showFirstError(lineOf(line)),
  ),
  'cfprm.revealInSource': onTrajectory(({ source }, line?: number) => source.reveal(lineOf(line))),
  'cfprm.showKeys': () => showKeys(),
  'cfprm.closeFile': onFile('address', closeFile),
  'cfprm.chooseFormat': onFile('file', ({ files }, source) => chooseFormat(files, source)),
  'cfprm.toggleInline': () => toggleInline(),
  'cfprm.mergeWindows': onCall(
    isMergeJob,
    mergeTo,
    onFile('rows', (services, source) => mergeWindows(services, source)),
  ),
  'cfprm.convertFormat': onCall(isConvertCall, convertTo, onFile('rows', convertFormat)),
  'cfprm.validateFile': onFiles('rows', validate),
  'cfprm.compareCandidates': onFile('rows', ({ candidates }, source) => candidates.compare(source)),
  'cfprm.exportComparison': ({ candidates }) => exportComparison(candidates),
  'cfprm.labelCorrect': onTrajectory(({ labels }) => labels.label('correct')),
  'cfprm.labelNeutral': onTrajectory(({ labels }) => labels.label('neutral')),
  'cfprm.labelIncorrect': onTrajectory(({ labels }) => labels.label('incorrect')),
  'cfprm.clearLabel': onTrajectory(({ labels }) => labels.label(undefined)),
  'cfprm.markFirstError': onTrajectory(({ labels }) => labels.markFirstError()),
  'cfprm.undoLabel': inTrace(({ labels }) => labels.stepBack('undo')),
  'cfprm.redoLabel': inTrace(({ labels }) => labels.stepBack('redo')),
  'cfprm.copyStep': inTrace((services) => copyStepHere(services, false)),
  'cfprm.copyStepWithScores': inTrace((services) => copyStepHere(services, true)),
  'cfprm.copyTrajectory': inTrace((services) => copyTrajectoryHere(services)),
  'cfprm.copyTrajectoryAs': inTrace((services) => copyTrajectoryHere(services, true)),
  'cfprm.copySelected': inTrace(copySelected),
  'cfprm.listDisagreements': inTrace(({ disagreements }) => disagreements.list()),
  'cfprm.nextDisagreement': inTrace(({ disagreements }) => disagreements.move(1)),
  'cfprm.previousDisagreement': inTrace(({ disagreements }) => disagreements.move(-1)),
  'cfprm.reanchorLabels': onFile('rows', ({ files }, source) => reanchor(files, source)),
  'cfprm.writeLabelledCopy': onFile('rows', ({ files }, source) => writeCopy(files, source)),
  'cfprm.selectModel': (services, folder?: unknown) => selectModel(services, folder),
  'cfprm.showModelInfo': showModelInfo,
  'cfprm.scoreTrajectory': onTrajectory(scoreTrajectory),
  'cfprm.scoreFile': onFile('rows', scoreWholeFile),
  'cfprm.stopScoring': stopScoring,
  'cfprm.train': (services, given?: unknown, selected?: unknown) =>
    isTrainCall(given) ? trainOn(services, given) : trainAsking(services, given, selected),
  'cfprm.showRun': onRun(({ runPages }, record) => runPages.show(record)),
  'cfprm.openTensorBoard': onRun(openTensorBoard),
  'cfprm.editProfiles': editProfiles,
  'cfprm.stopRun': onRun(stopRun),
  'cfprm.resumeRun': onRun(resumeRun),
  'cfprm.editRun': onRun(editRun),
  'cfprm.showRunLog': onRun(({ runs }, record) => runs.showLog(record)),
  'cfprm.useRunModel': onRun(useRunModel),
  'cfprm.openRunFolder': onRun(openRunFolder),
  'cfprm.removeRun': onRun(removeRun),
  'cfprm.attachRun': attachRun,
  'cfprm.refreshRuns': async ({ runs }) => {
    await runs.refresh();
    await showRuns();
  },
  'cfprm.showRow': showRow,
  'cfprm.showLog': ({ log }) => log.show(),
  'cfprm.openSample': (services) => openSample(services),
  'cfprm.runOnSample': runOnSample,
  'cfprm.openWalkthrough': openWalkthrough,
  'cfprm.copyDiagnosticReport': copyReport,
};

/** A command that acts on the trace view in front of the user: without one it says how to get it. */
function inTrace(handler: Handler): Handler {
  return async (services, ...args) => {
    if (services.navigation.here() !== undefined) return handler(services, ...args);
    const [open, look] = [t('Open trace view'), t('Open sample traces')];
    const message = t('CFPRM: Open a trace view first.');
    const picked = await vscode.window.showInformationMessage(message, open, look);
    if (picked === open) await vscode.commands.executeCommand('cfprm.openTrace' satisfies CommandId);
    if (picked === look) await vscode.commands.executeCommand('cfprm.openSample' satisfies CommandId);
    return undefined;
  };
}

/** Tells a command that it is called only to be known. */
const PRIMING = 'cfprm.priming';

/**
 * Calls the commands that have keys in the trace view once, to no effect. VS Code holds a command back when it is used
 * for the first time, until it has asked whether an extension waits for it, and lets the next key overtake it.
 */
async function prime(extension: vscode.Extension<unknown>): Promise<void> {
  const { keybindings } = (extension.packageJSON as { contributes: { keybindings: { command: string }[] } })
    .contributes;
  const commands = keybindings.map(({ command }) => ({ command, args: [PRIMING] }));
  await vscode.commands.executeCommand('runCommands', { commands });
}

/** A command that acts on the trajectory under the cursor of the trace view: without one it says where they are. */
function onTrajectory(handler: Handler): Handler {
  return inTrace(async (services, ...args) => {
    const here = services.navigation.here(lineOf(args[0]));
    if (here === undefined || entryAt(here.page, here.line) !== undefined) return handler(services, ...args);
    if (here.page.entries.length > 0) {
      vscode.window.setStatusBarMessage(t('CFPRM: put the cursor on a trajectory first'), 4000);
      return undefined;
    }
    const format = t('Choose format');
    const message = t('CFPRM: This page shows no trajectory. Open another file, or choose its format.');
    const picked = await vscode.window.showInformationMessage(message, format);
    if (picked === format) await vscode.commands.executeCommand('cfprm.chooseFormat' satisfies CommandId);
    return undefined;
  });
}

type OnSource = (services: Services, source: vscode.Uri, argument: unknown) => unknown;

/** A command that acts on one file; it gets the second argument, which menus fill with other things. */
function onFile(expectation: Expectation, handler: OnSource): Handler {
  return async (services, ...args: unknown[]) => {
    const source = await sourceFor(services.files, args, expectation);
    return source === undefined ? undefined : handler(services, source, args[1]);
  };
}

/** A command that acts on every file that is selected, one after the other; `before` counts those before this one. */
function onFiles(
  expectation: Expectation,
  handler: (services: Services, source: vscode.Uri, argument: unknown, before: number) => unknown,
): Handler {
  return async (services, ...args: unknown[]) => {
    const sources = await sourcesFor(services.files, args, expectation);
    for (const [before, source] of sources.entries()) {
      await handler(services, source, args[1], before);
      // What is shown of one must not give way to the next.
      if (sources.length > 1) await vscode.commands.executeCommand('workbench.action.keepEditor');
    }
  };
}

/** A command that is called for a file with all that it would ask (keybindings, tasks), or else asks. */
function onCall<T>(
  isCall: (value: unknown) => value is T,
  decided: (services: Services, source: vscode.Uri, call: T) => Promise<Result<unknown>>,
  asking: Handler,
): Handler {
  return async (services, ...args: unknown[]) => {
    const [given, call] = args;
    if (!isCall(call)) return asking(services, ...(args as never[]));
    const source = sourceOfCall(given);
    return source.ok ? decided(services, source.value, call) : source;
  };
}

/** Registers the table; a command that fails tells the user and the log instead of vanishing. */
export function registerCommands(services: Services): vscode.Disposable {
  const registrations = Object.entries(COMMANDS).map(([id, handler]) =>
    vscode.commands.registerCommand(id, async (...args: never[]) => {
      if ((args[0] as unknown) === PRIMING) return undefined;
      try {
        return await handler(services, ...args);
      } catch (error) {
        const message = errorWords(error);
        services.log.error(`${id}: ${error instanceof Error ? error.stack : message}`);
        const show = t('Show log');
        const picked = await vscode.window.showErrorMessage(`CFPRM: ${message}`, show);
        if (picked === show) services.log.show();
        return undefined;
      }
    }),
  );
  void prime(services.context.extension);
  return vscode.Disposable.from(...registrations);
}

/** Opens the first page or, for the tree, the page of the row at a position. */
async function openTrace({ navigation }: Services, source: vscode.Uri, ordinal: unknown): Promise<void> {
  if (typeof ordinal === 'number') await navigation.openRow(source, ordinal);
  else await navigation.open({ source, page: 0 });
}

async function closeFile({ files }: Services, source: vscode.Uri): Promise<void> {
  if (files.isOpen(source)) return files.close(source);
  const name = baseName(source);
  void vscode.window.showInformationMessage(
    t('CFPRM: {0} is not open in CFPRM, so nothing was closed.', name),
  );
}

/** Asks for what training needs; the folder is that of the manifest that the explorer named, if it did. */
async function trainAsking(services: Services, given: unknown, selected: unknown): Promise<void> {
  if (!vscode.workspace.isTrusted) {
    const manage = t('Manage workspace trust');
    const message = t('CFPRM: Training starts programs. Trust this workspace first.');
    if ((await vscode.window.showWarningMessage(message, manage)) === manage)
      await vscode.commands.executeCommand('workbench.trust.manage');
    return;
  }
  if (!(given instanceof vscode.Uri)) return train(services);
  const manifest = await sourceFor(services.files, [given, selected], 'file');
  if (manifest !== undefined) await train(services, manifest);
}

/** Shows a row by its number in the trace view; reports link to it. */
async function showRow({ files, navigation }: Services, source?: string, row?: number): Promise<void> {
  if (source === undefined || row === undefined) {
    const message = t('CFPRM: Validate a file first, then click a row in its report.');
    void vscode.window.showInformationMessage(message);
    return;
  }
  const uri = vscode.Uri.parse(source, true);
  const file = valueOrTell(await files.open(uri));
  const ordinal = await file?.ordinalOfRow(row);
  if (ordinal !== undefined) await navigation.openRow(uri, ordinal);
}

/** Code lenses pass a line; menus pass a URI, which is not one. */
function lineOf(argument: unknown): number | undefined {
  return typeof argument === 'number' ? argument : undefined;
}
