import type { Format, FormatId } from '../../formats/format';
import { writePrm800k, writePrmBench, writeProcessBench, writeTrl } from './listFormats';
import { type LabelWriter, type Relabel, relabelWith } from './relabel';
import { writeMathShepherd, writeRlhflow } from './signFormats';

const WRITERS = new Map<FormatId, LabelWriter>([
  ['trl', writeTrl],
  ['math-shepherd', writeMathShepherd],
  ['prm800k', writePrm800k],
  ['processbench', writeProcessBench],
  ['prmbench', writePrmBench],
  ['rlhflow', writeRlhflow],
]);

/** How rows of the format are given other labels; undefined if that cannot be done. */
export function relabellerOf(format: Format): Relabel | undefined {
  const write = WRITERS.get(format.id);
  return write && relabelWith(format, write);
}
