import { t } from '@vscode/l10n';
import type { Choices } from '../../src/core/bon/comparison';
import { Axis } from '../ui/axis';
import { el } from '../ui/dom';
import { fillHead, fillStep, type Scale } from './cells';
import type { Column } from './columns';
import { type GridPlace, movedBy } from './gridKeys';
import { columnWidth, headHeight, rowHeight } from './gridSizes';

const STEP_WIDTH = 46;
/** Of a row that was not in view yet. */
const ESTIMATED_HEIGHT = 90;

/** What the grid shows. */
export interface GridContent {
  /** What they belong to: of another one, the grid is shown from its start. */
  readonly problem: number | undefined;
  readonly columns: readonly Column[];
  /** Places of the columns that are shown, in their order. */
  readonly order: readonly number[];
  readonly choices: Choices;
  readonly scale: Scale;
  /** 1-based. */
  readonly firstDivergence: number | undefined;
}

/** What the user does in the grid. `column` is a place among all columns; step 0 is the column's head. */
export interface GridEvents {
  onFocus(column: number, step: number): void;
  onOpen(column: number, step: number, enter: boolean): void;
}

/** Candidates side by side, a row per step; only what is in view is in the page. Keys by the grid pattern of ARIA. */
export class CandidateGrid {
  readonly element = el('div.grid');
  private readonly head = el('div.head');
  private readonly corner = el('div.corner', t('step'));
  private readonly body = el('div.body');
  private readonly across: Axis;
  private readonly down: Axis;
  private content: GridContent | undefined;
  private cells = new Map<string, HTMLElement>();
  private rows = new Map<number, HTMLElement>();
  /** The roving focus: a place in the order, -1 for the column of step numbers; and a step. */
  private at: GridPlace = { column: 0, step: 0 };
  private width = 0;
  /** Heights that cells in view asked for, by 0-based row; that of the heads. */
  private readonly heights = new Map<number, number>();
  private headTall = 0;
  private readonly measured = new WeakSet<HTMLElement>();
  private isMeasuring = false;

  constructor(private readonly events: GridEvents) {
    const { element, head, corner, body } = this;
    element.setAttribute('role', 'grid');
    element.setAttribute('aria-label', t('Candidates, step by step'));
    head.setAttribute('role', 'row');
    head.setAttribute('aria-rowindex', '1');
    corner.setAttribute('role', 'columnheader');
    corner.setAttribute('aria-colindex', '1');
    body.setAttribute('role', 'rowgroup');
    const heads = el('div.heads', head);
    heads.setAttribute('role', 'rowgroup');
    head.append(corner);
    element.append(heads, body);
    const onChange = (): void => {
      if (!this.isMeasuring) this.draw();
    };
    this.across = new Axis(element, { horizontal: true, covered: STEP_WIDTH, onChange });
    this.down = new Axis(element, { horizontal: false, covered: 0, onChange });
    new ResizeObserver(() => this.resized()).observe(element);
    // Formulas have other heights with their own fonts, which come when the first of them is drawn.
    document.fonts.addEventListener('loadingdone', () => this.resized());
    element.addEventListener('keydown', (event) => this.onKey(event));
    element.addEventListener('click', (event) => this.onClick(event));
    element.addEventListener('dblclick', () => this.open(true));
  }

  /** Shows something else; what is the same is kept. */
  show(content: GridContent): void {
    const isNew = content.problem !== this.content?.problem;
    const hadFocus = this.element.contains(document.activeElement);
    this.content = content;
    this.cells = new Map();
    this.rows.clear();
    this.head.replaceChildren(this.corner);
    this.body.replaceChildren();
    const steps = content.columns.reduce((most, column) => Math.max(most, column.steps.length), 0);
    const width = columnWidth(this.element.clientWidth - STEP_WIDTH, content.order.length);
    if (isNew || width !== this.width) {
      this.heights.clear();
      this.headTall = 0;
    }
    this.width = width;
    this.across.set(content.order.length, () => width);
    this.down.set(steps, (step) => this.heights.get(step) ?? ESTIMATED_HEIGHT);
    this.element.setAttribute('aria-rowcount', String(steps + 1));
    this.element.setAttribute('aria-colcount', String(content.order.length + 1));
    if (isNew) {
      this.element.scrollTo(0, 0);
      this.at = { column: 0, step: 0 };
    }
    this.at = movedBy('', false, this.at, this.size())!;
    this.keepFocused();
    this.draw();
    if (hadFocus) this.focused()?.focus({ preventScroll: true });
  }

