import type { Result } from '../result';
import type { Trajectory } from '../trajectory';

/** Any JSON value, as `JSON.parse` returns it. */
export type Json = null | boolean | number | string | Json[] | JsonObject;
/** A JSON object, as `JSON.parse` returns it. */
export interface JsonObject {
  [key: string]: Json;
}

/** The ids of the formats that can be read (design: section 3). */
export type FormatId =
  | 'prm800k'
  | 'math-shepherd'
  | 'trl'
  | 'processbench'
  | 'prmbench'
  | 'rlhflow'
  | 'generic';

/** One family of trajectory files. Adding a format is one file that exports one of these. */
export interface Format {
  readonly id: FormatId;
  /** The name a person reads. */
  readonly title: string;
  /** The fields by which it is known, in words; detection lists them when it finds no format. */
  readonly signature: string;
  /**
   * The keys that `read` looks at, as paths without indices ('label.steps.completions.text'), prefixes included.
   * A row in which one of them occurs twice is malformed.
   */
  readonly reads: readonly string[];
  /** The fields that decide, in words, if the row is of this format; undefined if it is not. */
  recognise(row: JsonObject): string | undefined;
  /** The row's trajectories (one, in all formats so far). A fault's message needs no row number. */
  read(row: JsonObject): Result<Trajectory[]>;
}
