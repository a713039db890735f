import assert from 'node:assert/strict';
import { readdirSync } from 'node:fs';
import path from 'node:path';
import fc from 'fast-check';
import { root, rowsOf, textAtPlace, valueAt } from '../../../test/support/rows';
import { detect } from './detect';
import type { Format, FormatId, Json, JsonObject } from './format';
import { genericFormat } from './generic';
import { formats } from './registry';

/** Every fixture is named after its format: `<id>.jsonl`, or `<id>--<what is special>.json`. */
const FIXTURES = readdirSync(path.join(root, 'test/fixtures'))
  .filter((name) => /\.jsonl?$/u.test(name))
  .map((name) => [`test/fixtures/${name}`, name.split(/--|\.jsonl?$/u)[0]!] as const);

const FILES: { readonly [file: string]: FormatId } = {
  ...Object.fromEntries(FIXTURES),
  'media/sample/math-shepherd.jsonl': 'math-shepherd',
  'media/sample/prm800k.jsonl': 'prm800k',
  'media/sample/prmbench.jsonl': 'prmbench',
  'media/sample/processbench-gsm8k.jsonl': 'processbench',
  'media/sample/processbench-math.json': 'processbench',
  'media/sample/rlhflow.jsonl': 'rlhflow',
  'media/sample/trl-soft-scores.jsonl': 'trl',
  'media/sample/trl.jsonl': 'trl',
};

const mapped = genericFormat({
  problem: 'q',
  steps: 'a.steps[].text',
  labels: 'a.steps[].label',
  scores: 'a.scores',
  id: 'id',
  gold: 'gold',
  answer: 'answer',
  correct: 'ok',
});
const all: readonly Format[] = [
  ...formats,
  mapped,
  genericFormat({ problem: 'q', steps: 'steps', labels: 'label', labelScale: 'first-error-1' }),
];

describe('reading trajectories', () => {
  it('every file of families/ is registered, and every format has a fixture', () => {
    const families = readdirSync(path.join(__dirname, 'families')).filter((name) => !name.includes('.test.'));
    assert.equal(formats.length, families.length);
    const covered = new Set(FIXTURES.map(([, id]) => id));
    assert.deepEqual([...covered].sort(), formats.map((format) => format.id).sort());
  });

  for (const [file, id] of Object.entries(FILES)) {
    describe(file, () => {
      const rows = rowsOf(file);

      it(`is detected as ${id}, and every row is read`, () => {
        const detection = detect(rows.slice(0, 64));
        assert.ok(detection.ok);
        assert.equal(detection.value.format.id, id);
        const read = rows.filter((row) => detection.value.format.read(row).ok);
        assert.equal(read.length, rows.length);
      });

      it('says of every step where its text is', () => {
        const format = formats.find((each) => each.id === id)!;
        for (const row of rows) {
          const reading = format.read(row);
          assert.ok(reading.ok);
          for (const step of reading.value.flatMap((each) => each.steps)) {
            if (step.place.onlyEnd) {
              assert.notEqual(valueAt(row, step.place.path), undefined);
              continue;
            }
            assert.ok(textAtPlace(row, step).endsWith(step.text));
            if (step.place.end === undefined) assert.equal(textAtPlace(row, step), step.text);
          }
        }
      });
    });
  }

  it('never throws, whatever JSON stands where a field is read', () => {
    for (const format of all) {
      fc.assert(
        fc.property(rowFor(format), (row) => {
          const reading = format.read(row);
          format.recognise(row);
          if (reading.ok) for (const each of reading.value) assert.ok(Array.isArray(each.steps));
          else assert.ok(reading.fault.message.length > 10);
        }),
        { numRuns: 300 },
      );
    }
  });

  it('never throws when a real row is broken at one place', () => {
    for (const [file, id] of Object.entries(FILES).filter(([name]) => name.startsWith('test/'))) {
      const format = formats.find((each) => each.id === id)!;
      const rows = rowsOf(file);
      fc.assert(
        fc.property(fc.constantFrom(...rows), fc.nat(), json, (row, at, value) => {
          format.read(brokenAt(row, at, value));
          format.recognise(brokenAt(row, at, value));
        }),
      );
    }
  });

  it('reads recorded scores in every format, and never lets them spoil a row', () => {
    for (const format of formats) {
      const file = Object.entries(FILES).find(([, id]) => id === format.id)![0];
      const row = rowsOf(file)[0]!;
      const plain = format.read(row);
      assert.ok(plain.ok);
      const count = plain.value[0]!.steps.length;
      const scores = Array.from({ length: count }, (_, index) => (index === 1 ? null : index / 4 - 0.5));
      // A row of several trajectories has a list of such lists.
      const column = (own: Json): Json =>
        plain.value.length === 1 ? own : plain.value.map((_, index) => (index === 0 ? own : null));
      const scored = format.read({ ...row, scores: column(scores) });
      assert.ok(scored.ok);
      assert.deepEqual(
        scored.value[0]!.steps.map((step) => step.score ?? null),
        scores,
        format.id,
      );
      for (const odd of [[...scores, 1], ['0.5', ...scores.slice(1)], { all: scores }, 'high']) {
        const reading = format.read({ ...row, scores: column(odd) });
        assert.ok(reading.ok);
        assert.ok(reading.value[0]!.steps.every((step) => step.score === undefined));
        assert.equal(reading.value[0]!.notes?.at(-1)?.kind, 'scores-not-read');
      }
    }
  });
});

const json = fc.jsonValue({ maxDepth: 3 }) as fc.Arbitrary<Json>;

/** Rows with any JSON at the keys that a format reads; nested objects get the keys of the next level. */
function rowFor(format: Format): fc.Arbitrary<JsonObject> {
  return objectFor(format.reads.map((path) => path.split('.')));
}

function objectFor(paths: readonly string[][]): fc.Arbitrary<JsonObject> {
  const keys = [...new Set(paths.map((path) => path[0]!))];
  const fields = keys.map((key) => {
    const below = paths.filter((path) => path[0] === key && path.length > 1).map((path) => path.slice(1));
    const shaped =
      below.length > 0
        ? objectFor(below)
        : fc.oneof<fc.Arbitrary<Json>[]>(fc.string(), fc.array(fc.string()), fc.integer());
    const value = fc.oneof(json, shaped, fc.array(shaped, { maxLength: 4 }));
    return [key, value as fc.Arbitrary<Json>] as const;
  });
  return fc.record(Object.fromEntries(fields), { requiredKeys: [] }) as fc.Arbitrary<JsonObject>;
}

/** The row with `value` in place of its n-th inner value (counted round). */
function brokenAt(row: JsonObject, n: number, value: Json): JsonObject {
  const copy = structuredClone(row);
  const places: [{ [key: string | number]: Json }, string | number][] = [];
  const walk = (node: Json): void => {
    if (node === null || typeof node !== 'object') return;
    for (const key of Array.isArray(node) ? node.keys() : Object.keys(node)) {
      const holder = node as { [key: string | number]: Json };
      places.push([holder, key]);
      walk(holder[key]!);
    }
  };
  walk(copy);
  const [holder, key] = places[n % places.length]!;
  holder[key] = value;
  return copy;
}
