import { t } from '@vscode/l10n';
import * as vscode from 'vscode';
import type { Disagreement } from '../../core/labels/disagreement';
import { count, counted, formatScore } from '../../core/trace/words';
import { pick } from '../ask';
import type { OpenFiles } from '../files/openFiles';
import { type TraceNavigation, valueOrTell } from '../trace/navigation';
import type { DisagreementIndex, FoundDisagreements } from './disagreementIndex';

/** So many disagreements a list shows; a longer one is read by nobody. */
const LISTED = 500;

/** Visits the steps whose label and score disagree, from the strongest on, or from a list. */
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
    if (found === undefined || isNone(found)) return;
    const next = found.at + step;
    if (next < 0 || next >= found.list.length) {
      const end = step === 1 ? t('CFPRM: this is the last one') : t('CFPRM: this is the first one');
      vscode.window.setStatusBarMessage(`${end}. ${comparedWords(found)}`, 8000);
      return;
    }
    found.at = next;
    await this.show(source, found);
  }

  /** Lists the disagreements of the file in the active trace view, the strongest first, and goes to the one picked. */
  async list(): Promise<void> {
    const here = this.navigation.here();
    if (here === undefined) return;
    const { source } = here.address;
    for (let isAnew = false; ; ) {
      const found = valueOrTell(await this.index.look(source, isAnew));
      if (found === undefined || isNone(found)) return;
      const picked = await pick(
        [...(found.isOutdated ? [LOOK_AGAIN] : []), ...found.list.slice(0, LISTED).map(itemOf)],
        {
          title: titleOf(found),
          placeHolder: comparedWords(found),
          matchOnDescription: true,
          matchOnDetail: true,
        },
      );
      if (picked === undefined) return;
      if (picked.at !== undefined) {
        found.at = picked.at;
        return this.show(source, found);
      }
      isAnew = true;
    }
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
      'CFPRM: disagreement {0} of {1}: {2}',
      count(found.at + 1),
      count(found.count),
      scoreWords(one),
    );
    vscode.window.setStatusBarMessage(`${words}. ${comparedWords(found)}`, 8000);
  }
}

interface Item extends vscode.QuickPickItem {
  /** Its position in the list; undefined to look again. */
  readonly at?: number;
}

const LOOK_AGAIN: Item = {
  label: `$(refresh) ${t('Look again')}`,
  description: t('scores or labels changed since'),
};

function itemOf(one: Disagreement, at: number): Item {
  const candidate = one.trajectory > 1 ? `, ${t('candidate {0}', one.trajectory)}` : '';
  const name = one.id === null ? '' : ` (${one.id})`;
  return {
    label: `${t('row {0}', count(one.row))}${name}${candidate}, ${t('step {0}', one.step)}`,
    description: scoreWords(one),
    detail: one.excerpt,
    at,
  };
}

function titleOf({ list, count: all, threshold }: FoundDisagreements): string {
  const shown = Math.min(LISTED, list.length);
  return shown < all
    ? t(
        'CFPRM: the strongest {0} of {1} disagreements at the threshold {2}',
        count(shown),
        count(all),
        threshold,
      )
    : t('CFPRM: disagreements at the threshold {0}: {1}', threshold, count(all));
}

function scoreWords({ label, probability, isComputed }: Disagreement): string {
  const [left, right] = [formatScore(label), formatScore(probability)];
  return isComputed
    ? t('label {0}, computed score {1}', left, right)
    : t('label {0}, recorded score {1}', left, right);
}

/** Tells when there are none; true then. */
function isNone(found: FoundDisagreements): boolean {
  if (found.list.length > 0) return false;
  const none = t('CFPRM: no label disagrees with its score at the threshold {0}.', found.threshold);
  void vscode.window.showInformationMessage(`${none} ${comparedWords(found)}`);
  return true;
}

/** Which scores were compared, and how many labelled steps have none. */
function comparedWords({ compared, model }: FoundDisagreements): string {
  const { recorded, computed, none } = compared;
  const parts = [
    recorded === 0 ? '' : t('{0} recorded', counted(recorded, 'score')),
    computed === 0 ? '' : t('{0} computed by {1}', counted(computed, 'score'), model ?? ''),
  ].filter((part) => part !== '');
  const what = parts.length === 0 ? t('Nothing was compared') : t('Compared: {0}', parts.join(', '));
  return none === 0 ? `${what}.` : `${what}; ${t('{0} with a label but no score', counted(none, 'step'))}.`;
}
