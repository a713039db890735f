import { spawnSync } from 'node:child_process';
import { closeSync, openSync, writeSync } from 'node:fs';
import type { JsonObject } from '../../src/core/formats/format';
import { rowsOf } from '../support/rows';

/** How the rows of a file follow each other. */
export type Layout = 'lines' | 'array' | 'pretty array';

/** A large file of one format. */
export interface FormatFile {
  readonly name: string;
  /** The rows that are repeated, from the repository's root. */
  readonly fixture: string;
  readonly layout: Layout;
  /** What changes a row before it is repeated. */
  change?(row: JsonObject): JsonObject;
}

/** Digits of the running number that makes every row another one. */
const DIGITS = 9;
const BLOCK_BYTES = 4_000_000;

/**
 * Writes a file of about `megabytes` (10^6 bytes): the fixture's rows again and again, each with another number in
 * a column `bench_id`.
 */
export function generateFormat(
  { fixture, layout, change }: FormatFile,
  path: string,
  megabytes: number,
): void {
  const texts = rowsOf(fixture).map((row) => {
    const numbered = { bench_id: '#'.repeat(DIGITS), ...(change?.(row) ?? row) };
    return layout === 'pretty array' ? JSON.stringify(numbered, null, 2) : JSON.stringify(numbered);
  });
  const between = layout === 'lines' ? '\n' : layout === 'array' ? ', ' : ',\n';
  const round = texts.map((text) => text + between).join('');
  const block = Buffer.from(round.repeat(Math.max(1, Math.floor(BLOCK_BYTES / round.length))));
  const places = placesOf(block);
  const file = openSync(path, 'w');
  let bytes = layout === 'lines' ? 0 : writeSync(file, '[');
  for (let row = 0; bytes < megabytes * 1e6; ) {
    for (const place of places) block.write(String(row++).padStart(DIGITS, '0'), place, 'latin1');
    // A list does not end with a comma.
    const end = layout === 'lines' || bytes + block.length < megabytes * 1e6 ? 0 : between.length;
    bytes += writeSync(file, block, 0, block.length - end);
  }
  if (layout !== 'lines') writeSync(file, ']');
  closeSync(file);
}

function placesOf(block: Buffer): number[] {
  const places: number[] = [];
  const mark = '#'.repeat(DIGITS);
  for (let at = block.indexOf(mark); at >= 0; at = block.indexOf(mark, at + DIGITS)) places.push(at);
  return places;
}

/** Compresses a file beside itself with a program; false if this machine does not have it. */
export function compress(program: 'gzip' | 'zstd', path: string, target: string): boolean {
  const file = openSync(target, 'w');
  const { status, error } = spawnSync(program, ['-1', '-c', path], { stdio: ['ignore', file, 'pipe'] });
  closeSync(file);
  if ((error as NodeJS.ErrnoException | undefined)?.code === 'ENOENT') return false;
  if (status !== 0) throw new Error(`${program} could not compress ${path}.`);
  return true;
}
