import assert from 'node:assert/strict';
import fc from 'fast-check';
import type { JsonObject } from '../formats/format';
import { formats } from '../formats/registry';
import { createLocator } from './locate';

type Pick = () => number;
type Path = (string | number)[];

/** JSON text of a value with white space and escapes as `pick` says; every string is spelled in its own way. */
function spell(value: unknown, pick: Pick): string {
  const gap = () => ['', '', ' ', '\n', '\r\n\t'][pick() % 5]!;
  if (Array.isArray(value))
    return `[${gap()}${value.map((it) => spell(it, pick)).join(`${gap()},${gap()}`)}]`;
  if (typeof value === 'object' && value !== null) {
    const members = Object.entries(value).map(
      ([key, it]) => `${spell(key, pick)}${gap()}:${gap()}${spell(it, pick)}`,
    );
    return `{${gap()}${members.join(`,${gap()}`)}${gap()}}`;
  }
  return typeof value === 'string' ? `"${spellString(value, pick)}"` : JSON.stringify(value);
}

function spellString(text: string, pick: Pick): string {
  return Array.from({ length: text.length }, (_, i) => {
    const unit = text[i]!;
    const short = JSON.stringify(unit).slice(1, -1);
    if (pick() % 3 === 0) return `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`;
    return unit === '/' && pick() % 2 === 0 ? '\\/' : /[\ud800-\udfff]/.test(unit) ? unit : short;
  }).join('');
}

/** The paths of all strings in a value that are no keys. */
function places(value: unknown, path: Path = []): { path: Path; text: string }[] {
  if (typeof value === 'string') return [{ path, text: value }];
  if (typeof value !== 'object' || value === null) return [];
  const list = Array.isArray(value);
  return Object.entries(value).flatMap(([key, it]) => places(it, [...path, list ? Number(key) : key]));
}

const text = fc.string({
  unit: fc.constantFrom('a', '"', '\\', '/', '\n', '\t', 'é', '😀', '\u0001', 'u', 'ки'),
});
const row = fc.letrec((tie) => ({
  value: fc.oneof({ maxDepth: 4 }, text, fc.integer(), fc.constant(null), tie('list'), tie('object')),
  list: fc.array(tie('value'), { maxLength: 4 }),
  object: fc.dictionary(text, tie('value'), { maxKeys: 4, noNullPrototype: true }),
})).object;

describe('the place of a step in the source', () => {
  it('spans exactly the text that it stands for, whatever its spelling', () => {
    fc.assert(
      fc.property(row, fc.infiniteStream(fc.nat(59)), fc.nat(), (value, picks, at) => {
        const source = spell(value, () => picks.next().value as number);
        assert.deepEqual(JSON.parse(source), value);
        const locate = createLocator(source);
        for (const place of places(value)) {
          const whole = locate({ path: place.path });
          assert.ok(whole);
          assert.equal(JSON.parse(source.slice(whole.start, whole.end)), place.text);
          const end = at % (place.text.length + 1);
          const part = locate({ path: place.path, end });
          assert.ok(part);
          assert.equal(part.start, whole.start);
          assert.equal(JSON.parse(`${source.slice(part.start, part.end)}"`), place.text.slice(0, end));
        }
      }),
      { numRuns: 300 },
    );
  });

  it('finds values that are no strings whole', () => {
    const locate = createLocator('{"a": [1, {"b": -2.50e1}]}');
    assert.deepEqual(locate({ path: ['a', 1] }), { start: 10, end: 24 });
    assert.deepEqual(locate({ path: ['a', 1, 'b'], end: 3 }), { start: 16, end: 23 });
  });

  it('is undefined where there is nothing', () => {
    const locate = createLocator('{"a": ["x"]}');
    for (const path of [['b'], ['a', 1], ['a', 0, 'c'], ['a', 'length']]) {
      assert.equal(locate({ path }), undefined);
    }
    assert.equal(createLocator('')({ path: ['a'] }), undefined);
    assert.equal(createLocator('{"a":"un')({ path: ['b'] }), undefined);
  });

  it('is known for every step that the formats read', () => {
    const rows: JsonObject[] = [
      { prompt: 'p', completions: ['one\n', 'tw"o'], labels: [true, false] },
      { problem: 'p', steps: ['é', '\\'], label: 1, id: 'x', final_answer_correct: true, generator: 'g' },
      { input: 'p Step 1: a ки\nStep 2: "b" ки', label: 'p Step 1: a +\nStep 2: "b" -', task: 'MATH' },
    ];
    for (const value of rows) {
      const format = formats.find((it) => it.recognise(value) !== undefined);
      const reading = format?.read(value);
      assert.ok(reading?.ok);
      const source = JSON.stringify(value, null, 1);
      const locate = createLocator(source);
      for (const step of reading.value.flatMap((it) => it.steps)) {
        const span = locate(step.place);
        assert.ok(span);
        assert.ok(source.slice(span.start, span.end).includes(JSON.stringify(step.text.trim()).slice(1, -1)));
      }
      assert.equal(reading.value[0]!.steps.length, 2);
    }
  });
});
