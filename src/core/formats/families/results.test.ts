import assert from 'node:assert/strict';
import { labelsInShort } from '../../../../test/support/rows';
import type { Format, Json, JsonObject } from '../format';
import { prm800kScored } from './prm800kScored';
import { prmBenchResult } from './prmBenchResult';
import { processBench } from './processBench';

function read(format: Format, row: JsonObject) {
  const reading = format.read(row);
  assert.ok(reading.ok, reading.ok ? '' : reading.fault.message);
  return reading.value[0]!;
}

describe("critics' outputs on ProcessBench", () => {
  const noteOf = (label: Json, prediction: Json) => {
    const got = read(processBench, { problem: 'p', steps: ['a', 'b', 'c'], label, prediction });
    return got.notes?.find((note) => note.kind === 'critic-prediction');
  };

  it('keep the label of the file, and note a prediction that differs', () => {
    const row = { problem: 'p', steps: ['a', 'b', 'c'], label: 0, prediction: 2, match: false };
    assert.equal(labelsInShort(read(processBench, row)), '-..');
    const note = noteOf(0, 2)!;
    assert.equal(note.step, 3);
    assert.equal(
      note.message,
      'The critic says that step 3 is the first wrong one; the label says that step 1 is the first wrong one.',
    );
    assert.match(noteOf(-1, 0)!.message, /step 1 is .*; the label says that all steps are right\.$/);
    assert.match(
      noteOf(1, -1)!.message,
      /^The critic says that all steps are right; the label says that step 2/,
    );
  });

  it('note a critic that names nothing, or a step that does not exist', () => {
    assert.match(noteOf(1, null)!.message, /^The critic names no step; the label says that step 2/);
    assert.match(noteOf(1, 7)!.message, /^The critic says 7, which is the index of no step/);
    assert.equal(noteOf(1, 7)!.step, undefined);
  });

  it('note nothing where they agree or where there is no critic', () => {
    assert.equal(noteOf(1, 1), undefined);
    const plain = read(processBench, { problem: 'p', steps: ['a'], label: 0 });
    assert.deepEqual(plain.notes, []);
  });
});

describe('PRMBench results', () => {
  const row = (scores: JsonObject) => ({ idx: 'x_1', scores });

  it('are scores without texts, and the verdicts of the model are no labels', () => {
    const got = read(
      prmBenchResult,
      row({
        step_level_validity_scores: [0.95, 0.3, -1.5],
        step_level_validity_labels: [true, false, false],
      }),
    );
    assert.deepEqual(
      got.steps.map((step) => [step.text, step.label, step.score]),
      [
        ['', undefined, 0.95],
        ['', undefined, 0.3],
        ['', undefined, -1.5],
      ],
    );
    assert.deepEqual(got.steps[1]!.place, {
      path: ['scores', 'step_level_validity_scores', 1],
      onlyEnd: true,
    });
    assert.equal(got.id, 'x_1');
    assert.deepEqual(got.notes, [
      {
        kind: 'model-labels',
        isFact: true,
        step: 2,
        message: 'The model judges step 2, 3 of 3 to be wrong.',
      },
    ]);
  });

  it('that hold only verdicts have steps without scores', () => {
    const got = read(prmBenchResult, row({ step_level_validity_labels: [true, true] }));
    assert.deepEqual(
      got.steps.map((step) => step.score),
      [undefined, undefined],
    );
    assert.equal(got.notes![0]!.message, 'The model judges no step of 2 to be wrong.');
  });

  it('are read without verdicts that do not fit, and not without any list', () => {
    const odd = row({ step_level_validity_scores: [0.5], step_level_validity_labels: [true, true] });
    assert.match(read(prmBenchResult, odd).notes![0]!.message, /has 2 entries for 1 step; it was not read/);
    const reading = prmBenchResult.read(row({}));
    assert.ok(!reading.ok);
    assert.match(reading.fault.message, /scores\.step_level_validity_scores is missing, but a list/);
  });
});

describe('PRM800K scored samples', () => {
  it('are solutions of which only answer, verdict and score are known', () => {
    const row = { problem: 'p', answer: '63', is_correct: false, prm_score: 0.25, orm_score: 0.75 };
    const got = read(prm800kScored, row);
    assert.deepEqual(
      [got.steps, got.answer, got.finalCorrect, got.score, got.gold],
      [[], '63', false, 0.25, undefined],
    );
  });

  it('may have no answer, another name for it, or only the outcome score', () => {
    const row = { problem: 'p', given_answer: null, is_correct: false, orm_score: 0.75 };
    assert.deepEqual([read(prm800kScored, row).answer, read(prm800kScored, row).score], [undefined, 0.75]);
    assert.equal(read(prm800kScored, { ...row, given_answer: '5' }).answer, '5');
    assert.equal(prm800kScored.recognise({ ...row, steps: [] }), undefined);
  });
});