  private resized(): void {
    if (this.content === undefined || this.element.clientWidth === 0) return;
    this.heights.clear();
    this.headTall = 0;
    this.show(this.content);
  }

  /** Shows nothing; what comes next is new. */
  clear(): void {
    this.content = undefined;
  }

  /** Shows the choices among other candidates. */
  setChoices(choices: Choices): void {
    if (this.content === undefined) return;
    this.content = { ...this.content, choices };
    for (const [key, cell] of this.cells) {
      const place = Number(cell.dataset.column);
      if (place < 0) continue;
      this.markOutside(cell, place);
      if (!key.startsWith('head ')) continue;
      cell.remove();
      this.cells.delete(key);
    }
    this.draw();
  }

  /** Moves to a step of a column, a place among all columns, and shows it; it gets the focus if the grid has it. */
  goTo(column: number, step: number): void {
    const place = this.content?.order.indexOf(column) ?? -1;
    if (place < 0) return;
    this.moveTo({ column: place, step }, this.element.contains(document.activeElement));
  }

  private size(): { columns: number; steps: number; page: number } {
    const steps = Number(this.element.getAttribute('aria-rowcount')) - 1;
    return { columns: this.content?.order.length ?? 0, steps, page: Math.max(1, this.down.items.length - 4) };
  }

  private moveTo(place: GridPlace, focus: boolean): void {
    this.at = place;
    this.keepFocused();
    if (place.column >= 0) this.across.reveal(place.column);
    if (place.step > 0) this.down.reveal(place.step - 1);
    this.draw();
    const cell = this.focused();
    if (focus) cell?.focus({ preventScroll: true });
    const column = this.content?.order[Math.max(0, place.column)];
    if (column !== undefined) this.events.onFocus(column, place.step);
  }

  private keepFocused(): void {
    this.across.keep(Math.max(0, this.at.column));
    this.down.keep(Math.max(0, this.at.step - 1));
  }

  private focused(): HTMLElement | undefined {
    return this.cells.get(keyOf(this.at, this.content));
  }

  private onKey(event: KeyboardEvent): void {
    if (event.key === 'Enter' || event.key === ' ') {
      event.preventDefault();
      this.open(event.key === 'Enter');
      return;
    }
    const to = movedBy(event.key, event.ctrlKey || event.metaKey, this.at, this.size());
    if (to === undefined || event.altKey) return;
    event.preventDefault();
    this.moveTo(to, true);
  }

  private onClick(event: MouseEvent): void {
    const cell = (event.target as Element).closest<HTMLElement>('[data-column]');
    if (cell === null) return;
    this.moveTo({ column: Number(cell.dataset.column), step: Number(cell.dataset.step) }, true);
    // Who selects text wants to copy it, not to go elsewhere.
    if (document.getSelection()?.isCollapsed !== false) this.open(false);
  }

  private open(enter: boolean): void {
    const column = this.content?.order[this.at.column];
    if (column !== undefined) this.events.onOpen(column, this.at.step, enter);
  }

  private draw(): void {
    const { content } = this;
    if (content === undefined) return;
    const width = STEP_WIDTH + this.across.total;
    this.head.style.width = `${width}px`;
    this.body.style.width = `${width}px`;
    this.body.style.height = `${this.down.total}px`;
    const before = this.cells;
    this.cells = new Map();
    for (const { index, start } of this.across.items) this.place(before, this.head, start, index, 0);
    for (const row of this.down.items) {
      const element = this.rowAt(row.index, row.start, row.size);
      for (const { index, start } of this.across.items)
        this.place(before, element, start, index, row.index + 1);
    }
    for (const [key, cell] of before) if (!this.cells.has(key) && !key.startsWith('-1 ')) cell.remove();
    const rows = new Set(this.down.items.map(({ index }) => index));
    for (const [index, row] of this.rows) {
      if (rows.has(index)) continue;
      row.remove();
      this.rows.delete(index);
    }
    this.markFocus();
    this.measure();
  }

