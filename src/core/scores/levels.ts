import { t } from '@vscode/l10n';
import { count, probability } from '../trace/words';
import type { OperatingPoints, StepScores } from './modelSpec';

/** The colour of a score. */
export type Level = 'good' | 'doubt' | 'bad';

/** Scores from `high` on look good, below `low` bad, between them doubtful; on the scale of probabilities. */
export interface Thresholds {
  readonly low: number;
  readonly high: number;
}

/** What a score looks like where nothing is known about scores of its kind: it is read as a probability. */
export const USUAL_THRESHOLDS: Thresholds = { low: 0.3, high: 0.7 };

/** Share of the correct validation steps that may look doubtful or bad, so that wrong ones do. */
const MAY_DOUBT = 0.22;
/** Shares of a file's scores that look bad, and that do not look good, where there is no validation. */
const FILE_BAD = 0.15;
const FILE_DOUBT = 0.35;
/** With fewer scores a rank says nothing. */
const FEWEST = 20;
/** A score below it calls a step more likely wrong than right: it never looks good by its rank in a file alone. */
const EVEN = 0.5;

/** How scores of one kind are coloured and ranked: those of a model, or those that a file has recorded. */
export interface ScoreScale {
  readonly thresholds: Thresholds;
  /** Where the thresholds are from: the user, the model's validation, the ranks in the file, nowhere. */
  readonly by: 'user' | 'model' | 'file' | 'usual';
  /** Of the model, where they are known. */
  readonly points?: OperatingPoints;
  /** Scores of the file so far, as probabilities, from the lowest to the highest. */
  readonly ranked: readonly number[];
}

/**
 * How scores are coloured: by what the user has set; else by the model's operating points; else by rank among the
 * file's scores; else, where these are too few, by the usual thresholds.
 *
 * - Of a model, `bad` is a step that it would name as the first error at its best threshold, and `good` what lies
 *   above the lowest quarter of the correct validation steps, roughly.
 * - Of a file, the lowest 15 % look bad and the next 20 % doubtful; scores below 0.5 never look good.
 *
 * @param user undefined if the user has set none
 * @param points undefined for scores that a file has recorded, and for models without validation
 * @param scores the file's, in any order
 */
export function scoreScale(
  user: Thresholds | undefined,
  points: OperatingPoints | undefined,
  scores: readonly number[],
): ScoreScale {
  const ranked = scores.map(probability).sort((a, b) => a - b);
  const scale = { points, ranked };
  if (user !== undefined) return { ...scale, thresholds: user, by: 'user' };
  if (points !== undefined) return { ...scale, thresholds: thresholdsOf(points), by: 'model' };
  if (ranked.length < FEWEST) return { ...scale, thresholds: USUAL_THRESHOLDS, by: 'usual' };
  return { ...scale, thresholds: thresholdsOfFile(ranked), by: 'file' };
}

/** The thresholds that a model's validation gives, on the scale of probabilities. */
export function thresholdsOf({ correct, firstError }: OperatingPoints): Thresholds {
  const high = probability(quantile(correct.quantiles, MAY_DOUBT));
  const low = firstError === undefined ? quantile(correct.quantiles, MAY_DOUBT / 2) : firstError.threshold;
  return { low: Math.min(probability(low), high), high };
}

function thresholdsOfFile(ranked: readonly number[]): Thresholds {
  const high = Math.max(EVEN, quantile(ranked, FILE_DOUBT));
  const worst = quantile(ranked, FILE_BAD);
  // Equal scores have one colour, and a value that many steps share is not kept from being bad by that.
  const above = ranked.find((score) => score > worst) ?? worst;
  return { low: Math.min(above, high), high };
}

/** The value at a share of ordered values, between two of them in proportion. */
function quantile(ordered: readonly number[], share: number): number {
  const at = share * (ordered.length - 1);
  const below = Math.floor(at);
  const [from, to] = [ordered[below]!, ordered[Math.min(below + 1, ordered.length - 1)]!];
  return from + (at - below) * (to - from);
}

/** The colour of a score. */
export function levelOf(score: number, { low, high }: Thresholds): Level {
  const p = probability(score);
  return p >= high ? 'good' : p < low ? 'bad' : 'doubt';
}

/** The share, from 0 to 1, of validation steps whose scores are higher. */
export function shareAbove(score: number, { quantiles }: StepScores): number {
  const last = quantiles.length - 1;
  if (score < quantiles[0]!) return 1;
  if (score >= quantiles[last]!) return 0;
  // The last of equal quantiles: only what is really higher counts.
  const below = quantiles.findLastIndex((value) => value <= score);
  const [from, to] = [quantiles[below]!, quantiles[below + 1]!];
  return 1 - (below + (score - from) / (to - from)) / last;
}

/** What the colours of a model's scores go by where the user has set nothing, for its report. */
export function validationWords(points: OperatingPoints | undefined): string {
  if (points === undefined) return t('not known: scores are coloured by their rank in the file');
  const { low, high } = thresholdsOf(points);
  return t('{0}: scores are good from {1} on, bad below {2}', points.rows, high.toFixed(3), low.toFixed(3));
}

/** What a score's colour goes by and where it ranks, in words without a full stop. */
export function rankWords(score: number, scale: ScoreScale): string {
  const set = scale.by === 'user' ? t('coloured by the setting cfprm.thresholds') : '';
  const rank = scale.points === undefined ? fileRank(score, scale) : modelRank(score, scale.points);
  return [rank, set].filter((part) => part !== '').join('; ');
}

function modelRank(score: number, points: OperatingPoints): string {
  return t(
    'lower than {0} % of correct and {1} % of incorrect steps on its validation rows',
    percent(shareAbove(score, points.correct)),
    percent(shareAbove(score, points.incorrect)),
  );
}

function fileRank(score: number, { ranked, by }: ScoreScale): string {
  if (ranked.length < FEWEST) {
    const { low, high } = USUAL_THRESHOLDS;
    return by === 'user'
      ? ''
      : t(
          'no validation is known, and the file has too few scores for a rank: coloured by {0} and {1}',
          low,
          high,
        );
  }
  const p = probability(score);
  const higher = ranked.length - 1 - ranked.findLastIndex((value) => value <= p);
  const rank = t(
    "lower than {0} % of this file's {1} scores so far",
    percent(higher / ranked.length),
    count(ranked.length),
  );
  return by === 'user' ? rank : t('{0}, by which it is coloured: no validation is known', rank);
}

/** Whole percent; only all and none are 100 and 0. */
function percent(share: number): number {
  if (share <= 0 || share >= 1) return share <= 0 ? 0 : 100;
  return Math.min(99, Math.max(1, Math.round(100 * share)));
}
