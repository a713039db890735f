import { mathAps } from './families/mathAps';
import { mathShepherd } from './families/mathShepherd';
import { omegaPrm } from './families/omegaPrm';
import { openr } from './families/openr';
import { pqm } from './families/pqm';
import { prm800k } from './families/prm800k';
import { prm800kScored } from './families/prm800kScored';
import { prmBench } from './families/prmBench';
import { prmBenchResult } from './families/prmBenchResult';
import { processBench } from './families/processBench';
import { qwenMath } from './families/qwenMath';
import { restMcts } from './families/restMcts';
import { rlhflow } from './families/rlhflow';
import { rlhflowBon } from './families/rlhflowBon';
import { searchAndLearn } from './families/searchAndLearn';
import { skywork } from './families/skywork';
import { trl } from './families/trl';
import type { Format, FormatId } from './format';
import { withRecordedScores } from './recordedScores';

/** All formats that need no mapping, the most specific first: the earlier one wins a tie in detection. */
export const formats: readonly Format[] = [
  prm800k,
  prm800kScored,
  prmBench,
  prmBenchResult,
  mathAps,
  omegaPrm,
  mathShepherd,
  rlhflow,
  rlhflowBon,
  openr,
  pqm,
  restMcts,
  searchAndLearn,
  qwenMath,
  processBench,
  skywork,
  trl,
].map(withRecordedScores);

/** The ids that a user may name; 'generic' needs a mapping. */
export const formatIds: readonly FormatId[] = [...formats.map((format) => format.id), 'generic'];

/** The format of this id; undefined for 'generic' (see `genericFormat`) and for texts that are no id. */
export function formatById(id: string): Format | undefined {
  return formats.find((format) => format.id === id);
}
