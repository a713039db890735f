import {
  defaultRangeExtractor,
  elementScroll,
  observeElementOffset,
  observeElementRect,
  type Range,
  type VirtualItem,
  Virtualizer,
} from '@tanstack/virtual-core';

/** How an axis lies in its scrolling element. */
export interface AxisOptions {
  readonly horizontal: boolean;
  /** Pixels at the start that something sticky covers. */
  readonly covered: number;
  readonly onChange: () => void;
}

/** One direction of a scrolling element of which only what is in view is in the page. */
export class Axis {
  private readonly virtualizer: Virtualizer<HTMLElement, HTMLElement>;

  constructor(scroller: HTMLElement, { horizontal, covered, onChange }: AxisOptions) {
    this.virtualizer = new Virtualizer<HTMLElement, HTMLElement>({
      count: 0,
      horizontal,
      overscan: horizontal ? 1 : 2,
      getScrollElement: () => scroller,
      estimateSize: () => 1,
      observeElementRect,
      observeElementOffset,
      scrollToFn: elementScroll,
      scrollPaddingEnd: covered,
      onChange,
    });
    this.virtualizer._didMount();
    this.virtualizer._willUpdate();
  }

  /** The items in view and the one that is kept, in order; positions and sizes in pixels. */
  get items(): VirtualItem[] {
    return this.virtualizer.getVirtualItems();
  }

  /** The length of everything, in pixels. */
  get total(): number {
    return this.virtualizer.getTotalSize();
  }

  /** Says how many items there are and how large each is, in pixels. */
  set(count: number, sizeOf: (index: number) => number): void {
    this.virtualizer.setOptions({ ...this.virtualizer.options, count, estimateSize: sizeOf });
    this.virtualizer.measure();
    this.virtualizer._willUpdate();
  }

  /** Says how large an item turned out to be. */
  resize(index: number, size: number): void {
    this.virtualizer.resizeItem(index, size);
  }

  /** Says how many pixels at the start something sticky covers from now on. */
  cover(pixels: number): void {
    this.virtualizer.setOptions({ ...this.virtualizer.options, scrollPaddingEnd: pixels });
  }

  /** Keeps an item in the page wherever it is: what has the focus must not go, or the focus would be lost. */
  keep(index: number | undefined): void {
    // A new function each time, for the items are remembered as long as everything is the same.
    const rangeExtractor = (range: Range): number[] => {
      const shown = defaultRangeExtractor(range);
      if (index === undefined || index >= range.count || shown.includes(index)) return shown;
      return [...shown, index].sort((a, b) => a - b);
    };
    this.virtualizer.setOptions({ ...this.virtualizer.options, rangeExtractor });
  }

  /** Scrolls as far as it takes for an item to be in view. */
  reveal(index: number): void {
    this.virtualizer.scrollToIndex(index, { align: 'auto' });
  }
}
