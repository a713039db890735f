import assert from 'node:assert/strict';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import fc from 'fast-check';
import type { Container } from '../core/jsonl/splitter';
import { openSource } from './openSource';
import { TraceFile } from './traceFile';

const folder = mkdtempSync(path.join(tmpdir(), 'cfprm-shape-'));
after(() => rmSync(folder, { recursive: true }));

const fixtures = path.resolve(__dirname, '../../test/fixtures');

function row(id: number): object {
  return { id, prompt: 'p', completions: ['a{', '}]'], labels: [true, false], meta: { tags: ['x'], n: {} } };
}

const rows = Array.from({ length: 5 }, (_, i) => row(i));
const compact = (value: unknown): string => JSON.stringify(value);
const pretty = (value: unknown): string => JSON.stringify(value, null, 2);

function write(content: string): string {
  const file = path.join(folder, 'rows');
  writeFileSync(file, content);
  return file;
}

/** The container, and for every row its number and id, or undefined if it is malformed. */
async function read(content: string): Promise<{ container: Container; ids: unknown[]; fault?: string }> {
  const opened = await TraceFile.open(write(content));
  assert.ok(opened.ok, opened.ok ? '' : opened.fault.message);
  const file = opened.value;
  await file.whenIndexed();
  const readings = await file.read(Array.from({ length: file.rowCount }, (_, i) => i));
  await file.close();
  assert.ok(readings.ok);
  assert.deepEqual(file.source.format.id, 'trl');
  return {
    container: file.source.container,
    ids: readings.value.map(({ result }) => (result.ok ? result.value[0]!.id : undefined)),
    fault: file.fault?.message,
  };
}

const ids = rows.map((_, i) => String(i));

