import { t } from '@vscode/l10n';
import '../ui/texts';
import type { ShownProblem } from '../../src/core/bon/shown';
import { size } from '../../src/core/trace/words';
import type { ToCandidates } from '../../src/shared/candidates';
import { button, registerControls, tabs } from '../ui/controls';
import { el } from '../ui/dom';
import { CandidatesTab } from './candidatesTab';
import { FileTab } from './fileTab';
import { recall, remember, send } from './store';
import 'katex/dist/katex.min.css';
import './style.css';

registerControls();

const candidates = new CandidatesTab();
const file = new FileTab((index) => {
  send({ type: 'choose', problem: { index } });
  pages.show('candidates');
  remember({ tab: 'candidates', at: undefined });
});
const pages = tabs(
  t('Candidates'),
  [
    { id: 'candidates', title: t('Candidates'), page: candidates.element },
    { id: 'file', title: t('File'), page: file.element },
  ],
  (tab) => remember({ tab: tab === 'file' ? 'file' : 'candidates' }),
);
const name = el('span.source');
const notice = el('div.notice');
notice.setAttribute('role', 'status');
const page = el('main', el('header', pages.element, name), notice, candidates.element, file.element);
pages.show(recall().tab);
window.addEventListener('message', (event: MessageEvent<ToCandidates>) => receive(event.data));
send({ type: 'ready', was: recall().was });

function receive(message: ToCandidates): void {
  switch (message.type) {
    case 'source':
      showSource(message);
      break;
    case 'progress':
      showProgress(message.done, message.total);
      break;
    case 'fault':
      showFault(message.message, message.cancelled);
      break;
    case 'file':
      notice.replaceChildren();
      candidates.setFile(message.file);
      file.showFile(message.file);
      break;
    case 'numbers':
      file.showNumbers(message.numbers);
      break;
    case 'noNumbers':
      file.showNoNumbers(message.message);
      break;
    case 'problem':
      showProblem(message.shown);
      break;
    case 'scores':
      candidates.showScores(message);
      break;
    case 'noProblem':
      candidates.clear(message.message);
      break;
    case 'stale':
      showNotice(t('The file has changed since it was read.'), t('Read again'), () =>
        send({ type: 'again' }),
      );
      break;
    case 'follow':
      // Who is at work in here has moved the cursor there, and may be on already.
      if (!document.hasFocus()) candidates.goTo(message.at);
      break;
    case 'thresholds':
      candidates.setThresholds(message.recorded, message.computed);
      break;
  }
}

function showProblem(shown: ShownProblem): void {
  const { was } = recall();
  const { index } = shown.candidates;
  if (was !== undefined) remember({ was: { ...was, problem: { index } } });
  candidates.show(shown);
}

function showSource({ source, name: title, options }: Extract<ToCandidates, { type: 'source' }>): void {
  const { was } = recall();
  if (was?.source !== source) {
    remember({ was: { source, problem: undefined, options }, at: undefined, n: undefined });
    candidates.clear('');
    file.clear();
  } else remember({ was: { ...was, options } });
  name.textContent = title;
  candidates.setOptions(options);
  file.setOptions(options);
  if (page.parentElement === null) document.body.replaceChildren(page);
}

function showProgress(done: number, total: number): void {
  const bar = document.createElement('progress');
  bar.setAttribute('aria-label', t('Reading the file'));
  if (done > 0) {
    bar.max = total;
    bar.value = done;
  }
  const words = done === 0 ? t('Reading…') : t('Reading: {0} of {1}', size(done), size(total));
  const cancel = button(t('Cancel'), 'secondary', () => send({ type: 'cancel' }));
  const known = notice.querySelector('progress');
  // The button stays the same one, so that it can be pressed.
  if (known !== null && done > 0) {
    known.max = total;
    known.value = done;
    notice.querySelector('span')!.textContent = words;
  } else notice.replaceChildren(bar, el('span', words), cancel);
}

function showFault(message: string, cancelled: boolean): void {
  const words = cancelled ? t('Reading was cancelled.') : message;
  showNotice(words, t('Read again'), () => send({ type: 'again' }));
  notice.classList.toggle('bad', !cancelled);
  candidates.clear('');
  file.showNoNumbers(cancelled ? '' : message);
}

function showNotice(words: string, action: string, onPress: () => void): void {
  notice.classList.remove('bad');
  notice.replaceChildren(el('span', words), button(action, 'secondary', onPress));
}
