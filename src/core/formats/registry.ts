import { mathShepherd } from './families/mathShepherd';
import { prm800k } from './families/prm800k';
import { prmBench } from './families/prmBench';
import { processBench } from './families/processBench';
import { rlhflow } from './families/rlhflow';
import { trl } from './families/trl';
import type { Format, FormatId } from './format';
import { withRecordedScores } from './recordedScores';

/** All formats that need no mapping, the most specific first: the earlier one wins a tie in detection. */
export const formats: readonly Format[] = [prm800k, prmBench, mathShepherd, rlhflow, processBench, trl].map(
  withRecordedScores,
);

/** The ids that a user may name; 'generic' needs a mapping. */
export const formatIds: readonly FormatId[] = [...formats.map((format) => format.id), 'generic'];

/** The format of this id; undefined for 'generic' (see `genericFormat`) and for texts that are no id. */
export function formatById(id: string): Format | undefined {
  return formats.find((format) => format.id === id);
}
