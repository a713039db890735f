import { t } from '@vscode/l10n';
import type { Activation, Head } from './modelSpec';
import { type Scored, scoreFail } from './scoreFault';

/** Which of the columns of a model's output are read: one, or a pair with the positive one first. */
export type Columns = readonly [number] | readonly [positive: number, negative: number];

/**
 * The columns to read of an output [batch, positions, width].
 *
 * @param candidates ids of the positive and the negative token, for heads of the vocabulary
 *
 * Faults (`model-incompatible`): the width does not fit the head.
 */
export function columnsOf(
  head: Head,
  width: number,
  candidates?: readonly [number, number],
): Scored<Columns> {
  if (head.kind === 'one-logit' || head.kind === 'rewards') {
    return width === 1 ? { ok: true, value: [0] } : misfit(head, width, '1');
  }
  if (head.kind === 'two-logits') {
    return width === 2
      ? { ok: true, value: [head.positive, head.positive === 1 ? 0 : 1] }
      : misfit(head, width, '2');
  }
  if (width === 2) return { ok: true, value: [0, 1] };
  if (candidates === undefined) throw new Error('A head of the vocabulary has two candidate ids.');
  const most = Math.max(...candidates);
  return width > most
    ? { ok: true, value: candidates }
    : misfit(head, width, t('2, or more than {0} (the ids of its two tokens)', most));
}

function misfit(head: Head, width: number, wanted: string): Scored<never> {
  return scoreFail(
    'model-incompatible',
    t(
      'The model gives {0} numbers per position, but a head of kind "{1}" has {2}. Correct head in prm.json, or export the model again.',
      width,
      head.kind,
      wanted,
    ),
  );
}

/** A score of one or two logits. Softmax over a pair is the sigmoid of its difference, which does not overflow. */
export function scoreOf(activation: Activation, positive: number, negative?: number): number {
  if (activation === 'none') return positive;
  return sigmoid(negative === undefined ? positive : positive - negative);
}

function sigmoid(x: number): number {
  if (x >= 0) return 1 / (1 + Math.exp(-x));
  const power = Math.exp(x);
  return power / (1 + power);
}

/**
 * The scores of a solution's steps. `raw` holds one or two numbers per step (`width`), the positive one first.
 * Faults (`not-finite`): a number that is none or infinite.
 */
export function scoresOf(
  activation: Activation,
  raw: ArrayLike<number>,
  width: 1 | 2,
  name: string,
): Scored<number[]> {
  const scores: number[] = [];
  for (let at = 0; at < raw.length; at += width) {
    const score = scoreOf(activation, raw[at]!, width === 2 ? raw[at + 1] : undefined);
    const finite = Number.isFinite(raw[at]) && (width === 1 || Number.isFinite(raw[at + 1]));
    if (!finite) {
      return scoreFail(
        'not-finite',
        t(
          '{0} gave {1} for step {2}, which is no score. A half-precision model may overflow: try another provider or an export in fp32.',
          name,
          width === 2 ? t('{0} and {1}', String(raw[at]), String(raw[at + 1])) : String(raw[at]),
          at / width + 1,
        ),
      );
    }
    scores.push(score);
  }
  return { ok: true, value: scores };
}

/** The value of a half-precision number (IEEE 754 binary16) from its bits. */
export function halfToNumber(bits: number): number {
  const sign = bits & 0x8000 ? -1 : 1;
  const exponent = (bits >> 10) & 0x1f;
  const fraction = bits & 0x3ff;
  if (exponent === 0x1f) return fraction ? Number.NaN : sign * Number.POSITIVE_INFINITY;
  return exponent === 0 ? sign * fraction * 2 ** -24 : sign * (1 + fraction / 1024) * 2 ** (exponent - 15);
}
