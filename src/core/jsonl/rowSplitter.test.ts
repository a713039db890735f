import assert from 'node:assert/strict';
import fc from 'fast-check';
import { jsonValue, sizes, split } from '../../../test/support/split';
import { createSplitter, possibleContainers } from './rowSplitter';

const bom = fc.constantFrom('', '\uFEFF');

/** The rows of JSONL by the definition: split at line feeds, one carriage return before it is white space. */
function linesOf(text: string): [number, string, number][] {
  const found: [number, string, number][] = [];
  let offset = text.startsWith('\uFEFF') ? 3 : 0;
  for (const [i, line] of text
    .replace(/^\uFEFF/, '')
    .split('\n')
    .entries()) {
    if (/[^ \t\r]/.test(line)) found.push([i + 1, line.replace(/\r$/, ''), offset]);
    offset += Buffer.byteLength(line) + 1;
  }
  return found;
}

describe('splitting lines', () => {
  const line = fc.oneof(
    fc.constantFrom(
      '',
      ' ',
      '\t \r',
      '\r',
      '\r\r',
      '{}',
      '{"a":"é😀"}',
      ' {"a":[1,"]"]} ',
      '\uFEFF{}',
      'x\ry',
    ),
    fc.string({ maxLength: 12 }).map((text) => text.replaceAll('\n', '')),
  );
  const file = fc
    .tuple(bom, fc.array(line, { maxLength: 8 }), fc.constantFrom('\n', '\r\n'), fc.constantFrom('', '\n'))
    .map(([mark, lines, end, tail]) => mark + lines.join(end) + tail);

  it('gives the same rows as splitting the text at its line ends, however the bytes are cut', () => {
    fc.assert(
      fc.property(file, sizes, (text, pieces) => {
        assert.deepEqual(split(Buffer.from(text), 'lines', pieces).rows, linesOf(text));
      }),
      { numRuns: 1000 },
    );
  });

  it('counts blank lines without reporting them', () => {
    const { rows } = split(Buffer.from('\n \n{}\n\r\n\t\n[]'), 'lines', [100]);
    assert.deepEqual(rows, [
      [3, '{}', 3],
      [6, '[]', 10],
    ]);
  });

  it('finds nothing in files that hold nothing', () => {
    for (const text of ['', '\uFEFF', '\n\n', ' ', '\r\n\r\n', '\uFEFF\r\n']) {
      assert.deepEqual(split(Buffer.from(text), 'lines', [1]), { rows: [], fault: undefined });
    }
  });

  it('does not mistake part of a byte-order mark for one', () => {
    for (const bytes of [[0xef], [0xef, 0xbb], [0xef, 0xbb, 0x0a, 0x31]]) {
      assert.equal(split(Uint8Array.from(bytes), 'lines', [1]).rows[0]?.[2], 0);
    }
  });

  it('starts in the middle of a file with the row number that it is told', () => {
    const { rows } = split(Buffer.from('\uFEFF1\n\n2'), 'lines', [2], { row: 40, inside: true });
    assert.deepEqual(rows, [
      [40, '\uFEFF1', 0],
      [42, '2', 6],
    ]);
  });

  it('passes over a row that is given up, and goes on with the next one', () => {
    const splitter = createSplitter('lines');
    const seen: [number, number, number][] = [];
    const give = (text: string, last: boolean): number =>
      splitter.split(Buffer.from(text), 0, text.length, last, (...row) => seen.push(row));
    assert.equal(give('1\n2222', false), 2);
    assert.equal(splitter.skip(), 2);
    assert.equal(give('22', false), 2, 'nothing of the row is kept');
    assert.equal(give('22\n3\n4', true), 6);
    assert.deepEqual(seen, [
      [0, 1, 1],
      [3, 4, 3],
      [5, 6, 4],
    ]);
  });
});

