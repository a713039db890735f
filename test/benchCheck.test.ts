import assert from 'node:assert/strict';
import type { Label } from '../src/core/trajectory';
import { CheckCounter, checkTable, wilson } from './bench/check';

describe('measuring the arithmetic check', () => {
  it('gives the intervals of Wilson', () => {
    const rounded = (hits: number, n: number) => wilson(hits, n).map((bound) => Number(bound.toFixed(4)));
    // 81 of 263 is an example of Newcombe, Statistics in Medicine 17 (1998), method 3; the others by hand.
    assert.deepEqual(rounded(13, 15), [0.6212, 0.9626]);
    assert.deepEqual(rounded(0, 10), [0, 0.2775]);
    assert.deepEqual(rounded(81, 263), [0.2553, 0.3662]);
    assert.deepEqual(wilson(0, 0), [0, 1]);
  });

  it('counts steps up to the first error, and nothing behind it', () => {
    const counter = new CheckCounter();
    const add = (steps: [string, Label | undefined][]) =>
      counter.add({
        id: null,
        problem: '',
        steps: steps.map(([text, label]) => ({ text, label, place: { path: [] } })),
      });
    add([
      ['1 + 1 = 2', 'correct'],
      ['1 + 2 = 4', 'incorrect'],
      ['1 + 2 = 5', undefined],
    ]);
    add([
      ['1 + 1 = 3', 'correct'],
      ['So it goes.', 'incorrect'],
    ]);
    add([['1 + 1 = 2', 'correct']]);
    add([['1 + 1 = 3', 'correct']]);
    add([['1 + 1 = 3', undefined]]);
    const figures = counter.figures('some');
    assert.deepEqual(figures, {
      name: 'some',
      steps: 6,
      errors: 2,
      decidable: 5,
      flagged: 3,
      hits: 1,
      correct: 2,
      falseAlarms: 1,
    });
    assert.match(
      checkTable([figures]),
      /\| 1\/3: 0\.33 \[0\.06, 0\.79\] \| 1\/2: 0\.50 \[0\.09, 0\.91\] \| 1\/2 \|/,
    );
  });
});
