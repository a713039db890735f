import { t } from '@vscode/l10n';
import * as vscode from 'vscode';
import { relabellerOf } from '../../core/labels/relabel/relabellers';
import { counted } from '../../core/trace/words';
import { writeLabelledCopy } from '../../io/labelledCopy';
import { CANCELLED } from '../../io/rowStream';
import { askFile, openAfter } from '../files/newFile';
import type { OpenFiles } from '../files/openFiles';
import { withCancel } from '../progress';
import { valueOrTell } from '../trace/navigation';

/** "CFPRM: Write labelled copy": the source with the edited labels in it, as a new file. */
export async function writeCopy(files: OpenFiles, uri: vscode.Uri): Promise<void> {
  const file = valueOrTell(await files.open(uri));
  const labels = await files.labels(uri);
  if (file === undefined || labels === undefined || valueOrTell(labels.journal) === undefined) return;
  const { source } = file;
  const relabel = relabellerOf(source.format);
  if (relabel === undefined) {
    void vscode.window.showErrorMessage(
      t(
        'CFPRM: labels cannot be written into rows of {0}. Convert the file to another format: edited labels go with it.',
        source.format.title,
      ),
    );
    return;
  }
  if (labels.overlay.isEmpty) {
    void vscode.window.showInformationMessage(t('CFPRM: no label of this file was edited.'));
    return;
  }
  const target = await askFile(uri, 'labelled');
  if (target === undefined) return;
  const copy = await withCancel(t('CFPRM: writing a labelled copy'), (signal, onProgress) =>
    writeLabelledCopy({
      source,
      overlay: labels.overlay,
      relabel,
      out: target.fsPath,
      // The dialog has asked already.
      force: true,
      signal,
      onProgress,
    }),
  );
  if (!copy.ok && copy.fault.message === CANCELLED) {
    void vscode.window.showInformationMessage(t('CFPRM: the copy was cancelled; nothing was written.'));
    return;
  }
  const done = valueOrTell(copy);
  if (done === undefined) return;
  const left = [
    done.stale.length > 0 ? t('{0} changed since (kept as they are)', counted(done.stale.length, 'row')) : '',
    done.refused.length > 0
      ? t(
          '{0} kept as they are: row {1}: {2}',
          counted(done.refused.length, 'row'),
          done.refused[0]!.row ?? 0,
          done.refused[0]!.message,
        )
      : '',
  ].filter((part) => part !== '');
  const words = t('CFPRM: wrote {0} with {1}.', target.fsPath, counted(done.labels, 'edited label'));
  await openAfter([words, ...left].join(' '), target);
}