  /** Gives rows and heads the height that their cells need; they grow as others come into view, and never shrink. */
  private measure(): void {
    const fresh = [...this.cells.values()].filter((cell) => !this.measured.has(cell) && cell.isConnected);
    const { clientHeight } = this.element;
    if (fresh.length === 0 || clientHeight === 0) return;
    const grown = new Set<number>();
    let { headTall } = this;
    for (const cell of fresh) {
      this.measured.add(cell);
      const step = Number(cell.dataset.step);
      if (step === 0) headTall = Math.max(headTall, headHeight(cell, clientHeight));
      else if (cell.dataset.column !== '-1') {
        const height = rowHeight(cell, clientHeight);
        if (height <= (this.heights.get(step - 1) ?? 0)) continue;
        this.heights.set(step - 1, height);
        grown.add(step - 1);
      }
    }
    const isTaller = headTall > this.headTall;
    if (!isTaller && grown.size === 0) return;
    this.headTall = headTall;
    this.head.style.height = `${headTall}px`;
    this.down.cover(headTall);
    this.isMeasuring = true;
    for (const step of grown) this.down.resize(step, this.heights.get(step)!);
    this.isMeasuring = false;
    this.draw();
  }

  private markFocus(): void {
    const focused = keyOf(this.at, this.content);
    for (const [key, cell] of this.cells) {
      const isFocused = key === focused;
      if (cell.tabIndex !== (isFocused ? 0 : -1)) cell.tabIndex = isFocused ? 0 : -1;
    }
  }

  private rowAt(step: number, start: number, size: number): HTMLElement {
    let row = this.rows.get(step);
    if (row === undefined) {
      row = el('div.row');
      row.setAttribute('role', 'row');
      row.setAttribute('aria-rowindex', String(step + 2));
      const isDivergence = step + 1 === this.content?.firstDivergence;
      const number = el('div.number', el('strong', String(step + 1)));
      number.setAttribute('role', 'rowheader');
      number.setAttribute('aria-colindex', '1');
      if (isDivergence) {
        row.classList.add('divergence');
        number.append(el('span.differ', t('differ')));
        number.title = t('First divergence: up to here all candidates are the same.');
      }
      number.dataset.column = '-1';
      number.dataset.step = String(step + 1);
      row.append(number);
      this.rows.set(step, row);
      // In the order of the steps, for screen readers read in the order of the page.
      const next = [...this.rows.keys()].filter((other) => other > step).sort((a, b) => a - b)[0];
      this.body.insertBefore(row, next === undefined ? null : this.rows.get(next)!);
    }
    row.style.transform = `translateY(${start}px)`;
    row.style.height = `${size}px`;
    this.cells.set(`-1 ${step + 1}`, row.firstChild as HTMLElement);
    return row;
  }

  private place(
    before: ReadonlyMap<string, HTMLElement>,
    row: HTMLElement,
    start: number,
    place: number,
    step: number,
  ): void {
    const key = step === 0 ? `head ${place}` : `${place} ${step}`;
    const cell = before.get(key) ?? this.make(place, step);
    this.cells.set(key, cell);
    if (cell.parentElement === row) return;
    cell.style.left = `${STEP_WIDTH + start}px`;
    cell.style.width = `${this.width}px`;
    const next = [...row.children].find((other) => Number((other as HTMLElement).dataset.column) > place);
    row.insertBefore(cell, next ?? null);
  }

  /** Marks what takes no part in the choices. */
  private markOutside(cell: HTMLElement, place: number): void {
    const { columns, order, choices } = this.content!;
    const { number } = columns[order[place]!]!;
    cell.classList.toggle('outside', number === undefined || number > choices.n);
  }

  private make(place: number, step: number): HTMLElement {
    const { columns, order, choices, scale } = this.content!;
    const column = columns[order[place]!]!;
    const cell = el('div.cell');
    cell.dataset.column = String(place);
    cell.dataset.step = String(step);
    cell.setAttribute('aria-colindex', String(place + 2));
    cell.setAttribute('role', step === 0 ? 'columnheader' : 'gridcell');
    this.markOutside(cell, place);
    if (step === 0) fillHead(cell, column, choices, scale);
    else fillStep(cell, column, step - 1, scale);
    return cell;
  }
}

function keyOf({ column, step }: GridPlace, content: GridContent | undefined): string {
  if (content === undefined) return '';
  return step === 0 && column >= 0 ? `head ${column}` : `${column} ${step}`;
}
