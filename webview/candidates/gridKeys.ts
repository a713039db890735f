/** A place in the grid: a column, -1 for the step numbers; and a row, 0 for the heads. */
export interface GridPlace {
  readonly column: number;
  readonly step: number;
}

/** How large the grid is, and how many rows a page key moves. */
export interface GridSize {
  readonly columns: number;
  readonly steps: number;
  readonly page: number;
}

/**
 * Where a key leads from a place, by the grid pattern of the WAI-ARIA guide; undefined if it is no such key. No key
 * at all ('') leads to the nearest place that there is.
 */
export function movedBy(key: string, ctrl: boolean, at: GridPlace, size: GridSize): GridPlace | undefined {
  const { column, step } = at;
  const moves: { readonly [key: string]: GridPlace } = {
    '': at,
    ArrowLeft: { column: ctrl ? 0 : column - 1, step },
    ArrowRight: { column: ctrl ? size.columns - 1 : column + 1, step },
    ArrowUp: { column, step: ctrl ? 0 : step - 1 },
    ArrowDown: { column, step: ctrl ? size.steps : step + 1 },
    Home: { column: 0, step: ctrl ? 0 : step },
    End: { column: size.columns - 1, step: ctrl ? size.steps : step },
    PageUp: { column, step: step - size.page },
    PageDown: { column, step: step + size.page },
  };
  const to = moves[key];
  if (to === undefined) return undefined;
  const within = (value: number, least: number, most: number): number =>
    Math.max(least, Math.min(most, value));
  const moved = {
    column: within(to.column, -1, size.columns - 1),
    step: within(to.step, 0, size.steps),
  };
  // The corner says nothing.
  return moved.column < 0 && moved.step === 0 ? { column: 0, step: 0 } : moved;
}
