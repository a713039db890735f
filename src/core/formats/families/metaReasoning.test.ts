import assert from 'node:assert/strict';
import { labelsInShort, rowsOf } from '../../../../test/support/rows';
import type { Trajectory } from '../../trajectory';
import type { Format, Json, JsonObject } from '../format';
import { bigBenchMistake } from './bigBenchMistake';
import { mrBen } from './mrBen';
import { mrGsm8k } from './mrGsm8k';
import { reasonEval } from './reasonEval';
import { verifyThenGenerate } from './verifyThenGenerate';

function read(format: Format, row: JsonObject): Trajectory {
  const reading = format.read(row);
  assert.ok(reading.ok, reading.ok ? '' : reading.fault.message);
  assert.equal(reading.value.length, 1);
  return reading.value[0]!;
}

function faultOf(format: Format, row: JsonObject): string {
  const reading = format.read(row);
  assert.ok(!reading.ok);
  return reading.fault.message;
}

const kinds = (trajectory: Trajectory) => trajectory.notes?.map(({ kind, step }) => [kind, step]);

describe('MR-GSM8K rows', () => {
  const row = (first: Json, solution: Json = 'wrong', answer: Json = 'wrong'): JsonObject => ({
    uuid: 'u',
    question: 'q',
    ground_truth_answer: 5,
    model_output_steps: ['Step 1: a', 'Step 2: b', 'Step 3: #### 4'],
    model_output_answer_correctness: answer,
    model_output_solution_correctness: solution,
    model_output_solution_first_error_step: first,
  });

  it('count the first error from 1, as a number or in digits', () => {
    assert.equal(labelsInShort(read(mrGsm8k, row(1))), '-..');
    assert.equal(labelsInShort(read(mrGsm8k, row('3'))), '++-');
    assert.equal(labelsInShort(read(mrGsm8k, row('N/A', 'correct'))), '+++');
  });

  it('keep the verdict on the answer apart from that on the steps', () => {
    const got = read(mrGsm8k, row(2, 'wrong', 'correct'));
    assert.deepEqual([got.id, got.gold, got.answer, got.finalCorrect], ['u', '5', '4', true]);
    assert.equal(labelsInShort(got), '+-.');
    assert.equal(read(mrGsm8k, row(2)).finalCorrect, false);
    const odd = read(mrGsm8k, row(2, 'wrong', 'maybe'));
    assert.deepEqual([odd.finalCorrect, kinds(odd)], [undefined, [['verdict-not-read', undefined]]]);
  });

  it('that are wrong at no named step are unlabelled, with a note', () => {
    for (const [first, verdict] of [
      ['N/A', 'wrong'],
      [null, null],
      ['', 'wrong'],
    ] as [Json, Json][]) {
      const got = read(mrGsm8k, row(first, verdict));
      assert.deepEqual([labelsInShort(got), kinds(got)], ['...', [['labels-missing', undefined]]]);
    }
  });

  it('that contradict themselves are taken at the named step, with a note', () => {
    const got = read(mrGsm8k, row(2, 'correct'));
    assert.deepEqual([labelsInShort(got), kinds(got)], ['+-.', [['labels-contradict', 2]]]);
  });

  it('with a first error that is none of the steps are malformed', () => {
    assert.match(faultOf(mrGsm8k, row(0)), /is 0, which is out of range for 3 steps \(1 to 3\)/);
    assert.match(faultOf(mrGsm8k, row(4)), /is 4, which is out of range/);
    assert.match(faultOf(mrGsm8k, row('second')), /unknown kind: "second"\. Expected the number/);
    assert.match(faultOf(mrGsm8k, row(1.5)), /unknown kind: 1\.5/);
  });
});

