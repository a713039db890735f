import type { Result } from '../result';
import type { Trajectory } from '../trajectory';

/** One row of a file and what it says. */
export interface RowReading {
  /** 1-based physical row. */
  readonly row: number;
  /** 0-based position among the rows that are not blank. */
  readonly ordinal: number;
  readonly bytes: number;
  /** Its trajectories, with the labels that a person gave them. */
  readonly result: Result<readonly Trajectory[]>;
  /** The trajectories as they stand in the file, if a label differs. */
  readonly unedited?: readonly Trajectory[];
}
