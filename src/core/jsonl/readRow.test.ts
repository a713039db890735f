import assert from 'node:assert/strict';
import fc from 'fast-check';
import { trl } from '../formats/families/trl';
import { formats } from '../formats/registry';
import type { Fault, Result } from '../result';
import { parseRow, readRow } from './readRow';

/** The fault of a row that stands in the middle of a buffer. */
function faultOf(
  row: string | Uint8Array,
  read: (...at: [Uint8Array, number, number]) => Result<unknown>,
): Fault {
  const result = inBuffer(row, read);
  assert.ok(!result.ok, 'the row is refused');
  return result.fault;
}

function inBuffer<T>(row: string | Uint8Array, read: (...at: [Uint8Array, number, number]) => T): T {
  const before = Buffer.from('{"é":"\uFFFD"}\n');
  const bytes = Buffer.concat([before, Buffer.from(row as string), Buffer.from('\n}"\xbd', 'latin1')]);
  return read(bytes, before.length, before.length + Buffer.from(row as string).length);
}

const parse = (...[bytes, start, end]: [Uint8Array, number, number]) => parseRow(bytes, start, end, 12);
const readTrl = (...[bytes, start, end]: [Uint8Array, number, number]) => readRow(bytes, start, end, 12, trl);

describe('parsing a row', () => {
  it('gives what JSON.parse gives', () => {
    fc.assert(
      fc.property(fc.dictionary(fc.string(), fc.jsonValue({ maxDepth: 2 }), { maxKeys: 4 }), (value) => {
        const text = JSON.stringify(value);
        const parsed = inBuffer(text, parse);
        assert.ok(parsed.ok);
        assert.deepEqual(parsed.value.value, JSON.parse(text));
        assert.deepEqual(parsed.value.duplicates, []);
      }),
    );
  });

  it('keeps lone surrogate escapes', () => {
    const parsed = inBuffer('{"a":"\\ud800"}', parse);
    assert.ok(parsed.ok);
    assert.equal(parsed.value.value.a, '\ud800');
  });

  it('names row and column, counted in UTF-16 units', () => {
    for (const [text, column] of [
      ['{"a": NaN}', 7],
      ['{"é": NaN}', 7],
      ['{"😀": NaN}', 8],
      ['{"日本語": NaN}', 9],
      ['{"a": 1', 8],
      ['{"a": "x', 9],
      ['nope', 1],
      ['{} {}', 4],
    ] as const) {
      const { row, column: found } = faultOf(text, parse);
      assert.deepEqual({ row, found }, { row: 12, found: column }, text);
    }
  });

  it('names the column of the first bytes that are not UTF-8, wherever they stand', () => {
    const good = fc.string({ unit: fc.constantFrom('a', 'é', '日', '😀', '\uFFFD'), maxLength: 12 });
    const bad = fc.constantFrom(
      [0xff],
      [0x80],
      [0xc3],
      [0xe2, 0x82],
      [0xf0, 0x9f, 0x98],
      [0xc0, 0xaf],
      [0xed, 0xa0, 0x80],
      [0xf5, 0x80, 0x80, 0x80],
      [0xef, 0xbf],
    );
    fc.assert(
      fc.property(good, bad, good, fc.boolean(), (before, broken, after, again) => {
        const twice = Buffer.from([...broken, ...Buffer.from(after), ...(again ? broken : [])]);
        const row = Buffer.concat([Buffer.from(`{"a":"${before}`), twice, Buffer.from('"}')]);
        const fault = faultOf(row, parse);
        assert.match(fault.message, /not valid UTF-8\. Convert the file/);
        assert.deepEqual([fault.row, fault.column], [12, `{"a":"${before}`.length + 1]);
      }),
    );
  });

  it('refuses values that are no object', () => {
    for (const text of ['[]', '[{}]', 'null', '"a"', '3', 'true']) {
      const fault = faultOf(text, parse);
      assert.match(fault.message, /not a JSON object.*one object in braces/);
      assert.deepEqual([fault.row, fault.column], [12, 1]);
    }
  });

  it('looks at nothing outside the row', () => {
    assert.ok(inBuffer('{"a":1}', parse).ok);
    assert.match(faultOf('{"a":1', parse).message, /truncated/);
    // The byte behind this row would complete its last character.
    assert.match(faultOf(Buffer.from('{"a":"\xef\xbf"}', 'latin1'), parse).message, /UTF-8/);
  });
});

describe('reading a row', () => {
  it('refuses a key that is read and occurs twice, and only such a key', () => {
    const twice = faultOf('{"prompt":"p","completions":[],"labels":[],"l\\u0061bels":[true]}', readTrl);
    assert.equal(twice.message, 'The key "labels" occurs twice in this row. Keep one of them.');
    assert.equal(twice.row, 12);
    assert.ok(
      inBuffer('{"prompt":"p","completions":[],"x":1,"x":2,"y":{"labels":1,"labels":2}}', readTrl).ok,
    );
  });

  it('gives every fault of a format the row', () => {
    for (const format of formats) {
      const fault = faultOf('{}', (bytes, start, end) => readRow(bytes, start, end, 12, format));
      assert.equal(fault.row, 12, format.id);
      assert.ok(fault.message.length > 10);
    }
  });

  it('reads what the format reads', () => {
    const result = inBuffer('{"prompt":"p","completions":["é"],"labels":[false]}', readTrl);
    assert.ok(result.ok);
    assert.deepEqual(
      result.value.map(({ problem, steps }) => [problem, steps[0]!.text, steps[0]!.label]),
      [['p', 'é', 'incorrect']],
    );
  });
});
