import { addCounts, type BlockCounts, type SkipCounts } from './counts';
import type { Merger } from './merger';
import type { MergeOptions, WindowSize } from './options';

/** A block of the training data: one file, used `repeat` times before the next one. */
export interface ManifestBlock extends BlockCounts {
  /** The block's window size; null for the one file that holds all sizes. */
  readonly window: WindowSize | null;
  /** File name inside the folder. */
  readonly file: string;
  readonly repeat: number;
  readonly bytes: number;
  readonly sha256: string;
}

/** What `manifest.json` says: enough to make the same folder again, and nothing of when and where. */
export interface Manifest {
  /** Version of the tool. */
  readonly cfprm: string;
  readonly source: {
    /** Base name. */
    readonly name: string;
    readonly bytes: number;
    readonly sha256: string;
    readonly format: string;
    /** Rows that are not blank, malformed ones included. */
    readonly rows: number;
    readonly trajectories: number;
  };
  /** The journal whose labels were laid over the source's; absent if there was none. */
  readonly edits?: {
    /** Base name. */
    readonly name: string;
    readonly sha256: string;
    /** Labels of the journal in the rows that were read. */
    readonly labels: number;
    /** Labels that were left out because their rows have changed since. */
    readonly stale: number;
  };
  readonly options: Omit<MergeOptions, 'seed'> & { readonly max: WindowSize; readonly min: WindowSize };
  readonly seed: number;
  /** In training order. */
  readonly blocks: readonly ManifestBlock[];
  readonly skipped: SkipCounts;
  readonly malformed: readonly { readonly row: number; readonly message: string }[];
}

/** A file that is written: its block's window and counts. */
export interface PlannedBlock extends BlockCounts {
  readonly window: WindowSize | null;
  readonly file: string;
  readonly repeat: number;
}

/** Name of the only file of the order `shuffled`. */
export const MIXED_FILE = 'mixed.jsonl';

/** Name of the file that holds a block. */
export function blockFile(window: WindowSize): string {
  return `window-${window}.jsonl`;
}

/** The blocks of a merge in training order, with the counts as they are now. */
export function plannedBlocks(merger: Merger, options: MergeOptions): PlannedBlock[] {
  if (options.order === 'shuffled') {
    return [{ window: null, file: MIXED_FILE, repeat: 1, ...addCounts(merger.blocks) }];
  }
  const { repeat } = merger;
  const blocks = merger.windows.map((window, k) => {
    return { window, file: blockFile(window), repeat, ...merger.blocks[k]! };
  });
  return options.order === 'fine-to-coarse' ? blocks.reverse() : blocks;
}

/** The options as the manifest records them. */
export function recordedOptions(options: MergeOptions): Manifest['options'] {
  const { sizes, seed: _, ...rest } = options;
  return { max: sizes[0]!, min: sizes.at(-1)!, sizes, ...rest };
}

/** The manifest's parts that a merger knows. */
export function manifestRows(merger: Merger): Pick<Manifest, 'skipped' | 'malformed'> {
  return {
    skipped: merger.skipped,
    malformed: merger.malformed.map(({ row = 0, message }) => ({ row, message })),
  };
}

/** The text of `manifest.json`. */
export function manifestText(manifest: Manifest): string {
  return `${JSON.stringify(manifest, null, 2)}\n`;
}
