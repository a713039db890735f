import { existsSync } from 'node:fs';
import path from 'node:path';
import { t } from '@vscode/l10n';
import * as vscode from 'vscode';
import type { Manifest } from '../../core/merge/manifest';
import { type MergeOptions, type MergeRequest, resolveOptions } from '../../core/merge/options';
import { fail, type Result } from '../../core/result';
import { counted } from '../../core/trace/words';
import { mergeFile } from '../../io/mergeFile';
import { replaceableFiles } from '../../io/mergeFolder';
import { previewMerge } from '../../io/previewMerge';
import { CANCELLED } from '../../io/rowStream';
import { typeLine } from '../ask';
import { withCancel } from '../progress';
import type { Services } from '../services';
import { valueOrTell } from '../trace/navigation';
import { tick } from '../welcome/progress';
import { askOptions, optionWords } from './optionForm';
import { MergePreviewPanel } from './previewPanel';
import { PreviewRows } from './previewRows';

/** "CFPRM: Merge windows": options, then a preview, then, when the user says so, the files. */
export async function mergeWindows(
  services: Services,
  source: vscode.Uri,
  start: MergeRequest = {},
): Promise<void> {
  if (source.scheme !== 'file') {
    void vscode.window.showErrorMessage(t('CFPRM: save this file to disk before merging its windows.'));
    return;
  }
  const name = path.basename(source.fsPath);
  const options = await askOptions(name, start);
  if (options === undefined) return;
  const preview = await withCancel(t('CFPRM: preview of {0}', name), async (signal) => {
    const choice = services.files.reading.resolve(source);
    return choice.ok ? previewMerge(source.fsPath, options, { ...choice.value, signal }) : choice;
  });
  const shown = valueOrTell(preview);
  if (shown === undefined) return;
  tick('merge');
  const { tracePlaces } = services;
  const cursor = () => tracePlaces.last(source);
  MergePreviewPanel.show(services.context.extensionUri, source, {
    state: { source: name, options: optionWords(options), preview: shown },
    rows: new PreviewRows(services.files, source, options, cursor),
    first: cursor() === undefined ? { by: 'row', row: shown.firstRow ?? 1, trajectory: 1 } : { by: 'cursor' },
    onPress(type) {
      if (type === 'cancel') MergePreviewPanel.close(source);
      else if (type === 'change') void mergeWindows(services, source, requestOf(options));
      else void write(services, source, options);
    },
    onReveal: (at) => void reveal(services, source, at),
  });
}

/** Shows a step in the trace view, beside the preview if it is not in sight. */
async function reveal(
  { files, navigation }: Services,
  source: vscode.Uri,
  { row, trajectory, step }: { readonly row: number; readonly trajectory: number; readonly step: number },
): Promise<void> {
  const file = valueOrTell(await files.open(source));
  const ordinal = await file?.ordinalOfRow(row);
  if (ordinal === undefined) return;
  await navigation.openStep(source, { ordinal, trajectory, step }, true, vscode.ViewColumn.Beside);
}

/** A merge that is decided already: the second argument of the command, for keybindings and tasks. */
export interface MergeCall {
  /** The folder to write. */
  readonly out: string;
  /** Options that differ from the defaults. */
  readonly options?: MergeRequest;
  /** Replaces an existing folder. */
  readonly force?: boolean;
}

/** True for a `MergeCall`; menus pass other things as second argument. */
export function isMergeJob(value: unknown): value is MergeCall {
  return typeof value === 'object' && value !== null && typeof (value as Partial<MergeCall>).out === 'string';
}

/** Merges without asking anything; returns the manifest or the fault. */
export async function mergeTo(
  services: Services,
  source: vscode.Uri,
  call: MergeCall,
): Promise<Result<Manifest>> {
  const options = resolveOptions(call.options ?? {});
  return options.ok ? run(services, source, call.out, options.value, call.force ?? false) : options;
}

async function write(services: Services, source: vscode.Uri, options: MergeOptions): Promise<void> {
  const out = await askFolder(source, options);
  if (out === undefined) return;
  const manifest = await run(services, source, out.path, options, out.replace);
  if (!manifest.ok && manifest.fault.message === CANCELLED) {
    void vscode.window.showInformationMessage(t('CFPRM: merging was cancelled; nothing was written.'));
    return;
  }
  const done = valueOrTell(manifest);
  if (done === undefined) return;
  MergePreviewPanel.close(source);
  const rows = done.blocks.reduce((sum, block) => sum + block.rows, 0);
  const { malformed } = done.skipped;
  const left = malformed > 0 ? ` ${t('Left out: {0}.', counted(malformed, 'malformed row'))}` : '';
  const blocks = counted(done.blocks.length, 'block');
  const text = t('CFPRM: wrote {0} in {1} to {2}.', counted(rows, 'row'), blocks, out.path) + left;
  const open = t('Open manifest');
  const first = t('Open first block');
  const picked = await vscode.window.showInformationMessage(text, open, first);
  if (picked === open)
    await vscode.window.showTextDocument(vscode.Uri.file(path.join(out.path, 'manifest.json')));
  const block = done.blocks[0];
  if (picked === first && block !== undefined) {
    const uri = vscode.Uri.file(path.join(out.path, block.file));
    await services.navigation.open({ source: uri, page: 0 }, { at: 'first' });
  }
}

async function run(
  services: Services,
  source: vscode.Uri,
  out: string,
  options: MergeOptions,
  force: boolean,
): Promise<Result<Manifest>> {
  const choice = services.files.reading.resolve(source);
  if (!choice.ok) return choice;
  return withCancel(t('CFPRM: merging {0}', path.basename(source.fsPath)), async (signal, report) => {
    const job = { ...choice.value, source: source.fsPath, out, options, force, signal, onProgress: report };
    const result = await mergeFile(job);
    if (!result.ok && signal.aborted) return fail(CANCELLED);
    services.log.info(`merge of ${source.fsPath} to ${out}: ${result.ok ? 'done' : result.fault.message}`);
    return result;
  });
}

/** The folder to write, and whether it may replace one that is there; undefined if the user left. */
async function askFolder(
  source: vscode.Uri,
  options: MergeOptions,
): Promise<{ path: string; replace: boolean } | undefined> {
  const base = source.fsPath.replace(/\.(jsonl|ndjson|json)$/i, '');
  const typed = await typeLine({
    title: t('CFPRM: Folder to write'),
    prompt: t('A new folder; it appears only when everything is written'),
    value: `${base}-windows-${options.sizes[0]}`,
    valueSelection: [base.length - path.basename(base).length, base.length],
    validateInput: (text) =>
      path.isAbsolute(text.trim()) ? undefined : t('Give the whole path of the folder.'),
  });
  if (typed === undefined) return undefined;
  const folder = path.normalize(typed.trim());
  if (!existsSync(folder)) return { path: folder, replace: false };
  const files = valueOrTell(await replaceableFiles(folder));
  if (files === undefined) return undefined;
  const replace = t('Replace');
  const detail =
    files.length === 0
      ? t('The folder is empty.')
      : t(
          'An earlier merge wrote its whole content: {0}. They are removed when the new ones are in place.',
          counted(files.length, 'file'),
        );
  const question = t('{0} exists already.', path.basename(folder));
  const answer = await vscode.window.showWarningMessage(question, { modal: true, detail }, replace);
  return answer === replace ? { path: folder, replace: true } : undefined;
}

function requestOf({ sizes, blocks, ...rest }: MergeOptions): MergeRequest {
  return blocks === 'single' ? { ...rest, blocks, max: sizes[0] } : { ...rest, sizes };
}
