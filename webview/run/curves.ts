import { t } from '@vscode/l10n';
import type uPlot from 'uplot';
import { blockName, blockSummaries } from '../../src/core/runs/blocks';
import type { Metric } from '../../src/core/runs/metrics';
import { el } from '../ui/dom';
import { axis, ink, PlotCanvas } from '../ui/plot';

const HEIGHT = 170;

/** Colours of the blocks in their order, then the same ones with dashes. */
const COLOURS = ['blue', 'orange', 'purple', 'green', 'red', 'yellow'];

type Window = Metric['window'];

/** Loss, accuracy and learning rate against the update; a colour per block of the merge. */
export class Curves {
  readonly element = el('section.curves');
  private readonly legend = el('div.legend');
  private readonly plots: readonly Curve[];

  constructor() {
    this.plots = [
      new Curve(t('Loss'), ({ loss }) => loss, { perBlock: true, format: short }),
      new Curve(t('Accuracy of the steps'), ({ accuracy }) => accuracy, {
        perBlock: true,
        range: [0, 1],
        format: (value) => `${Math.round(100 * value)} %`,
      }),
      new Curve(t('Learning rate'), ({ lr }) => lr, {
        perBlock: false,
        format: (value) => value.toExponential(1),
      }),
    ];
    this.legend.setAttribute('role', 'list');
    this.legend.setAttribute(
      'aria-label',
      t('Blocks, in the order of training; their numbers stand in the table'),
    );
    const figures = this.plots.map(({ title, canvas }) =>
      el('figure', el('figcaption', title), canvas.element),
    );
    this.element.append(this.legend, el('div.plots', ...figures));
  }

  /** Draws metrics, ascending by step. */
  show(metrics: readonly Metric[]): void {
    // A line needs two points.
    this.element.hidden = metrics.length < 2;
    if (metrics.length < 2) return;
    const windows = blockSummaries(metrics).map(({ window }) => window);
    const entries = windows.map((window, index) => {
      const entry = el('span.block', el(`span.swatch.block-${index % 12}`), blockName(window));
      entry.setAttribute('role', 'listitem');
      return entry;
    });
    if (this.legend.childElementCount !== entries.length) this.legend.replaceChildren(...entries);
    for (const plot of this.plots) plot.show(metrics, windows);
  }
}

/** How one number is drawn. */
interface CurveOptions {
  readonly perBlock: boolean;
  /** Of the axis; absent: what the numbers need. */
  readonly range?: readonly [number, number];
  readonly format: (value: number) => string;
}

/** One plot. */
class Curve {
  readonly canvas = new PlotCanvas(HEIGHT);
  private drawn: readonly Window[] | undefined;

  constructor(
    readonly title: string,
    private readonly value: (metric: Metric) => number | undefined,
    private readonly options: CurveOptions,
  ) {}

  show(metrics: readonly Metric[], windows: readonly Window[]): void {
    const series = this.options.perBlock ? windows : [undefined];
    const data = this.data(metrics, series);
    if (this.drawn?.length === series.length && this.drawn.every((window, k) => window === series[k])) {
      this.canvas.update(data);
      return;
    }
    this.drawn = [...series];
    this.canvas.draw(this.plotOptions(series.length), data);
  }

  private data(metrics: readonly Metric[], series: readonly Window[]): uPlot.AlignedData {
    const { perBlock } = this.options;
    return [
      metrics.map(({ step }) => step),
      ...series.map((window) =>
        metrics.map((metric) => (perBlock && metric.window !== window ? null : (this.value(metric) ?? null))),
      ),
    ];
  }

  private plotOptions(count: number): Omit<uPlot.Options, 'width' | 'height'> {
    const { format, range } = this.options;
    const common = axis();
    return {
      scales: { x: { time: false }, ...(range && { y: { range: [...range] } }) },
      axes: [
        {
          ...common,
          size: 26,
          values: (_, all) => all.map((step) => (Number.isInteger(step) ? `${step}` : '')),
        },
        { ...common, size: 60, values: (_, all) => all.map(format) },
      ],
      series: [{}, ...Array.from({ length: count }, (_, index) => line(index))],
    };
  }
}

function line(index: number): uPlot.Series {
  const stroke = (): string => ink(`charts-${COLOURS[index % COLOURS.length]}`, 'foreground');
  const dash = index < COLOURS.length ? [] : [6, 4];
  return { stroke, dash, width: 1.5, points: { size: 4, fill: stroke } };
}

function short(value: number): string {
  return String(Number(value.toPrecision(3)));
}
