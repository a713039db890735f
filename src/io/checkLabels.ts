import type { Overlay } from '../core/labels/overlay';
import { AnchorCheck, type AnchorReport, type ReanchorPlan, ReanchorPlanner } from '../core/labels/reanchor';
import { ok, type Result } from '../core/result';
import type { Source } from './openSource';
import { rowHash } from './rowHash';
import { streamRows } from './rowStream';

/** How a source is gone through. */
export interface CheckOptions {
  readonly signal?: AbortSignal;
  onProgress?(doneBytes: number, totalBytes: number): void;
}

type Place = Pick<Source, 'path' | 'container' | 'bytes'>;

/**
 * Checks whether the rows with edits still have the bytes that they were labelled with. Reads the source up to the
 * last of them. Faults: it cannot be read, or the signal was aborted (`CANCELLED`).
 */
export async function checkAnchors(
  source: Place,
  overlay: Overlay,
  options: CheckOptions = {},
): Promise<Result<AnchorReport>> {
  const check = new AnchorCheck(overlay);
  if (check.lastRow === 0) return ok(check.report());
  let row = 0;
  const visitor = {
    row(bytes: Uint8Array, start: number, end: number, number: number): void {
      row = number;
      check.see(number, () => rowHash(bytes, start, end));
    },
  };
  const read = await pass(source, visitor, options, () => row >= check.lastRow);
  return read.ok ? ok(check.report()) : read;
}

/**
 * Plans where the edits of stale rows can go, for a person to agree to (`LabelJournal.reanchor`). Reads and hashes
 * the whole source once. Faults: as for `checkAnchors`.
 */
export async function planReanchor(
  source: Place,
  overlay: Overlay,
  options: CheckOptions = {},
): Promise<Result<ReanchorPlan>> {
  const planner = new ReanchorPlanner(overlay);
  if (planner.isEmpty) return ok(planner.plan());
  const visitor = {
    row(bytes: Uint8Array, start: number, end: number, number: number): void {
      planner.see(number, rowHash(bytes, start, end));
    },
  };
  const read = await pass(source, visitor, options);
  return read.ok ? ok(planner.plan()) : read;
}

function pass(
  { path, container, bytes }: Place,
  visitor: Parameters<typeof streamRows>[2],
  { signal, onProgress }: CheckOptions,
  enough?: () => boolean,
): ReturnType<typeof streamRows> {
  return streamRows(path, container, visitor, {
    signal,
    enough,
    onProgress: (done) => onProgress?.(done, bytes),
  });
}
