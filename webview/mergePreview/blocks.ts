import type { MergePreview } from '../../src/core/merge/preview';
import { size } from '../../src/core/trace/words';
import { el } from '../ui/dom';

type Block = MergePreview['blocks'][number];

const n = (value: number): string => value.toLocaleString('en-US');

/** The table of blocks in training order, with a bar for the balance of labels. */
export function blockTable(preview: MergePreview): HTMLElement {
  const titles = ['C', 'File', 'Rows', 'Windows', 'Label balance', 'Tails', 'Hidden', 'Size'];
  const isNumber = (title: string): boolean => ['Rows', 'Windows', 'Tails', 'Hidden', 'Size'].includes(title);
  const cells = titles.map((title) => el(isNumber(title) ? 'th.number' : 'th', title));
  const head = el('thead', el('tr', ...cells));
  const body = el('tbody', ...preview.blocks.map(blockRow));
  const table = el('table', head, body);
  const about = preview.whole ? '' : 'about ';
  const total = el('p.total', `Together ${about}${size(preview.estimatedBytes)}, with a manifest.json.`);
  return el('div.scroll', table, total);
}

function blockRow(block: Block): HTMLElement {
  const file = block.repeat === 1 ? block.file : `${block.file} × ${block.repeat}`;
  return el(
    'tr',
    el('td', block.window === null ? 'all' : String(block.window)),
    el('td.file', file),
    el('td.number', n(block.rows)),
    el('td.number', n(block.steps)),
    el('td', balance(block)),
    el('td.number', n(block.tails)),
    el('td.number', n(block.hidden)),
    el('td.number', size(block.bytes)),
  );
}

/** Shares of labels as a bar, and the same in words. */
function balance(block: Block): HTMLElement {
  const shares: [string, string, number][] = [
    ['positive', '✓', block.positive],
    ['soft', '◑', block.soft],
    ['masked', '–', block.masked],
    ['negative', '✗', block.negative],
  ];
  const present = shares.filter(([, , count]) => count > 0);
  const bar = el('div.bar');
  bar.setAttribute('aria-hidden', 'true');
  for (const [kind, , count] of present) {
    const part = el(`span.${kind}`);
    part.style.flexGrow = String(count);
    bar.append(part);
  }
  const words = present.map(([kind, sign, count]) => {
    const word = el(
      `span.word.${kind}`,
      `${sign} ${n(count)} (${((100 * count) / block.steps).toFixed(1)} %)`,
    );
    word.title = kind;
    return word;
  });
  return el('div.balance', bar, el('div.words', ...words));
}
