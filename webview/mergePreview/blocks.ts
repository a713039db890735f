import { t } from '@vscode/l10n';
import type { MergePreview } from '../../src/core/merge/preview';
import { count, size } from '../../src/core/trace/words';
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
  const total = el('p.total', words);
  return el('div.scroll', table, total);
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
