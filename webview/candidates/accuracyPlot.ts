import { t } from '@vscode/l10n';
import type uPlot from 'uplot';
import { SELECTORS, type Selector } from '../../src/core/bon/problem';
import type { BonReport } from '../../src/core/bon/report';
import { el } from '../ui/dom';
import { axis, faint, ink, PlotCanvas } from '../ui/plot';

const HEIGHT = 240;

/** The theme's chart colours, as far as they go; the dashes tell the rest apart, and so do the names. */
const LOOKS: { readonly [selector in Selector]: readonly [colour: string, dash: readonly number[]] } = {
  min: ['charts-blue', []],
  product: ['charts-purple', []],
  last: ['charts-orange', []],
  mean: ['charts-green', []],
  majority: ['charts-red', []],
  weighted: ['charts-yellow', []],
  first: ['descriptionForeground', [2, 3]],
  random: ['descriptionForeground', [6, 4]],
  oracle: ['foreground', [8, 3, 2, 3]],
};

/** Accuracy against N, an axis of powers of two; the chosen rule's curve with its 95 % interval as a band. */
export class AccuracyPlot {
  readonly element = el('div.plot');
  private readonly canvas = new PlotCanvas(HEIGHT);
  private readonly legend = el('div.legend');
  private report: BonReport | undefined;
  private chosen: Selector = 'last';

  /** @param onChoose called when the user makes a rule's curve stand out */
  constructor(private readonly onChoose: (selector: Selector) => void) {
    this.legend.setAttribute('role', 'group');
    this.legend.setAttribute(
      'aria-label',
      t('The rule whose interval is drawn; all numbers stand in the table'),
    );
    this.element.append(this.canvas.element, this.legend);
  }

  /** Draws the numbers of a report. */
  show(report: BonReport, chosen: Selector): void {
    this.report = report;
    this.chosen = chosen;
    this.canvas.clear();
    const sizes = Object.keys(report.n).map(Number);
    // A line needs two points; one N is all in the table.
    this.element.hidden = sizes.length < 2;
    if (sizes.length < 2) return;
    this.showLegend();
    this.canvas.draw(this.options(sizes), this.data(sizes));
  }

  private drawn(): Selector[] {
    const { report } = this;
    return SELECTORS.filter((selector) => Object.values(report?.n ?? {}).some((at) => at[selector] !== null));
  }

  private showLegend(): void {
    const buttons = this.drawn().map((selector) => {
      const button = el('button.curve', el(`span.swatch.${selector}`), selector);
      button.setAttribute('aria-pressed', String(selector === this.chosen));
      button.addEventListener('click', () => {
        this.onChoose(selector);
        if (this.report !== undefined) this.show(this.report, selector);
        this.legend.querySelector<HTMLElement>('[aria-pressed="true"]')?.focus();
      });
      return button;
    });
    this.legend.replaceChildren(...buttons);
  }

  private data(sizes: readonly number[]): uPlot.AlignedData {
    const { report, chosen } = this;
    const column = (selector: Selector, part: 'accuracy' | 'low' | 'high'): (number | null)[] =>
      sizes.map((n) => {
        const value = report?.n[n]?.[selector]?.[part];
        return value === undefined ? null : 100 * value;
      });
    return [
      [...sizes],
      column(chosen, 'high'),
      column(chosen, 'low'),
      ...this.drawn().map((selector) => column(selector, 'accuracy')),
    ];
  }

  private options(sizes: readonly number[]): Omit<uPlot.Options, 'width' | 'height'> {
    const common = axis();
    return {
      scales: {
        x: { time: false, distr: 3, log: 2 },
        y: { range: (_, low, high) => [Math.max(0, low - 2), Math.min(100, high + 2)] },
      },
      axes: [
        {
          ...common,
          label: 'N',
          labelSize: 18,
          size: 26,
          splits: () => [...sizes],
          values: (_, all) => all.map(String),
        },
        { ...common, size: 56, values: (_, all) => all.map((value) => `${value} %`) },
      ],
      bands: [{ series: [1, 2], fill: () => faint(ink(LOOKS[this.chosen][0])) }],
      series: [
        {},
        { points: { show: false }, width: 0 },
        { points: { show: false }, width: 0 },
        ...this.drawn().map((selector): uPlot.Series => this.curve(selector)),
      ],
    };
  }

  private curve(selector: Selector): uPlot.Series {
    const [colour, dash] = LOOKS[selector];
    const isChosen = selector === this.chosen;
    return {
      label: selector,
      stroke: () => ink(colour),
      dash: [...dash],
      width: isChosen ? 3 : 1.25,
      points: { show: isChosen, size: 7, fill: () => ink(colour) },
    };
  }
}
