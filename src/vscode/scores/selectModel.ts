import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { t } from '@vscode/l10n';
import * as vscode from 'vscode';
import { CARD_FILE } from '../../core/scores/prmJson';
import { writeFault } from '../../io/writeFault';
import { demonstrationModel, NO_MODEL } from '../../scorer/demonstrationModel';
import { type FolderReport, inspectModelFolder } from '../../scorer/modelFolder';
import { pick } from '../ask';
import type { Services } from '../services';
import { settings } from '../settings';
import { valueOrTell } from '../trace/navigation';
import { allowData, allowedData } from './allowedData';
import { problemsText } from './modelReport';

const RECENT = 'cfprm.recentModels';
const MOST_RECENT = 8;

type Pick = vscode.QuickPickItem & { readonly folder?: string; readonly isOther?: boolean };

/** "CFPRM: Select model": asks for a folder, looks through it, and takes it if it is complete. */
export async function selectModel(services: Services, given?: unknown): Promise<void> {
  const folder = typeof given === 'string' ? given : await askFolder(services);
  if (folder === undefined) return;
  if (folder === '' || folder === NO_MODEL) {
    await setModel(folder);
    return;
  }
  const report = await inspectModelFolder(folder, { allowedData: allowedData(services.context) });
  if (report.model === undefined) {
    const outside = report.problems[0]?.path;
    if (outside !== undefined && (await mayUse(outside))) {
      await allowData(services.context, outside);
      return selectModel(services, folder);
    }
    await tellProblems(services, folder, report);
    return;
  }
  await remember(services.context, folder);
  await setModel(folder);
  // The same folder again: its files may be others now.
  await services.model.reload();
  services.autoScore.resume();
  vscode.window.setStatusBarMessage(t('CFPRM: {0} is selected', report.model.spec.name), 5000);
}

/** Asks whether a file outside of the model's folder, to which a link leads, may be read as its data. */
async function mayUse(path: string): Promise<boolean> {
  const use = t('Use this file');
  const message = t("CFPRM: the model's data are a link to a file outside its folder. Use it?");
  return (await vscode.window.showWarningMessage(message, { modal: true, detail: path }, use)) === use;
}

/** What tells a folder from others: of the export of a run, the folder that was named after the run. */
function folderName(folder: string): string {
  const name = path.basename(folder);
  return name === 'export' || name === 'model' ? path.basename(path.dirname(folder)) : name;
}

/** A folder, an empty text for the demonstration model, `NO_MODEL`; undefined if the user changed their mind. */
async function askFolder({ context }: Services): Promise<string | undefined> {
  const now = settings.modelPath();
  const recent = context.globalState.get<string[]>(RECENT, []);
  const picks: Pick[] = [
    { label: `$(folder-opened) ${t('Choose a folder…')}`, isOther: true },
    ...recent.map((folder) => ({
      label: folderName(folder),
      description: folder === now ? t('selected') : undefined,
      detail: folder,
      folder,
    })),
  ];
  if (demonstrationModel() !== undefined)
    picks.push({
      label: `$(beaker) ${t('Demonstration model')}`,
      description: now === '' ? t('selected') : undefined,
      detail: t('Comes with CFPRM: small, to try things out with'),
      folder: '',
    });
  picks.push({
    label: `$(circle-slash) ${t('No model')}`,
    description: now === NO_MODEL ? t('selected') : undefined,
    folder: NO_MODEL,
  });
  const picked = await pick(picks, {
    title: t('CFPRM: Select model'),
    placeHolder: t('A folder with {0}, the model (ONNX) and its tokenizer', CARD_FILE),
    matchOnDetail: true,
  });
  if (picked?.isOther !== true) return picked?.folder;
  const chosen = await vscode.window.showOpenDialog({
    title: t('CFPRM: Folder of the model'),
    openLabel: t('Select model'),
    canSelectFolders: true,
    canSelectFiles: false,
  });
  return chosen?.[0]?.fsPath;
}

/** Says what is missing; of a known family, what describes the model can be written at once. */
async function tellProblems(services: Services, folder: string, report: FolderReport): Promise<void> {
  const { problems, proposal } = report;
  await services.modelReport.show(
    t('{0} · what is missing', path.basename(folder)),
    problemsText(folder, problems),
  );
  const write = t('Write {0}', CARD_FILE);
  const again = t('Look again');
  const [first] = problems;
  const message = t('CFPRM: {0} cannot be used as a model yet: {1}', folder, first!.message);
  const buttons = proposal === undefined ? [again] : [write, again];
  const picked = await vscode.window.showWarningMessage(message, ...buttons);
  if (picked === write && valueOrTell(await writeCard(folder, proposal!)) !== undefined)
    await vscode.window.showTextDocument(vscode.Uri.file(path.join(folder, CARD_FILE)));
  if (picked !== undefined) await selectModel(services, folder);
}

async function writeCard(folder: string, proposal: string) {
  const file = path.join(folder, CARD_FILE);
  try {
    await writeFile(file, proposal, { flag: 'wx' });
    return { ok: true as const, value: file };
  } catch (error) {
    return writeFault(error, file);
  }
}

/** Writes the setting where it is set already, else for the user. */
async function setModel(folder: string): Promise<void> {
  const configuration = vscode.workspace.getConfiguration('cfprm');
  const set = configuration.inspect('model.path');
  const isOfWorkspace = set?.workspaceValue !== undefined;
  const target = isOfWorkspace ? vscode.ConfigurationTarget.Workspace : vscode.ConfigurationTarget.Global;
  await configuration.update('model.path', folder === '' ? undefined : folder, target);
  // Another place may still name a model, as the settings of the user do below those of a remote machine.
  if (settings.modelPath() !== folder) await configuration.update('model.path', folder, target);
}

async function remember(context: vscode.ExtensionContext, folder: string): Promise<void> {
  const recent = context.globalState.get<string[]>(RECENT, []).filter((other) => other !== folder);
  await context.globalState.update(RECENT, [folder, ...recent].slice(0, MOST_RECENT));
}
