import { t } from '@vscode/l10n';
import type { ExampleMerge, MergeExample } from '../../src/core/merge/preview';
import { formatScore, glyph, labelKind, labelWords, printable } from '../../src/core/trace/words';
import type { Label } from '../../src/core/trajectory';
import { el } from '../ui/dom';

/** The example rows: the trajectory's steps beside its windows at every size. */
export function exampleList(examples: readonly MergeExample[]): HTMLElement {
  if (examples.length === 0) return el('p', t('No row gives a window with these options.'));
  return el('div.examples', ...examples.map(example));
}

function example({ row, trajectory, merged }: MergeExample): HTMLElement {
  const title = trajectory.id === null ? t('Row {0}', row) : `${trajectory.id} · ${t('row {0}', row)}`;
  const before = trajectory.steps.map((step, i) => cell(String(i + 1), step.text, step.label));
  const columns = [column(t('Before'), before), ...merged.map(windowColumn)];
  const grid = el('div.columns', ...columns);
  grid.tabIndex = 0;
  grid.setAttribute('role', 'group');
  grid.setAttribute('aria-label', t('{0}: before and after', title));
  return el('section', el('h3', title), el('p.problem', printable(trajectory.problem)), grid);
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

function asLabel(value: number | null): Label | undefined {
  if (value === null) return undefined;
  return value === 1 ? 'correct' : value === 0 ? 'incorrect' : value;
}
