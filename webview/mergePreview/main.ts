import { t } from '@vscode/l10n';
import '../ui/texts';
import { faultWords } from '../../src/core/result';
import { count, counted } from '../../src/core/trace/words';
import type { FromMergePreview, MergePreviewState, ToMergePreview } from '../../src/shared/mergePreview';
import { button, registerControls } from '../ui/controls';
import { el } from '../ui/dom';
import { blockTable } from './blocks';
import { exampleList } from './examples';
import './style.css';

declare function acquireVsCodeApi(): { postMessage(message: FromMergePreview): void };

const vscode = acquireVsCodeApi();
const send = (type: FromMergePreview['type']): void => vscode.postMessage({ type });

registerControls();
window.addEventListener('message', (event: MessageEvent<ToMergePreview>) => {
  if (event.data.type === 'show') show(event.data.state);
});
send('ready');

function show(state: MergePreviewState): void {
  const { preview } = state;
  const heading = el('h1', t('Merge windows: {0}', state.source));
  const actions = el(
    'div.actions',
    button(t('Write…'), 'primary', () => send('write')),
    button(t('Change options'), 'secondary', () => send('change')),
    button(t('Cancel'), 'secondary', () => send('cancel')),
  );
  const page = el('main', heading, el('p.options', state.options.join(' · ')), actions, notes(state));
  page.append(el('h2', t('What will be written')), blockTable(preview));
  page.append(el('h2', t('Before and after')), exampleList(preview.examples));
  document.body.replaceChildren(page);
}

/** What a user should know before writing; nothing if there is nothing to know. */
function notes({ preview }: MergePreviewState): HTMLElement {
  const { skipped } = preview;
  const hidden = preview.blocks.reduce((sum, block) => sum + block.hidden, 0);
  const said: [boolean, string][] = [
    [
      !preview.whole,
      t(
        'Counted on the first {0} of {1} bytes; the size is extrapolated.',
        count(preview.seenBytes),
        count(preview.totalBytes),
      ),
    ],
    [
      hidden > 0,
      t(
        '{0} with a step whose label is opposite to the window\'s; the column "Hidden" counts them.',
        counted(hidden, 'window'),
      ),
    ],
    [preview.edits > 0, t('Edited labels are used: {0}.', count(preview.edits))],
    [
      preview.staleEdits > 0,
      t(
        'Edited labels that are left out, because their rows have changed since: {0}.',
        count(preview.staleEdits),
      ),
    ],
    [preview.numbers, t('Some labels are soft, so all labels are written as numbers.')],
    [
      skipped.malformed > 0,
      `${t('Left out: {0}.', counted(skipped.malformed, 'malformed row'))} ${malformedWords(preview)}`,
    ],
    [skipped.unlabelled > 0, t('Left out: {0} without labels.', trajectories(skipped.unlabelled))],
    [skipped.cut > 0, t('Cut before the first unlabelled step: {0}.', trajectories(skipped.cut))],
    [skipped.empty > 0, t('Left out: {0} without steps.', trajectories(skipped.empty))],
  ];
  const items = said.filter(([holds]) => holds).map(([, text]) => el('li', text));
  return items.length === 0 ? el('p.notes', t('Every row is used whole.')) : el('ul.notes', ...items);
}

function trajectories(n: number): string {
  return counted(n, 'trajectory');
}

function malformedWords({ malformed }: MergePreviewState['preview']): string {
  return malformed.slice(0, 3).map(faultWords).join(' ');
}
