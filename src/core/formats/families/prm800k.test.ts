import assert from 'node:assert/strict';
import { labelsInShort, rowsOf } from '../../../../test/support/rows';
import type { Json, JsonObject } from '../format';
import { prm800k } from './prm800k';

function rowWith(steps: Json, question: JsonObject = {}): JsonObject {
  return { question: { problem: 'p', ground_truth_answer: '7', ...question }, label: { steps } };
}

function read(row: JsonObject) {
  const reading = prm800k.read(row);
  assert.ok(reading.ok, reading.ok ? '' : reading.fault.message);
  return reading.value[0]!;
}

function faultOf(row: JsonObject): string {
  const reading = prm800k.read(row);
  assert.ok(!reading.ok);
  return reading.fault.message;
}

const offers = [
  { text: 'a', rating: -1 },
  { text: 'b', rating: 0 },
  { text: 'c', rating: 1 },
];

describe('PRM800K rows', () => {
  it('take the chosen completion, and keep the others as alternatives', () => {
    const { steps } = read(rowWith([{ completions: offers, human_completion: null, chosen_completion: 1 }]));
    assert.equal(steps[0]!.text, 'b');
    assert.equal(steps[0]!.label, 'neutral');
    assert.deepEqual(steps[0]!.alternatives, [
      { text: 'a', label: 'incorrect' },
      { text: 'c', label: 'correct' },
    ]);
  });

  it('take what the labeller wrote when nothing was chosen', () => {
    const human = { text: 'h', rating: null };
    const { steps } = read(
      rowWith([{ completions: offers, human_completion: human, chosen_completion: null }]),
    );
    assert.equal(steps[0]!.text, 'h');
    assert.equal(steps[0]!.label, undefined);
    assert.equal(steps[0]!.alternatives?.length, 3);
  });

  it('of phase 2 take the generated step at the first error, and leave the later ones unlabelled', () => {
    const row = rowWith(
      [
        { completions: [{ text: 'x', rating: 1 }], human_completion: null, chosen_completion: 0 },
        { completions: [offers[2]!, offers[0]!], human_completion: null, chosen_completion: null },
      ],
      { pre_generated_steps: ['x', 'a', 'y', 'z'], pre_generated_answer: '8' },
    );
    const trajectory = read(row);
    assert.deepEqual(
      trajectory.steps.map((step) => step.text),
      ['x', 'a', 'y', 'z'],
    );
    assert.equal(labelsInShort(trajectory), '+-..');
    assert.deepEqual([trajectory.gold, trajectory.answer], ['7', '8']);
    assert.deepEqual(trajectory.steps[3]!.place.path, ['question', 'pre_generated_steps', 3]);
  });

  it('end where the labeller gave up', () => {
    const nothing = { completions: null, human_completion: null, chosen_completion: null };
    const first = { completions: [offers[2]!], human_completion: null, chosen_completion: 0 };
    assert.equal(labelsInShort(read(rowWith([first, nothing]))), '+');
    assert.equal(labelsInShort(read(rowWith([first, nothing], { pre_generated_steps: ['c', 'd'] }))), '+.');
  });

  it('say which completion does not exist, and which rating is unknown', () => {
    const step = { completions: offers, human_completion: null, chosen_completion: 3 };
    assert.match(
      faultOf(rowWith([step])),
      /label\.steps\[0\]\.chosen_completion is 3, but the step has 3 completions/,
    );
    const odd = { completions: [{ text: 'a', rating: 2 }], chosen_completion: 0 };
    assert.match(faultOf(rowWith([odd])), /completions\[0\]\.rating is a label of an unknown kind: 2/);
    assert.match(
      faultOf(rowWith([{ completions: [{ text: 5, rating: 1 }], chosen_completion: 0 }])),
      /text is a number/,
    );
    assert.match(faultOf(rowWith(null)), /label\.steps is null, but a list/);
    assert.match(faultOf(rowWith(['s'])), /label\.steps\[0\] is a text, but an object/);
  });

  it('that are real are read as they were labelled', () => {
    const labels = rowsOf('media/sample/prm800k.jsonl').map((row) => labelsInShort(read(row)));
    assert.deepEqual(labels, ['+.++++', '+0++++-......', '+++++', '+++++++', '+++++++.', '++++++++++++']);
  });
});