describe('Mr-Ben rows', () => {
  const row = (steps: string[], first: string, verdict = 'incorrect'): JsonObject => ({
    Question_UUID: 'u',
    Question: 'q',
    Options: 'A: 1 \nB: 2 ',
    Ground_Truth_Answer: 'A',
    Ground_Truth_Answer_Modified: 'B',
    Sampled_Model: 'M',
    Model_Solution_Steps: steps,
    Model_Solution_Correctness: verdict,
    Model_Solution_First_Error_Step: first,
  });

  it('leave out empty steps and still find the wrong one', () => {
    const got = read(mrBen, row(['Step 1: a', '', 'Step 2: b', ' ', 'Solution: Choice_B', ''], '2'));
    assert.deepEqual(
      got.steps.map(({ text, place }) => [text, place.path[1]]),
      [
        ['Step 1: a', 0],
        ['Step 2: b', 2],
        ['Solution: Choice_B', 4],
      ],
    );
    assert.equal(labelsInShort(got), '+-.');
    assert.deepEqual(kinds(got), []);
  });

  it('find the wrong step by its name, where steps go over several entries', () => {
    const got = read(
      mrBen,
      row(['Step 1: so', '- one', '- two', 'Step 2: thus', '- three', 'Step 3: c'], '2'),
    );
    assert.equal(labelsInShort(got), '+++-..');
    assert.deepEqual(kinds(got), [['error-step-in-pieces', 4]]);
    assert.match(got.notes![0]!.message, /goes on to entry 5/);
  });

  it('count entries if no step has the name, or two have it', () => {
    assert.equal(labelsInShort(read(mrBen, row(['a', '', 'b', 'c'], '2'))), '+-.');
    assert.equal(labelsInShort(read(mrBen, row(['Step 1: a', 'Step 2: b', 'Step 2: c'], '2'))), '+-.');
    assert.equal(labelsInShort(read(mrBen, row(['Step 10: a', 'b'], '1'))), '-.');
  });

  it('know the question with its options, the gold letter and the chosen letter', () => {
    const got = read(mrBen, row(['Step 1: a', 'Solution: Choice_B: 2'], 'N/A', 'correct'));
    assert.deepEqual(
      [got.problem, got.gold, got.answer, got.generator, got.finalCorrect],
      ['q\nA: 1 \nB: 2', 'B', 'B', 'M', undefined],
    );
    assert.equal(labelsInShort(got), '++');
    assert.equal(read(mrBen, row(['Solution: Choice_A or Choice_B'], '1')).answer, undefined);
  });

  it('read the same from the JSONL file and from the object of lists', () => {
    const [lines, inner] = ['mr-ben.jsonl', 'mr-ben--object.json'].map((name) =>
      rowsOf(`test/fixtures/${name}`).map((each) => labelsInShort(read(mrBen, each))),
    );
    assert.deepEqual(lines, ['+++', '+++', '+-.', '+-.']);
    assert.deepEqual(inner!.slice(0, 2), lines!.slice(0, 2));
  });
});

describe('BIG-Bench Mistake rows', () => {
  const row: JsonObject = { input: 'q', steps: ['a', 'b', 'c'], target: '(A)', answer: '(B)' };

  it('count the mistake from 0, and null means none', () => {
    assert.equal(labelsInShort(read(bigBenchMistake, { ...row, mistake_index: 0 })), '-..');
    assert.equal(labelsInShort(read(bigBenchMistake, { ...row, mistake_index: 2 })), '++-');
    assert.equal(labelsInShort(read(bigBenchMistake, { ...row, mistake_index: null })), '+++');
    assert.equal(labelsInShort(read(bigBenchMistake, row)), '...');
    assert.match(faultOf(bigBenchMistake, { ...row, mistake_index: 3 }), /is 3, which is out of range/);
  });

  it('tell the gold answer from the given one, which may be missing', () => {
    const got = read(bigBenchMistake, { ...row, mistake_index: 0 });
    assert.deepEqual([got.gold, got.answer], ['(A)', '(B)']);
    assert.equal(read(bigBenchMistake, { ...row, mistake_index: 0, answer: null }).answer, undefined);
  });
});

