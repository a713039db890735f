import { t } from '@vscode/l10n';
import type { Metric } from './metrics';

/** What a run measured in one block of its merge: all updates of one window size. */
export interface BlockSummary {
  /** Window size C, or the name of a mixed block; undefined for lines that do not say. */
  readonly window: number | string | undefined;
  readonly updates: number;
  /** First and last step. */
  readonly from: number;
  readonly to: number;
  /** Means of its last updates (`RECENT` at most); undefined where no line says. */
  readonly loss: number | undefined;
  readonly accuracy: number | undefined;
}

/** Updates over which a block's latest loss and accuracy are averaged: single ones vary with their rows. */
export const RECENT = 20;

/** Sums up metrics, ascending by step, per block in the order in which the blocks were begun. */
export function blockSummaries(metrics: readonly Metric[]): BlockSummary[] {
  const blocks = new Map<Metric['window'], Metric[]>();
  for (const metric of metrics) {
    const known = blocks.get(metric.window);
    if (known === undefined) blocks.set(metric.window, [metric]);
    else known.push(metric);
  }
  return [...blocks].map(([window, all]) => ({
    window,
    updates: all.length,
    from: all[0]!.step,
    to: all.at(-1)!.step,
    loss: mean(all.slice(-RECENT).map(({ loss }) => loss)),
    accuracy: mean(all.slice(-RECENT).map(({ accuracy }) => accuracy)),
  }));
}

/** What a block is called, as in `C = 4`. */
export function blockName(window: Metric['window']): string {
  if (window === undefined) return t('all');
  return typeof window === 'number' ? `C = ${window}` : window;
}

function mean(values: readonly (number | undefined)[]): number | undefined {
  const known = values.filter((value): value is number => value !== undefined);
  return known.length === 0 ? undefined : known.reduce((sum, value) => sum + value, 0) / known.length;
}
