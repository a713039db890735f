import { t } from '@vscode/l10n';
import type { Estimate } from '../../src/core/bon/bootstrap';
import { el } from '../ui/dom';

/** A verdict in the language of the page; exports have the English `verdictWord`. */
export function verdictText(isCorrect: boolean | undefined): string {
  return isCorrect === undefined ? t('not judged') : isCorrect ? t('correct') : t('wrong');
}

/** A share as a percentage with one decimal. */
export function percent(share: number): string {
  return `${(100 * share).toFixed(1)} %`;
}

/** An accuracy with its interval, as a cell of a table. */
export function estimateCell(estimate: Estimate | null | undefined): HTMLElement {
  if (estimate === null || estimate === undefined) return el('td.number.dim', '–');
  const { accuracy, low, high } = estimate;
  const interval = el('span.interval', ` ${(100 * low).toFixed(1)}–${(100 * high).toFixed(1)}`);
  return el('td.number', (100 * accuracy).toFixed(1), interval);
}

/** A table with a caption; the first cell of a row names it. */
export function table(
  caption: string,
  head: readonly string[],
  rows: readonly (readonly [string, ...HTMLElement[]])[],
): HTMLElement {
  const heads = head.map((text, index) => {
    const cell = el(index === 0 ? 'th' : 'th.number', text);
    cell.setAttribute('scope', 'col');
    return cell;
  });
  const lines = rows.map(([name, ...cells]) => {
    const first = el('th', name);
    first.setAttribute('scope', 'row');
    return el('tr', first, ...cells);
  });
  const scroll = el(
    'div.scroll',
    el('table', el('caption', caption), el('thead', el('tr', ...heads)), el('tbody', ...lines)),
  );
  // Scrolled sideways by keys where it does not fit.
  scroll.tabIndex = 0;
  scroll.setAttribute('role', 'region');
  scroll.setAttribute('aria-label', caption);
  return scroll;
}

/** A number as a cell of a table. */
export function numberCell(text: string): HTMLElement {
  return el('td.number', text);
}
