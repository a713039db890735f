import { t } from '@vscode/l10n';
import { type BlockSummary, blockName, blockSummaries, RECENT } from '../../src/core/runs/blocks';
import type { Metric } from '../../src/core/runs/metrics';
import { durationWords } from '../../src/core/runs/words';
import { count } from '../../src/core/trace/words';
import type { ShownRun } from '../../src/shared/run';
import { el } from '../ui/dom';

/** What the run measured last, where it is, and when it will end. */
export function factList(run: ShownRun, last: Metric | undefined, now: number): HTMLElement {
  const { step, total, remainingMs, checkpoint } = run;
  const rows: readonly (readonly [string, string | undefined])[] = [
    [
      t('Step'),
      step === undefined ? undefined : total ? t('{0} of {1}', count(step), count(total)) : count(step),
    ],
    [t('Block'), last?.window === undefined ? undefined : blockName(last.window)],
    [t('Loss'), last?.loss?.toPrecision(4)],
    [t('Accuracy'), last?.accuracy === undefined ? undefined : percent(last.accuracy)],
    [t('Learning rate'), last?.lr?.toExponential(2)],
    [
      t('Tokens per second'),
      last?.tokensPerSecond === undefined ? undefined : count(Math.round(last.tokensPerSecond)),
    ],
    [t('End'), remainingMs === undefined ? undefined : endWords(remainingMs, now)],
    [t('Last checkpoint'), checkpoint ? t('step {0}', count(checkpoint)) : undefined],
    [t('On'), run.where],
    [t('Folder'), run.folder],
    [t('Started'), new Date(run.created).toLocaleString()],
    [t('Run'), run.id],
  ];
  const known = rows.filter((row): row is readonly [string, string] => row[1] !== undefined);
  return el('dl.facts', ...known.map(([term, value]) => el('div', el('dt', term), el('dd', value))));
}

/** What each block came to, as text: what the curves show. */
export function blockTable(metrics: readonly Metric[]): HTMLElement {
  const table = el('table');
  table.append(
    el('caption', t('Blocks (means of the last {0} updates)', RECENT)),
    el('thead', el('tr', ...[t('Block'), t('Updates'), t('Steps'), t('Loss'), t('Accuracy')].map(header))),
    el('tbody', ...blockSummaries(metrics).map(blockRow)),
  );
  const scroll = el('div.scroll', table);
  scroll.tabIndex = 0;
  scroll.setAttribute('role', 'region');
  scroll.setAttribute('aria-label', t('Blocks'));
  return scroll;
}

function header(text: string): HTMLElement {
  const cell = el('th', text);
  cell.setAttribute('scope', 'col');
  return cell;
}

function blockRow({ window, updates, from, to, loss, accuracy }: BlockSummary): HTMLElement {
  const name = el('th', blockName(window));
  name.setAttribute('scope', 'row');
  const cells = [
    count(updates),
    `${count(from)}–${count(to)}`,
    loss?.toPrecision(4) ?? '',
    accuracy === undefined ? '' : percent(accuracy),
  ];
  return el('tr', name, ...cells.map((text) => el('td.number', text)));
}

function percent(share: number): string {
  return `${(100 * share).toFixed(1)} %`;
}

/** When it will end, as in `in about 3 min, at 14:05`. */
function endWords(ms: number, now: number): string {
  const left = durationWords(ms);
  const at = new Date(now + ms);
  const time = at.toLocaleTimeString([], { hour: '2-digit', minute: '2-digit' });
  if (ms < 20 * 3_600_000) return t('in about {0}, at {1}', left, time);
  return t('in about {0}, at {1} on {2}', left, time, at.toLocaleDateString());
}
