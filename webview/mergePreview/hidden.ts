import { t } from '@vscode/l10n';
import type { MergePreview } from '../../src/core/merge/preview';
import { count, counted, glyph, labelWords } from '../../src/core/trace/words';
import { el } from '../ui/dom';
import { asLabel } from './examples';

type Hidden = MergePreview['hidden'][number];

/** The windows that hide an opposite label, each a link to the step; undefined if there is none. */
export function hiddenList(
  { blocks, hidden }: MergePreview,
  onReveal: (window: Hidden) => void,
): HTMLElement | undefined {
  if (hidden.length === 0) return undefined;
  const all = blocks.reduce((sum, block) => sum + block.hidden, 0);
  const words = t(
    "{0} with a step whose label is opposite to the window's. Select one to see the step in the trace view.",
    counted(all, 'window'),
  );
  const more = hidden.length < all ? el('p.dim', t('The first {0} are listed.', count(hidden.length))) : '';
  const list = el('ul.hidden', ...hidden.map((window) => el('li', link(window, onReveal))));
  list.tabIndex = 0;
  list.setAttribute('aria-label', t('Windows that hide an opposite label'));
  const title = el('summary', el('h2', t('Hidden labels')), el('span.count', count(all)));
  const details = el('details.hiding', title, el('p', words), list, more);
  details.toggleAttribute('open', all <= 20);
  return details;
}

function link(window: Hidden, onReveal: (window: Hidden) => void): HTMLElement {
  const { row, trajectory, window: size, from, to, value, step } = window;
  const label = asLabel(Number.isNaN(value) ? null : value);
  const opposite = value > 0.5 ? ('incorrect' as const) : ('correct' as const);
  const steps = t('steps {0}–{1}', from + 1, to);
  const place =
    trajectory > 1 ? t('row {0}, trajectory {1}', count(row), trajectory) : t('row {0}', count(row));
  const element = el(
    'button.link',
    el('span.place', place),
    el('span.size', `C = ${size}`),
    el('span.steps', steps),
    el('span.window-label', `${glyph(label)} ${labelWords(label)}`),
    el('span.opposite', t('but step {0} is {1}', step + 1, labelWords(opposite))),
  );
  element.addEventListener('click', () => onReveal(window));
  return element;
}
