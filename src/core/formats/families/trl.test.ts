import assert from 'node:assert/strict';
import fc from 'fast-check';
import { labelsInShort } from '../../../../test/support/rows';
import type { Label } from '../../trajectory';
import type { JsonObject } from '../format';
import { trl } from './trl';

const row = { prompt: 'p', completions: ['a', 'b', 'c'] };

function read(extra: JsonObject) {
  const reading = trl.read({ ...row, ...extra });
  assert.ok(reading.ok, reading.ok ? '' : reading.fault.message);
  return reading.value[0]!;
}

function faultOf(extra: JsonObject): string {
  const reading = trl.read({ ...row, ...extra });
  assert.ok(!reading.ok);
  return reading.fault.message;
}

describe('TRL rows', () => {
  it('take 0, -1 and false as negative, 1 and true as positive, and null as absent', () => {
    assert.equal(labelsInShort(read({ labels: [true, 1, 1.0] })), '+++');
    assert.equal(labelsInShort(read({ labels: [false, 0, -1] })), '---');
    assert.equal(labelsInShort(read({ labels: [null, 0.25, true] })), '.(0.25)+');
  });

  it('read every number strictly between 0 and 1 as it is, and no other number', () => {
    fc.assert(
      fc.property(fc.double(), (number) => {
        const reading = trl.read({ ...row, labels: [1, number, 0] });
        const soft = number > 0 && number < 1;
        const hard = [0, 1, -1].includes(number);
        assert.equal(reading.ok, soft || hard);
        if (reading.ok && soft) assert.equal(reading.value[0]!.steps[1]!.label, number);
      }),
    );
  });

  it('keep each label with its step, for any number of steps', () => {
    const spelled = fc.constantFrom<[number | boolean | null, Label | undefined]>(
      [true, 'correct'],
      [0, 'incorrect'],
      [null, undefined],
      [0.5, 0.5],
    );
    fc.assert(
      fc.property(fc.array(fc.tuple(fc.string(), spelled)), (steps) => {
        const completions = steps.map(([text]) => text);
        const labels = steps.map(([, [json]]) => json);
        const { steps: got } = read({ completions, labels });
        assert.deepEqual(
          got.map(({ text, label }) => [text, label]),
          steps.map(([text, [, label]]) => [text, label]),
        );
      }),
    );
  });

  it('with another number of labels than completions say both numbers and what to do', () => {
    assert.match(
      faultOf({ labels: [true] }),
      /labels has 1 entry for 3 completions\. Give one label per step/,
    );
    assert.match(faultOf({ labels: [] }), /0 entries for 3 completions/);
  });

  it('with a label of an unknown kind name it and its step', () => {
    assert.match(faultOf({ labels: [true, 'yes', true] }), /unknown kind at step 2: "yes"/);
    assert.match(faultOf({ labels: [true, true, 1.5] }), /step 3: 1\.5/);
    assert.match(faultOf({ labels: 'yes' }), /labels is a text, but a list/);
  });

  it('with steps that are no list of texts say so', () => {
    assert.match(faultOf({ completions: 'a b', labels: [1] }), /completions is a text, but a list of texts/);
    assert.match(faultOf({ completions: ['a', 3], labels: [1, 1] }), /completions has a number at step 2/);
    assert.match(faultOf({ prompt: null }), /prompt is null, but a text/);
  });

  it('without labels are unlabelled, with a note, and still recognised', () => {
    for (const extra of [{}, { labels: null }] as JsonObject[]) {
      assert.equal(labelsInShort(read(extra)), '...');
      assert.equal(read(extra).notes?.[0]?.kind, 'labels-missing');
      assert.equal(trl.recognise({ ...row, ...extra }), 'prompt and completions');
    }
  });

  it("tell gold answers from the trajectory's own", () => {
    assert.equal(read({ answer: '7' }).gold, '7');
    assert.equal(read({ answer: 'It is 3+4.\n#### 7' }).gold, '7');
    const judged = read({ final_answer: '8', final_correct: false });
    assert.deepEqual([judged.answer, judged.gold, judged.finalCorrect], ['8', undefined, false]);
    const unclear = read({ final_answer: '8' });
    assert.deepEqual([unclear.answer, unclear.gold], [undefined, undefined]);
    assert.equal(read({ completions: ['x', '\\boxed{5}'] }).answer, '5');
  });

  it('without steps are trajectories without steps', () => {
    assert.deepEqual(read({ completions: [], labels: [] }).steps, []);
  });
});
