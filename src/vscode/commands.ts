import { t } from '@vscode/l10n';
import * as vscode from 'vscode';
import { errorWords } from '../core/result';
import { exportComparison } from './candidates/exportComparison';
import type { CommandId } from './commandIds';
import { convertFormat, convertTo, isConvertCall } from './convert/convertFormat';
import { activeSource, chooseFormat } from './format/formatStatus';
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
import { editRun, isTrainCall, type TrainCall, train, trainOn } from './runs/trainCommand';
import { scoreTrajectory, scoreWholeFile, showModelInfo, stopScoring } from './scores/scoreCommands';
import { selectModel } from './scores/selectModel';
import type { Services } from './services';
import { toggleInline } from './settings';
import { parseTraceUri } from './trace/address';
import { chooseFilter, clearFilter, goTo, showKeys } from './trace/choose';
import { copySelected, copyStepHere, copyTrajectoryHere } from './trace/copyCommands';
import { valueOrTell } from './trace/navigation';
import type { FileNode } from './trajectories/tree';
import { validate } from './validate/validateCommand';
import { openSample, openWalkthrough, runOnSample } from './welcome/sample';

type Handler = (services: Services, ...args: never[]) => unknown;

/** Every command and what it does; package.json gives the titles. */
const COMMANDS: Record<CommandId, Handler> = {
  'cfprm.openTrace': (services, uri?: vscode.Uri, ordinal?: number) => openTrace(services, uri, ordinal),
  'cfprm.openTraceToSide': (services, uri?: vscode.Uri) =>
    withSource(uri, (source) => services.navigation.openToSide(source)),
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
  'cfprm.showFirstError': inTrace(({ navigation }, line?: number) => navigation.showFirstError(lineOf(line))),
  'cfprm.revealInSource': inTrace(({ source }, line?: number) => source.reveal(lineOf(line))),
  'cfprm.showKeys': () => showKeys(),
  'cfprm.closeFile': ({ files }, node: FileNode) => files.close(node.uri),
  'cfprm.chooseFormat': ({ files }) => withSource(undefined, (uri) => chooseFormat(files, uri)),
  'cfprm.toggleInline': () => toggleInline(),
  'cfprm.mergeWindows': (services, uri?: vscode.Uri, job?: unknown) =>
    withSource<unknown>(uri, (source) =>
      isMergeJob(job) ? mergeTo(services, source, job) : mergeWindows(services, source),
    ),
  'cfprm.convertFormat': (services, uri?: vscode.Uri, call?: unknown) =>
    withSource<unknown>(uri, (source) =>
      isConvertCall(call) ? convertTo(services, source, call) : convertFormat(services, source),
    ),
  'cfprm.validateFile': (services, uri?: vscode.Uri) =>
    withSource(uri, (source) => validate(services, source)),
  'cfprm.compareCandidates': ({ candidates }, uri?: vscode.Uri) =>
    withSource(uri, (source) => candidates.compare(source)),
  'cfprm.exportComparison': ({ candidates }) => exportComparison(candidates),
  'cfprm.labelCorrect': inTrace(({ labels }) => labels.label('correct')),
  'cfprm.labelNeutral': inTrace(({ labels }) => labels.label('neutral')),
  'cfprm.labelIncorrect': inTrace(({ labels }) => labels.label('incorrect')),
  'cfprm.clearLabel': inTrace(({ labels }) => labels.label(undefined)),
  'cfprm.markFirstError': inTrace(({ labels }) => labels.markFirstError()),
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
  'cfprm.reanchorLabels': ({ files }, uri?: vscode.Uri) =>
    withSource(uri, (source) => reanchor(files, source)),
  'cfprm.writeLabelledCopy': ({ files }, uri?: vscode.Uri) =>
    withSource(uri, (source) => writeCopy(files, source)),
  'cfprm.selectModel': (services, folder?: unknown) => selectModel(services, folder),
  'cfprm.showModelInfo': showModelInfo,
  'cfprm.scoreTrajectory': inTrace(scoreTrajectory),
  'cfprm.scoreFile': (services, uri?: vscode.Uri, into?: unknown) =>
    withSource(uri, (source) => scoreWholeFile(services, source, into)),
  'cfprm.stopScoring': stopScoring,
  'cfprm.train': (services, given?: vscode.Uri | TrainCall) =>
    isTrainCall(given) ? trainOn(services, given) : train(services, given),
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
  'cfprm.showRow': (services, source: string, row: number) => showRow(services, source, row),
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
    const message = t('CFPRM: This works in the trace view, and none is in front.');
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

async function openTrace({ navigation }: Services, given?: vscode.Uri, ordinal?: number): Promise<void> {
  await withSource(given, async (source) => {
    // A title button passes (uri, group) and the explorer (uri, uris): only a number is a row's position.
    if (typeof ordinal === 'number') await navigation.openRow(source, ordinal);
    else await navigation.open({ source, page: 0 });
  });
}

/** Shows a row by its number in the trace view; reports link to it. */
async function showRow({ files, navigation }: Services, source: string, row: number): Promise<void> {
  const uri = vscode.Uri.parse(source, true);
  const file = valueOrTell(await files.open(uri));
  const ordinal = await file?.ordinalOfRow(row);
  if (ordinal !== undefined) await navigation.openRow(uri, ordinal);
}

/** Runs an action on the file that a menu names, or that the active editor shows, or that the user chooses. */
async function withSource<T>(
  given: vscode.Uri | undefined,
  action: (uri: vscode.Uri) => T,
): Promise<Awaited<T> | undefined> {
  const named = given instanceof vscode.Uri ? (parseTraceUri(given)?.source ?? given) : undefined;
  const source = named ?? activeSource() ?? (await askForFile());
  return source === undefined ? undefined : await action(source);
}

async function askForFile(): Promise<vscode.Uri | undefined> {
  const filters = { Trajectories: ['jsonl', 'ndjson', 'json', 'gz', 'zst'] };
  const picked = await vscode.window.showOpenDialog({ title: t('CFPRM: Choose a trajectory file'), filters });
  return picked?.[0];
}

/** Code lenses pass a line; menus pass a URI, which is not one. */
function lineOf(argument: unknown): number | undefined {
  return typeof argument === 'number' ? argument : undefined;
}
