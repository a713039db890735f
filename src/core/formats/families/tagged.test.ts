import assert from 'node:assert/strict';
import fc from 'fast-check';
import { labelsInShort, rowsOf } from '../../../../test/support/rows';
import type { Label, Trajectory } from '../../trajectory';
import type { Format, Json, JsonObject } from '../format';
import { mathShepherd } from './mathShepherd';
import { rlhflow } from './rlhflow';

function read(format: Format, row: JsonObject): Trajectory {
  const reading = format.read(row);
  assert.ok(reading.ok, reading.ok ? '' : reading.fault.message);
  return reading.value[0]!;
}

function faultOf(format: Format, row: JsonObject): string {
  const reading = format.read(row);
  assert.ok(!reading.ok);
  return reading.fault.message;
}

function shepherd(text: string, signs: string): JsonObject {
  let next = 0;
  return { input: text, label: text.replace(/ки/gu, () => signs[next++] ?? 'ки'), task: 'T' };
}

const words = fc.stringMatching(/^[a-z+\-=0-9 \n$\\]*[a-z0-9]$/u).map((text) => text.trim());
const signed = fc.constantFrom<[string, Label]>(['+', 'correct'], ['-', 'incorrect']);
const steps = fc.array(fc.tuple(words, signed), { minLength: 1, maxLength: 6 });

describe('Math-Shepherd rows', () => {
  it('give back the steps they were made from, whatever signs the mathematics holds', () => {
    fc.assert(
      fc.property(words, steps, (problem, made) => {
        const lines = made.map(([text], index) => `Step ${index + 1}: ${text}`);
        const input = `${problem} ${lines.map((line) => `${line} ки`).join('\n')}`;
        const label = `${problem} ${lines.map((line, index) => `${line} ${made[index]![1][0]}`).join('\n')}`;
        const got = read(mathShepherd, { input, label });
        assert.equal(got.problem, problem);
        assert.deepEqual(
          got.steps.map((step) => [step.text, step.label]),
          lines.map((line, index) => [line, made[index]![1][1]]),
        );
      }),
    );
  });

  it('leave a step unlabelled where the tag is still in label, and after the last tag', () => {
    const row = shepherd('Q Step 1: a ки\nStep 2: b ки\nStep 3: c', '+');
    assert.equal(labelsInShort(read(mathShepherd, row)), '+..');
    const bare = read(mathShepherd, { input: 'Q Step 1: a ки' });
    assert.equal(labelsInShort(bare), '.');
    assert.equal(bare.notes?.[0]?.kind, 'labels-missing');
  });

  it('split at the last line break without "Step 1:", and else have no problem, with a note', () => {
    const split = read(mathShepherd, shepherd('Line 1\nLine 2\nfirst \nки\nsecond ки', '+-'));
    assert.equal(split.problem, 'Line 1\nLine 2');
    assert.deepEqual(
      split.steps.map((step) => step.text),
      ['first', 'second'],
    );
    const glued = read(mathShepherd, shepherd('What is 1+1? It is 2. ки', '+'));
    assert.deepEqual([glued.problem, glued.steps[0]!.text], ['', 'What is 1+1? It is 2.']);
    assert.equal(glued.notes?.[0]?.kind, 'problem-not-separated');
  });

  it('split before the step\'s own "Step 1:", not before one that the problem quotes', () => {
    const got = read(mathShepherd, shepherd('Follow "Step 1: mix". What is next? Step 1: Stir. ки', '+'));
    assert.equal(got.problem, 'Follow "Step 1: mix". What is next?');
    assert.equal(got.steps[0]!.text, 'Step 1: Stir.');
  });

  it('do not take "ки" inside a Russian word for a tag', () => {
    const input = 'Сколько стоят ложки? Step 1: ложки стоят 5. ки';
    const label = 'Сколько стоят ложки? Step 1: ложки стоят 5. -';
    const got = read(mathShepherd, { input, label });
    assert.deepEqual([got.problem, labelsInShort(got)], ['Сколько стоят ложки?', '-']);
  });

  it('whose label does not follow input say where they part', () => {
    const other = { input: 'Q Step 1: a ки', label: 'Q Step 1: b +' };
    assert.match(faultOf(mathShepherd, other), /stops following input at character 11 of input/);
    assert.match(faultOf(mathShepherd, { input: 'Q a ки\nb ки', label: 'Q a +' }), /stops following input/);
    assert.match(
      faultOf(mathShepherd, { input: 'Q a ки\nb ки', label: 'Q a +\nb 0' }),
      /unknown kind at step 2: "0"/,
    );
    assert.match(faultOf(mathShepherd, { input: 'Q a', label: 'Q a' }), /input has no step tag/);
    assert.match(faultOf(mathShepherd, { input: 'Q a ки', label: [1] }), /label is a list/);
  });

  it('state their final answer', () => {
    const answers = rowsOf('media/sample/math-shepherd.jsonl').map((row) => read(mathShepherd, row).answer);
    assert.deepEqual(answers.slice(0, 2), ['13520', '16000']);
  });
});

