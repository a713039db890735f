import { t } from '@vscode/l10n';
import type { MergePreview } from '../../src/core/merge/preview';
import { count, counted, size } from '../../src/core/trace/words';
import { el } from '../ui/dom';

type Block = MergePreview['blocks'][number];

/** The table of blocks in training order, with a bar for the balance of labels. */
export function blockTable(preview: MergePreview): HTMLElement {
  const cells = [
    el('th', 'C'),
    el('th', t('File')),
    el('th.number', t('Rows')),
    el('th.number', t('Windows')),
    el('th', t('Label balance')),
    el('th.number', t('Tails')),
    el('th.number', t('Hidden')),
    el('th.number', t('Size')),
  ];
  const head = el('thead', el('tr', ...cells));
  const body = el('tbody', ...preview.blocks.map(blockRow));
  const table = el('table', head, body);
  const bytes = size(preview.estimatedBytes);
  const words = preview.whole
    ? t('Together {0}, with a manifest.json.', bytes)
    : t('Together about {0}, with a manifest.json.', bytes);
  // Scrolled sideways by keys where it does not fit.
  const scroll = el('div.scroll', table);
  scroll.tabIndex = 0;
  scroll.setAttribute('role', 'region');
  scroll.setAttribute('aria-label', t('What will be written'));
  const reasons = preview.blocks.flatMap((block) => fewerWords(block, preview.merged));
  return el(
    'div',
    scroll,
    el('p.total', words),
    ...(reasons.length === 0 ? [] : [el('ul.reasons', ...reasons.map((text) => el('li', text)))]),
  );
}

/** Why a block has fewer rows than the source has trajectories, in sentences. */
function fewerWords({ window, rows, fewer }: Block, merged: number): string[] {
  if (window === null || fewer === undefined) return [];
  const { identical, longest, dropped } = fewer;
  const words: string[] = [];
  if (identical > 0) {
    const [who, most] = [counted(identical, 'trajectory'), counted(longest, 'step')];
    words.push(
      identical === 1
        ? t('{0} has at most {1}, so its windows are the same as at a larger C.', who, most)
        : t('{0} have at most {1}, so their windows are the same as at a larger C.', who, most),
      t('Identical rows are written once, at the largest C.'),
    );
  }
  if (dropped > 0) {
    const who = counted(dropped, 'trajectory');
    words.push(
      dropped === 1
        ? t('{0} is shorter than a window and is dropped.', who)
        : t('{0} are shorter than a window and are dropped.', who),
    );
  }
  if (words.length === 0) return [];
  return [
    `${t('C = {0}: {1} from {2}.', window, counted(rows, 'row'), counted(merged, 'trajectory'))} ${words.join(' ')}`,
  ];
}

function blockRow(block: Block): HTMLElement {
  const file = block.repeat === 1 ? block.file : `${block.file} × ${block.repeat}`;
  return el(
    'tr',
    el('td', block.window === null ? t('all') : String(block.window)),
    el('td.file', file),
    el('td.number', count(block.rows)),
    el('td.number', count(block.steps)),
    el('td', balance(block)),
    el('td.number', count(block.tails)),
    el('td.number', count(block.hidden)),
    el('td.number', size(block.bytes)),
  );
}

/** Shares of labels as a bar, and the same in words. */
function balance(block: Block): HTMLElement {
  const shares: [string, string, number, string][] = [
    ['positive', '✓', block.positive, t('positive')],
    ['soft', '◑', block.soft, t('soft')],
    ['masked', '–', block.masked, t('masked')],
    ['negative', '✗', block.negative, t('negative')],
  ];
  const present = shares.filter(([, , own]) => own > 0);
  const bar = el('div.bar');
  bar.setAttribute('aria-hidden', 'true');
  for (const [kind, , own] of present) {
    const part = el(`span.${kind}`);
    part.style.flexGrow = String(own);
    bar.append(part);
  }
  const words = present.map(([kind, sign, own, name]) => {
    const share = ((100 * own) / block.steps).toFixed(1);
    const word = el(`span.word.${kind}`, `${sign} ${count(own)} (${share} %)`);
    word.title = name;
    return word;
  });
  return el('div.balance', bar, el('div.words', ...words));
}
