import { t } from '@vscode/l10n';
import type { InferenceSession, Tensor } from 'onnxruntime-node';
import type { ModelSpec } from '../core/scores/modelSpec';
import { type Columns, columnsOf, halfToNumber } from '../core/scores/readout';
import { type Scored, scoreFail } from '../core/scores/scoreFault';

/**
 * Checks a model's declared outputs before anything runs. Returns how wide its logits are, if that is declared.
 * Faults (`model-incompatible`): the output is missing, of another type, or pooled to one value per solution.
 */
export function checkOutputs(
  spec: ModelSpec,
  outputs: readonly InferenceSession.ValueMetadata[],
): Scored<number | undefined> {
  const output = outputs.find(({ name }) => name === spec.output);
  if (output === undefined || !output.isTensor) {
    const names = outputs.map(({ name }) => name).filter((name) => !name.startsWith('present.'));
    return misfit(
      spec,
      t('it has no output {0} (it has {1}); name it in prm.json (output)', spec.output, names.join(', ')),
    );
  }
  if (output.type !== 'float32' && output.type !== 'float16') {
    return misfit(spec, t('its output {0} is of type {1}', spec.output, output.type));
  }
  const rank = spec.head.kind === 'rewards' ? 2 : 3;
  const { shape } = output;
  if (shape.length !== 0 && shape.length !== rank) return misfit(spec, rankWords(spec, shape.length));
  const width = rank === 3 ? shape[2] : undefined;
  return { ok: true, value: typeof width === 'number' ? width : undefined };
}

function rankWords({ output, head }: ModelSpec, rank: number): string {
  if (rank === 2 && head.kind !== 'rewards') {
    return t(
      'its output {0} has one value per solution, not per position: it was exported as a pooled classifier (text-classification); export it for token-classification',
      output,
    );
  }
  return t('its output {0} has {1} dimensions', output, rank);
}

/**
 * The numbers at some positions of every row: one or two each, the positive one first.
 *
 * @param places for every row the positions to read, or how many steps it has if the output is per step already
 *
 * Faults (`model-incompatible`): the output's shape is not what the head says.
 */
export function readRaw(
  spec: ModelSpec,
  tensor: Tensor,
  places: readonly (readonly number[])[],
  candidates: readonly [number, number] | undefined,
): Scored<{ readonly width: 1 | 2; readonly rows: number[][] }> {
  const perStep = spec.head.kind === 'rewards';
  const { dims } = tensor;
  if (dims.length !== (perStep ? 2 : 3)) return misfit(spec, rankWords(spec, dims.length));
  const size = perStep ? 1 : dims[2]!;
  const columns = columnsOf(spec.head, size, candidates);
  if (!columns.ok) return columns;
  const at = reader(tensor);
  const rows = places.map((row, index) => {
    const raw: number[] = [];
    row.forEach((position, step) => {
      const place = (index * dims[1]! + (perStep ? step : position)) * size;
      for (const column of columns.value) raw.push(at(place + column));
    });
    return raw;
  });
  return { ok: true, value: { width: widthOf(columns.value), rows } };
}

function widthOf(columns: Columns): 1 | 2 {
  return columns.length;
}

function reader({ data, type }: Tensor): (index: number) => number {
  // Where the language has half-precision arrays, the library uses them; else it hands out the bits.
  if (type === 'float16' && data instanceof Uint16Array)
    return (index) => halfToNumber(data[index] as number);
  return (index) => data[index] as number;
}

function misfit({ file }: ModelSpec, what: string): Scored<never> {
  return scoreFail('model-incompatible', t('{0} cannot be read: {1}.', file, what));
}
