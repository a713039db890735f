import { t } from '@vscode/l10n';
import * as vscode from 'vscode';
import { hasTexts, NO_TEXTS, solutionOf } from '../../core/scores/compose';
import type { ScoreFault } from '../../core/scores/scoreFault';
import { entryAt } from '../../core/trace/page';
import { count, counted } from '../../core/trace/words';
import type { Trajectory } from '../../core/trajectory';
import { CANCELLED } from '../../io/rowStream';
import type { TraceFile } from '../../io/traceFile';
import { CachedScorer } from '../../scorer/cachedScorer';
import { scoreFile } from '../../scorer/scoreFile';
import { pick } from '../ask';
import { baseName } from '../baseName';
import type { CommandId } from '../commandIds';
import { askFile, openAfter } from '../files/newFile';
import { type Report, withCancel } from '../progress';
import type { Services } from '../services';
import { valueOrTell } from '../trace/navigation';
import { trajectoryOf } from '../trace/pages';
import { idleModelText, modelInfoText, problemsText } from './modelReport';
import { PRIORITY, type Scoring } from './modelScores';

/** Rows that are read and asked for at a time when a whole file is scored. */
const ROWS_AT_ONCE = 32;
const ROWS_BYTES = 16 * 1024 * 1024;

/** "CFPRM: Show model info". */
export async function showModelInfo({ model, modelReport }: Services): Promise<void> {
  // Where it runs is known only once it has been started.
  if (model.state.kind === 'idle' || model.state.kind === 'starting')
    await withCancel(t('CFPRM: starting the model'), () => model.scorer());
  const { state } = model;
  switch (state.kind) {
    case 'none':
      await askForModel();
      return;
    case 'running':
      await modelReport.show(state.scorer.info.name, modelInfoText(state.scorer.info));
      return;
    case 'failed':
      await modelReport.show(
        t('model · what is wrong'),
        problemsText(state.model?.folder ?? t('The folder'), [state.fault]),
      );
      return;
    default:
      await modelReport.show(state.model.spec.name, idleModelText(state.model));
  }
}

/** "CFPRM: Score this trajectory": the one under the cursor, before all others. */
export async function scoreTrajectory(services: Services): Promise<void> {
  const here = services.navigation.here();
  const entry = here && entryAt(here.page, here.line);
  const trajectory = entry && trajectoryOf(here.page, entry);
  if (trajectory === undefined || !(await hasModel(services))) return;
  if (!hasTexts(solutionOf(trajectory))) {
    void vscode.window.showInformationMessage(`CFPRM: ${NO_TEXTS}`);
    return;
  }
  services.autoScore.resume();
  const { scores } = services;
  if (!scores.lacks(trajectory) && scores.of(trajectory)?.state === 'scored') {
    vscode.window.setStatusBarMessage(t('CFPRM: this trajectory has its scores'), 4000);
    return;
  }
  const title = t('CFPRM: scoring this trajectory');
  const done = await withCancel(title, (signal) => scores.score([trajectory], PRIORITY.screen + 1, signal));
  await tellFault(done.fault);
}

/** "CFPRM: Score file": all of it, to be seen here or as a copy. */
export async function scoreWholeFile(services: Services, source: vscode.Uri, into?: unknown): Promise<void> {
  if (!(await hasModel(services))) return;
  const here = { label: `$(eye) ${t('Show the scores in the views')}`, isCopy: false };
  const copy = { label: `$(new-file) ${t('Write a copy of the file with the scores…')}`, isCopy: true };
  const title = t('CFPRM: Score {0}', baseName(source));
  const isCall = into === 'views' || into instanceof vscode.Uri;
  const picked = isCall ? { isCopy: into !== 'views' } : await pick([here, copy], { title });
  if (picked === undefined) return;
  services.autoScore.resume();
  if (picked.isCopy) await writeScoredCopy(services, source, into instanceof vscode.Uri ? into : undefined);
  else await scoreForViews(services, source);
}

/** "CFPRM: Stop scoring": everything, until something is asked for again. */
export function stopScoring({ scores, autoScore }: Services): void {
  const { waiting } = scores;
  if (waiting > 0) {
    autoScore.pause();
    scores.stop();
  }
  const words =
    waiting === 0
      ? t('CFPRM: nothing is being scored')
      : t('CFPRM: scoring of {0} stopped; "Score this trajectory" goes on', counted(waiting, 'trajectory'));
  vscode.window.setStatusBarMessage(words, 4000);
}

async function scoreForViews(services: Services, source: vscode.Uri): Promise<void> {
  const file = valueOrTell(await services.files.open(source));
  if (file === undefined) return;
  const total = { scored: 0, failed: 0, cancelled: 0 };
  const done = await withCancel(t('CFPRM: scoring the file'), (signal, report) =>
    scoreRows(services, file, total, signal, report),
  );
  const { fault } = done;
  if (fault !== undefined) return tellFault(fault);
  const scored = counted(total.scored, 'trajectory');
  const words =
    total.failed === 0
      ? t('{0} with scores.', scored)
      : t(
          '{0} with scores, {1} without (see the Problems view and their headers).',
          scored,
          count(total.failed),
        );
  void vscode.window.showInformationMessage(
    total.cancelled > 0 ? t('CFPRM: stopped: {0}', words) : `CFPRM: ${words}`,
  );
}

