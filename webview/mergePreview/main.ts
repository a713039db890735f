import { t } from '@vscode/l10n';
import '../ui/texts';
import { faultWords } from '../../src/core/result';
import { count, counted } from '../../src/core/trace/words';
import type { FromMergePreview, MergePreviewState, ToMergePreview } from '../../src/shared/mergePreview';
import { button, registerControls } from '../ui/controls';
import { el } from '../ui/dom';
import { blockTable } from './blocks';
import { ExamplePager } from './examples';
import { hiddenList } from './hidden';
import './style.css';

declare function acquireVsCodeApi(): { postMessage(message: FromMergePreview): void };

const vscode = acquireVsCodeApi();
const send = (message: FromMergePreview): void => vscode.postMessage(message);

registerControls();
const pager = new ExamplePager((wish) => send({ type: 'wish', wish }));
window.addEventListener('message', ({ data }: MessageEvent<ToMergePreview>) => {
  if (data.type === 'show') show(data.state);
  else if (data.type === 'example') pager.show(data.shown);
  else pager.refuse(data.message);
});
send({ type: 'ready' });

function show(state: MergePreviewState): void {
  const { preview } = state;
  const heading = el('h1', t('Merge windows: {0}', state.source));
  const actions = el(
    'div.actions',
    button(t('Write…'), 'primary', () => send({ type: 'write' })),
    button(t('Change options'), 'secondary', () => send({ type: 'change' })),
    button(t('Cancel'), 'secondary', () => send({ type: 'cancel' })),
  );
  const page = el('main', heading, el('p.options', state.options.join(' · ')), actions, notes(state));
  const hidden = hiddenList(preview, ({ row, trajectory, step }) =>
    send({ type: 'reveal', row, trajectory, step: step + 1 }),
  );
  page.append(el('h2', t('What will be written')), blockTable(preview), hidden ?? '');
  page.append(el('h2', t('Before and after')), pager.element);
  document.body.replaceChildren(page);
}

/** What a user should know before writing; nothing if there is nothing to know. */
function notes({ preview }: MergePreviewState): HTMLElement {
  const { skipped } = preview;
  const said: [boolean, string][] = [
    [
      !preview.whole,
      t(
        'Counted on the first {0} of {1} bytes; the size is extrapolated.',
        count(preview.seenBytes),
        count(preview.totalBytes),
      ),
    ],
    [preview.edits > 0, t('Edited labels are used: {0}.', count(preview.edits))],
    [
      preview.staleEdits > 0,
      t('Edited labels ignored because their rows have changed: {0}.', count(preview.staleEdits)),
    ],
    [preview.numbers, t('Some labels are soft, so all labels are written as numbers.')],
    [
      skipped.malformed > 0,
      `${t('Left out: {0}.', counted(skipped.malformed, 'malformed row'))} ${malformedWords(preview)}`,
    ],
    [skipped.unlabelled > 0, t('Left out: {0} without labels.', trajectories(skipped.unlabelled))],
    [skipped.cut > 0, t('Truncated at the first unlabelled step: {0}.', trajectories(skipped.cut))],
    [skipped.empty > 0, t('Left out: {0} without steps.', trajectories(skipped.empty))],
  ];
  const items = said.filter(([holds]) => holds).map(([, text]) => el('li', text));
  return items.length === 0 ? el('p.notes', t('All rows are used completely.')) : el('ul.notes', ...items);
}

function trajectories(n: number): string {
  return counted(n, 'trajectory');
}

function malformedWords({ malformed }: MergePreviewState['preview']): string {
  return malformed.slice(0, 3).map(faultWords).join(' ');
}
