import { t } from '@vscode/l10n';
import '../ui/texts';
import type { Metric } from '../../src/core/runs/metrics';
import type { RunState } from '../../src/core/runs/state';
import { stateWords } from '../../src/core/runs/words';
import type { FromRun, RunButton, RunPlace, ShownRun, ToRun } from '../../src/shared/run';
import { button, registerControls } from '../ui/controls';
import { el } from '../ui/dom';
import { Curves } from './curves';
import { blockTable, factList } from './facts';
import { LogView } from './logView';
import './style.css';

declare function acquireVsCodeApi(): {
  postMessage(message: FromRun): void;
  setState(place: RunPlace): void;
};

const vscode = acquireVsCodeApi();
const press = (name: RunButton): void => vscode.postMessage({ type: 'press', button: name });

registerControls();

const BUTTONS: Record<RunButton, string> = {
  useModel: t('Use this model'),
  stop: t('Stop…'),
  resume: t('Resume'),
  editRun: t('Edit and run again'),
  openFolder: t('Open folder'),
  tensorboard: 'TensorBoard',
  showLog: t('Whole log'),
  remove: t('Remove…'),
};
/** Between what the run allows and its end. */
const ALWAYS: readonly RunButton[] = ['openFolder', 'tensorboard', 'showLog'];

const title = el('h1');
const badge = el('span.state');
const words = el('p.words');
const bar = document.createElement('progress');
const actions = el('div.actions');
const facts = el('div');
const blocks = el('div');
const curves = new Curves();
const log = new LogView();
words.setAttribute('role', 'status');
bar.setAttribute('aria-label', t('Updates done'));
actions.setAttribute('role', 'group');
actions.setAttribute('aria-label', t('Actions'));
const page = el(
  'main',
  el('header', title, badge),
  words,
  bar,
  actions,
  facts,
  curves.element,
  blocks,
  log.element,
);

let metrics: Metric[] = [];
let shown: ShownRun | undefined;

window.addEventListener('message', (event: MessageEvent<ToRun>) => receive(event.data));
vscode.postMessage({ type: 'ready' });

function receive(message: ToRun): void {
  switch (message.type) {
    case 'run':
      if (page.parentElement === null) document.body.replaceChildren(page);
      shown = message.run;
      vscode.setState({ id: shown.id });
      showRun(shown);
      break;
    case 'metrics':
      metrics = message.replace ? [...message.metrics] : [...metrics, ...message.metrics];
      curves.show(metrics);
      showBlocks();
      if (shown !== undefined) showFacts(shown);
      break;
    case 'log':
      log.show(message.text, message.replace);
      break;
    case 'gone':
      document.body.replaceChildren(el('main', el('p.words', message.message)));
      break;
  }
}

function showRun(run: ShownRun): void {
  const { state, step, total } = run;
  title.textContent = run.name;
  setText(badge, state === undefined ? t('not reached') : stateWords(state));
  badge.className = `state ${look(state)}`;
  setText(words, run.words ?? '');
  words.hidden = run.words === undefined;
  bar.hidden = !total;
  if (total) {
    bar.max = total;
    bar.value = step ?? 0;
  }
  showActions(run);
  showFacts(run);
}

/** Buttons stay the same ones while nothing changes, so that focus and presses are not lost. */
function showActions({ can }: ShownRun): void {
  const first = can.filter((name) => name !== 'remove');
  const wanted: RunButton[] = [...first, ...ALWAYS, ...can.filter((name) => name === 'remove')];
  const key = wanted.join(' ');
  if (actions.dataset.shown === key) return;
  actions.dataset.shown = key;
  const focused = (document.activeElement as HTMLElement | null)?.dataset.button;
  const made = wanted.map((name, index) => {
    const element = button(BUTTONS[name], index === 0 && first.length > 0 ? 'primary' : 'secondary', () =>
      press(name),
    );
    element.dataset.button = name;
    return element;
  });
  actions.replaceChildren(...made);
  if (focused !== undefined) (made.find(({ dataset }) => dataset.button === focused) ?? made[0])?.focus();
}

/** The region keeps its place and the focus; only its table is another one. */
function showBlocks(): void {
  const made = metrics.length === 0 ? [] : [blockTable(metrics)];
  const known = blocks.firstElementChild;
  if (known !== null && made[0] !== undefined) known.replaceChildren(...made[0].childNodes);
  else blocks.replaceChildren(...made);
}

function showFacts(run: ShownRun): void {
  facts.replaceChildren(factList(run, metrics.at(-1), Date.now()));
}

/** What is told aloud when it changes is written only then. */
function setText(element: HTMLElement, text: string): void {
  if (element.textContent !== text) element.textContent = text;
}

function look(state: RunState | undefined): 'good' | 'bad' | 'work' | 'quiet' {
  switch (state) {
    case 'finished':
      return 'good';
    case 'failed':
    case 'lost':
      return 'bad';
    case 'running':
    case 'checkpointing':
      return 'work';
    default:
      return 'quiet';
  }
}
