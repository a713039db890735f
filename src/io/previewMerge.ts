import { readRow } from '../core/jsonl/readRow';
import { manifestRows, plannedBlocks } from '../core/merge/manifest';
import type { MergeOptions } from '../core/merge/options';
import { type MergeExample, type MergePreview, mergeExample } from '../core/merge/preview';
import { ok, type Result } from '../core/result';
import { holdBytes } from './byteSource';
import { mergeDryRun } from './mergeDryRun';
import { openSource, type Source, type SourceChoice } from './openSource';
import { rowHash } from './rowHash';
import { openLabels } from './rowPass';

/** How a preview is made. */
export interface PreviewOptions extends SourceChoice {
  /** How much of the source is looked at; 64 MB unless told. */
  readonly maxBytes?: number;
  readonly signal?: AbortSignal;
}

const EXAMPLES = 3;

/**
 * What merging the file would give: counts per block, sizes, examples. Writes nothing. Faults: those of
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
  const examples = new Map<number, MergeExample>();
  const run = await mergeDryRun(source.value, options, {
    maxBytes,
    signal,
    labels: labels.value,
    onRow(bytes, start, end, row) {
      if (examples.size >= EXAMPLES || examples.has(row)) return;
      const reading = readRow(bytes, start, end, row, source.value.format);
      const hash = (): string => rowHash(bytes, start, end);
      const [first] = reading.ok
        ? (labels.value?.overlay.applyTo(row, hash, reading.value).trajectories ?? reading.value)
        : [];
      const example = first && mergeExample(first, row, options);
      if (example) examples.set(row, example);
    },
  });
  if (!run.ok) return run;
  const { merger, seenBytes, numbers, bytes } = run.value;
  const total = bytes.reduce((sum, part) => sum + part, 0);
  return ok({
    format: source.value.format.id,
    blocks: plannedBlocks(merger, options).map((block) => {
      const { window } = block;
      return { ...block, bytes: window === null ? total : bytes[merger.windows.indexOf(window)]! };
    }),
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
    examples: [...examples.values()],
  });
}

/** The output's size for the whole source, from what a dry run over its first bytes gave. */
export function estimatedBytes(source: Source, seenBytes: number, outputBytes: number): number {
  return seenBytes >= source.bytes ? outputBytes : Math.ceil((outputBytes / seenBytes) * source.bytes);
}
