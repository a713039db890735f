import { bigBenchMistake } from './families/bigBenchMistake';
import { fgPrm } from './families/fgPrm';
import { gsm8kSolutions } from './families/gsm8kSolutions';
import { lmEval } from './families/lmEval';
import { mathAps } from './families/mathAps';
import { mathShepherd } from './families/mathShepherd';
import { mrBen } from './families/mrBen';
import { mrGsm8k } from './families/mrGsm8k';
import { omegaPrm } from './families/omegaPrm';
import { openr } from './families/openr';
import { ovm } from './families/ovm';
import { pqm } from './families/pqm';
import { prm800k } from './families/prm800k';
import { prm800kScored } from './families/prm800kScored';
import { prmBench } from './families/prmBench';
import { prmBenchResult } from './families/prmBenchResult';
import { processBench } from './families/processBench';
import { qwenMath } from './families/qwenMath';
import { reasonEval } from './families/reasonEval';
import { restMcts } from './families/restMcts';
import { rlhflow } from './families/rlhflow';
import { rlhflowBon } from './families/rlhflowBon';
import { searchAndLearn } from './families/searchAndLearn';
import { singleOutput } from './families/singleOutput';
import { skywork } from './families/skywork';
import { stepDpo } from './families/stepDpo';
import { trl } from './families/trl';
import { verifyThenGenerate } from './families/verifyThenGenerate';
import { verl } from './families/verl';
import { versaPrm } from './families/versaPrm';
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
  mrGsm8k,
  mrBen,
  bigBenchMistake,
  reasonEval,
  ovm,
  versaPrm,
  fgPrm,
  verifyThenGenerate,
  verl,
  lmEval,
  stepDpo,
  singleOutput,
  gsm8kSolutions,
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