describe('RLHFlow rows', () => {
  const chat = (...turns: [string, Json][]): JsonObject => ({
    conversations: turns.map(([role, content]) => ({ role, content })),
  });

  it('give back the steps they were made from', () => {
    fc.assert(
      fc.property(words, steps, fc.boolean(), (problem, made, system) => {
        const lines = made.map(([text], index) => `Step ${index + 1}: ${text}`);
        const turns = lines.flatMap((line, index): [string, Json][] => [
          ['user', index === 0 ? `${problem} ${line}` : line],
          ['assistant', made[index]![1][0]],
        ]);
        const got = read(
          rlhflow,
          chat(...(system ? [['system', 'Grade.'] as [string, Json]] : []), ...turns),
        );
        assert.equal(got.problem, problem);
        assert.deepEqual(
          got.steps.map((step) => [step.text, step.label]),
          lines.map((line, index) => [line, made[index]![1][1]]),
        );
      }),
    );
  });

  it('leave a last step without an answer unlabelled', () => {
    const row = chat(['user', 'Q Step 1: a'], ['assistant', '+'], ['user', 'Step 2: b']);
    assert.equal(labelsInShort(read(rlhflow, row)), '+.');
  });

  it('name a label or a turn that they do not know', () => {
    const user: [string, Json] = ['user', 'Q Step 1: a'];
    assert.match(
      faultOf(rlhflow, chat(user, ['assistant', 'good'])),
      /conversations\[1\] is a label of an unknown kind: "good"/,
    );
    assert.match(faultOf(rlhflow, chat(['assistant', '+'])), /no step of the user/);
    assert.match(faultOf(rlhflow, chat(['tool', '+'])), /role is "tool"/);
    assert.match(faultOf(rlhflow, chat(['user', 3])), /content is a number/);
    assert.match(faultOf(rlhflow, { conversations: 'x' }), /conversations is a text, but a list/);
  });

  it('are told from ordinary conversations', () => {
    assert.equal(
      rlhflow.recognise(chat(['user', 'Hi'], ['assistant', 'Hello'], ['user', 'x'], ['assistant', 'y'])),
      undefined,
    );
    assert.notEqual(rlhflow.recognise(chat(['user', 'Q Step 1: a'], ['assistant', '-'])), undefined);
  });

  it('say the same as the Math-Shepherd rows they were rewritten from', () => {
    const sources = rowsOf('media/sample/math-shepherd.jsonl').map((row) => read(mathShepherd, row));
    const copies = rowsOf('media/sample/rlhflow.jsonl').map((row) => read(rlhflow, row));
    const shape = ({ problem, steps: all }: Trajectory) => [
      problem,
      all.map((step) => [step.text, step.label]),
    ];
    assert.deepEqual(copies.map(shape), sources.map(shape));
  });
});
