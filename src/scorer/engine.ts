import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { t } from '@vscode/l10n';
import type { InferenceSession } from 'onnxruntime-node';
import { errorWords } from '../core/result';
import { align } from '../core/scores/align';
import type { Solution } from '../core/scores/compose';
import { GOLDEN_TOKENS, goldenSolution } from '../core/scores/golden';
import { scoresOf } from '../core/scores/readout';
import { type Scored, type ScoreFault, scoreFail } from '../core/scores/scoreFault';
import { Feeder, type Row } from './feeds';
import { loadTokenizer, type ModelTokenizer } from './loadTokenizer';
import type { ChildFailure, LoadedModel, LoadRequest } from './messages';
import { withExternalFiles } from './onnxGraph';
import { checkOutputs, readRaw } from './outputs';
import { withinTime } from './timeLimit';

type Ort = typeof import('onnxruntime-node');

/** A value, or why the child could not give it. */
export type Loaded<T> =
  | { readonly ok: true; readonly value: T }
  | { readonly ok: false; readonly failure: ChildFailure };

/** The tokens of `prm.json`, as ids. */
interface Tokens {
  readonly separator: number;
  readonly candidates: readonly [positive: number, negative: number] | undefined;
}

/** What a run gave for one row. */
export interface RowOutput {
  /** One or two numbers per position, the positive one first. */
  readonly raw: readonly number[];
  readonly width: 1 | 2;
}

/** Logits of a whole vocabulary take this many columns or more; then rows run one at a time. */
const WIDE = 1024;

/** A model that is loaded in this process. Its runs block the process. */
export class Engine {
  /** Number of ids that the model knows, if that is fewer than the tokenizer has. */
  private vocabulary: number | undefined;

  private constructor(
    private readonly ort: Ort,
    private readonly session: InferenceSession,
    private readonly request: LoadRequest,
    private readonly tokenizer: ModelTokenizer,
    private readonly feeder: Feeder,
    private readonly tokens: Tokens,
    /** Whether the model gives logits of a whole vocabulary for every position. */
    readonly wide: boolean,
  ) {
    this.vocabulary = request.vocabulary;
  }

  /** Loads a model. Faults: all that can be wrong with its folder, its files and its provider. */
  static async create(request: LoadRequest, profilePrefix?: string): Promise<Loaded<Engine>> {
    const { folder, spec, provider } = request;
    let ort: Ort;
    try {
      ort = await import('onnxruntime-node');
    } catch (error) {
      return refused(bindingMissing(error));
    }
    const tokenizer = await loadTokenizer(folder, spec);
    if (!tokenizer.ok) return refused(tokenizer.fault);
    const tokens = limited(request, () => tokensOf(request, tokenizer.value));
    if (!tokens.ok) return refused(tokens.fault);
    let session: InferenceSession;
    try {
      const [model, dataFolder] = await modelSource(request);
      const options: InferenceSession.SessionOptions = {
        // One at a time: of a list, what cannot be had is left out without a word.
        executionProviders: [provider],
        intraOpNumThreads: request.threads,
        logSeverityLevel: 3,
        extra: {
          session: {
            intra_op: { allow_spinning: '0' },
            ...(dataFolder && { model_external_initializers_file_folder_path: dataFolder }),
          },
        },
        ...(profilePrefix === undefined ? {} : { enableProfiling: true, profileFilePrefix: profilePrefix }),
      };
      session =
        typeof model === 'string'
          ? await ort.InferenceSession.create(model, options)
          : await ort.InferenceSession.create(model, options);
    } catch (error) {
      const subject = provider === 'cpu' ? join(folder, spec.file) : t('{0} with {1}', provider, spec.file);
      return { ok: false, failure: { ort: { message: errorWords(error), stage: 'create', subject } } };
    }
    const width = checkOutputs(spec, session.outputMetadata);
    if (!width.ok) return refused(width.fault);
    const feeder = Feeder.create(spec, session.inputMetadata, ort.Tensor);
    if (!feeder.ok) return refused(feeder.fault);
    const wide = (width.value ?? 0) >= WIDE;
    const engine = new Engine(ort, session, request, tokenizer.value, feeder.value, tokens.value, wide);
    return { ok: true, value: engine };
  }

