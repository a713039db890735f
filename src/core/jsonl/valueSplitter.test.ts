import assert from 'node:assert/strict';
import fc from 'fast-check';
import { jsonValue, sizes, split } from '../../../test/support/split';
import { createSplitter } from './rowSplitter';

const bom = fc.constantFrom('', '\uFEFF');
const everySize = [[1], [2], [3, 1], [5], [1000]];

/** The texts of the rows, which are the same however the bytes are cut. */
function textsOf(source: string): { texts: string[]; fault: string | undefined } {
  const results = everySize.map((pieces) => {
    const { rows, fault } = split(Buffer.from(source), 'values', pieces);
    assert.deepEqual(
      rows.map(([row]) => row),
      rows.map((_, i) => i + 1),
    );
    return { texts: rows.map(([, text]) => text), fault };
  });
  for (const result of results) assert.deepEqual(result, results[0]);
  return results[0]!;
}

describe('splitting a sequence of values', () => {
  it('gives the values that JSON.parse gives, in any layout, however the bytes are cut', () => {
    const indent = fc.constantFrom(undefined, 0, 1, 2, '\t');
    const between = fc.constantFrom('\n', '\r\n', ' ', '\n\n');
    fc.assert(
      fc.property(
        fc.array(fc.tuple(jsonValue, indent), { maxLength: 5 }),
        between,
        bom,
        sizes,
        (rows, eol, mark, pieces) => {
          const texts = rows.map(([row, by]) => JSON.stringify(row, null, by));
          const bytes = Buffer.from(`${mark}${eol}${texts.join(eol)}${eol}`);
          const found = split(bytes, 'values', pieces);
          assert.equal(found.fault, undefined);
          assert.deepEqual(
            found.rows.map(([row, text]) => [row, text]),
            texts.map((text, i) => [i + 1, text]),
          );
          for (const [, text, offset] of found.rows) {
            assert.equal(bytes.toString('utf8', offset, offset + Buffer.byteLength(text)), text);
          }
        },
      ),
      { numRuns: 1000 },
    );
  });

  it('needs nothing between values that end by themselves', () => {
    assert.deepEqual(textsOf('{"a":1}{"b":2}[3]"x"{"c":{}}').texts, [
      '{"a":1}',
      '{"b":2}',
      '[3]',
      '"x"',
      '{"c":{}}',
    ]);
  });

  it('keeps all whole values of a truncated file and says that the last one is not closed', () => {
    fc.assert(
      fc.property(
        fc.array(fc.dictionary(fc.string({ maxLength: 4 }), jsonValue), { minLength: 1, maxLength: 4 }),
        fc.nat(),
        sizes,
        (rows, seed, pieces) => {
          const texts = rows.map((row) => JSON.stringify(row, null, 2));
          const whole = Buffer.from(texts.join('\n'));
          const cut = whole.subarray(0, whole.length - 1 - (seed % Buffer.byteLength(texts.at(-1)!)));
          const found = split(cut, 'values', pieces);
          const complete = texts.slice(0, -1);
          assert.deepEqual(
            found.rows.slice(0, complete.length).map(([, text]) => text),
            complete,
          );
          const isCut = found.rows.length > complete.length;
          assert.match(found.fault ?? '', isCut ? /not closed.*may be truncated/ : /^$/);
        },
      ),
    );
  });

  const good = '{\n  "b": [\n    {\n      "c": 2\n    }\n  ]\n}';
  const broken: [what: string, text: string][] = [
    ['lacks its last brace', '{\n  "a": {\n    "b": 1\n  }\n'],
    ['lacks a brace in the middle', '{\n  "a": {\n    "b": 1\n}'],
    ['lacks a bracket', '{\n  "a": [\n    1\n}'],
    ['has a bracket too many', '{\n  "a": 1]\n}'],
    ['lacks a closing quote', '{\n  "a": "x,\n  "b": "}"\n}'],
    ['lacks an opening quote', '{\n  "a": x",\n  "b": 1\n}'],
    ['ends in a string', '{\n  "a": "x'],
    ['ends behind a backslash', '{\n  "a": "x\\'],
    ['is a word', 'nope'],
    ['is a line of words, brackets and quotes', '# see ] "here, or there'],
  ];
  for (const [what, text] of broken) {
    it(`keeps the rows around one that ${what}`, () => {
      const { texts, fault } = textsOf(`${good}\n${text}\n${good}\n${good}\n`);
      assert.deepEqual(texts, [good, text.trim(), good, good]);
      assert.equal(fault, undefined);
    });
  }

  it('reports what is too many behind a value by itself', () => {
    assert.deepEqual(textsOf('{"a":1}},\n{"b":2},{"c":3}\n').texts, [
      '{"a":1}',
      '},',
      '{"b":2}',
      ',',
      '{"c":3}',
    ]);
  });

  it('finds nothing in files that hold nothing', () => {
    for (const text of ['', '\uFEFF', '\n\n', ' ']) {
      assert.deepEqual(split(Buffer.from(text), 'values', [1]), { rows: [], fault: undefined });
    }
  });

  it('starts at a value in the middle, with the row number that it is told', () => {
    const { rows } = split(Buffer.from('{"a":\n1}\n 2'), 'values', [2], { row: 7, inside: true });
    assert.deepEqual(rows, [
      [7, '{"a":\n1}', 0],
      [8, '2', 10],
    ]);
  });

  it('passes over a value that is given up, wherever it was left', () => {
    const value = '{"a}":"x\\"}{\\\\",\n  "b":[{"c":"}"}]}';
    for (let at = 1; at < value.length; at++) {
      for (let next = at; next <= value.length; next++) {
        const splitter = createSplitter('values');
        const seen: [string, number][] = [];
        const give = (text: string, last: boolean): number =>
          splitter.split(Buffer.from(text), 0, text.length, last, (from, to, row) =>
            seen.push([text.slice(from, to), row]),
          );
        give(`1 ${value.slice(0, at)}`, false);
        assert.equal(splitter.skip(), 2);
        give(value.slice(at, next), false);
        give(`${value.slice(next)}\n{}`, true);
        assert.deepEqual(seen.slice(1), [['{}', 3]], `given up at ${at}, then ${next}`);
        assert.equal(splitter.fault(), undefined);
      }
    }
  });
});