/** Reads the file's rows and asks for their scores, two lots at a time, so that the model never waits for reading. */
async function scoreRows(
  { scores }: Services,
  file: TraceFile,
  total: { scored: number; failed: number; cancelled: number },
  signal: AbortSignal,
  report: Report,
): Promise<{ readonly fault?: ScoreFault }> {
  const started = Date.now();
  const lots: Promise<Scoring>[] = [];
  let fault: ScoreFault | undefined;
  const settle = async (): Promise<void> => {
    const lot = await lots.shift()!;
    total.scored += lot.scored;
    total.failed += lot.failed;
    total.cancelled += lot.cancelled;
    fault ??= lot.fault;
  };
  for (let from = 0; fault === undefined && !signal.aborted; from += ROWS_AT_ONCE) {
    await file.whenIndexed(from + ROWS_AT_ONCE);
    const rows = file.allRows.length;
    const ordinals = Array.from({ length: Math.min(ROWS_AT_ONCE, rows - from) }, (_, k) => from + k);
    if (ordinals.length === 0) break;
    const read = await file.read(ordinals, ROWS_BYTES);
    if (!read.ok) {
      valueOrTell(read);
      break;
    }
    const all = read.value.flatMap(({ result }): readonly Trajectory[] => (result.ok ? result.value : []));
    const trajectories = all.filter((trajectory) => hasTexts(solutionOf(trajectory)));
    total.failed += all.length - trajectories.length;
    lots.push(scores.score(trajectories, PRIORITY.file, signal));
    if (lots.length > 1) await settle();
    report(from, rows, progressWords(from, rows, Date.now() - started));
  }
  while (lots.length > 0) await settle();
  return { fault };
}

function progressWords(done: number, rows: number, ms: number): string {
  const words = t('{0} of {1}', count(done), counted(rows, 'row'));
  if (done === 0 || ms < 3000) return words;
  const minutes = (ms / done) * ((rows - done) / 60_000);
  return minutes < 1
    ? t('{0}, about a minute left', words)
    : t('{0}, about {1} minutes left', words, count(Math.ceil(minutes)));
}

async function writeScoredCopy(services: Services, source: vscode.Uri, given?: vscode.Uri): Promise<void> {
  const choice = valueOrTell(services.files.reading.resolve(source));
  const target = choice && (given ?? (await askFile(source, 'scored')));
  if (target === undefined) return;
  const result = await withCancel(t('CFPRM: writing a scored copy'), (signal, onProgress) =>
    scoreFile({
      ...choice,
      source: source.fsPath,
      out: target.fsPath,
      // The dialog has asked already.
      force: true,
      signal,
      onProgress,
      scorer: async () => {
        const started = await services.model.scorer();
        return started.ok
          ? { ok: true, value: new CachedScorer(started.value, await services.scores.cache) }
          : started;
      },
    }),
  );
  if (!result.ok && result.fault.message === CANCELLED) {
    void vscode.window.showInformationMessage(
      t('CFPRM: stopped. Scoring the same file to the same copy goes on where this ended.'),
    );
    return;
  }
  const done = valueOrTell(result);
  if (done === undefined) return;
  const words = [t('CFPRM: wrote {0} with {1}.', target.fsPath, counted(done.steps, 'score'))];
  if (done.failed > 0) {
    const failed = counted(done.failed, 'trajectory');
    words.push(t('{0} got none: {1}', failed, done.faults[0]?.message ?? ''));
  }
  await openAfter(words.join(' '), target);
}

/** True if there is a model; else it is asked for, and the command is to be given again. */
async function hasModel({ model }: Services): Promise<boolean> {
  if (model.state.kind === 'failed') {
    // What was wrong may have been put right since.
    await model.reload();
  }
  const { state } = model;
  if (state.kind !== 'none' && state.kind !== 'failed') return true;
  if (state.kind === 'failed') await tellFault(state.fault);
  else await askForModel();
  return false;
}

async function askForModel(): Promise<void> {
  const select = t('Select model');
  const message = t('CFPRM: Scores come from a local model, and none is selected.');
  if ((await vscode.window.showInformationMessage(message, select)) === select)
    await vscode.commands.executeCommand('cfprm.selectModel' satisfies CommandId);
}

/** Tells why the model cannot score, once and with the ways out. */
export async function tellFault(fault: ScoreFault | undefined): Promise<void> {
  if (fault === undefined || fault.kind === 'cancelled') return;
  const [info, select] = [t('Show details'), t('Select another model')];
  const picked = await vscode.window.showErrorMessage(`CFPRM: ${fault.message}`, info, select);
  if (picked === info) await vscode.commands.executeCommand('cfprm.showModelInfo' satisfies CommandId);
  if (picked === select) await vscode.commands.executeCommand('cfprm.selectModel' satisfies CommandId);
}
