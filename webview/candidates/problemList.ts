import { t } from '@vscode/l10n';
import type { Regret } from '../../src/core/bon/diagnose';
import type { ProblemHead } from '../../src/core/bon/overview';
import { CHOOSING } from '../../src/core/bon/problem';
import { count, shorten } from '../../src/core/trace/words';
import { Axis } from '../ui/axis';
import { choice } from '../ui/controls';
import { el } from '../ui/dom';

const ROW_HEIGHT = 26;

const ORDERS = [
  ['regret', t('missed by most rules')],
  ['file', t('file order')],
  ['hard', t('fewest right')],
  ['easy', t('most right')],
  ['many', t('most candidates')],
] as const;
type Order = (typeof ORDERS)[number][0];

const WHICH = [
  ['all', t('all problems')],
  ['missed', t('missed by a rule')],
  ...CHOOSING.map((rule) => [rule, t('missed by {0}', rule)] as const),
  ['none', t('none right')],
  ['unjudged', t('not judged')],
] as const;
type Which = (typeof WHICH)[number][0];

interface Entry {
  readonly index: number;
  readonly head: ProblemHead;
  /** Undefined if the problem counts in no accuracy. */
  readonly choices: Regret | undefined;
}

/** The problems of a file; only those in view are in the page. Arrow keys move, Enter shows a problem's candidates. */
export class ProblemList {
  readonly element = el('section.problems');
  private readonly list = el('div.list');
  private readonly space = el('div.space');
  private readonly counts = el('span.dim');
  private readonly axis: Axis;
  private entries: Entry[] = [];
  private shown: Entry[] = [];
  private rows = new Map<number, HTMLElement>();
  private at = 0;
  private order: Order = 'regret';
  private which: Which = 'all';

  /** @param onOpen called with a problem's 0-based place in the file */
  constructor(private readonly onOpen: (index: number) => void) {
    const order = choice(t('Sort'), ORDERS, (value) => {
      this.order = value;
      this.arrange();
    });
    const which = choice(t('Show'), WHICH, (value) => {
      this.which = value;
      this.arrange();
    });
    this.list.setAttribute('role', 'listbox');
    this.list.setAttribute('aria-label', t('Problems; Enter shows the candidates'));
    this.space.setAttribute('role', 'presentation');
    this.list.append(this.space);
    const tools = el('div.tools', order.element, which.element, this.counts);
    this.element.append(el('h3', t('Problems')), tools, this.list);
    this.axis = new Axis(this.list, { horizontal: false, covered: 0, onChange: () => this.draw() });
    this.list.addEventListener('keydown', (event) => this.onKey(event));
    this.list.addEventListener('click', (event) => {
      const row = (event.target as Element).closest<HTMLElement>('[data-place]');
      if (row !== null) this.open(Number(row.dataset.place));
    });
  }

  /** Shows the problems of a file, with what the rules choose on those that are judged. */
  show(heads: readonly ProblemHead[], choices: readonly Regret[]): void {
    const known = new Map(choices.map((own) => [own.problem, own]));
    this.entries = heads.map((head, index) => ({ index, head, choices: known.get(index) }));
    this.arrange();
  }

  private arrange(): void {
    this.shown = sorted(
      this.entries.filter((entry) => passes(entry, this.which)),
      this.order,
    );
    this.counts.textContent = t('{0} of {1}', count(this.shown.length), count(this.entries.length));
    this.at = 0;
    this.rows.clear();
    this.space.replaceChildren();
    this.list.classList.toggle('empty', this.shown.length === 0);
    this.axis.set(this.shown.length, () => ROW_HEIGHT);
    this.axis.keep(0);
    this.list.scrollTop = 0;
    this.draw();
  }

  private draw(): void {
    this.space.style.height = `${this.axis.total}px`;
    const before = this.rows;
    this.rows = new Map();
    for (const { index, start } of this.axis.items) {
      const row = before.get(index) ?? this.make(index);
      row.style.transform = `translateY(${start}px)`;
      row.tabIndex = index === this.at ? 0 : -1;
      row.setAttribute('aria-selected', String(index === this.at));
      this.rows.set(index, row);
      if (row.parentElement === null) this.space.append(row);
    }
    for (const [index, row] of before) if (!this.rows.has(index)) row.remove();
  }

  private make(place: number): HTMLElement {
    const { index, head, choices } = this.shown[place]!;
    const row = el('div.entry');
    row.dataset.place = String(place);
    row.setAttribute('role', 'option');
    row.setAttribute('aria-posinset', String(place + 1));
    row.setAttribute('aria-setsize', String(this.shown.length));
    const title = shorten(head.title, 160) || head.id || t('row {0}', head.row);
    const right =
      choices === undefined ? t('not judged') : t('{0} of {1} right', choices.correct, choices.candidates);
    const missed = choices?.missed ?? [];
    const by = missed.length === CHOOSING.length ? t('missed by all') : t('missed by {0}', missed.join(', '));
    const words = missed.length > 0 ? by : '';
    row.append(
      el('span.index', `${count(index + 1)}`),
      el('span.right', right),
      el(missed.length > 0 ? 'span.missed.bad' : 'span.missed.dim', words),
      el('span.title', title),
    );
    row.title = `${title}\n${right}${words === '' ? '' : `, ${words}`}`;
    return row;
  }

  private onKey(event: KeyboardEvent): void {
    if (event.key === 'Enter' || event.key === ' ') {
      event.preventDefault();
      this.open(this.at);
      return;
    }
    const page = Math.max(1, Math.floor(this.list.clientHeight / ROW_HEIGHT) - 1);
    const last = this.shown.length - 1;
    const to = {
      ArrowDown: this.at + 1,
      ArrowUp: this.at - 1,
      PageDown: this.at + page,
      PageUp: this.at - page,
      Home: 0,
      End: last,
    }[event.key];
    if (to === undefined) return;
    event.preventDefault();
    this.at = Math.max(0, Math.min(last, to));
    this.axis.keep(this.at);
    this.axis.reveal(this.at);
    this.draw();
    this.rows.get(this.at)?.focus({ preventScroll: true });
  }

  private open(place: number): void {
    const entry = this.shown[place];
    if (entry === undefined) return;
    this.at = place;
    this.draw();
    this.onOpen(entry.index);
  }
}

function passes({ choices }: Entry, which: Which): boolean {
  switch (which) {
    case 'all':
      return true;
    case 'missed':
      return choices !== undefined && choices.missed.length > 0;
    case 'none':
      return choices?.correct === 0;
    case 'unjudged':
      return choices === undefined;
    default:
      return choices?.missed.includes(which) ?? false;
  }
}

function sorted(entries: readonly Entry[], order: Order): Entry[] {
  const share = ({ choices }: Entry): number =>
    choices === undefined ? Number.NaN : choices.correct / choices.candidates;
  // What is not judged comes last, whichever way the shares are sorted.
  const byShare = (direction: 1 | -1) => (a: Entry, b: Entry) => {
    const [x, y] = [share(a), share(b)];
    if (Number.isNaN(x) || Number.isNaN(y)) return Number(Number.isNaN(x)) - Number(Number.isNaN(y));
    return direction * (x - y);
  };
  switch (order) {
    case 'file':
      return [...entries];
    case 'regret':
      return entries.toSorted((a, b) => (b.choices?.missed.length ?? 0) - (a.choices?.missed.length ?? 0));
    case 'hard':
      return entries.toSorted(byShare(1));
    case 'easy':
      return entries.toSorted(byShare(-1));
    case 'many':
      return entries.toSorted((a, b) => b.head.candidates - a.head.candidates);
  }
}
