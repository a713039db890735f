import path from 'node:path';
import { t } from '@vscode/l10n';
import * as vscode from 'vscode';
import { cannotHoldWords, lostWords, targets } from '../../core/convert/converter';
import type { Format } from '../../core/formats/format';
import { fail, type Result } from '../../core/result';
import { counted } from '../../core/trace/words';
import { type Conversion, convertFile, previewConversion } from '../../io/convertFile';
import { CANCELLED } from '../../io/rowStream';
import { pick } from '../ask';
import { askFile, openAfter } from '../files/newFile';
import { withCancel } from '../progress';
import type { Services } from '../services';
import { valueOrTell } from '../trace/navigation';

/** A conversion that is decided already: the second argument of the command, for keybindings and tasks. */
export interface ConvertCall {
  /** Id of a format that can be written. */
  readonly to: string;
  /** The file to write. */
  readonly out: string;
  /** Replaces an existing file. */
  readonly force?: boolean;
}

/** True for a `ConvertCall`; menus pass other things as second argument. */
export function isConvertCall(value: unknown): value is ConvertCall {
  const call = value as Partial<ConvertCall> | null;
  return typeof call === 'object' && typeof call?.to === 'string' && typeof call.out === 'string';
}

/** "CFPRM: Convert format": a target, then what it cannot hold of this file, then, if the user agrees, the file. */
export async function convertFormat({ files }: Services, source: vscode.Uri): Promise<void> {
  const to = await askTarget(path.basename(source.fsPath));
  if (to === undefined) return;
  const choice = valueOrTell(files.reading.resolve(source));
  if (choice === undefined) return;
  const job = { ...choice, source: source.fsPath, to };
  const preview = valueOrTell(
    await withCancel(t('CFPRM: what would be lost'), (signal, onProgress) =>
      previewConversion({ ...job, signal, onProgress }),
    ),
  );
  if (preview === undefined || !(await agrees(to, preview))) return;
  const target = await askFile(source, to.id);
  if (target === undefined) return;
  // The dialog has asked already about a file that exists.
  const done = await withCancel(t('CFPRM: converting to {0}', to.title), (signal, onProgress) =>
    convertFile({ ...job, out: target.fsPath, force: true, signal, onProgress }),
  );
  if (!done.ok && done.fault.message === CANCELLED) {
    void vscode.window.showInformationMessage(t('CFPRM: converting was cancelled; nothing was written.'));
    return;
  }
  const conversion = valueOrTell(done);
  if (conversion === undefined) return;
  const lost = lostWords(conversion.lost);
  const words = t('CFPRM: wrote {0} to {1}.', counted(conversion.written, 'row'), target.fsPath);
  await openAfter(lost.length === 0 ? words : `${words} ${t('Lost: {0}.', lost.join('; '))}`, target);
}

/** Converts without asking anything. Faults: as `convertFile`, or no such target. */
export async function convertTo(
  { files }: Services,
  source: vscode.Uri,
  { to: id, out, force }: ConvertCall,
): Promise<Result<Conversion>> {
  const to = targets.find((format) => format.id === id);
  const ids = targets.map((format) => format.id).join(', ');
  if (to === undefined) return fail(t('"{0}" cannot be written. Formats that can are {1}.', id, ids));
  const choice = files.reading.resolve(source);
  if (!choice.ok) return choice;
  return withCancel(t('CFPRM: converting to {0}', to.title), (signal, onProgress) =>
    convertFile({ ...choice.value, source: source.fsPath, out, to, force, signal, onProgress }),
  );
}

async function askTarget(name: string): Promise<Format | undefined> {
  const picks = targets.map((format) => ({
    label: format.title,
    description: format.id,
    detail: t('cannot hold: {0}', cannotHoldWords(format).join('; ')),
    format,
  }));
  const options = {
    title: t('CFPRM: Convert {0}', name),
    placeHolder: t('Format to write; nothing is written yet'),
  };
  return (await pick(picks, options))?.format;
}

/** Says before writing what this file would lose. */
async function agrees(to: Format, preview: Conversion): Promise<boolean> {
  const lost = lostWords(preview.lost).map((words) => t('lost: {0}', words));
  const { malformed, unwritable, faults } = preview;
  const detail = [
    ...(lost.length === 0 ? [t('Nothing is lost.')] : lost),
    malformed > 0 ? t('left out: {0}', counted(malformed, 'malformed row')) : '',
    unwritable > 0
      ? t('left out: {0} that {1} cannot hold', counted(unwritable, 'trajectory'), to.title)
      : '',
    ...faults
      .slice(0, 3)
      .map(({ row, message }) => (row === undefined ? message : t('row {0}: {1}', row, message))),
  ].filter((line) => line !== '');
  const write = t('Choose file…');
  const question = t(
    '{0} of {1} from {2}.',
    counted(preview.written, 'row'),
    to.title,
    counted(preview.trajectories, 'trajectory'),
  );
  const modal = { modal: true, detail: detail.join('\n') };
  return (await vscode.window.showInformationMessage(question, modal, write)) === write;
}
