import { t } from '@vscode/l10n';
import type { ExampleMerge, MergeExample } from '../../src/core/merge/preview';
import {
  count,
  formatScore,
  glyph,
  labelKind,
  labelWords,
  printable,
  shorten,
} from '../../src/core/trace/words';
import type { Label } from '../../src/core/trajectory';
import type { ExampleWish, ShownExample } from '../../src/shared/mergePreview';
import { button, icon } from '../ui/controls';
import { el } from '../ui/dom';

/** One trajectory at a time: its steps beside its windows at every size, and the way to the others. */
export class ExamplePager {
  readonly element = el('section.example');
  private readonly previous = icon('‹', t('Previous trajectory'), () => this.move(-1));
  private readonly next = icon('›', t('Next trajectory'), () => this.move(1));
  private readonly where = el('span.where');
  private readonly row = document.createElement('input');
  private readonly message = el('p.message');
  private readonly body = el('div.body');
  private shown: ShownExample | undefined;

  /** @param onWish called with the trajectory that the user wants to see */
  constructor(private readonly onWish: (wish: ExampleWish) => void) {
    this.row.type = 'number';
    this.row.min = '1';
    this.row.addEventListener('change', () => {
      const row = Number(this.row.value);
      if (Number.isInteger(row) && row >= 1) onWish({ by: 'row', row, trajectory: 1 });
    });
    const cursor = button(t('Trajectory at the cursor'), 'secondary', () => onWish({ by: 'cursor' }));
    cursor.title = t('The one that the cursor of the trace view is on.');
    this.message.setAttribute('role', 'status');
    const goTo = el('label.go-to', el('span', t('Go to row')), this.row);
    const walk = el('div.walk', this.previous, this.where, this.next);
    this.element.append(el('div.pager', walk, goTo, cursor), this.message, this.body);
  }

  /** Shows a trajectory. */
  show(shown: ShownExample): void {
    this.shown = shown;
    const { ordinal, rows, row, trajectory, trajectories, example, words } = shown;
    const place = t('Row {0}, {1} of {2}', count(row), count(ordinal + 1), count(rows));
    const within = trajectories > 1 ? ` · ${t('trajectory {0} of {1}', trajectory, trajectories)}` : '';
    this.where.textContent = place + within;
    this.row.value = String(row);
    this.previous.toggleAttribute('disabled', ordinal === 0 && trajectory <= 1);
    this.next.toggleAttribute('disabled', ordinal + 1 >= rows && trajectory >= trajectories);
    this.message.textContent = words;
    this.body.replaceChildren(...(example === undefined ? [] : exampleParts(example)));
  }

  /** Says why the trajectory that was wished for is not shown; the one before stays. */
  refuse(message: string): void {
    this.message.textContent = message;
    if (this.shown !== undefined) this.row.value = String(this.shown.row);
  }

  private move(step: 1 | -1): void {
    if (this.shown === undefined) return;
    const { ordinal, trajectory, trajectories } = this.shown;
    const within = trajectory + step;
    if (within >= 1 && within <= trajectories) this.onWish({ by: 'ordinal', ordinal, trajectory: within });
    else this.onWish({ by: 'ordinal', ordinal: ordinal + step, trajectory: step === 1 ? 1 : 'last' });
  }
}

function exampleParts({ row, trajectory, merged }: MergeExample): HTMLElement[] {
  const title = trajectory.id === null ? t('Row {0}', row) : trajectory.id;
  const before = trajectory.steps.map((step, i) => cell(String(i + 1), step.text, step.label));
  const columns = [column(t('Before'), before), ...merged.map(windowColumn)];
  const grid = el('div.columns', ...columns);
  grid.tabIndex = 0;
  grid.setAttribute('role', 'group');
  grid.setAttribute('aria-label', t('{0}: before and after', title));
  const id = trajectory.id === null ? [] : [el('h3', shorten(trajectory.id, 120))];
  return [...id, el('p.problem', printable(trajectory.problem)), grid];
}

function windowColumn(merge: ExampleMerge): HTMLElement {
  const cells = merge.spans.map(([from, to], i) => {
    const steps = to - from === 1 ? String(to) : `${from + 1}–${to}`;
    return cell(steps, merge.texts[i]!, asLabel(merge.labels[i]!));
  });
  return column(`C = ${merge.window}`, cells);
}

function column(title: string, cells: HTMLElement[]): HTMLElement {
  return el('div.column', el('h4', title), el('ol', ...cells));
}

function cell(steps: string, text: string, label: Label | undefined): HTMLElement {
  const soft = typeof label === 'number' ? ` ${formatScore(label)}` : '';
  const sign = el(`span.label.${labelKind(label)}`, `${glyph(label)}${soft}`);
  sign.title = labelWords(label);
  const body = el('span.text', printable(text));
  return el('li', el('span.steps', steps), sign, body);
}

/** A label as merging writes it: 1, 0, soft, or null for one that is masked. */
export function asLabel(value: number | null): Label | undefined {
  if (value === null) return undefined;
  return value === 1 ? 'correct' : value === 0 ? 'incorrect' : value;
}
