import { type BlockSummary, blockName, blockSummaries, RECENT } from '../../src/core/runs/blocks';
import type { Metric } from '../../src/core/runs/metrics';
import { count } from '../../src/core/trace/words';
import type { ShownRun } from '../../src/shared/run';
import { el } from '../ui/dom';

/** What the run measured last, where it is, and when it will end. */
export function factList(run: ShownRun, last: Metric | undefined, now: number): HTMLElement {
  const { step, total, remainingMs, checkpoint } = run;
  const rows: readonly (readonly [string, string | undefined])[] = [
    ['Step', step === undefined ? undefined : total ? `${count(step)} of ${count(total)}` : count(step)],
    ['Block', last?.window === undefined ? undefined : blockName(last.window)],
    ['Loss', last?.loss?.toPrecision(4)],
    ['Accuracy', last?.accuracy === undefined ? undefined : percent(last.accuracy)],
    ['Learning rate', last?.lr?.toExponential(2)],
    [
      'Tokens per second',
      last?.tokensPerSecond === undefined ? undefined : count(Math.round(last.tokensPerSecond)),
    ],
    ['End', remainingMs === undefined ? undefined : endWords(remainingMs, now)],
    ['Last checkpoint', checkpoint ? `step ${count(checkpoint)}` : undefined],
    ['On', run.where],
    ['Folder', run.folder],
    ['Started', new Date(run.created).toLocaleString()],
    ['Run', run.id],
  ];
  const known = rows.filter((row): row is readonly [string, string] => row[1] !== undefined);
  return el('dl.facts', ...known.map(([term, value]) => el('div', el('dt', term), el('dd', value))));
}

/** What each block came to, as text: what the curves show. */
export function blockTable(metrics: readonly Metric[]): HTMLElement {
  const table = el('table');
  table.append(
    el('caption', `Blocks (means of the last ${RECENT} updates)`),
    el('thead', el('tr', ...['Block', 'Updates', 'Steps', 'Loss', 'Accuracy'].map(header))),
    el('tbody', ...blockSummaries(metrics).map(blockRow)),
  );
  const scroll = el('div.scroll', table);
  scroll.tabIndex = 0;
  scroll.setAttribute('role', 'region');
  scroll.setAttribute('aria-label', 'Blocks');
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
  const minutes = Math.round(ms / 60_000);
  const left =
    minutes < 1
      ? `${Math.max(1, Math.round(ms / 1000))} s`
      : minutes < 120
        ? `${minutes} min`
        : `${Math.round(minutes / 60)} h`;
  const at = new Date(now + ms);
  const time = at.toLocaleTimeString([], { hour: '2-digit', minute: '2-digit' });
  const day = ms < 20 * 3_600_000 ? '' : ` on ${at.toLocaleDateString()}`;
  return `in about ${left}, at ${time}${day}`;
}