  /**
   * Tries the model on a short solution, so that what is wrong with every row is found at once. Faults: as for a
   * row; a tokenizer that does not keep the separator.
   */
  async tryOut(): Promise<Loaded<LoadedModel>> {
    const { provider, spec } = this.request;
    const warnings: string[] = [];
    if (provider === 'cpu' && this.vocabulary === undefined) {
      const known = await this.findVocabulary();
      if (!known.ok) return known;
      this.vocabulary = known.value;
    }
    if (this.vocabulary !== undefined) {
      warnings.push(
        t(
          '{0} knows {1} ids, and its tokenizer has {2}: rows with others are refused.',
          spec.name,
          this.vocabulary,
          this.tokenizer.largestId + 1,
        ),
      );
    }
    if (this.wide) {
      warnings.push(
        t(
          'The model gives logits of its whole vocabulary for every token, which takes memory and time. Export it with only the two rows of its head that are read.',
        ),
      );
    }
    const row = this.prepare(goldenSolution(2), this.blankFeatures(2));
    if (!row.ok) return refused(asSplit(row.fault));
    const start = performance.now();
    const outputs = await this.run([row.value]);
    if (!outputs.ok) return outputs;
    const scores = this.scores(outputs.value[0]!);
    if (!scores.ok) return refused(scores.fault);
    const tokensPerSecond = (1000 * row.value.ids.length) / (performance.now() - start);
    const ortVersion = this.ort.env.versions.node ?? this.ort.env.versions.common;
    return { ok: true, value: { ortVersion, vocabulary: this.vocabulary, tokensPerSecond, warnings } };
  }

  /**
   * A solution as the model is fed with it. Faults: those of `align`, features that are missing, a tokenizer or template
   * that takes too long.
   */
  prepare(solution: Solution, features?: Float32Array): Scored<Row> {
    const { spec } = this.request;
    const { separator } = this.tokens;
    const aligned = limited(this.request, () =>
      align(spec, solution, this.tokenizer, separator, this.vocabulary),
    );
    if (!aligned.ok || spec.features === undefined) return aligned;
    const size = spec.features.size * solution.steps.length;
    if (features?.length === size) return { ok: true, value: { ...aligned.value, features } };
    return scoreFail(
      'features-unknown',
      t(
        '{0} takes {1} features for this solution, and {2} were computed.',
        spec.name,
        size,
        features?.length ?? 0,
      ),
    );
  }

  /** Runs the model once over these rows. Errors of the native library come as they are. */
  async run(
    rows: readonly Row[],
    places = rows.map(({ positions }) => positions),
  ): Promise<Loaded<RowOutput[]>> {
    const { spec } = this.request;
    let outputs: InferenceSession.OnnxValueMapType;
    try {
      outputs = await this.session.run(this.feeder.feeds(rows), [spec.output]);
    } catch (error) {
      return {
        ok: false,
        failure: { ort: { message: errorWords(error), stage: 'run', subject: spec.name } },
      };
    }
    const raw = readRaw(spec, outputs[spec.output]!, places, this.tokens.candidates);
    for (const value of Object.values(outputs)) value.dispose();
    if (!raw.ok) return refused(raw.fault);
    const { width } = raw.value;
    return { ok: true, value: raw.value.rows.map((numbers) => ({ raw: numbers, width })) };
  }

  /** The scores of a row. Faults: a number that is none. */
  scores({ raw, width }: RowOutput): Scored<number[]> {
    const { spec } = this.request;
    return scoresOf(spec.activation, raw, width, spec.name);
  }

  /** Two solutions of different length, the longer one of at least `GOLDEN_TOKENS` where the model reads so much. */
  goldenRows(): Scored<Row[]> {
    let longer = this.goldenRow(2);
    let steps = 2;
    while (longer.ok && longer.value.ids.length < GOLDEN_TOKENS) {
      const next = this.goldenRow(steps + 1);
      if (!next.ok) break;
      longer = next;
      steps++;
    }
    if (!longer.ok) return longer;
    const shorter = this.goldenRow(Math.max(1, Math.floor(steps / 2)));
    return shorter.ok ? { ok: true, value: [longer.value, shorter.value] } : shorter;
  }

  /** Ends the profile; returns its file. */
  endProfile(): void {
    this.session.endProfiling();
  }

  private goldenRow(steps: number): Scored<Row> {
    return this.prepare(goldenSolution(steps), this.blankFeatures(steps));
  }

