import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { startScorer } from '../../test/support/models';
import { FEATURE_SETS } from '../core/features/stepFeatures';
import { levelOf, thresholdsOf } from '../core/scores/levels';
import { parseCard } from '../core/scores/prmJson';
import { demonstrationModel } from './demonstrationModel';

/** A model that was made as the demonstration model is, without the problems of the rows beside it. */
const APART = join(__dirname, '../../test/scorer/demonstration');

interface Row {
  readonly prompt: string;
  readonly completions: readonly string[];
  readonly labels: readonly boolean[];
}

describe('the colours of the demonstration model', () => {
  it('part first errors from correct steps, on rows that were not learned', async () => {
    const card = parseCard(readFileSync(join(demonstrationModel()!, 'prm.json'), 'utf8'));
    assert.ok(card.ok && card.value.operatingPoints !== undefined);
    const thresholds = thresholdsOf(card.value.operatingPoints);
    const rows = readFileSync(join(APART, 'apart.jsonl'), 'utf8')
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as Row);
    const scorer = await startScorer(APART, { featureSets: FEATURE_SETS });
    const solutions = rows.map(({ prompt, completions }) => ({ problem: prompt, steps: completions }));
    const results = await scorer.score(solutions);
    await scorer.stop();
    const levels = results.flatMap((result, k) =>
      result.ok
        ? result.value.scores.map((score, i) => ({
            isCorrect: rows[k]!.labels[i]!,
            isGood: levelOf(score, thresholds) === 'good',
          }))
        : [],
    );
    const notGood = (isCorrect: boolean): number => {
      const own = levels.filter((step) => step.isCorrect === isCorrect);
      return own.filter(({ isGood }) => !isGood).length / own.length;
    };
    assert.ok(levels.length > 500, `${levels.length} steps`);
    assert.ok(notGood(false) >= 0.6, `${notGood(false)} of the first errors are not good`);
    assert.ok(notGood(true) <= 0.25, `${notGood(true)} of the correct steps are not good`);
  });
});
