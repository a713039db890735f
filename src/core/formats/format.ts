import type { Result } from '../result';
import type { Trajectory } from '../trajectory';
import type { Loss } from './losses';
import type { SplitRule } from './splitText';

/** Any JSON value, as `JSON.parse` returns it. */
export type Json = null | boolean | number | string | Json[] | JsonObject;
/** A JSON object, as `JSON.parse` returns it. */
export interface JsonObject {
  [key: string]: Json;
}

/** The id of a format that the registry lists, or 'generic'. */
export type FormatId = string;

/** One family of trajectory files. Adding a format is one file that exports one of these, and its fixture. */
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
  /**
   * How whole texts without a step list are split into steps, unless the user says otherwise. Absent if the
   * format's steps are always apart.
   */
  readonly split?: SplitRule;
  /**
   * The row's trajectories, candidates in their order in the row. A fault's message needs no row number.
   * @param split the user's rule for whole texts, instead of `split`
   */
  read(row: JsonObject, split?: SplitRule): Result<Trajectory[]>;
  /** Absent for formats that are only read. */
  readonly writer?: Writer;
}

/** How rows are written. */
export interface WriteOptions {
  /** Hard labels as 1.0 and 0.0, because soft ones stand in the same column. */
  readonly numbers: boolean;
  /** Labels behind the first error too, in a layout of the format that has room for them. */
  readonly pastError: boolean;
}

/** The writing half of a format. */
export interface Writer {
  /** What its rows cannot hold, for people to know before they write; `writeRow` finds out what is lost of a row. */
  readonly cannotHold: readonly Loss[];
  /** A trajectory as the JSON text of a row. What the format cannot hold is left out; nothing is made up. */
  row(trajectory: Trajectory, options: WriteOptions): string;
}
