import { t } from '@vscode/l10n';
import * as vscode from 'vscode';
import {
  COPY_FORMATS,
  type CopyFormat,
  type CopySource,
  copyRange,
  copyStep,
  copyTrajectory,
} from '../../core/trace/copy';
import { entryAt, stepAt, type TraceEntry } from '../../core/trace/page';
import { pick } from '../ask';
import { baseName } from '../baseName';
import type { ModelScores } from '../scores/modelScores';
import type { Here, TraceNavigation } from './navigation';
import { trajectoryOf } from './pages';

/** Where the format is kept that was chosen last. */
const KEY = 'cfprm.copyFormat';

/** What copying works with. */
export interface CopyServices {
  readonly context: vscode.ExtensionContext;
  readonly navigation: TraceNavigation;
  readonly scores: ModelScores;
}

/** Copies the step under the cursor in the format that was chosen last; text at first. */
export async function copyStepHere(services: CopyServices, withScores: boolean): Promise<void> {
  const here = services.navigation.here();
  const entry = here && entryAt(here.page, here.line);
  const step = entry && stepAt(entry, here.line);
  const source = here && entry && sourceOf(services, here, entry);
  if (step === undefined || source === undefined) {
    vscode.window.setStatusBarMessage(t('CFPRM: put the cursor on a step to copy it'), 4000);
    return;
  }
  const format = chosen(services) ?? 'text';
  await vscode.env.clipboard.writeText(copyStep(source, step.number - 1, format, withScores));
  say(t('CFPRM: copied step {0} as {1}', step.number, titleOf(format)));
}

/** Copies the trajectory under the cursor in the format that was chosen last; asks for it the first time. */
export async function copyTrajectoryHere(services: CopyServices, isAsked = false): Promise<void> {
  const here = services.navigation.here();
  const entry = here && entryAt(here.page, here.line);
  const source = here && entry && sourceOf(services, here, entry);
  if (entry === undefined || source === undefined) {
    vscode.window.setStatusBarMessage(t('CFPRM: put the cursor on a trajectory to copy it'), 4000);
    return;
  }
  const format = (isAsked ? undefined : chosen(services)) ?? (await choose(services));
  if (format === undefined) return;
  await vscode.env.clipboard.writeText(copyTrajectory(source, format));
  say(t('CFPRM: copied {0} as {1}', entry.title, titleOf(format)));
}

/** Copies what is selected without the columns before the texts; with nothing selected the whole step, or the line. */
export async function copySelected(services: CopyServices): Promise<void> {
  const here = services.navigation.here();
  if (here === undefined) return;
  const { document, selections } = here.editor;
  const lines = document.getText().split(/\r?\n/u);
  const inOrder = [...selections].sort((a, b) => a.start.compareTo(b.start));
  const parts = inOrder.map((selection) => {
    const { start, end } = selection;
    if (selection.isEmpty) return wholeStep(services, here, start.line) ?? lines[start.line] ?? '';
    const range = { startLine: start.line, start: start.character, endLine: end.line, end: end.character };
    return copyRange(lines, here.page, range);
  });
  await vscode.env.clipboard.writeText(parts.join('\n'));
}

function wholeStep(services: CopyServices, here: Here, line: number): string | undefined {
  const entry = entryAt(here.page, line);
  const step = entry && stepAt(entry, line);
  const source = entry && sourceOf(services, here, entry);
  return step && source && copyStep(source, step.number - 1, 'text', false);
}

/** What an entry of the page shows; undefined for a row that could not be read. */
function sourceOf({ scores }: CopyServices, here: Here, entry: TraceEntry): CopySource | undefined {
  const trajectory = trajectoryOf(here.page, entry);
  if (trajectory === undefined) return undefined;
  const computed = scores.of(trajectory);
  return {
    trajectory,
    file: baseName(here.address.source),
    row: entry.row,
    number: entry.trajectory,
    of: entry.trajectories,
    computed: computed?.state === 'scored' ? computed : undefined,
  };
}

function chosen({ context }: CopyServices): CopyFormat | undefined {
  const kept = context.globalState.get<string>(KEY);
  return COPY_FORMATS.find((format) => format === kept);
}

async function choose(services: CopyServices): Promise<CopyFormat | undefined> {
  const last = chosen(services);
  const formats = [...COPY_FORMATS].sort((a, b) => Number(b === last) - Number(a === last));
  const picks = formats.map((format) => ({ label: titleOf(format), format }));
  const picked = await pick(picks, {
    title: t('CFPRM: Copy as'),
    placeHolder: t('Copy commands use this format from now on'),
  });
  if (picked !== undefined) await services.context.globalState.update(KEY, picked.format);
  return picked?.format;
}

function titleOf(format: CopyFormat): string {
  return { text: t('text'), markdown: 'Markdown', json: 'JSON' }[format];
}

function say(words: string): void {
  vscode.window.setStatusBarMessage(words, 4000);
}
