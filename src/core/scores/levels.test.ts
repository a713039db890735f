import assert from 'node:assert/strict';
import fc from 'fast-check';
import {
  levelOf,
  rankWords,
  scoreScale,
  shareAbove,
  thresholdsOf,
  USUAL_THRESHOLDS,
  validationWords,
} from './levels';
import type { OperatingPoints } from './modelSpec';

/** Correct steps score 0.80 to 1.00, incorrect ones 0.60 to 1.00, evenly. */
const POINTS: OperatingPoints = {
  rows: 'dev.jsonl',
  correct: { steps: 500, quantiles: [0.8, 0.85, 0.9, 0.95, 1] },
  incorrect: { steps: 100, quantiles: [0.6, 1] },
  firstError: { threshold: 0.82, f1: 0.4, solutions: 90 },
};

const EVEN = Array.from({ length: 100 }, (_, i) => (i + 0.5) / 100);

describe('the colour of a score', () => {
  it('goes by the validation of its model: a model that gives only high scores has no green errors', () => {
    const { thresholds, by } = scoreScale(undefined, POINTS, []);
    assert.equal(by, 'model');
    assert.equal(thresholds.low, 0.82, 'what the model would name as the first error is bad');
    assert.ok(
      thresholds.high > 0.84 && thresholds.high <= 0.85,
      'less than a quarter of the correct steps is not good',
    );
    assert.deepEqual(
      [0.7, 0.83, 0.9].map((score) => levelOf(score, thresholds)),
      ['bad', 'doubt', 'good'],
    );
  });

  it('goes by what the user has set, whatever the model says', () => {
    const set = { low: 0.1, high: 0.2 };
    assert.deepEqual(scoreScale(set, POINTS, EVEN).thresholds, set);
  });

  it('goes by the rank in the file where no validation is known', () => {
    const { thresholds, by } = scoreScale(
      undefined,
      undefined,
      EVEN.map((score) => 0.9 + score / 10),
    );
    assert.equal(by, 'file');
    const levels = [0.901, 0.92, 0.96].map((score) => levelOf(score, thresholds));
    assert.deepEqual(levels, ['bad', 'doubt', 'good']);
  });

  it('is as usual where there are too few scores for a rank', () => {
    const scale = scoreScale(undefined, undefined, [0.9, 0.8]);
    assert.deepEqual([scale.by, scale.thresholds], ['usual', USUAL_THRESHOLDS]);
  });

  it('is one for equal scores, and values that half of the file shares can be bad', () => {
    // Monte-Carlo values: half of the steps lead nowhere.
    const half = [...Array<number>(50).fill(0), ...Array<number>(50).fill(1)];
    const { thresholds } = scoreScale(undefined, undefined, half);
    assert.deepEqual([levelOf(0, thresholds), levelOf(1, thresholds)], ['bad', 'good']);
    const same = scoreScale(undefined, undefined, Array<number>(30).fill(0.9));
    assert.equal(levelOf(0.9, same.thresholds), 'good');
    const none = scoreScale(undefined, undefined, Array<number>(30).fill(0));
    assert.equal(
      levelOf(0, none.thresholds),
      'doubt',
      'a score that says "wrong" is never green by its rank',
    );
  });

  it('never gets worse with a higher score, whatever it goes by', () => {
    const order = ['bad', 'doubt', 'good'];
    const score = fc.double({ min: 0, max: 1, noNaN: true });
    const quantiles = fc.array(score, { minLength: 2 }).map((list) => list.sort((a, b) => a - b));
    const points = fc.record({
      rows: fc.constant('dev'),
      correct: fc.record({ steps: fc.constant(9), quantiles }),
      incorrect: fc.record({ steps: fc.constant(9), quantiles }),
      firstError: fc.option(fc.record({ threshold: score, f1: score, solutions: fc.constant(9) }), {
        nil: undefined,
      }),
    });
    fc.assert(
      fc.property(
        fc.option(points, { nil: undefined }),
        fc.array(fc.oneof(score, fc.double({ min: -9, max: 9, noNaN: true }))),
        score,
        score,
        (known, file, one, other) => {
          const { thresholds } = scoreScale(undefined, known, file);
          assert.ok(thresholds.low <= thresholds.high);
          const [low, high] = one < other ? [one, other] : [other, one];
          assert.ok(order.indexOf(levelOf(low, thresholds)) <= order.indexOf(levelOf(high, thresholds)));
        },
      ),
    );
  });
});

describe('the rank of a score', () => {
  it('is the share of validation steps above it', () => {
    assert.equal(shareAbove(0.79, POINTS.correct), 1);
    assert.equal(shareAbove(1, POINTS.correct), 0);
    assert.ok(Math.abs(shareAbove(0.875, POINTS.correct) - 0.625) < 1e-9);
    const tied = { steps: 4, quantiles: [0, 0, 0, 0.5, 1] };
    assert.equal(shareAbove(0, tied), 0.5, 'equal scores are not above it');
  });

  it('counts right against the scores that the quantiles were made of', () => {
    fc.assert(
      fc.property(fc.array(fc.nat(1000), { minLength: 2 }), fc.nat(1000), (scores, at) => {
        const quantiles = scores.map((score) => score / 1000).sort((a, b) => a - b);
        const above = quantiles.filter((score) => score > at / 1000).length;
        const share = shareAbove(at / 1000, { steps: quantiles.length, quantiles });
        // Between two of n scores the rank is known to one part in n - 1.
        assert.ok(share >= 0 && share <= 1);
        assert.ok(Math.abs(share * (quantiles.length - 1) - above) <= 1, `${share} of ${quantiles.length}`);
      }),
    );
  });

  it('is told in words, with what the colour goes by', () => {
    assert.equal(
      rankWords(0.82, scoreScale(undefined, POINTS, [])),
      'lower than 90 % of correct and 45 % of incorrect steps on its validation rows',
    );
    assert.match(
      rankWords(0.82, scoreScale({ low: 0, high: 1 }, POINTS, [])),
      /rows; coloured by the setting/,
    );
    assert.equal(
      rankWords(0.095, scoreScale(undefined, undefined, EVEN)),
      "lower than 90 % of this file's 100 scores so far, by which it is coloured: no validation is known",
    );
    assert.match(rankWords(0.5, scoreScale(undefined, undefined, [0.5])), /too few scores .* 0\.3 and 0\.7/);
    assert.equal(
      rankWords(0.5, scoreScale({ low: 0, high: 1 }, undefined, [])),
      'coloured by the setting cfprm.thresholds',
    );
  });

  it('compares logits by their sigmoid', () => {
    const logits = Array.from({ length: 40 }, (_, i) => i - 20);
    assert.match(rankWords(-20, scoreScale(undefined, undefined, logits)), /^lower than 9\d %/);
  });
});

describe('thresholds of a model', () => {
  it('without a threshold for first errors part what lies below the correct steps in two', () => {
    const { low, high } = thresholdsOf({ ...POINTS, firstError: undefined });
    assert.ok(low < high && low > 0.8);
  });

  it('are told in the report of a model, or that there are none', () => {
    assert.equal(validationWords(POINTS), 'dev.jsonl: scores are good from 0.844 on, bad below 0.820');
    assert.match(validationWords(undefined), /^not known: .* rank in the file$/);
  });

  it('have no doubt between them where the first-error threshold is the higher one', () => {
    const { low, high } = thresholdsOf({ ...POINTS, firstError: { threshold: 0.99, f1: 0.4, solutions: 9 } });
    assert.equal(low, high);
  });
});
