import { t } from '@vscode/l10n';
import { COMPUTED_SIGN, type Computed, minimumComputed } from '../scores/computed';
import { levelOf, type Thresholds } from '../scores/levels';
import type { ChipKind } from './page';
import { formatScore, printable, shorten } from './words';

/** UTF-16 units of a computed score beside a step: the sign and a score between 0 and 1 with two decimals. */
export const LIVE_WIDTH = COMPUTED_SIGN.length + 4;

/** A text that is shown beside the page's own, and its colour. */
export interface LiveText {
  readonly text: string;
  readonly kind: ChipKind;
}

/**
 * What a model says of one step, in `LIVE_WIDTH` characters: its score, that it is on its way, or that there will be
 * none; undefined if nobody asked. Scores of a model that is not at work any more are dimmed.
 * @param index 0-based step
 */
export function liveCell(
  computed: Computed | undefined,
  index: number,
  thresholds: Thresholds,
): LiveText | undefined {
  if (computed === undefined) return undefined;
  if (computed.state !== 'scored')
    return { text: `${COMPUTED_SIGN}${computed.state === 'pending' ? '…' : '–'}`, kind: 'dim' };
  const score = computed.scores[index];
  if (score === undefined) return undefined;
  const kind = computed.stale ? 'dim' : levelOf(score, thresholds);
  return { text: `${COMPUTED_SIGN}${formatScore(score)}`, kind };
}

/** What a model says of a whole trajectory: its lowest score, or why there is none; empty if nobody asked. */
export function liveFact(computed: Computed | undefined): string {
  if (computed?.state === 'failed')
    return `⚠ ${t('not scored: {0}', shorten(printable(computed.fault.message), 200))}`;
  const least = minimumComputed(computed);
  if (least === undefined) return '';
  return t('min {0} @{1}', COMPUTED_SIGN + formatScore(least.score), least.step);
}
