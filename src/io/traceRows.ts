import type { Overlay } from '../core/labels/overlay';
import type { Trajectory } from '../core/trajectory';

/** A row as it stands in the file, without the labels that a person gave it. */
export interface FileRow {
  readonly row: number;
  /** First 16 hex digits of the SHA-256 of its bytes. */
  readonly hash: string;
  readonly trajectories: readonly Trajectory[];
}

/** Where the labels that a person gave come from; asked anew for every row. */
export interface LabelSource {
  readonly overlay: Overlay;
}

/** What happened to a file between two looks at it. */
export type FileChange = 'same' | 'grew' | 'replaced';

/** A selection of a file's rows, in file order: all of them, or those that pass a filter. */
export interface RowRange {
  /** Rows known so far. */
  readonly length: number;
  /** Position of the i-th of them among all rows. */
  at(i: number): number;
}

/** A row as it stands in the file. */
export interface RowSource {
  readonly text: string;
  /** 1-based physical row. */
  readonly row: number;
  /** Byte offset of the text in the file. */
  readonly offset: number;
}
