import type { Comparison } from '../../core/labels/disagreement';
import { ok, type Result } from '../../core/result';
import { parseFilter, passes, type TraceFilter } from '../../core/trace/filter';
import type { RowReading } from '../../core/trace/rowReading';
import type { TraceFile } from '../../io/traceFile';

/** Ascending positions of the rows that pass a filter, by the filter's text. */
export type Filtered = Map<string, Promise<Result<readonly number[]>>>;

/** Collects the positions of rows that pass a filter. */
export function collect(
  filter: TraceFilter,
  found: number[],
  comparison: Comparison,
): (reading: RowReading) => void {
  return (reading) => {
    if (passes(filter, reading, comparison)) found.push(reading.ordinal);
  };
}

/** Searches what a file grew by, from the 0-based row `from` on, for every filter in use. */
export function extendAll(filtered: Filtered, file: TraceFile, from: number, comparison: Comparison): void {
  for (const [key, before] of filtered) {
    const filter = parseFilter(key);
    if (filter !== undefined)
      filtered.set(
        key,
        before.then((found) => extend(found, file, filter, from, comparison)),
      );
  }
}

async function extend(
  before: Result<readonly number[]>,
  file: TraceFile,
  filter: TraceFilter,
  from: number,
  comparison: Comparison,
): Promise<Result<readonly number[]>> {
  if (!before.ok) return before;
  const found = before.value.filter((ordinal) => ordinal < from);
  const pass = await file.visit(collect(filter, found, comparison), { from });
  return pass.ok ? ok(found) : pass;
}

/** Looks again at rows whose labels changed, by their 1-based numbers, for every filter in use. */
export async function refilter(
  filtered: Filtered,
  file: TraceFile,
  rows: ReadonlySet<number>,
  comparison: Comparison,
): Promise<void> {
  if (filtered.size === 0) return;
  const ordinals: number[] = [];
  for (const row of [...rows].sort((a, b) => a - b)) {
    const ordinal = await file.ordinalOfRow(row);
    if (ordinal !== undefined) ordinals.push(ordinal);
  }
  const readings = await file.read(ordinals);
  for (const [key, before] of filtered) {
    const filter = parseFilter(key);
    if (filter === undefined || !readings.ok) filtered.delete(key);
    else
      filtered.set(
        key,
        before.then((found) => again(found, filter, readings.value, comparison)),
      );
  }
}

function again(
  before: Result<readonly number[]>,
  filter: TraceFilter,
  readings: readonly RowReading[],
  comparison: Comparison,
): Result<readonly number[]> {
  if (!before.ok) return before;
  const found = new Set(before.value);
  for (const reading of readings) {
    if (passes(filter, reading, comparison)) found.add(reading.ordinal);
    else found.delete(reading.ordinal);
  }
  return ok([...found].sort((a, b) => a - b));
}
