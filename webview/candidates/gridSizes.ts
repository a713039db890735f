/** No column is narrower; one that is alone is no wider than is good to read. */
const [NARROWEST, WIDEST] = [160, 520];
/** As much of the next column as shows that there is one, as a share. */
const PEEK = 0.12;

/** The width of a column in pixels: so many columns share what there is that each can be read. */
export function columnWidth(available: number, columns: number): number {
  const fit = Math.max(1, Math.floor(available / NARROWEST));
  const share = columns > fit ? fit + PEEK : Math.max(1, columns);
  return Math.max(NARROWEST - 20, Math.min(WIDEST, Math.floor(available / share)));
}

/** The height that a step's cell asks for, in a grid of this height; longer texts fade out and are read below. */
export function rowHeight(cell: HTMLElement, gridHeight: number): number {
  const height = Math.max(30, contentHeight(cell));
  const most = Math.max(130, Math.round(gridHeight * 0.45));
  cell.classList.toggle('clipped', height > most);
  return Math.min(height, most);
}

/** The height that the head of a column asks for; one that is higher scrolls. */
export function headHeight(cell: HTMLElement, gridHeight: number): number {
  return Math.min(contentHeight(cell), Math.max(84, Math.round(gridHeight * 0.45)));
}

/** What the cell's children take, or run out of it, as formulas do by a few pixels; with the borders of its row. */
function contentHeight(cell: HTMLElement): number {
  const { parentElement: row, scrollHeight, clientHeight } = cell;
  const bottoms = [...cell.children].map(
    (child) => (child as HTMLElement).offsetTop + (child as HTMLElement).offsetHeight,
  );
  const inner = Math.max(0, ...bottoms) + Number.parseFloat(getComputedStyle(cell).paddingBottom);
  const borders = row === null ? 0 : row.offsetHeight - row.clientHeight;
  return Math.max(inner, scrollHeight > clientHeight ? scrollHeight : 0) + borders;
}
