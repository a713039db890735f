import { t } from '@vscode/l10n';
import * as vscode from 'vscode';
import { count, formatScore } from '../../core/trace/words';
import type { OpenFiles } from '../files/openFiles';
import { type TraceNavigation, valueOrTell } from '../trace/navigation';
import type { DisagreementIndex, FoundDisagreements } from './disagreementIndex';

/** Visits the steps whose label and score disagree, from the strongest on. */
export class DisagreementTour {
  constructor(
    private readonly files: OpenFiles,
    private readonly navigation: TraceNavigation,
    private readonly index: DisagreementIndex,
  ) {}

  /** Goes to the next weaker (1) or stronger (-1) disagreement of the file in the active trace view. */
  async move(step: 1 | -1): Promise<void> {
    const here = this.navigation.here();
    if (here === undefined) return;
    const { source } = here.address;
    const found = valueOrTell(await this.index.look(source));
    if (found === undefined) return;
    if (found.list.length === 0) {
      void vscode.window.showInformationMessage(
        t('CFPRM: no label disagrees with its score at the threshold {0}.', found.threshold),
      );
      return;
    }
    const next = found.at + step;
    if (next < 0 || next >= found.list.length) {
      const end = step === 1 ? t('CFPRM: this is the last one') : t('CFPRM: this is the first one');
      vscode.window.setStatusBarMessage(end, 4000);
      return;
    }
    found.at = next;
    await this.show(source, found);
  }

  private async show(source: vscode.Uri, found: FoundDisagreements): Promise<void> {
    const one = found.list[found.at]!;
    const file = valueOrTell(await this.files.open(source));
    const ordinal = await file?.ordinalOfRow(one.row);
    if (ordinal === undefined) return;
    await this.navigation.openRow(source, ordinal, this.navigation.here()?.address.filter);
    const here = this.navigation.here();
    const entry = here?.page.entries.find((it) => it.row === one.row && it.trajectory === one.trajectory);
    const line = entry?.steps[one.step - 1]?.line;
    if (here !== undefined && line !== undefined) this.navigation.cursor.moveTo(here.editor, line);
    const words = t(
      'CFPRM: disagreement {0} of {1}: label {2}, score {3}',
      count(found.at + 1),
      count(found.count),
      formatScore(one.label),
      formatScore(one.probability),
    );
    vscode.window.setStatusBarMessage(words, 8000);
  }
}
