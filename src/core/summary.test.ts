import assert from 'node:assert/strict';
import fc from 'fast-check';
import { DistinctTexts } from './distinctTexts';
import { Summary } from './summary';
import type { Label, Trajectory } from './trajectory';

function trajectory(problem: string, labels: readonly (Label | undefined)[], score?: number): Trajectory {
  const steps = labels.map((label, index) => ({
    text: 's',
    label,
    score,
    place: { path: ['steps', index] },
  }));
  return { id: null, problem, steps };
}

describe('a summary', () => {
  it('counts rows, trajectories, problems, steps, labels and scores', () => {
    const summary = new Summary();
    summary.add([trajectory('p', ['correct', 'neutral', 'incorrect', 0.4, undefined], 0.5)]);
    summary.add([trajectory('q', [undefined]), trajectory('p', ['correct', 0.7])]);
    summary.addMalformed({ message: 'bad', row: 3, column: 2 });
    assert.deepEqual(summary.report('trl'), {
      format: 'trl',
      rows: 3,
      trajectories: 3,
      problems: 2,
      steps: 8,
      labels: { positive: 2, neutral: 1, negative: 1, soft: 2, absent: 2 },
      scores: { recorded: 5 },
      malformed: [{ row: 3, column: 2, message: 'bad' }],
      malformedRows: 1,
      withError: 1,
      unlabelled: 1,
      notes: {},
    });
  });

  it('adds up what arithmetic says of the first steps, if it is asked', () => {
    const says = (...texts: string[]): Trajectory => {
      return { ...trajectory('p', []), steps: texts.map((text) => ({ text, place: { path: [] } })) };
    };
    const rows = [says('1 + 1 = 2, 1 + 1 = 3', '2 + 2 = 4'), says('x = 1', '2 + 2 = 5')];
    const few = new Summary(3);
    few.add(rows);
    const expected = { steps: 3, false: 1, true: 1, unchecked: 1, equations: 4, decided: 3 };
    assert.deepEqual(few.report('trl').arithmetic, expected);
    const all = new Summary(Number.POSITIVE_INFINITY);
    all.add(rows);
    assert.deepEqual(all.report('trl').arithmetic, {
      ...expected,
      steps: 4,
      false: 2,
      equations: 5,
      decided: 4,
    });
    assert.equal(new Summary().report('trl').arithmetic, undefined);
  });

  it('lists a fault of the file without counting a row', () => {
    const summary = new Summary();
    summary.addMalformed({ message: 'not closed' }, false);
    const { rows, malformed, malformedRows } = summary.report('trl');
    assert.deepEqual([rows, malformed, malformedRows], [0, [{ message: 'not closed' }], 0]);
  });

  it('lists 100,000 malformed rows and counts all', () => {
    const summary = new Summary();
    for (let row = 1; row <= 100_010; row++) summary.addMalformed({ message: 'bad', row });
    const report = summary.report('trl');
    assert.deepEqual(
      [report.malformed.length, report.malformedRows, report.rows],
      [100_000, 100_010, 100_010],
    );
  });

  it('counts notes by kind', () => {
    const summary = new Summary();
    const note = { kind: 'error-step-out-of-range', message: 'm' };
    summary.add([{ ...trajectory('p', []), notes: [note, note] }]);
    assert.deepEqual(summary.report('trl').notes, { 'error-step-out-of-range': 2 });
  });
});

describe('counting distinct texts', () => {
  it('agrees with a set', () => {
    fc.assert(
      fc.property(fc.array(fc.string()), (texts) => {
        const distinct = new DistinctTexts();
        for (const text of texts) distinct.add(text);
        assert.equal(distinct.size, new Set(texts).size);
      }),
    );
  });

  it('stays right while its tables grow', () => {
    const distinct = new DistinctTexts();
    for (let round = 0; round < 2; round++) {
      for (let n = 0; n < 50_000; n++) distinct.add(`problem ${n}`);
    }
    assert.equal(distinct.size, 50_000);
  });
});
