import { t } from '@vscode/l10n';
import type { RunState } from './state';

const STATES: Record<RunState, string> = {
  queued: t('queued'),
  running: t('running'),
  checkpointing: t('checkpointing'),
  finished: t('finished'),
  failed: t('failed'),
  stopped: t('stopped'),
  lost: t('lost'),
};

/** A run's state in words. */
export function stateWords(state: RunState): string {
  return STATES[state];
}

/** A time in the unit that suits it, as `3 min`. */
export function durationWords(ms: number): string {
  const minutes = Math.round(ms / 60_000);
  if (minutes < 1) return t('{0} s', Math.max(1, Math.round(ms / 1000)));
  return minutes < 120 ? t('{0} min', minutes) : t('{0} h', Math.round(minutes / 60));
}