describe('what holds the rows of a file', () => {
  const layouts: [what: string, content: string, container: Container, count: number][] = [
    ['lines', rows.map(compact).join('\n'), 'lines', 5],
    ['one line', compact(row(0)), 'lines', 1],
    ['an array', pretty(rows), 'array', 5],
    ['one object over many lines', pretty(row(0)), 'values', 1],
    ['objects over many lines, as jq writes them', `${rows.map(pretty).join('\n')}\n`, 'values', 5],
    [
      'objects over many lines without indentation',
      rows.map((it) => JSON.stringify(it, null, '\t').replaceAll('\t', '')).join('\n'),
      'values',
      5,
    ],
    ['objects behind each other on one line', rows.map(compact).join(''), 'values', 5],
    [
      'objects over many lines, then lines',
      `${pretty(row(0))}\n${rows.slice(1).map(compact).join('\n')}`,
      'values',
      5,
    ],
    ['lists on one line', compact({ a: rows.slice(0, 2), b: [], c: rows.slice(2) }), 'lists', 5],
    ['lists over many lines', `\uFEFF\n${pretty({ a: rows.slice(0, 2), c: rows.slice(2) })}`, 'lists', 5],
    [
      'a list beside other members',
      compact({ version: 1, note: '[{', data: rows, more: { x: [1] } }),
      'lists',
      5,
    ],
    ['a list with a row on each line', `{"data": [\n${rows.map(compact).join(',\n')}\n]}`, 'lists', 5],
    ['a list with its only row on a line', `{"data": [\n${compact(row(0))}\n]}`, 'lists', 1],
  ];
  for (const [what, content, container, count] of layouts) {
    it(`is seen: ${what}`, async () => {
      for (const text of [content, content.replaceAll('\n', '\r\n')]) {
        assert.deepEqual(await read(text), { container, ids: ids.slice(0, count), fault: undefined });
      }
    });
  }

  it('is lines for every JSONL file, whatever its rows hold', async () => {
    for (const name of readdirSync(fixtures).filter((it) => it.endsWith('.jsonl'))) {
      const text = readFileSync(path.join(fixtures, name), 'utf8');
      for (const content of [
        text,
        text.slice(0, text.indexOf('\n')),
        `\uFEFF\r\n${text.replaceAll('\n', '\r\n')}`,
      ]) {
        const source = await openSource(write(content));
        assert.equal(source.ok ? source.value.container : source.fault.message, 'lines', name);
      }
    }
  });

  it('is lines for JSONL of which lines are broken, the first one too', async () => {
    const breakages = fc.constantFrom(
      (line: string) => line.slice(0, -1),
      (line: string) => line.slice(0, 20),
      (line: string) => line.slice(1),
      (line: string) => `${line}}`,
      (line: string) => `${line},`,
      (line: string) => line.replace('"', ''),
      (line: string) => line.replace('"p"', '"p'),
      (line: string) => line.replace('"labels":[', '"labels":'),
      (line: string) => `{"a":${line}`,
      () => '{"data": [',
      () => 'nonsense',
    );
    const lines = fc.array(fc.option(breakages, { nil: undefined, freq: 3 }), { minLength: 4, maxLength: 8 });
    await fc.assert(
      fc.asyncProperty(lines, breakages, async (broken, first) => {
        const kinds = [first, ...broken];
        // A file of which hardly a line is whole may be anything.
        fc.pre(kinds.filter((it) => it === undefined).length * 2 >= kinds.length);
        const content = kinds.map((kind, i) => (kind ?? String)(compact(row(i)))).join('\n');
        const found = await read(content);
        assert.equal(found.container, 'lines');
        assert.deepEqual(
          found.ids,
          kinds.map((kind, i) => (kind === undefined ? String(i) : undefined)),
        );
      }),
      { numRuns: 150 },
    );
  });

  it('keeps the rows around a broken one in every container', async () => {
    const broken = '{\n  "prompt": "p,\n  "labels": [true]\n}';
    const jq = [pretty(row(0)), broken, pretty(row(2)), pretty(row(3))].join('\n');
    assert.deepEqual(await read(jq), {
      container: 'values',
      ids: ['0', undefined, '2', '3'],
      fault: undefined,
    });
    const list = `{"a":[${compact(row(0))},{"prompt":[1},${compact(row(2))}],"b":[${compact(row(3))}]}`;
    assert.deepEqual(await read(list), {
      container: 'lists',
      ids: ['0', undefined, '2', '3'],
      fault: undefined,
    });
  });

  it('says that a file is truncated, and reads what is there', async () => {
    const jq = rows.map(pretty).join('\n').slice(0, -30);
    const values = await read(jq);
    assert.deepEqual([values.container, values.ids], ['values', ['0', '1', '2', '3', undefined]]);
    assert.match(values.fault ?? '', /last JSON value is not closed.*truncated/);
    const lists = await read(compact({ a: rows }).slice(0, -40));
    assert.deepEqual([lists.container, lists.ids], ['lists', ['0', '1', '2', '3', undefined]]);
    assert.match(lists.fault ?? '', /list in the JSON object is not closed.*truncated/);
  });

  it('says that there is text behind the object with the lists', async () => {
    const found = await read(`${compact({ a: rows })}\nx`);
    assert.deepEqual([found.container, found.ids], ['lists', ids]);
    assert.match(found.fault ?? '', /text after the closing "}"/);
  });

  it('is not the lists of the first line where there are other lines', async () => {
    const source = await openSource(write([{ a: rows }, { b: rows }].map(compact).join('\n')));
    assert.ok(!source.ok);
    assert.match(source.fault.message, /No known format fits\. The first row has the keys a\./);
  });

  it('is told as what it looks like most, where no format fits', async () => {
    const faults: [content: string, words: RegExp][] = [
      ['{"x":1}\n{"x":2}', /The first row has the keys x\./],
      [pretty({ x: { y: 1 } }), /The first row has the keys x\./],
      ['{"prompt":"p', /no readable row\. Row 1: ends inside a string/],
      ['{', /no readable row\. Row 1: /],
    ];
    for (const [content, words] of faults) {
      const source = await openSource(write(content));
      assert.ok(!source.ok);
      assert.match(source.fault.message, words);
    }
  });

  it('is found for a format or a field mapping that was chosen, too', async () => {
    const mapping = { steps: 'parts', problem: 'q' };
    for (const [content, choice, container] of [
      [pretty({ q: 'p', parts: ['a'] }), { mapping }, 'values'],
      [compact({ all: [{ q: 'p', parts: ['a'] }] }), { format: 'generic', mapping }, 'lists'],
      [pretty(row(0)), { format: 'trl' }, 'values'],
      [compact({ all: rows }), { format: 'trl' }, 'lists'],
      [compact(row(0)), { format: 'processbench' }, 'lines'],
    ] as const) {
      const source = await openSource(write(content), choice);
      assert.ok(source.ok);
      assert.equal(source.value.container, container);
    }
  });

  it('is found behind rows that are longer than any sample', async () => {
    const long = { ...row(0), completions: ['x'.repeat(20_000_000), 'b'] };
    assert.equal((await read(`${compact(long)}\n${compact(row(1))}`)).container, 'lines');
    assert.equal((await read(compact(long))).container, 'lines');
    assert.equal((await read([long, long].map(compact).join('\n'))).container, 'lines');
    assert.deepEqual(await read(pretty({ notes: 'x'.repeat(9_000_000), a: rows })), {
      container: 'lists',
      ids,
      fault: undefined,
    });
  });
});
