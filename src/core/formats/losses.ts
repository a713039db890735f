import { t } from '@vscode/l10n';
import { isError, type Label, type Step, type Trajectory } from '../trajectory';

/** A kind of thing that a format may be unable to hold. */
export type Loss = keyof typeof LOSSES;

/** The kinds with what happens to such a thing, in words; counted per step, or per trajectory. */
export const LOSSES = {
  'soft-labels': { per: 'step', words: t('soft labels (rounded at 0.5)') },
  'neutral-labels': { per: 'step', words: t('neutral labels (written as correct)') },
  labels: {
    per: 'step',
    words: t('labels of some steps (those behind the first error, or of steps that follow unlabelled ones)'),
  },
  scores: { per: 'step', words: t('scores') },
  alternatives: { per: 'step', words: t('alternatives of a step (in PRM800K those behind the first error)') },
  'step-markers': { per: 'step', words: t('steps without a number ("Step 1:" is put before them)') },
  'white-space': { per: 'step', words: t('white space around a step') },
  tree: { per: 'trajectory', words: t('which steps paths of a tree share') },
  id: { per: 'trajectory', words: t('ids') },
  gold: { per: 'trajectory', words: t('gold answers') },
  answer: { per: 'trajectory', words: t('recorded answers') },
  verdict: { per: 'trajectory', words: t('verdicts on the final answer') },
  generator: { per: 'trajectory', words: t('who wrote the solution') },
  'total-score': { per: 'trajectory', words: t('scores of the whole solution') },
  tokens: { per: 'trajectory', words: t('token counts') },
} as const satisfies Record<string, { per: 'step' | 'trajectory'; words: string }>;

/** What formats cannot hold whose rows are one text, or a conversation, of steps with + or - for a label. */
export const SIGNED_TEXT_LOSSES: readonly Loss[] = [
  'soft-labels',
  'neutral-labels',
  'alternatives',
  'step-markers',
  'white-space',
  'tree',
  'gold',
  'answer',
  'verdict',
  'generator',
  'total-score',
  'tokens',
];

/** How often each kind of thing was lost. */
export type LossCounts = { readonly [kind in Loss]?: number };

/**
 * What a trajectory lost on the way through a format: `back` is what the format's own reader made of the row that
 * was written. Undefined if it came back as another trajectory, which is no loss but a row that cannot be written:
 * another problem, other steps, or a label that nobody gave.
 */
export function lossesOf(trajectory: Trajectory, back: Trajectory): LossCounts | undefined {
  if (back.problem.trim() !== trajectory.problem.trim()) return undefined;
  if (back.steps.length !== trajectory.steps.length) return undefined;
  const counts: { [kind in Loss]?: number } = {};
  const count = (kind: Loss): void => {
    counts[kind] = (counts[kind] ?? 0) + 1;
  };
  for (const [index, step] of trajectory.steps.entries()) {
    if (!compareStep(step, back.steps[index]!, index, count)) return undefined;
  }
  if (trajectory.steps.some((step) => step.node !== undefined)) count('tree');
  for (const [kind, field] of FIELDS) {
    const value = trajectory[field];
    if (value !== undefined && value !== null && value !== back[field]) count(kind);
  }
  return counts;
}

const FIELDS = [
  ['id', 'id'],
  ['gold', 'gold'],
  ['answer', 'answer'],
  ['verdict', 'finalCorrect'],
  ['generator', 'generator'],
  ['total-score', 'score'],
  ['tokens', 'tokens'],
] as const;

/** Counts what a step lost; false if it is another step. */
function compareStep(step: Step, back: Step, index: number, count: (kind: Loss) => void): boolean {
  if (back.text !== step.text) {
    const unmarked = back.text.startsWith(`Step ${index + 1}: `)
      ? back.text.slice(`Step ${index + 1}: `.length)
      : undefined;
    if (back.text.trim() === step.text.trim()) count('white-space');
    else if (unmarked !== undefined && unmarked.trim() === step.text.trim()) count('step-markers');
    else return false;
  }
  const lost = labelLoss(step.label, back.label);
  if (lost === false) return false;
  if (lost !== undefined) count(lost);
  if (step.score !== undefined && step.score !== back.score) count('scores');
  if (!sameAlternatives(step.alternatives, back.alternatives)) count('alternatives');
  return true;
}

/** The kind of loss; false for a label that nobody gave. */
function labelLoss(label: Label | undefined, back: Label | undefined): Loss | undefined | false {
  if (label === back) return undefined;
  if (label === undefined) return false;
  if (back === undefined) return 'labels';
  if (typeof label === 'number') return isError(label) === isError(back) ? 'soft-labels' : false;
  return label === 'neutral' && back === 'correct' ? 'neutral-labels' : false;
}

function sameAlternatives(offers: Step['alternatives'], back: Step['alternatives']): boolean {
  if (offers === undefined || offers.length === 0) return true;
  return (
    offers.length === back?.length &&
    offers.every(({ text, label }, k) => back[k]!.text === text && back[k]!.label === label)
  );
}
