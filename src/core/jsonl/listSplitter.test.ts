import assert from 'node:assert/strict';
import fc from 'fast-check';
import { jsonValue, sizes, split, trickyText } from '../../../test/support/split';
import { createSplitter } from './rowSplitter';

const everySize = [[1], [2], [3, 1], [5], [1000]];

describe('splitting the lists of an object', () => {
  const notList = jsonValue.filter((value) => !Array.isArray(value));
  const member = fc.tuple(trickyText, fc.oneof(fc.array(jsonValue, { maxLength: 4 }), notList));

  it('gives the elements that JSON.parse gives, in any layout, however the bytes are cut', () => {
    const indent = fc.constantFrom(undefined, 0, 1, 2, '\t');
    const eol = fc.constantFrom('\n', '\r\n');
    const bom = fc.constantFrom('', '\uFEFF');
    fc.assert(
      fc.property(
        fc.array(member, { maxLength: 4 }),
        indent,
        eol,
        bom,
        sizes,
        (members, by, end, mark, pieces) => {
          const object = Object.fromEntries(members);
          const json = `${mark}${end} ${JSON.stringify(object, null, by).replaceAll('\n', end)} ${end}`;
          const bytes = Buffer.from(json);
          const found = split(bytes, 'lists', pieces);
          assert.equal(found.fault, undefined);
          const expected = Object.values(JSON.parse(json.replace('\uFEFF', '')))
            .filter(Array.isArray)
            .flat(1);
          assert.deepEqual(
            found.rows.map(([row, text]) => [row, JSON.parse(text)]),
            expected.map((row, i) => [i + 1, row]),
          );
          for (const [, text, offset] of found.rows) {
            assert.equal(bytes.toString('utf8', offset, offset + Buffer.byteLength(text)), text);
          }
        },
      ),
      { numRuns: 1000 },
    );
  });

  it('keeps all whole elements of a truncated object and says that it is not closed', () => {
    const lists = fc.dictionary(trickyText, fc.array(jsonValue, { maxLength: 4 }), {
      minKeys: 1,
      maxKeys: 4,
    });
    fc.assert(
      fc.property(lists, fc.nat(), sizes, (object, seed, pieces) => {
        const whole = Buffer.from(JSON.stringify(object));
        const found = split(whole.subarray(0, 1 + (seed % (whole.length - 1))), 'lists', pieces);
        assert.match(found.fault ?? '', /not closed.*truncated/);
        const complete = found.rows.slice(0, -1).map(([, text]) => JSON.parse(text));
        assert.deepEqual(
          complete,
          Object.values(JSON.parse(whole.toString())).flat(1).slice(0, complete.length),
        );
      }),
      { numRuns: 500 },
    );
  });

  const cases: [name: string, text: string, rows: string[], fault?: RegExp][] = [
    ['no members', '{}', []],
    ['no lists', '{"a":1,"b":{"c":[1]},"d":"]}"}', []],
    ['empty lists', '{"a":[],"b":[ \n ]}', []],
    ['a list among other members', '{"v":1,"data":[{"a":1},{"b":2}],"x":{"y":[3]}}', ['{"a":1}', '{"b":2}']],
    ['lists of lists', '{"a":[[1],[2]]}', ['[1]', '[2]']],
    ['a comma too many', '{"a":[1,],"b":[2],}', ['1', '2']],
    ['text behind the end', '{"a":[1]} x', ['1'], /text after the closing "}".*Remove it/],
    ['a second object', '{"a":[1]}\n{"a":[2]}', ['1'], /text after the closing "}"/],
    ['an end inside a list', '{"a":[1,2', ['1', '2'], /A list .* not closed.* "]".*truncated/],
    ['an end behind a comma in a list', '{"a":[1,', ['1'], /A list .* not closed/],
    ['an end between lists', '{"a":[1],', ['1'], /object .* not closed.* "}".*truncated/],
    ['an end inside a key', '{"a":[1],"b', ['1'], /object .* not closed/],
    ['an end inside another member', '{"a":[1],"b":"x', ['1'], /object .* not closed/],
    ['a row with a brace too many', '{"a":[{"b":1}},{"c":2}],"d":[3]}', ['{"b":1}}', '{"c":2}', '3']],
    ['a row with a bracket too many', '{"a":[{"b":1]},2],"d":[3]}', ['{"b":1]}', '2', '3']],
    ['a member that is broken', '{"a":[1] x,"b":[2]}', ['1', '2'], /broken between two of its members/],
    ['a bracket too few in another member', '{"a":{"b":[1},"c":[2]}', ['2']],
  ];
  for (const [name, source, rows, fault] of cases) {
    it(`reads ${name}`, () => {
      for (const pieces of everySize) {
        const found = split(Buffer.from(source), 'lists', pieces);
        assert.deepEqual(
          found.rows.map(([, element]) => element),
          rows,
        );
        assert.match(found.fault ?? '', fault ?? /^$/);
      }
    });
  }

  it('starts at an element in the middle of a list, and goes on to the next list', () => {
    const { rows, fault } = split(Buffer.from('{"a":1}, 2],"x":[3]}'), 'lists', [2], {
      row: 7,
      inside: true,
    });
    assert.deepEqual(rows, [
      [7, '{"a":1}', 0],
      [8, '2', 9],
      [9, '3', 17],
    ]);
    assert.equal(fault, undefined);
  });

  it('passes over an element that is given up, wherever it was left', () => {
    const element = '{"a]":"x\\",]\\\\",  "b":[1,"}"]}';
    for (let at = 1; at < element.length; at++) {
      for (let next = at + 1; next <= element.length; next++) {
        const splitter = createSplitter('lists');
        const seen: [string, number][] = [];
        const give = (text: string, last: boolean): number =>
          splitter.split(Buffer.from(text), 0, text.length, last, (from, to, row) =>
            seen.push([text.slice(from, to), row]),
          );
        give(`{"k":[1],"l":[${element.slice(0, at)}`, false);
        assert.equal(splitter.skip(), 2);
        give(element.slice(at, next), false);
        give(`${element.slice(next)}],"m":[3]}`, true);
        assert.deepEqual(seen.slice(1), [['3', 3]], `given up at ${at}, then ${next}`);
        assert.equal(splitter.fault(), undefined);
      }
    }
  });

  it('consumes other members of any length as they come', () => {
    const splitter = createSplitter('lists');
    const bytes = Buffer.from(`{"long":"${'x'.repeat(1000)}`);
    assert.equal(
      splitter.split(bytes, 0, bytes.length, false, () => assert.fail()),
      bytes.length,
    );
  });
});
