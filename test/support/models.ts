import {
  appendFileSync,
  cpSync,
  mkdtempSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { FeatureSet } from '../../src/core/scores/featureSet';
import type { ScoreFault } from '../../src/core/scores/scoreFault';
import { withExternalFiles } from '../../src/scorer/onnxGraph';
import { Scorer } from '../../src/scorer/scorer';
import type { ScorerOptions } from '../../src/scorer/scorerOptions';
import { scorerProgram } from './cli';

const MODELS = join(__dirname, '../scorer/models');

/** What is removed in the end. */
const folders: string[] = [];
process.on('exit', () => {
  for (const folder of folders) rmSync(folder, { recursive: true, force: true });
});

/** A solution with what a model makes of it, computed outside of this repository's code. */
export interface ExpectedRow {
  readonly problem: string;
  readonly steps: readonly string[];
  readonly ids: readonly number[];
  readonly scores: readonly number[];
}

/** The tiny models of test/scorer, by name. */
export const EXPECTED = JSON.parse(readFileSync(join(MODELS, 'expected.json'), 'utf8')) as {
  readonly [name: string]: { readonly tokenizer: string; readonly rows: readonly ExpectedRow[] };
};

/** The step features that the model `rewards` takes; the same as in test/scorer/makeModels.py. */
export const STEP_SHAPE: FeatureSet = {
  name: 'step-shape',
  version: 1,
  size: 3,
  compute: ({ steps }) => steps.flatMap((step, k) => [[...step].length / 100, k / 10, 1]),
};

/** A folder with a tiny model and its tokenizer, complete; `card` replaces entries of its prm.json. */
export function modelFolder(name: string, card: object = {}): string {
  const folder = mkdtempSync(join(tmpdir(), `cfprm-model-${name}-`));
  folders.push(folder);
  cpSync(join(MODELS, name), folder, { recursive: true });
  cpSync(join(MODELS, 'tokenizers', EXPECTED[name]!.tokenizer), folder, { recursive: true });
  editJson(join(folder, 'prm.json'), (old) => ({ ...old, ...card }));
  return folder;
}

/** The folder of a model whose data lie in a file of this name, with some megabytes behind the tensors. */
export function externalModel(data: string): string {
  const folder = modelFolder('external');
  const model = join(folder, 'model.onnx');
  writeFileSync(model, withExternalFiles(readFileSync(model), () => data)!);
  renameSync(join(folder, 'model.onnx_data'), join(folder, data));
  appendFileSync(join(folder, data), new Uint8Array(5 * 1024 * 1024));
  return folder;
}

/** Rewrites a JSON file. */
export function editJson(file: string, edit: (old: Record<string, unknown>) => object): void {
  writeFileSync(file, JSON.stringify(edit(JSON.parse(readFileSync(file, 'utf8')))));
}

/** Starts a scorer with the bundled program, on the CPU unless told otherwise; throws if it cannot. */
export async function startScorer(folder: string, options: ScorerOptions = {}): Promise<Scorer> {
  const started = await Scorer.start(folder, scorerOptions(options));
  if (!started.ok)
    throw new Error(`${started.fault.kind}: ${started.fault.message}\n${started.fault.detail ?? ''}`);
  return started.value;
}

/** The options that tests start scorers with. */
export function scorerOptions(options: ScorerOptions = {}): ScorerOptions {
  return { provider: 'cpu', threads: 1, program: scorerProgram(), featureSets: [STEP_SHAPE], ...options };
}

/** The fault that a scorer does not start with; undefined if it starts, in which case it is stopped again. */
export async function startFault(
  folder: string,
  options: ScorerOptions = {},
): Promise<ScoreFault | undefined> {
  const started = await Scorer.start(folder, scorerOptions(options));
  if (!started.ok) return started.fault;
  await started.value.stop();
  return undefined;
}
