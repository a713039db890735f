import { t } from '@vscode/l10n';
import type { InferenceSession, Tensor } from 'onnxruntime-node';
import type { Aligned } from '../core/scores/align';
import type { ModelSpec } from '../core/scores/modelSpec';
import { type Scored, scoreFail } from '../core/scores/scoreFault';

/** A solution for one run of the model. */
export interface Row extends Aligned {
  readonly features?: Float32Array;
}

type TensorMaker = typeof import('onnxruntime-node').Tensor;

interface Input {
  readonly name: string;
  readonly type: Tensor.Type;
  readonly shape: readonly (number | string)[];
}

const CACHE = /^past_key_values\./u;

/**
 * Builds the inputs of a model, padded on the right. A causal model does not see the padding from any real position.
 */
export class Feeder {
  private constructor(
    private readonly spec: ModelSpec,
    private readonly inputs: readonly Input[],
    private readonly Tensor: TensorMaker,
  ) {}

  /** Faults (`model-incompatible`): an input is missing, of another type, or one that nobody can fill. */
  static create(
    spec: ModelSpec,
    metadata: readonly InferenceSession.ValueMetadata[],
    Tensor: TensorMaker,
  ): Scored<Feeder> {
    const inputs: Input[] = [];
    for (const input of metadata) {
      if (!input.isTensor) return misfit(spec, t('its input {0} is no tensor', input.name));
      inputs.push({ name: input.name, type: input.type, shape: input.shape });
    }
    const names = Object.values(spec.inputs);
    const odd = inputs.find(({ name }) => !names.includes(name) && !CACHE.test(name));
    if (odd !== undefined) {
      return misfit(
        spec,
        t(
          'it has an input {0} that is not known; if it is one of the usual ones, name it in prm.json (inputs)',
          odd.name,
        ),
      );
    }
    const { ids, features } = spec.inputs;
    if (!inputs.some(({ name }) => name === ids)) return misfit(spec, t('it has no input {0}', ids));
    const takes = inputs.some(({ name }) => name === features);
    if (takes !== (spec.features !== undefined)) {
      return misfit(
        spec,
        takes
          ? t('it has an input {0}, but prm.json does not say which feature set it takes', features)
          : t('prm.json names a feature set, but it has no input {0}', features),
      );
    }
    for (const { name, type } of inputs) {
      const real = name === features || CACHE.test(name);
      const fits = real ? type === 'float32' || (type === 'float16' && name !== features) : isInteger(type);
      if (!fits) return misfit(spec, t('its input {0} is of type {1}', name, type));
    }
    return { ok: true, value: new Feeder(spec, inputs, Tensor) };
  }

  /** The inputs for these rows. */
  feeds(rows: readonly Row[]): { readonly [name: string]: Tensor } {
    const length = Math.max(...rows.map(({ ids }) => ids.length));
    const steps = Math.max(...rows.map(({ positions }) => positions.length));
    const feeds: { [name: string]: Tensor } = {};
    for (const input of this.inputs) feeds[input.name] = this.tensor(input, rows, length, steps);
    return feeds;
  }

  private tensor(input: Input, rows: readonly Row[], length: number, steps: number): Tensor {
    const { ids, mask, positions, stepPositions } = this.spec.inputs;
    const { name } = input;
    if (name === ids) return this.whole(input, rows, length, (row) => row.ids);
    if (name === mask)
      return this.whole(
        input,
        rows,
        length,
        (row) => row.ids,
        () => 1,
      );
    if (name === positions)
      return this.whole(
        input,
        rows,
        length,
        (row) => row.ids,
        (_, at) => at,
      );
    if (name === stepPositions) return this.whole(input, rows, steps, (row) => row.positions);
    return CACHE.test(name) ? this.emptyCache(input, rows.length) : this.features(rows, steps);
  }

  /** A table of whole numbers, a row per solution, filled up with 0. */
  private whole(
    { type }: Input,
    rows: readonly Row[],
    width: number,
    of: (row: Row) => readonly number[],
    value: (entry: number, at: number) => number = (entry) => entry,
  ): Tensor {
    const numbers = new Int32Array(rows.length * width);
    rows.forEach((row, index) => {
      of(row).forEach((entry, at) => {
        numbers[index * width + at] = value(entry, at);
      });
    });
    const shape = [rows.length, width];
    if (type === 'int32') return new this.Tensor('int32', numbers, shape);
    return new this.Tensor('int64', BigInt64Array.from(numbers, BigInt), shape);
  }

  private features(rows: readonly Row[], steps: number): Tensor {
    const { size } = this.spec.features!;
    const numbers = new Float32Array(rows.length * steps * size);
    rows.forEach((row, index) => {
      numbers.set(row.features!, index * steps * size);
    });
    return new this.Tensor('float32', numbers, [rows.length, steps, size]);
  }

  /** A cache of earlier positions, of which there are none: its named sizes are 0, but for the batch. */
  private emptyCache({ type, shape }: Input, batch: number): Tensor {
    const dims = shape.map((size, axis) => (axis === 0 ? batch : typeof size === 'number' ? size : 0));
    return type === 'float16'
      ? new this.Tensor('float16', new Uint16Array(0), dims)
      : new this.Tensor('float32', new Float32Array(0), dims);
  }
}

function isInteger(type: string): boolean {
  return type === 'int64' || type === 'int32';
}

function misfit({ file }: ModelSpec, what: string): Scored<never> {
  return scoreFail(
    'model-incompatible',
    t('{0} cannot be fed: {1}. Correct prm.json, or export the model again.', file, what),
  );
}
