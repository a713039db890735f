import * as vscode from 'vscode';
import { count, formatScore } from '../../core/trace/words';
import type { OpenFiles } from '../files/openFiles';
import { moveTo, type TraceNavigation, valueOrTell } from '../trace/navigation';
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
      const words = `no label disagrees with its score at the threshold ${found.threshold}`;
      void vscode.window.showInformationMessage(`CFPRM: ${words}.`);
      return;
    }
    const next = found.at + step;
    if (next < 0 || next >= found.list.length) {
      vscode.window.setStatusBarMessage(`CFPRM: this is the ${step === 1 ? 'last' : 'first'} one`, 4000);
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
    if (here !== undefined && line !== undefined) moveTo(here.editor, line);
    const place = `${count(found.at + 1)} of ${count(found.count)}`;
    const what = `label ${formatScore(one.label)}, score ${formatScore(one.probability)}`;
    vscode.window.setStatusBarMessage(`CFPRM: disagreement ${place}: ${what}`, 8000);
  }
}
