import path from 'node:path';
import { t } from '@vscode/l10n';
import * as vscode from 'vscode';
import { counted } from '../../core/trace/words';
import { validateFile } from '../../io/validateFile';
import { withCancel } from '../progress';
import type { Services } from '../services';
import { valueOrTell } from '../trace/navigation';

/** "CFPRM: Validate file": looks at every row and shows what is malformed or suspicious. */
export async function validate({ files, findings }: Services, source: vscode.Uri): Promise<void> {
  const choice = valueOrTell(files.reading.resolve(source));
  if (choice === undefined) return;
  const name = path.basename(source.fsPath);
  const validation = valueOrTell(
    await withCancel(t('CFPRM: validating {0}', name), (signal, report) =>
      validateFile(source.fsPath, choice, signal, report),
    ),
  );
  if (validation === undefined) return;
  const { report } = validation;
  const total = Object.values(report.findingCounts).reduce((sum, count) => sum + count, 0);
  if (total + report.malformed.length === 0) {
    const rows = counted(report.rows, 'row');
    void vscode.window.showInformationMessage(
      t('CFPRM: {0}: {1}, nothing malformed, nothing suspicious.', name, rows),
    );
    return;
  }
  await findings.show(source, report);
}
