import { isSpliced } from '../core/merge/merger';
import type { MergeOptions } from '../core/merge/options';
import type { Source } from './openSource';

/**
 * Output bytes per turn of the event loop, so that a turn stays far below 20 ms: rows that are spliced give about
 * 400 MB/s, rows that are read as trajectories and written anew some 20 MB/s.
 */
const SPLICED_TURN = 4 * 1024 * 1024;
const READ_TURN = 160 * 1024;
/** Limits for the input that is read for one turn. */
const LEAST_CHUNK = 16 * 1024;
const MOST_CHUNK = 512 * 1024;

/** Rows that one row of the source can give: the output is about so many times the input. */
export function passesOf({ sizes, overlap }: MergeOptions): number {
  return sizes.reduce<number>((sum, window) => sum + (overlap && window !== 'N' ? window : 1), 0);
}

/** How much of the source to read at a time. */
export function chunkFor(source: Source, options: MergeOptions): number {
  const turn = isSpliced(source.format, options) ? SPLICED_TURN : READ_TURN;
  return Math.min(MOST_CHUNK, Math.max(LEAST_CHUNK, Math.floor(turn / passesOf(options))));
}
