import assert from 'node:assert/strict';
import fc from 'fast-check';
import { fail, ok } from '../result';
import type { ComputedScores } from '../scores/computed';
import type { Label, Trajectory } from '../trajectory';
import { FILTERS, filterWords, formatFilter, parseFilter, passes, type TraceFilter } from './filter';

const RECORDED = { threshold: 0.5 };
const base: Trajectory = { id: null, problem: '', steps: [] };

function labelled(...labels: (Label | undefined)[]): Trajectory {
  return { ...base, steps: labels.map((label) => ({ text: 'step', label, place: { path: [] } })) };
}

function passesOne(filter: TraceFilter, ...trajectories: Trajectory[]): boolean {
  return passes(filter, { result: ok(trajectories) }, RECORDED);
}

describe('filters of the trace view', () => {
  it('let rows with a first error pass', () => {
    const filter = { kind: 'first-error' } as const;
    assert.ok(passesOne(filter, labelled('correct', 'incorrect')));
    assert.ok(passesOne(filter, labelled(0.9, 0.4)));
    assert.ok(!passesOne(filter, labelled('correct', 'neutral', undefined, 0.5)));
    assert.ok(!passesOne(filter, base));
  });

  it('let rows with a step without label pass', () => {
    const filter = { kind: 'unlabelled' } as const;
    assert.ok(passesOne(filter, labelled('correct', undefined)));
    assert.ok(!passesOne(filter, labelled('correct', 'neutral', 0.5)));
    assert.ok(!passesOne(filter, base), 'no steps, none without label');
  });

  it('let rows pass of which labels were edited', () => {
    const result = ok([labelled('correct')]);
    assert.ok(passes({ kind: 'edited' }, { result, unedited: [labelled('incorrect')] }, RECORDED));
    assert.ok(!passes({ kind: 'edited' }, { result }, RECORDED));
  });

  it('let rows pass where a label and the score on screen disagree', () => {
    const filter = { kind: 'disagreement' } as const;
    const place = { path: [] };
    const wrong: Trajectory = { ...base, steps: [{ text: 'step', label: 'incorrect', place }] };
    const recorded: Trajectory = {
      ...base,
      steps: [{ text: 'step', label: 'incorrect', score: 0.9, place }],
    };
    assert.ok(passesOne(filter, recorded));
    assert.ok(!passes(filter, { result: ok([recorded]) }, { threshold: 0.95 }));
    assert.ok(!passesOne(filter, wrong));
    const by = { model: 'm', fingerprint: 'f', provider: 'cpu', time: 0 };
    const computed = (): ComputedScores => ({ state: 'scored', scores: [0.93], by, stale: false });
    assert.ok(passes(filter, { result: ok([wrong]) }, { threshold: 0.5, computed }));
  });

  it('let wrong answers pass, and those that differ as text', () => {
    const filter = { kind: 'wrong-answer' } as const;
    assert.ok(passesOne(filter, { ...base, gold: '4', answer: '5' }));
    assert.ok(passesOne(filter, { ...base, gold: 'x', answer: 'y' }));
    assert.ok(passesOne(filter, { ...base, gold: '4', answer: '4', finalCorrect: false }));
    assert.ok(!passesOne(filter, { ...base, gold: '4', answer: '4.0' }));
    assert.ok(!passesOne(filter, { ...base, gold: '4', answer: '5', finalCorrect: true }));
    assert.ok(!passesOne(filter, { ...base, gold: '4' }));
    assert.ok(!passesOne(filter, { ...base, answer: '4' }));
  });

  it('let rows with a false equation pass', () => {
    const filter = { kind: 'false-equation' } as const;
    const says = (...texts: string[]): Trajectory => {
      return { ...base, steps: texts.map((text) => ({ text, place: { path: [] } })) };
    };
    assert.ok(passesOne(filter, says('1 + 1 = 2', '1 + 2 = 4')));
    assert.ok(!passesOne(filter, says('1 + 1 = 2', 'x + 2 = 4')));
  });

  it('let malformed rows pass, and no other filter does', () => {
    const broken = fail('ends inside a string', { row: 3 });
    const kinds = FILTERS.filter(({ kind }) => passes({ kind }, { result: broken }, RECORDED)).map(
      ({ kind }) => kind,
    );
    assert.deepEqual(kinds, ['malformed']);
    assert.ok(!passes({ kind: 'text', text: 'string' }, { result: broken }, RECORDED));
    assert.ok(!passesOne({ kind: 'malformed' }, labelled('incorrect')));
  });

  it('find text in id, problem and steps, in upper or lower case', () => {
    const trajectory = { ...labelled('correct'), id: 'MATH-7', problem: 'Find É.', answer: 'hidden' };
    for (const text of ['math-7', 'find', 'é', 'STEP', 'Te', '']) {
      assert.ok(passesOne({ kind: 'text', text }, trajectory), text);
    }
    for (const text of ['math-8', 'hidden', 'null', 'find step']) {
      assert.ok(!passesOne({ kind: 'text', text }, { ...trajectory }), text);
    }
    assert.ok(!passesOne({ kind: 'text', text: 'null' }, labelled('correct')), 'a row without id');
  });

  it('let a row pass when one of its trajectories does', () => {
    assert.ok(passesOne({ kind: 'first-error' }, labelled('correct'), labelled('incorrect')));
    assert.ok(!passesOne({ kind: 'first-error' }));
  });

  it('can be written into an address and read back', () => {
    const filter: fc.Arbitrary<TraceFilter> = fc.oneof(
      fc.constantFrom(...FILTERS.map(({ kind }) => ({ kind }))),
      fc
        .string({ unit: fc.constantFrom('a', ':', '%', ' ', 'é', '\n', '\ud800') })
        .map((text) => ({ kind: 'text' as const, text })),
    );
    fc.assert(fc.property(filter, (it) => assert.deepEqual(parseFilter(formatFilter(it)), it)));
    for (const text of ['', 'text', 'Malformed', 'x:y']) assert.equal(parseFilter(text), undefined);
  });

  it('have words', () => {
    assert.deepEqual(
      [...FILTERS.map(({ kind }) => filterWords({ kind })), filterWords({ kind: 'text', text: 'a b' })],
      [
        'with a first error',
        'with unlabelled steps',
        'with edited labels',
        'label and score disagree',
        'wrong answer',
        'with a false equation',
        'malformed rows',
        'text "a b"',
      ],
    );
  });
});