  private blankFeatures(steps: number): Float32Array | undefined {
    const { features } = this.request.spec;
    return features && new Float32Array(features.size * steps);
  }

  /** How many ids the model knows; undefined if it knows all that the tokenizer has. Only the CPU tells. */
  private async findVocabulary(): Promise<Loaded<number | undefined>> {
    const { largestId } = this.tokenizer;
    const highest = await this.knows(largestId);
    if (!highest.ok || highest.value) return highest.ok ? { ok: true, value: undefined } : highest;
    let known = 0;
    let unknown = largestId;
    while (known < unknown) {
      const middle = (known + unknown) >> 1;
      const answer = await this.knows(middle);
      if (!answer.ok) return answer;
      if (answer.value) known = middle + 1;
      else unknown = middle;
    }
    return { ok: true, value: known };
  }

  private async knows(id: number): Promise<Loaded<boolean>> {
    const result = await this.run([{ ids: [id], positions: [0], features: this.blankFeatures(1) }]);
    if (result.ok) return { ok: true, value: true };
    if (result.failure.ort !== undefined && OUTSIDE.test(result.failure.ort.message))
      return { ok: true, value: false };
    return result;
  }
}

const OUTSIDE = /out of data bounds/iu;

/**
 * The model as onnxruntime gets it: its path; or, where its data are links out of its folder, its bytes, in which they
 * are named by where they really lie, and the folder that holds them.
 */
async function modelSource({
  folder,
  spec,
  relocation,
}: LoadRequest): Promise<[model: string | Uint8Array, dataFolder?: string]> {
  const path = join(folder, spec.file);
  if (relocation === undefined) return [path];
  const { locations } = relocation;
  const bytes = withExternalFiles(await readFile(path), (location) => locations[location] ?? location);
  return bytes === undefined ? [path] : [bytes, relocation.folder];
}

/** Work of the tokenizer and the chat template, which come from anywhere and may never end. */
function limited<T>({ spec, textLimitMs }: LoadRequest, work: () => Scored<T>): Scored<T> {
  const result = withinTime(textLimitMs, work);
  if (result !== undefined) return result;
  return scoreFail(
    'timeout',
    t(
      'The tokenizer and the chat template of {0} did not finish a text within {1} s. Use the tokenizer.json and tokenizer_config.json that belong to this model, or shorten the text.',
      spec.name,
      textLimitMs / 1000,
    ),
  );
}

function tokensOf({ spec }: LoadRequest, tokenizer: ModelTokenizer): Scored<Tokens> {
  const separator = tokenizer.idOf(spec.separator);
  if (!separator.ok) return separator;
  if (spec.head.kind !== 'vocabulary') {
    return { ok: true, value: { separator: separator.value, candidates: undefined } };
  }
  const positive = tokenizer.idOf(spec.head.positive);
  if (!positive.ok) return positive;
  const negative = tokenizer.idOf(spec.head.negative);
  if (!negative.ok) return negative;
  return { ok: true, value: { separator: separator.value, candidates: [positive.value, negative.value] } };
}

/** The same fault, for a text that is known to be harmless: then it is the tokenizer's. */
function asSplit(fault: ScoreFault): ScoreFault {
  if (fault.kind !== 'separator-mismatch') return fault;
  return { ...fault, kind: 'separator-split', message: t('With any text: {0}', fault.message) };
}

function bindingMissing(error: unknown): ScoreFault {
  const here = `${process.platform}-${process.arch}`;
  if (/Cannot find module 'onnxruntime-node'/.test(errorWords(error)))
    return scoreFail(
      'binding-missing',
      t(
        'This installation of CFPRM comes without onnxruntime, so it cannot score. Install the package for {0}, if there is one, in the place of the universal one.',
        here,
      ),
      errorWords(error),
    ).fault;
  return scoreFail(
    'binding-missing',
    t(
      'onnxruntime-node cannot be loaded on {0} ({1}). It needs linux x64 or arm64 with glibc 2.28, Windows, or macOS on Apple silicon.',
      here,
      errorWords(error).split('\n', 1)[0]!,
    ),
    errorWords(error),
  ).fault;
}

function refused(fault: ScoreFault): { readonly ok: false; readonly failure: ChildFailure } {
  return { ok: false, failure: { fault } };
}
