import assert from 'node:assert/strict';
import fc from 'fast-check';
import { labelsInShort } from '../../../../test/support/rows';
import type { Format, JsonObject } from '../format';
import { prmBench } from './prmBench';
import { processBench } from './processBench';

function read(format: Format, row: JsonObject) {
  const reading = format.read(row);
  assert.ok(reading.ok, reading.ok ? '' : reading.fault.message);
  return reading.value[0]!;
}

function faultOf(format: Format, row: JsonObject): string {
  const reading = format.read(row);
  assert.ok(!reading.ok);
  return reading.fault.message;
}

describe('ProcessBench rows', () => {
  const row = { id: 'math-1', generator: 'G', problem: 'p', steps: ['a', 'b', '\\boxed{3}'] };

  it('are right before the first error, and unlabelled after it', () => {
    assert.equal(labelsInShort(read(processBench, { ...row, label: 0 })), '-..');
    assert.equal(labelsInShort(read(processBench, { ...row, label: 2 })), '++-');
    assert.equal(labelsInShort(read(processBench, { ...row, label: -1 })), '+++');
  });

  it('keep who wrote them, their answer, and a verdict that may contradict the steps', () => {
    const got = read(processBench, { ...row, label: 1, final_answer_correct: true });
    assert.deepEqual([got.id, got.generator, got.answer, got.finalCorrect], ['math-1', 'G', '3', true]);
  });

  it('without a label are unlabelled, with a note', () => {
    for (const extra of [{}, { label: null }] as JsonObject[]) {
      const got = read(processBench, { ...row, ...extra });
      assert.equal(labelsInShort(got), '...');
      assert.equal(got.notes?.[0]?.kind, 'labels-missing');
    }
  });

  it('with a label that is no index of a step are malformed', () => {
    assert.match(
      faultOf(processBench, { ...row, label: 3 }),
      /label is 3, which is out of range for 3 steps \(-1 to 2\)/,
    );
    assert.match(faultOf(processBench, { ...row, label: -2 }), /out of range/);
    assert.match(faultOf(processBench, { ...row, label: 0.5 }), /unknown kind: 0\.5/);
    assert.match(faultOf(processBench, { ...row, label: '1' }), /unknown kind: "1"/);
    assert.match(faultOf(processBench, { ...row, steps: 'a' }), /steps is a text, but a list/);
  });
});

describe('PRMBench rows', () => {
  const row = { idx: 'c_1', question: 'q', original_question: 'o', modified_process: ['a', 'b', 'c'] };

  it('count error steps from 1, and all other steps are right', () => {
    fc.assert(
      fc.property(fc.uniqueArray(fc.integer({ min: 1, max: 3 })), (errors) => {
        const signs = [1, 2, 3].map((step) => (errors.includes(step) ? '-' : '+')).join('');
        assert.equal(labelsInShort(read(prmBench, { ...row, error_steps: errors })), signs);
      }),
    );
  });

  it('that name steps which do not exist are read, with a note for each', () => {
    const got = read(prmBench, { ...row, error_steps: [0, 2, 4] });
    assert.equal(labelsInShort(got), '+-+');
    assert.deepEqual(
      got.notes?.map((note) => note.kind),
      ['error-step-out-of-range', 'error-step-out-of-range'],
    );
    assert.match(got.notes![1]!.message, /names step 4, but the row has 3 steps/);
  });

  it('take the modified question first', () => {
    assert.equal(read(prmBench, { ...row, modified_question: 'm', error_steps: [] }).problem, 'm');
    assert.equal(read(prmBench, { ...row, modified_question: null, error_steps: [] }).problem, 'q');
    assert.equal(read(prmBench, { ...row, error_steps: [] }).id, 'c_1');
  });

  it('with an error step that is no step number are malformed', () => {
    assert.match(
      faultOf(prmBench, { ...row, error_steps: ['2'] }),
      /error_steps has an entry of an unknown kind: "2"/,
    );
    assert.match(faultOf(prmBench, { ...row, error_steps: 2 }), /error_steps is a number, but a list/);
    assert.match(faultOf(prmBench, { error_steps: [], modified_process: [] }), /no problem/);
  });
});