describe('ReasonEval rows', () => {
  const row: JsonObject = { id: 3, question: 'q', model_output_step_format: [['a'], ['b', 'c'], ['d']] };

  it('have a list of lines per step, which are one text', () => {
    const got = read(reasonEval, { ...row, rating: [1, 0, -1] });
    assert.deepEqual(
      got.steps.map((step) => step.text),
      ['a', 'b\nc', 'd'],
    );
    assert.deepEqual(got.steps[1]!.place, { path: ['model_output_step_format', 1, 1], onlyEnd: true });
    assert.equal(labelsInShort(got), '+0-');
    assert.match(
      faultOf(reasonEval, { ...row, model_output_step_format: [['a'], []] }),
      /an empty list at step 2/,
    );
    assert.match(faultOf(reasonEval, { ...row, rating: [1, 0] }), /rating has 2 entries for 3 steps/);
  });

  it('of MR-MATH name the first error from 1', () => {
    const judged = rowsOf('test/fixtures/reasoneval--mr-math.jsonl').map((each) => read(reasonEval, each));
    assert.deepEqual(
      judged.map((each) => [labelsInShort(each), each.finalCorrect, each.answer]),
      [
        ['-.', false, '\\frac{11}{3}'],
        ['++', true, '6'],
      ],
    );
  });

  it('that were spoiled on purpose are labelled where the row names the wrong step', () => {
    const spoiled = (error_type: string, tags: Json): JsonObject => ({
      id: 0,
      rid: 0,
      question: 'q',
      reference_steps: ['a', 'b', 'c'],
      hypothesis_steps: ['a', 'x', 'c'],
      error_type,
      tags,
    });
    const inShort = (type: string, tags: Json) => labelsInShort(read(reasonEval, spoiled(type, tags)));
    assert.equal(inShort('random number', 1), '+-.');
    assert.equal(inShort('random operation', 0), '-..');
    assert.equal(inShort('swap steps', [1, 2]), '+-.');
    const removed = read(reasonEval, spoiled('remove step', 1));
    assert.deepEqual([labelsInShort(removed), kinds(removed)], ['...', [['labels-missing', undefined]]]);
    assert.equal(inShort('swap solutions', 82), '...');
    assert.match(
      faultOf(reasonEval, spoiled('random number', 3)),
      /tags is 3, which is out of range for 3 steps/,
    );
    assert.match(faultOf(reasonEval, spoiled('swap steps', 'x')), /tags is a label of an unknown kind: "x"/);
  });

  it('of results have scores only: the validity of a triple, a plain number as it is', () => {
    const triples = read(reasonEval, {
      id: 1,
      scores: [
        [0.25, 0.25, 0.5],
        [1, 0, 0],
      ],
    });
    assert.deepEqual(
      triples.steps.map(({ text, score, place }) => [text, score, place.path, place.onlyEnd]),
      [
        ['', 0.75, ['scores', 0], true],
        ['', 0, ['scores', 1], true],
      ],
    );
    assert.deepEqual(
      triples.notes?.map((note) => note.kind),
      ['redundancy-not-kept', 'texts-missing'],
    );
    const plain = read(reasonEval, { id: 'u', scores: [0.97, -0.5] });
    assert.deepEqual(
      plain.steps.map((step) => step.score),
      [0.97, -0.5],
    );
  });

  it('of results are told from other rows with scores', () => {
    assert.equal(reasonEval.recognise({ id: 1, scores: 0.03 }), undefined);
    assert.equal(reasonEval.recognise({ id: 1, scores: [[0.1, 0.9]] }), undefined);
    assert.equal(reasonEval.recognise({ id: 1, scores: [0.1], text: 'x' }), undefined);
    assert.equal(reasonEval.recognise({ id: 1, scores: [] }), undefined);
  });

  it('may have triples beside their texts', () => {
    const scores = [[0.5, 0.25, 0.25], [0, 0, 1], null];
    const got = read(reasonEval, { ...row, rating: [1, 1, 1], scores });
    assert.deepEqual(
      got.steps.map((step) => step.score),
      [0.5, 1, undefined],
    );
  });
});

describe('verify-then-generate rows', () => {
  const row: JsonObject = {
    problem: 'q',
    reference_solution: 'He has 24\n 10',
    student_incorrect_solution: ['a', 'b', ' 4'],
    incorrect_index: 1,
    incorrect_step: 'b',
    error_category: 'Unit conversion error',
  };

  it('count the wrong step from 0 and keep the type of its error', () => {
    const got = read(verifyThenGenerate, row);
    assert.equal(labelsInShort(got), '+-.');
    assert.deepEqual(got.notes, [
      { step: 2, kind: 'error-type', isFact: true, message: 'Type of error: Unit conversion error.' },
    ]);
    assert.match(faultOf(verifyThenGenerate, { ...row, incorrect_index: 3 }), /out of range/);
  });

  it('find both answers in the last lines, and no gold in a solution that states none', () => {
    const got = read(verifyThenGenerate, row);
    assert.deepEqual([got.gold, got.answer], ['10', '4']);
    const open = read(verifyThenGenerate, { ...row, reference_solution: '(synthetic)' });
    assert.equal(open.gold, undefined);
  });

  it('say if incorrect_step is another step', () => {
    const got = read(verifyThenGenerate, { ...row, incorrect_step: 'a' });
    assert.deepEqual(kinds(got)?.at(-1), ['labels-contradict', 2]);
  });
});
