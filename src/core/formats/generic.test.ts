import assert from 'node:assert/strict';
import { labelsInShort } from '../../../test/support/rows';
import type { Json, JsonObject } from './format';
import { genericFormat, type LabelScale, parseMapping } from './generic';

function mapping(text: string) {
  const parsed = parseMapping(text);
  assert.ok(parsed.ok, parsed.ok ? '' : parsed.fault.message);
  return parsed.value;
}

function labelled(labels: Json, labelScale?: LabelScale) {
  const format = genericFormat({ problem: 'q', steps: 'steps', labels: 'labels', labelScale });
  return format.read({ q: 'p', steps: ['a', 'b', 'c'], labels });
}

function inShort(labels: Json, scale?: LabelScale): string {
  const reading = labelled(labels, scale);
  assert.ok(reading.ok, reading.ok ? '' : reading.fault.message);
  return labelsInShort(reading.value[0]!);
}

function faultOf(labels: Json, scale?: LabelScale): string {
  const reading = labelled(labels, scale);
  assert.ok(!reading.ok);
  return reading.fault.message;
}

describe('a field mapping', () => {
  it('finds fields at any depth', () => {
    const format = genericFormat(
      mapping(
        '{"problem": "meta.question", "steps": "solution[].text", "labels": "solution[].mark", ' +
          '"scores": "solution[].reward", "id": "meta.n", "gold": "meta.gold", "answer": "final", "correct": "ok"}',
      ),
    );
    const row: JsonObject = {
      meta: { question: 'p', n: 12, gold: 4 },
      solution: [{ text: 'a', mark: '+', reward: 0.9 }, { text: 'b', mark: 'incorrect' }, { text: 'c' }],
      final: '5',
      ok: 0,
    };
    const reading = format.read(row);
    assert.ok(reading.ok);
    const got = reading.value[0]!;
    assert.equal(labelsInShort(got), '+-.');
    assert.deepEqual(
      got.steps.map((step) => step.score),
      [0.9, undefined, undefined],
    );
    assert.deepEqual([got.id, got.gold, got.answer, got.finalCorrect], ['12', '4', '5', false]);
    assert.deepEqual(got.steps[1]!.place.path, ['solution', 1, 'text']);
    assert.ok(format.reads.includes('solution.text') && format.reads.includes('solution'));
    assert.equal(format.recognise(row), 'the mapped fields meta.question and solution[].text');
  });

  it('reads labels on the scale that it names', () => {
    assert.equal(inShort([1, 0, 0.5]), '+-(0.5)');
    assert.equal(inShort([true, 'neutral', null]), '+0.');
    assert.equal(inShort([1, 0, -1], 'rating'), '+0-');
    assert.equal(inShort(1, 'first-error'), '+-.');
    assert.equal(inShort(-1, 'first-error'), '+++');
    assert.equal(inShort(null, 'first-error'), '...');
    assert.equal(inShort(1, 'first-error-1'), '-..');
    assert.equal(inShort(0, 'first-error-1'), '+++');
    assert.equal(inShort(null, 'first-error-1'), '+++');
  });

  it('names labels that are not on the scale', () => {
    assert.match(faultOf([1, 0, -1]), /step 3: -1\..*labelScale "rating"/);
    assert.match(faultOf([1, 0.5, 0], 'rating'), /step 2: 0\.5/);
    assert.match(faultOf([1]), /labels has 1 entry for 3 steps/);
    assert.match(faultOf(4, 'first-error-1'), /labels is 4, which is out of range for 3 steps \(0 to 3\)/);
    assert.match(faultOf(3, 'first-error'), /out of range/);
    assert.match(faultOf('+', 'first-error'), /unknown kind: "\+"/);
  });

  it('reads no keys that the row does not have itself', () => {
    const format = genericFormat({ problem: 'constructor.name', steps: 'toString' });
    assert.equal(format.read({}).ok, false);
  });

  it('can name keys with a dot in them, and elements by number', () => {
    const format = genericFormat({ problem: 'a\\.b', steps: 'turns[1].steps' });
    const reading = format.read({ 'a.b': 'p', turns: [null, { steps: ['s'] }] });
    assert.ok(reading.ok);
    assert.deepEqual(reading.value[0]!.steps[0]!.place.path, ['turns', 1, 'steps', 0]);
  });

  it('that is wrong is refused with what is wrong', () => {
    const cases: [string, RegExp][] = [
      ['{', /not valid JSON/],
      ['[]', /is a list, but an object/],
      ['{"steps": "s"}', /has no "problem"/],
      ['{"problem": "p"}', /has no "steps"/],
      ['{"problem": "p", "steps": 3}', /"steps" is a number/],
      ['{"problem": "p", "steps": "a..b"}', /"steps": "a\.\.b" is not a path/],
      [
        '{"problem": "p", "steps": "s", "label": "l"}',
        /unknown entry "label"\. Known are problem, steps, labels/,
      ],
      ['{"problem": "p[]", "steps": "s"}', /"problem" leads to many values/],
      ['{"problem": "p", "steps": "s", "labelScale": "stars"}', /"labelScale" is "stars"/],
    ];
    for (const [text, expected] of cases) {
      const parsed = parseMapping(text);
      assert.ok(!parsed.ok, text);
      assert.match(parsed.fault.message, expected);
    }
  });
});
