import type { HidingWindow } from '../core/merge/counts';
import { manifestRows, plannedBlocks } from '../core/merge/manifest';
import type { MergeOptions } from '../core/merge/options';
import { fewerRows, type MergePreview, MOST_HIDDEN } from '../core/merge/preview';
import { ok, type Result } from '../core/result';
import { holdBytes } from './byteSource';
import { mergeDryRun } from './mergeDryRun';
import { openSource, type Source, type SourceChoice } from './openSource';
import { openLabels } from './rowPass';

/** How a preview is made. */
export interface PreviewOptions extends SourceChoice {
  /** How much of the source is looked at; 64 MB unless told. */
  readonly maxBytes?: number;
  readonly signal?: AbortSignal;
}

/**
 * What merging the file would give: counts per block, sizes, what is hidden. Writes nothing. Faults: those of
 * `openSource`, a source that was merged before, cancelled.
 */
export async function previewMerge(
  path: string,
  options: MergeOptions,
  preview: PreviewOptions = {},
): Promise<Result<MergePreview>> {
  const release = await holdBytes(path);
  try {
    return await previewHeld(path, options, preview);
  } finally {
    await release();
  }
}

async function previewHeld(
  path: string,
  options: MergeOptions,
  { maxBytes = 64e6, signal, ...choice }: PreviewOptions,
): Promise<Result<MergePreview>> {
  const source = await openSource(path, choice);
  if (!source.ok) return source;
  const labels = await openLabels(path, choice);
  if (!labels.ok) return labels;
  const watched = { hidden: [] as HidingWindow[], lengths: new Map<number, number>(), firstRow: 0 };
  const run = await mergeDryRun(source.value, options, {
    maxBytes,
    signal,
    labels: labels.value,
    watch() {
      Object.assign(watched, { hidden: [], lengths: new Map(), firstRow: 0 });
      return {
        onTrajectory(row, steps) {
          watched.firstRow ||= row;
          watched.lengths.set(steps, (watched.lengths.get(steps) ?? 0) + 1);
        },
        onHidden(window) {
          if (watched.hidden.length < MOST_HIDDEN) watched.hidden.push(window);
        },
      };
    },
  });
  if (!run.ok) return run;
  const { merger, seenBytes, numbers, bytes } = run.value;
  const total = bytes.reduce((sum, part) => sum + part, 0);
  const { hidden, lengths, firstRow } = watched;
  const fewer = fewerRows(lengths, options, merger.windows);
  return ok({
    format: source.value.format.id,
    blocks: plannedBlocks(merger, options).map((block) => {
      const { window } = block;
      if (window === null) return { ...block, bytes: total, fewer: undefined };
      const index = merger.windows.indexOf(window);
      return { ...block, bytes: bytes[index]!, fewer: fewer[index] };
    }),
    hidden: hidden.map((own) => ({ ...own, window: merger.windows[own.block]! })),
    merged: [...lengths.values()].reduce((sum, count) => sum + count, 0),
    firstRow: firstRow === 0 ? undefined : firstRow,
    ...manifestRows(merger),
    rows: merger.rows,
    trajectories: merger.trajectories,
    whole: seenBytes >= source.value.bytes,
    seenBytes,
    totalBytes: source.value.bytes,
    estimatedBytes: estimatedBytes(source.value, seenBytes, total),
    numbers,
    edits: merger.edits,
    staleEdits: labels.value?.stale ?? 0,
  });
}

/** The output's size for the whole source, from what a dry run over its first bytes gave. */
export function estimatedBytes(source: Source, seenBytes: number, outputBytes: number): number {
  return seenBytes >= source.bytes ? outputBytes : Math.ceil((outputBytes / seenBytes) * source.bytes);
}
