import uPlot from 'uplot';
import 'uplot/dist/uPlot.min.css';
import { el } from './dom';

/** A plot that fits its place and follows the theme. What it shows must stand in the page as text too. */
export class PlotCanvas {
  readonly element = el('div.canvas');
  private plot: uPlot | undefined;

  /** @param height in pixels */
  constructor(private readonly height: number) {
    this.element.setAttribute('aria-hidden', 'true');
    new ResizeObserver(() => this.fit()).observe(this.element);
    // VS Code tells a change of theme by the body's classes; a canvas has to be painted again.
    new MutationObserver(() => this.plot?.redraw(false)).observe(document.body, {
      attributeFilter: ['class', 'data-vscode-theme-id'],
    });
  }

  /** Draws anew. */
  draw(options: Omit<uPlot.Options, 'width' | 'height'>, data: uPlot.AlignedData): void {
    this.clear();
    const { height } = this;
    const quiet = { legend: { show: false }, cursor: { show: false } };
    this.plot = new uPlot({ ...quiet, ...options, width: 300, height }, data, this.element);
    this.fit();
  }

  /** Draws other numbers for the same series. */
  update(data: uPlot.AlignedData): void {
    this.plot?.setData(data);
  }

  /** Takes the plot away. */
  clear(): void {
    this.plot?.destroy();
    this.plot = undefined;
  }

  private fit(): void {
    const width = this.element.clientWidth;
    if (width > 0) this.plot?.setSize({ width, height: this.height });
  }
}

/** What axes of every plot look like. */
export function axis(): uPlot.Axis {
  const grid = { stroke: () => ink('panel-border', 'contrastBorder'), width: 1 };
  return { stroke: () => ink('foreground'), grid, ticks: grid, font: font(), labelFont: font() };
}

/** A colour of the theme, the first that it has. */
export function ink(...names: readonly string[]): string {
  const style = getComputedStyle(document.documentElement);
  const found = names.map((name) => style.getPropertyValue(`--vscode-${name}`).trim()).find(Boolean);
  return found ?? style.color;
}

/** A colour as the ground of a band. */
export function faint(colour: string): string {
  return `color-mix(in srgb, ${colour} 18%, transparent)`;
}

function font(): string {
  const { fontFamily } = getComputedStyle(document.body);
  return `12px ${fontFamily}`;
}
