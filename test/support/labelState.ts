import type { Overlay } from '../../src/core/labels/overlay';

/** All that an overlay says, as JSON: labels by row, hash, trajectory and step, and what undo and redo would do. */
export function labelState(overlay: Overlay): string {
  const labels = overlay
    .editedRows()
    .sort((a, b) => a.row - b.row || (a.hash < b.hash ? -1 : 1))
    .map(({ row, hash }) => [row, hash, overlay.labelsOf(row, hash)]);
  return JSON.stringify({ labels, undo: overlay.undoable?.id, redo: overlay.redoable?.id });
}
