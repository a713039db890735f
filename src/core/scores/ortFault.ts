import { t } from '@vscode/l10n';
import { type ScoreFault, type ScoreFaultKind, scoreFail } from './scoreFault';

/** Where the native library was when it threw. */
export type OrtStage = 'create' | 'run';

interface Rule {
  readonly when: RegExp;
  readonly kind: ScoreFaultKind;
  readonly words: string;
}

/** What onnxruntime says, in the order in which it is tried: its errors have no codes (versions 1.24 to 1.30). */
const RULES: readonly Rule[] = [
  {
    when: /backend not found|is unsupported|not supported on this platform|no available backend/iu,
    kind: 'provider-not-built',
    words: t('this build of onnxruntime does not have it on this platform'),
  },
  {
    when: /Failed to load shared library|Failed to load library/iu,
    kind: 'provider-library-missing',
    words: t('a library that it needs could not be loaded; install it, or name its folder'),
  },
  {
    when: /No supported adapters|Failed to get a WebGPU adapter|no CUDA-capable device|CUDA driver version is insufficient|No such device/iu,
    kind: 'provider-no-device',
    words: t('no device was found that it can use'),
  },
  {
    when: /External data path escapes|escapes model directory/iu,
    kind: 'model-data-escapes',
    words: t('its data file lies outside its folder; copy the data file beside the model'),
  },
  {
    when: /External data path does not exist|External data path validation failed/iu,
    kind: 'model-data-missing',
    words: t('its data file is missing; copy the .data file beside the model'),
  },
  {
    when: /out of bounds or can ?not be read|cannot be read in full|Protobuf parsing failed|ModelProto|INVALID_GRAPH|Invalid (?:model|tensor)|size mismatch|Deserialize tensor/iu,
    kind: 'model-corrupt',
    words: t('the file is damaged or cut off; copy or download it again'),
  },
  {
    when: /File doesn't exist|No such file|system error number 2\b/iu,
    kind: 'model-not-found',
    words: t('the file is not there'),
  },
  {
    when: /Failed to allocate memory|out of memory|bad_?alloc|CUDA_ERROR_OUT_OF_MEMORY|Out of device memory/iu,
    kind: 'out-of-memory',
    words: t('there is not enough memory; close other programs, or take a smaller or quantized model'),
  },
  {
    when: /out of data bounds|out of bounds/iu,
    kind: 'outside-vocabulary',
    words: t('an id or position is outside its tables; take the tokenizer.json that belongs to this model'),
  },
  {
    when: /is not a registered function|Opset|No Op registered|Could not find an implementation|NOT_IMPLEMENTED/iu,
    kind: 'model-incompatible',
    words: t('it uses operators that this onnxruntime does not have; export it with a lower opset'),
  },
  {
    when: /missing in 'feeds'|Unexpected input data type|Invalid rank|Got invalid dimensions|invalid input name/iu,
    kind: 'input-invalid',
    words: t('its inputs are not what a process reward model is fed with; export it again'),
  },
];

/**
 * The fault that an error of onnxruntime stands for.
 *
 * @param subject what the sentence is about: the model's file or the provider
 * @param stderr what the native library wrote meanwhile; its own reason goes into the message
 */
export function ortFault(message: string, stage: OrtStage, subject: string, stderr = ''): ScoreFault {
  const rule = RULES.find(({ when }) => when.test(message));
  const own = firstLine(message);
  if (rule === undefined) {
    const kind = stage === 'create' ? 'model-corrupt' : 'input-invalid';
    const words =
      stage === 'create'
        ? t('{0} could not be loaded: {1}', subject, own)
        : t('{0} failed while it ran: {1}', subject, own);
    return scoreFail(kind, words, stderr).fault;
  }
  const reason = nativeReason(stderr);
  return scoreFail(rule.kind, `${subject}: ${rule.words}. (${reason ?? own})`, stderr || message).fault;
}

/** The sentence of the native log that says why a library could not be loaded, if there is one. */
export function nativeReason(stderr: string): string | undefined {
  const plain = withoutColours(stderr);
  const load = /Failed to load library (\S+) with error: ([^\n]*)/u.exec(plain);
  if (load !== null) return firstLine(load[2]!);
  const missing = /([\w.+-]+\.so[\w.]*): cannot open shared object file[^\n]*/u.exec(plain);
  return missing === null ? undefined : firstLine(missing[0]);
}

/** The first line, without the places in the library's own source that some errors begin with. */
function firstLine(text: string): string {
  const line = withoutColours(text)
    .trim()
    .split('\n', 1)[0]!
    .replace(/\/onnxruntime_src\/.*[)>] (?=\S)/u, '');
  return line.length > 300 ? `${line.slice(0, 300)}…` : line;
}

/** Terminal colours, which the native log has. */
function withoutColours(text: string): string {
  return text.replaceAll(COLOUR, '');
}

const COLOUR = new RegExp(`${String.fromCharCode(27)}\\[[0-9;]*m`, 'gu');
