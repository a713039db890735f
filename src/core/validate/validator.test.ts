import assert from 'node:assert/strict';
import { prm800k } from '../formats/families/prm800k';
import type { Format, JsonObject } from '../formats/format';
import { formatById } from '../formats/registry';
import { Summary } from '../summary';
import type { Label, Trajectory } from '../trajectory';
import { remarksOn } from './findings';
import { ProblemSplits } from './problemSplits';
import { Validator } from './validator';

function trajectory(
  texts: string[],
  labels: (Label | undefined)[],
  more: Partial<Trajectory> = {},
): Trajectory {
  const steps = texts.map((text, k) => ({ text, label: labels[k], place: { path: ['steps', k] } }));
  return { id: null, problem: 'How many?', steps, ...more };
}

const kinds = (of: Trajectory) => remarksOn(of).map(({ step, kind }) => [step, kind]);

function read(format: Format, row: JsonObject): Trajectory {
  const reading = format.read(row);
  assert.ok(reading.ok);
  return reading.value[0]!;
}

describe('validating', () => {
  it('finds steps without text, and steps that repeat an earlier one', () => {
    const given = trajectory(['a', ' ', 'b', ' a\n', 'a'], []);
    assert.deepEqual(kinds(given), [
      [2, 'empty-step'],
      [4, 'duplicate-step'],
      [5, 'duplicate-step'],
    ]);
    assert.match(remarksOn(given)[1]!.message, /same as step 1/);
  });

  it('does not call a step empty whose text is kept elsewhere', () => {
    const scores = { step_level_validity_scores: [0.9, 0.2], step_level_validity_labels: [true, false] };
    assert.deepEqual(kinds(read(formatById('prmbench-result')!, { scores, idx: 'c_1' })), []);
  });

  it('finds final answers that contradict the labels, in both directions', () => {
    const kind = 'answer-contradicts-labels';
    const right = { gold: '63', answer: '63.0' };
    const wrong = { gold: '63', answer: '64' };
    const texts = ['a', 'b', 'c'];
    assert.deepEqual(kinds(trajectory(texts, ['correct', 'incorrect', undefined], right)), [[2, kind]]);
    assert.deepEqual(kinds(trajectory(texts, ['correct', 0.4, 'correct'], { finalCorrect: true })), [
      [2, kind],
    ]);
    assert.deepEqual(kinds(trajectory(texts, ['correct', 'neutral', 'correct'], wrong)), [[3, kind]]);
    // Nothing is contradicted where labels or the verdict are missing, or where both say the same.
    for (const [labels, more] of [
      [['correct', 'correct', undefined], wrong],
      [['correct', 'correct', 'correct'], right],
      [['correct', 'correct', 'incorrect'], wrong],
      [['correct', 'correct', 'correct'], { gold: 'x + 1', answer: '1 + x' }],
      [[], wrong],
    ] as [(Label | undefined)[], Partial<Trajectory>][])
      assert.deepEqual(kinds(trajectory(texts, labels, more)), []);
  });

  it('finds labels behind the first error of PRM800K phase 2, but not of phase 1', () => {
    const rated = (text: string, rating: number) => {
      return { completions: [{ text, rating, flagged: null }], human_completion: null, chosen_completion: 0 };
    };
    const label = { steps: [rated('a', 1), rated('b', -1), rated('c', 1)] };
    const question = { problem: 'P', pre_generated_steps: ['a', 'b', 'c'] };
    assert.deepEqual(kinds(read(prm800k, { question, label })), [[3, 'labels-after-error']]);
    assert.deepEqual(kinds(read(prm800k, { question: { problem: 'P' }, label })), []);
  });

  it('finds false equations in steps that nobody labelled wrong, if it is asked', () => {
    const steps = ['1 + 2 = 4', '3 * 3 = 9', '2 * 2 = 5', '5 - 1 = 3'];
    const given = trajectory(steps, ['correct', 'correct', undefined, 'incorrect']);
    const found = (checksEquations: boolean) => {
      const validator = new Validator(new Summary(), 'this file', checksEquations);
      validator.add(7, [given]);
      return validator.report('trl').findings;
    };
    assert.deepEqual(found(false), []);
    const kind = 'false-equation';
    assert.deepEqual(found(true), [
      { row: 7, step: 1, kind, message: 'The step is labelled correct. 1 + 2 = 4: wrong, 1 + 2 is 3.' },
      { row: 7, step: 3, kind, message: '2 × 2 = 5: wrong, 2 × 2 is 4.' },
    ]);
  });

  it('passes on what readers noted, but not plain facts', () => {
    const notes = [
      { kind: 'error-step-out-of-range', message: 'error_steps names step 9.' },
      { kind: 'error-type', isFact: true, message: 'Type of error: sign.' },
    ];
    assert.deepEqual(kinds(trajectory(['a'], [], { notes })), [[null, 'error-step-out-of-range']]);
  });

  it('finds problems that occur in two splits of a file, once each, whatever their spelling', () => {
    const validator = new Validator(new Summary(), 'this file');
    const rows: [string, string | undefined][] = [
      ['How many  apples?', 'train'],
      ['how many apples', 'train'],
      ['How many apples?', 'test'],
      ['How many apples?', 'test'],
      ['How many pears?', 'test'],
      ['How many pears?', undefined],
      ['', 'train'],
      ['', 'test'],
    ];
    for (const [index, [problem, split]] of rows.entries()) {
      const given = { ...trajectory(['a'], []), problem };
      validator.add(index + 1, [given], split === undefined ? {} : { split });
    }
    const { findings, findingCounts, rows: counted } = validator.report('trl');
    assert.deepEqual(
      findings.map(({ row, message }) => [row, message]),
      [
        [3, 'The problem also occurs in split "train".'],
        [6, 'The problem also occurs in split "test".'],
      ],
    );
    assert.deepEqual(findingCounts, { 'problem-in-two-splits': 2 });
    assert.equal(counted, 8);
  });

  it('finds problems that other files hold', () => {
    const validator = new Validator(new Summary(), 'this file');
    validator.addOther(trajectory([], []), 'test.jsonl');
    validator.add(1, [trajectory(['a'], [])]);
    assert.deepEqual(validator.report('trl').findings, [
      {
        row: 1,
        step: null,
        kind: 'problem-in-two-splits',
        message: 'The problem also occurs in test.jsonl.',
      },
    ]);
  });

  it('says which trajectory of a row it means, where there are several', () => {
    const validator = new Validator(new Summary(), 'this file');
    validator.add(7, [trajectory(['a', 'b'], []), trajectory(['a', 'a'], [])]);
    const [finding] = validator.report('trl').findings;
    assert.deepEqual([finding?.row, finding?.trajectory, finding?.step], [7, 2, 2]);
  });

  it('keeps problems of many splits apart', () => {
    const splits = new ProblemSplits();
    assert.equal(splits.add('p', 'a'), undefined);
    assert.equal(splits.add('q', 'b'), undefined);
    assert.equal(splits.add('P?', 'c'), 'a');
    assert.equal(splits.add('p', 'b'), undefined, 'it was told already');
  });

  it('remembers that a problem is in two other files only when this file has it', () => {
    const validator = new Validator(new Summary(), 'this file');
    validator.addOther(trajectory([], []), 'a.jsonl');
    validator.addOther(trajectory([], []), 'b.jsonl');
    validator.add(1, [trajectory(['a'], [])]);
    validator.add(2, [trajectory(['a'], [])]);
    const { findings } = validator.report('trl');
    assert.deepEqual(
      findings.map(({ row, message }) => [row, message]),
      [[1, 'The problem also occurs in a.jsonl.']],
    );
  });

  it('takes a column with a value per row for no split, in memory and time that stay bounded', () => {
    const splits = new ProblemSplits();
    for (let k = 0; k < 20_000; k++) assert.equal(splits.add(`problem ${k}`, `id ${k}`), undefined);
    assert.equal(splits.add('problem 0', 'id 1'), 'id 0');
    assert.equal(splits.add('problem 19000', 'id 1'), 'another split');
    assert.equal(splits.add('problem 18000', 'id 19999'), undefined);
  });

  it('orders what it finds by row, candidate and step, and what concerns no step first', () => {
    const notes = [
      { kind: 'late', step: 3, message: 'Late.' },
      { kind: 'whole', message: 'Whole.' },
    ];
    const validator = new Validator(new Summary(), 'this file');
    validator.addOther(trajectory([], []), 'test.jsonl');
    validator.add(1, [trajectory(['a', '', 'a'], [], { notes }), trajectory(['', 'b'], [])]);
    assert.deepEqual(
      validator.report('trl').findings.map((found) => [found.trajectory, found.step, found.kind]),
      [
        [1, null, 'problem-in-two-splits'],
        [1, null, 'whole'],
        [1, 2, 'empty-step'],
        [1, 3, 'late'],
        [1, 3, 'duplicate-step'],
        [2, 1, 'empty-step'],
      ],
    );
  });

  it('lists rare findings behind a hundred thousand of another kind, and counts all', () => {
    const validator = new Validator(new Summary(), 'this file');
    const empty = trajectory(
      Array.from({ length: 1000 }, () => ''),
      [],
    );
    for (let row = 1; row <= 101; row++) validator.add(row, [empty]);
    const twice = trajectory(
      Array.from({ length: 1002 }, () => 'a'),
      [],
    );
    validator.add(102, [twice]);
    const { findings, findingCounts } = validator.report('trl');
    assert.deepEqual(findingCounts, { 'duplicate-step': 1001, 'empty-step': 101_000 });
    const listed = (kind: string) => findings.filter((found) => found.kind === kind).length;
    assert.deepEqual([listed('empty-step'), listed('duplicate-step')], [100_000, 1000]);
    assert.equal(findings.at(-1)?.row, 102);
  });
});
