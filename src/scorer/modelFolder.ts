import { createHash } from 'node:crypto';
import { type FileHandle, open, readdir, readFile, stat } from 'node:fs/promises';
import { basename, join, resolve } from 'node:path';
import { t } from '@vscode/l10n';
import type { JsonObject } from '../core/formats/format';
import { errorWords } from '../core/result';
import type { ModelSpec } from '../core/scores/modelSpec';
import { CARD_FILE, parseCard } from '../core/scores/prmJson';
import { proposeCard } from '../core/scores/proposal';
import { type Scored, type ScoreFault, scoreFail } from '../core/scores/scoreFault';

/** A folder with everything that a model needs. */
export interface ModelFolder {
  readonly folder: string;
  readonly spec: ModelSpec;
  /** Tells models apart by their files: hexadecimal digits. */
  readonly fingerprint: string;
}

/** What a folder has and lacks. */
export interface FolderReport {
  /** Complete if there are no problems. */
  readonly model?: ModelFolder;
  /** All that keeps it from being used, each with its way out. */
  readonly problems: readonly ScoreFault[];
  /** The text of a `prm.json` for it, if it has none and its family can be told. */
  readonly proposal?: string;
}

/** Files up to this size are hashed as a whole, larger ones by samples: weights may have gigabytes. */
const WHOLE_BYTES = 4 * 1024 * 1024;
const SAMPLES = 16;
const SAMPLE_BYTES = 64 * 1024;

/** Looks through a folder. What a person selects goes here first. */
export async function inspectModelFolder(path: string): Promise<FolderReport> {
  const folder = resolve(path);
  const names = await readdir(folder).catch(() => undefined);
  if (names === undefined) {
    const what = t(
      '{0} is no folder that can be read. Name the folder that holds {1} and the model.',
      folder,
      CARD_FILE,
    );
    return { problems: [scoreFail('model-not-found', what).fault] };
  }
  const problems: ScoreFault[] = [];
  const json = await readFile(join(folder, CARD_FILE), 'utf8').catch(() => undefined);
  const proposal = json === undefined ? await propose(folder) : undefined;
  const card = json === undefined ? cardMissing(folder, proposal) : parseCard(json);
  if (!card.ok) problems.push(card.fault);
  const file = card.ok ? card.value.file : 'model.onnx';
  if (!names.includes(file)) {
    const models = names.filter((name) => name.endsWith('.onnx'));
    const way =
      models.length > 0
        ? t('Name one of {0} in {1} (file)', models.join(', '), CARD_FILE)
        : t('Export the model to it');
    problems.push(scoreFail('model-not-found', t('{0} is not there. {1}.', join(folder, file), way)).fault);
  }
  for (const name of ['tokenizer.json', 'tokenizer_config.json']) {
    if (names.includes(name)) continue;
    const what = t('{0} is not there. Copy it from the folder of the original model.', join(folder, name));
    problems.push(scoreFail('tokenizer-missing', what).fault);
  }
  if (problems.length > 0 || !card.ok) return { problems, proposal };
  const fingerprint = await fingerprintOf(folder, names, file);
  if (!fingerprint.ok) return { problems: [fingerprint.fault] };
  return { problems, model: { folder, spec: card.value, fingerprint: fingerprint.value } };
}

/** A folder that can be used. Faults: the first of its problems. */
export async function openModelFolder(path: string): Promise<Scored<ModelFolder>> {
  const { model, problems } = await inspectModelFolder(path);
  return model === undefined ? { ok: false, fault: problems[0]! } : { ok: true, value: model };
}

function cardMissing(folder: string, proposal: string | undefined): Scored<never> {
  const family = proposal === undefined ? 'cfprm' : (JSON.parse(proposal) as { family: string }).family;
  const example = JSON.stringify({ schema: 1, name: basename(folder), family });
  const start =
    proposal === undefined
      ? t('Write one that says how it is fed and read')
      : t('It looks like a model of a known family');
  return scoreFail(
    'card-missing',
    t('{0} is not there. {1}, for example {2}.', join(folder, CARD_FILE), start, example),
  );
}

async function propose(folder: string): Promise<string | undefined> {
  const config = await readFile(join(folder, 'config.json'), 'utf8').then(parseObject, () => undefined);
  const tokenizer = await readFile(join(folder, 'tokenizer.json'), 'utf8').catch(() => '');
  return proposeCard({
    name: basename(folder),
    config,
    hasToken: (text) => tokenizer.includes(JSON.stringify(text)),
  });
}

function parseObject(text: string): JsonObject | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null ? (value as JsonObject) : undefined;
  } catch {
    return undefined;
  }
}

/**
 * A hash over the files that make the scores: the small ones as a whole, of the large ones their size and samples
 * from start to end. Faults: a file cannot be read.
 */
async function fingerprintOf(
  folder: string,
  names: readonly string[],
  file: string,
): Promise<Scored<string>> {
  const stem = file.slice(0, -'.onnx'.length);
  const own = [CARD_FILE, 'tokenizer.json', 'tokenizer_config.json', 'chat_template.jinja'];
  const wanted = names.filter((name) => own.includes(name) || name.startsWith(stem)).sort();
  const hash = createHash('sha256');
  for (const name of wanted) {
    try {
      const { size } = await stat(join(folder, name));
      hash.update(`${name}\0${size}\0`);
      const handle = await open(join(folder, name), 'r');
      try {
        for (const [from, to] of samplesOf(size)) hash.update(await readRange(handle, from, to));
      } finally {
        await handle.close();
      }
    } catch (error) {
      const reason = errorWords(error);
      return scoreFail('model-not-found', t('{0} cannot be read ({1}).', join(folder, name), reason));
    }
  }
  return { ok: true, value: hash.digest('hex').slice(0, 32) };
}

/** Byte ranges that are hashed of a file of this size. */
function samplesOf(size: number): [from: number, to: number][] {
  if (size <= WHOLE_BYTES) return [[0, size]];
  return Array.from({ length: SAMPLES }, (_, k) => {
    const from = Math.floor((k * (size - SAMPLE_BYTES)) / (SAMPLES - 1));
    return [from, from + SAMPLE_BYTES];
  });
}

async function readRange(file: FileHandle, from: number, to: number): Promise<Uint8Array> {
  const bytes = new Uint8Array(to - from);
  const { bytesRead } = await file.read(bytes, 0, bytes.length, from);
  return bytes.subarray(0, bytesRead);
}