describe('splitting arrays', () => {
  it('gives the elements that JSON.parse gives, pretty or compact, however the bytes are cut', () => {
    const indent = fc.constantFrom(undefined, 1, 2, '\t');
    const end = fc.constantFrom('\n', '\r\n');
    fc.assert(
      fc.property(
        fc.array(jsonValue, { maxLength: 5 }),
        indent,
        end,
        bom,
        sizes,
        (rows, by, eol, mark, pieces) => {
          const json = `${mark}${eol} ${JSON.stringify(rows, null, by).replaceAll('\n', eol)} ${eol}`;
          const bytes = Buffer.from(json);
          const found = split(bytes, 'array', pieces);
          assert.equal(found.fault, undefined);
          assert.deepEqual(
            found.rows.map(([row, element]) => [row, JSON.parse(element)]),
            rows.map((row, i) => [i + 1, JSON.parse(JSON.stringify(row))]),
          );
          for (const [, element, offset] of found.rows) {
            assert.equal(bytes.toString('utf8', offset, offset + Buffer.byteLength(element)), element);
            assert.equal(element.trim(), element);
          }
        },
      ),
      { numRuns: 1000 },
    );
  });

  it('keeps all whole elements of a truncated array and says that it is not closed', () => {
    fc.assert(
      fc.property(
        fc.array(jsonValue, { minLength: 1, maxLength: 4 }),
        fc.nat(),
        sizes,
        (rows, seed, pieces) => {
          const whole = Buffer.from(JSON.stringify(rows));
          const cut = whole.subarray(0, 1 + (seed % (whole.length - 1)));
          const found = split(cut, 'array', pieces);
          assert.match(found.fault ?? '', /not closed.*truncated/);
          const complete = found.rows.slice(0, -1);
          assert.deepEqual(
            complete.map(([, element]) => JSON.parse(element)),
            JSON.parse(JSON.stringify(rows.slice(0, complete.length))),
          );
        },
      ),
    );
  });

  const cases: [name: string, text: string, rows: string[], fault?: RegExp][] = [
    ['an empty array', '[]', []],
    ['an empty array with space', ' [ \n ] ', []],
    ['one element', '[ {"a":1} ]', ['{"a":1}']],
    ['a comma behind the last element', '[1,2,]', ['1', '2']],
    ['an element that is missing', '[1,,2]', ['1', '', '2']],
    ['nested arrays of objects', '[[{"a":1},{"b":2}],[]]', ['[{"a":1},{"b":2}]', '[]']],
    ['text behind the end', '[1] x', ['1'], /text after the closing.*Remove it/],
    ['a second array', '[1]\n[2]', ['1'], /text after the closing/],
    ['only the opening bracket', '[', [], /not closed/],
    ['an end behind a comma', '[1,', ['1'], /not closed/],
    ['an end inside a string', '[1,"ab]', ['1', '"ab]'], /not closed/],
    ['a brace too many', '[{"a":1}},{"b":2}]', ['{"a":1}}', '{"b":2}']],
    ['a bracket that is not closed', '[{"a":[1},{"b":2}]', ['{"a":[1}', '{"b":2}']],
    ['a bracket too many', '[{"a":1]},{"b":2}]', ['{"a":1]}', '{"b":2}']],
  ];
  for (const [name, source, rows, fault] of cases) {
    it(`reads ${name}`, () => {
      for (const pieces of [[1], [2], [3, 1], [100]]) {
        const found = split(Buffer.from(source), 'array', pieces);
        assert.deepEqual(
          found.rows.map(([, element]) => element),
          rows,
        );
        assert.match(found.fault ?? '', fault ?? /^$/);
      }
    });
  }

  it('starts at an element in the middle, with the row number that it is told', () => {
    const { rows } = split(Buffer.from('{"a":1}, 2]'), 'array', [2], { row: 7, inside: true });
    assert.deepEqual(rows, [
      [7, '{"a":1}', 0],
      [8, '2', 9],
    ]);
  });

  // The second one is malformed: a backslash before a space must not hide the quote behind it.
  for (const element of ['{"a]":"x\\",]\\\\",  "b":[1,"}"]}', '{"a":"x\\ ","b":1}']) {
    it(`passes over ${element} when it is given up, wherever it was left`, () => {
      for (let at = 1; at < element.length; at++) {
        for (let next = at + 1; next <= element.length; next++) {
          const splitter = createSplitter('array');
          const seen: [string, number][] = [];
          const give = (text: string, last: boolean): number =>
            splitter.split(Buffer.from(text), 0, text.length, last, (from, to, row) =>
              seen.push([text.slice(from, to), row]),
            );
          give(`[1,${element.slice(0, at)}`, false);
          assert.equal(splitter.skip(), 2);
          give(element.slice(at, next), false);
          give(`${element.slice(next)},3]`, true);
          assert.deepEqual(seen.slice(1), [['3', 3]], `given up at ${at}, then ${next}`);
          assert.equal(splitter.fault(), undefined);
        }
      }
    });
  }
});

describe('what can hold the rows', () => {
  const possible = (texts: string[]): string[] => [
    ...new Set(texts.map((text) => possibleContainers(Buffer.from(text)).join(' '))),
  ];

  it('is told by the first visible byte', () => {
    assert.deepEqual(possible(['[', ' \r\n\t[1]', '\uFEFF[', '\uFEFF \n[']), ['array']);
    assert.deepEqual(possible(['{', '{"a":[', '\uFEFF\n\t{']), ['lines values lists']);
    assert.deepEqual(possible(['', '\uFEFF', '\n\n', 'x[', '"{']), ['lines']);
  });
});
