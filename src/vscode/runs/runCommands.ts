import { existsSync } from 'node:fs';
import path from 'node:path';
import { t } from '@vscode/l10n';
import * as vscode from 'vscode';
import { fail, ok, type Result } from '../../core/result';
import { stateWords } from '../../core/runs/words';
import { CANCELLED } from '../../io/rowStream';
import { fetchedName, fetchRun, modelFolder } from '../../runner/fetchRun';
import { pickProfile } from '../../runner/profilesFile';
import type { RunRecord } from '../../runner/record';
import { pick, typeLine } from '../ask';
import type { CommandId } from '../commandIds';
import { withCancel } from '../progress';
import type { Services } from '../services';
import { valueOrTell } from '../trace/navigation';
import { progressWords, type RunNode, showRuns } from './runTree';
import { secretsOf } from './secrets';
import { profiles } from './trainForm';

/** What a command of a run does. */
type RunHandler = (services: Services, record: RunRecord) => unknown;

/** A command that acts on the run it was called for, or on one that the user picks. */
export function onRun(handler: RunHandler): (services: Services, node?: unknown) => Promise<unknown> {
  return async (services, node) => {
    const record = recordOf(node) ?? (await pickRun(services));
    return record === undefined ? undefined : handler(services, record);
  };
}

function recordOf(node: unknown): RunRecord | undefined {
  return (node as Partial<RunNode> | undefined)?.kind === 'run' ? (node as RunNode).run.record : undefined;
}

async function pickRun({ runs }: Services): Promise<RunRecord | undefined> {
  await runs.refresh();
  if (runs.all.length === 0) {
    const start = t('Train…');
    const picked = await vscode.window.showInformationMessage(t('CFPRM: no run is known here.'), start);
    if (picked === start) await vscode.commands.executeCommand('cfprm.train' satisfies CommandId);
    return undefined;
  }
  const items = runs.all.map(({ record, view }) => ({
    label: record.name,
    description: view?.ok ? progressWords(view.value) : t('not reached'),
    detail: record.id,
    record,
  }));
  return (await pick(items, { title: t('CFPRM: Which run') }))?.record;
}

/** Has a run write a checkpoint and end, or ends it at once, as the user chooses. */
export async function stopRun(services: Services, record: RunRecord): Promise<void> {
  const [gently, now] = [t('Stop with a checkpoint'), t('End at once')];
  const question = t('Stop the run "{0}"?', record.name);
  const detail = t(
    'With a checkpoint it can go on from where it is; ended at once, from its last checkpoint.',
  );
  const picked = await vscode.window.showWarningMessage(question, { modal: true, detail }, gently, now);
  if (picked === undefined) return;
  valueOrTell(await services.runs.runs.stop(record, picked === now ? 'now' : 'gently'));
  await services.runs.refresh();
}

/** Goes on with a run that has ended before it finished. */
export async function resumeRun(services: Services, record: RunRecord): Promise<void> {
  const secrets = valueOrTell(await secretsOf(services.context, record.profile));
  if (secrets === undefined) return;
  const title = t('CFPRM: going on with {0}', record.name);
  const work = (signal: AbortSignal) => services.runs.runs.resume(record, secrets, {}, signal);
  valueOrTell(await withCancel(title, work));
  await services.runs.refresh();
}

/** Brings the model back, unless it is there, and selects it. */
export async function useRunModel(services: Services, record: RunRecord): Promise<void> {
  const folder = await askTarget(record);
  if (folder === undefined) return;
  if (!existsSync(folder)) {
    if (valueOrTell(await scorable(services, record)) === undefined) return;
    const title = t('CFPRM: fetching {0}', record.name);
    const fetched = await withCancel(title, (signal, report) =>
      fetchRun(services.runs.runs.place(record), folder, {}, report, signal),
    );
    if (!fetched.ok && fetched.fault.message === CANCELLED) return;
    if (valueOrTell(fetched) === undefined) return;
  }
  await vscode.commands.executeCommand('cfprm.selectModel' satisfies CommandId, await modelFolder(folder));
}

/** Fault: the run has no model that scores, and what to do about it. */
async function scorable({ runs }: Services, record: RunRecord): Promise<Result<true>> {
  const view = await runs.runs.watch(record).look();
  if (!view.ok) return view;
  const { state, words, hasExport, hasModel } = view.value;
  if (hasExport) return ok(true);
  if (!hasModel)
    return fail(t('Run {0} is {1} and has no model yet. Wait for its end.', record.name, stateWords(state)));
  const why = words ?? t('It was to keep its model as it was trained ("export": "none").');
  return fail(
    t(
      'Run {0} has a trained model, but no ONNX export to score with. {1} "cfprm runs fetch --weights" brings the weights, and "cfprm-runner export" exports them.',
      record.name,
      why,
    ),
  );
}

/** A folder of the workspace for what is fetched, named after the run; asked for where there is no workspace. */
async function askTarget(record: RunRecord): Promise<string | undefined> {
  const name = fetchedName(record);
  const workspace = vscode.workspace.workspaceFolders?.[0]?.uri;
  if (workspace?.scheme === 'file') return path.join(workspace.fsPath, 'cfprm-models', name);
  const chosen = await vscode.window.showOpenDialog({
    title: t('CFPRM: Folder for the model'),
    canSelectFolders: true,
    canSelectFiles: false,
  });
  return chosen?.[0] && path.join(chosen[0].fsPath, name);
}

/** Shows the folder of a run that is on the machine of the window; of another one, copies its path. */
export async function openRunFolder(services: Services, record: RunRecord): Promise<void> {
  const { host, layout } = services.runs.runs.place(record);
  // A window of another machine has no file manager for the files that are here.
  if (host.isLocal && vscode.env.remoteName === undefined) {
    const folder = layout.folder.replace(/^~(?=\/)/u, process.env.HOME ?? '~');
    await vscode.commands.executeCommand('revealFileInOS', vscode.Uri.file(folder));
    return;
  }
  await vscode.env.clipboard.writeText(layout.folder);
  void vscode.window.showInformationMessage(
    t('CFPRM: the run is on {0} in {1}; the path is in the clipboard.', host.name, layout.folder),
  );
}

/** Deletes a run that has ended, there and here; one whose host is gone is only forgotten. */
export async function removeRun(services: Services, record: RunRecord): Promise<void> {
  const [remove, forget] = [t('Remove'), t('Only take it off the list')];
  const question = t('Remove the run "{0}"?', record.name);
  const detail = t('{0} is deleted there: checkpoints, metrics and log.', services.runs.runs.folder(record));
  const picked = await vscode.window.showWarningMessage(question, { modal: true, detail }, remove, forget);
  if (picked === undefined) return;
  if (picked === forget) await services.runs.runs.store.forget(record.id);
  else valueOrTell(await services.runs.runs.remove(record));
  await services.runs.refresh();
}

/** Takes up a run that was started on another machine. */
export async function attachRun(services: Services): Promise<void> {
  const all = valueOrTell(profiles());
  if (all === undefined) return;
  const names = [...all.keys()].map((label) => ({ label }));
  const name = (await pick(names, { title: t('CFPRM: Profile of the run') }))?.label;
  if (name === undefined) return;
  const run = await typeLine({
    title: t('CFPRM: Run to take up'),
    prompt: t('Its id, or its folder on the host'),
  });
  const profile = valueOrTell(pickProfile(all, name));
  if (run === undefined || profile === undefined) return;
  if (valueOrTell(await services.runs.runs.attach(name, profile, run.trim())) === undefined) return;
  await services.runs.refresh();
  await showRuns();
}
