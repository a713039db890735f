import { createHash } from 'node:crypto';
import { readdir, readFile, stat } from 'node:fs/promises';
import { basename, join, relative, resolve } from 'node:path';
import { t } from '@vscode/l10n';
import type { JsonObject } from '../core/formats/format';
import type { ModelSpec } from '../core/scores/modelSpec';
import { CARD_FILE, parseCard } from '../core/scores/prmJson';
import { proposeCard } from '../core/scores/proposal';
import { type Scored, type ScoreFault, scoreFail } from '../core/scores/scoreFault';
import { CANCELLED } from '../io/rowStream';
import { type HashedFile, hashedFile } from './fileHashes';
import { modelData, type Relocation } from './modelData';

/** A folder with everything that a model needs. */
export interface ModelFolder {
  readonly folder: string;
  readonly spec: ModelSpec;
  /** Tells models apart by their files: hexadecimal digits. */
  readonly fingerprint: string;
  /** The files that the fingerprint stands for, and those of them that hold the graph and its weights. */
  readonly files: readonly HashedFile[];
  readonly weights: readonly HashedFile[];
  /** Where its data lie, if they are links out of the folder. */
  readonly relocation: Relocation | undefined;
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

/** How a folder is looked through. */
export interface FolderOptions {
  /** Files, or folders of files, outside of it that links to data may lead to. */
  readonly allowedData?: readonly string[];
  /** Ends it: hashing gigabytes takes a while. */
  readonly signal?: AbortSignal;
}

/** Looks through a folder. What a person selects goes here first. */
export async function inspectModelFolder(path: string, options: FolderOptions = {}): Promise<FolderReport> {
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
  const json = await readText(join(folder, CARD_FILE));
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
  const files = await modelFiles(folder, names, file, options);
  if (!files.ok) return { problems: [files.fault] };
  return { problems, model: { folder, spec: card.value, ...files.value } };
}

/** A folder that can be used. Faults: the first of its problems, or cancelled. */
export async function openModelFolder(
  path: string,
  options: FolderOptions = {},
): Promise<Scored<ModelFolder>> {
  const { model, problems } = await inspectModelFolder(path, options);
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
  const config = parseObject((await readText(join(folder, 'config.json'))) ?? '');
  const tokenizer = (await readText(join(folder, 'tokenizer.json'))) ?? '';
  return proposeCard({
    name: basename(folder),
    config,
    hasToken: (text) => tokenizer.includes(JSON.stringify(text)),
  });
}

/** A file's text; undefined if it cannot be read, or is a pipe or device, which would be read without end. */
async function readText(path: string): Promise<string | undefined> {
  const info = await stat(path).catch(() => undefined);
  return info?.isFile() ? readFile(path, 'utf8').catch(() => undefined) : undefined;
}

function parseObject(text: string): JsonObject | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null ? (value as JsonObject) : undefined;
  } catch {
    return undefined;
  }
}

/** What makes a model's scores, hashed as a whole. */
type ModelFiles = Pick<ModelFolder, 'fingerprint' | 'files' | 'weights' | 'relocation'>;

/**
 * Hashes every file that makes the scores, whole: card, tokenizer, template, the model, and the files of data that its
 * graph names. Faults: one cannot be read, is missing or lies outside of the folder; the model is damaged.
 */
async function modelFiles(
  folder: string,
  names: readonly string[],
  file: string,
  { allowedData = [], signal }: FolderOptions,
): Promise<Scored<ModelFiles>> {
  const model = join(folder, file);
  const data = await modelData(model, allowedData);
  if (!data.ok) return data;
  const own = [CARD_FILE, 'tokenizer.json', 'tokenizer_config.json', 'chat_template.jinja'];
  const others = own.filter((name) => names.includes(name)).map((name) => join(folder, name));
  const hash = createHash('sha256');
  const files: HashedFile[] = [];
  for (const path of [...others, model, ...data.value.paths]) {
    const hashed = await hashedFile(path, signal);
    if (signal?.aborted) return scoreFail('cancelled', CANCELLED);
    if (!hashed.ok) return scoreFail('model-not-found', hashed.fault.message);
    files.push(hashed.value);
    hash.update(`${relative(folder, path)}\0${hashed.value.sha256}\0`);
  }
  const fingerprint = hash.digest('hex').slice(0, 32);
  const { relocation } = data.value;
  return { ok: true, value: { fingerprint, files, weights: files.slice(others.length), relocation } };
}
