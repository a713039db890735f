import assert from 'node:assert/strict';
import { isUtf8 } from 'node:buffer';
import fc from 'fast-check';
import { referenceCounts, referenceMerge } from '../../../test/mergeReference';
import { trl } from '../formats/families/trl';
import type { Format } from '../formats/format';
import { readRow } from '../jsonl/readRow';
import { ByteSink } from './byteSink';
import { Merger } from './merger';
import { CHOICES, type MergeOptions, type MergeRequest, resolveOptions } from './options';
import { TrlRow } from './trlRow';

function options(request: MergeRequest): MergeOptions {
  const resolved = resolveOptions(request);
  if (!resolved.ok) throw new Error(resolved.fault.message);
  return resolved.value;
}

/** Merges rows in memory, again with labels as numbers if need be; the text of each block. */
function merge(rows: readonly string[], request: MergeRequest, format: Format = trl) {
  const resolved = options(request);
  for (const numbers of [Merger.needsNumbers(resolved), true]) {
    const blocks: Buffer[][] = resolved.sizes.map(() => []);
    const sinks = blocks.map((parts) => new ByteSink(7, (bytes) => parts.push(Buffer.from(bytes))));
    const merger = new Merger(format, resolved, numbers, { isUtf8, sink: (block) => sinks[block]! });
    rows.forEach((row, k) => {
      // Inside a larger buffer, so that reading beyond the row would show.
      const bytes = Buffer.from(`}]"${row}"}]\n`);
      merger.row(bytes, 3, bytes.length - 4, k + 1);
    });
    if (merger.halt?.kind === 'numbers') continue;
    const texts = blocks.map((parts, k) => Buffer.concat([...parts, sinks[k]!.take()]).toString());
    return { merger, numbers, texts, lines: texts.map((text) => text.split('\n').slice(0, -1)) };
  }
  throw new Error('unreachable');
}

const request = fc.record(
  {
    sizes: fc.array(fc.constantFrom(1, 2, 3, 4, 7, 'N'), { minLength: 1, maxLength: 4 }),
    overlap: fc.boolean(),
    tail: fc.constantFrom(...CHOICES.tail),
    label: fc.constantFrom(...CHOICES.label),
    keepDuplicates: fc.boolean(),
    joiner: fc.constantFrom('\n', '', ' "\\ ', '…\t'),
  },
  { requiredKeys: [] },
);

const WHITE = ['', '', '', ' ', '\t ', '  '];
const LABELS = ['true', 'false', '1', '0', '-1', '1.0', '0e5', '-0', 'null'];
const SOFT = ['0.25', '5e-1', '0.9999999999999999', '1E-3'];
const VALUES = [
  '1.0',
  '1e400',
  '123456789012345678901234567890',
  '"\\u00e9é"',
  '{"completions": ["x"], "labels":[ ]}',
  '[]',
  'null',
  '{"a":1,"a":2}',
];
const KEYS = ['meta', 'm\\u0065ta', 'x', '', 'promp', 'Labels', 'completions ', 'source_id'];
const STEPS = [
  '',
  'a',
  'So $\\\\frac{1}{2}$',
  'a \\"quote\\" and \\\\',
  '\\ud83d',
  'é\\u00e9 \\n',
  '😀',
  'x'.repeat(70),
  '\\",\\"',
  'true',
];

interface Hostile {
  readonly text: string;
  /** Key and colon as spelled, the value, and which list it is. */
  readonly members: { head: string; value: string; list?: 'completions' | 'labels' }[];
  readonly steps: string[];
  readonly labels: string[];
  readonly tail: string;
}

/** A valid TRL row in an unusual spelling, and its parts. */
function hostile(labels: readonly string[]): fc.Arbitrary<Hostile> {
  const white = fc.constantFrom(...WHITE);
  return fc
    .record({
      rows: fc.array(fc.tuple(fc.constantFrom(...STEPS), fc.constantFrom(...labels)), { maxLength: 9 }),
      extras: fc.array(fc.tuple(fc.constantFrom(...KEYS), fc.constantFrom(...VALUES)), { maxLength: 3 }),
      order: fc.array(fc.nat(), { minLength: 6, maxLength: 6 }),
      spelling: fc.constantFrom('completions', 'complet\\u0069ons'),
      gaps: fc.array(white, { minLength: 40, maxLength: 40 }),
    })
    .map(({ rows, extras, order, spelling, gaps }): Hostile => {
      let next = 0;
      const gap = () => gaps[next++ % gaps.length]!;
      const list = (items: string[]) => `[${gap()}${items.join(`${gap()},${gap()}`)}${gap()}]`;
      const steps = rows.map(([step]) => step);
      const tokens = rows.map(([, label]) => label);
      const parts: [string, string, ('completions' | 'labels')?][] = [
        ['prompt', '"What is \\"x\\"?\\u0041"'],
        [spelling, list(steps.map((step) => `"${step}"`)), 'completions'],
        ['labels', list(tokens), 'labels'],
        ...extras.map(([key, value]): [string, string] => [key, value]),
      ];
      const sorted = parts.map((part, k) => ({ part, rank: order[k]! })).sort((a, b) => a.rank - b.rank);
      const members = sorted.map(({ part: [key, value, which] }, k) => ({
        head: `${k === 0 ? `{${gap()}` : `${gap()},${gap()}`}"${key}"${gap()}:${gap()}`,
        value,
        list: which,
      }));
      const tail = gap();
      const text = `${gap()}${members.map(({ head, value }) => head + value).join('')}${tail}}${gap()}`;
      return { text, members, steps, labels: tokens, tail };
    });
}

/** The elements of the JSON array that starts at `from`, as spelled, and where it ends. */
function elements(text: string, from: number): { items: string[]; end: number } {
  const items: string[] = [];
  let at = from + 1;
  for (;;) {
    const match = /^[\s,]*(?:("(?:[^"\\]|\\.)*")|([^\s,\]"]+)|(\]))/su.exec(text.slice(at))!;
    at += match[0].length;
    if (match[3]) return { items, end: at };
    items.push(match[1] ?? match[2]!);
  }
}

function numberOf(token: string): number | null {
  const value = JSON.parse(token) as unknown;
  if (value === null) return null;
  if (value === true || value === 1) return 1;
  return typeof value === 'number' && value > 0 && value < 1 ? value : 0;
}

function spelled(
  value: number | null,
  numbers: boolean,
  tokens: readonly string[],
  last: number,
  rule: string,
): string {
  if (value === null) return 'null';
  if (value > 0 && value < 1) {
    const token = tokens[last]!;
    return rule === 'last' && numberOf(token) === value ? token : String(value);
  }
  return numbers ? `${value}.0` : String(value === 1);
}

describe('merging TRL rows byte for byte', () => {
  it('agrees with the definitions, and leaves every other byte as it was', () => {
    fc.assert(
      fc.property(hostile([...LABELS, ...SOFT]), request, (row, asked) => {
        const opts = options(asked);
        const absent = row.labels.indexOf('null');
        const tokens = absent < 0 ? row.labels : row.labels.slice(0, absent);
        const expected = referenceMerge(tokens.map(numberOf), opts);
        const { lines, numbers, merger } = merge([row.text], asked);
        const soft = expected.some((merged) =>
          merged.labels.some((label) => label !== null && label > 0 && label < 1),
        );
        assert.equal(numbers, soft || opts.label === 'mean');
        opts.sizes.forEach((size, block) => {
          const rows = tokens.length === 0 ? [] : expected.filter((merged) => merged.size === size);
          assert.equal(lines[block]!.length, rows.length);
          const { tails: _, ...counts } = merger.blocks[block]!;
          assert.deepEqual(counts, referenceCounts(tokens.map(numberOf), rows));
          rows.forEach((merged, k) => {
            const line = lines[block]![k]!;
            let at = 0;
            for (const { head, value, list } of row.members) {
              assert.equal(line.slice(at, at + head.length), head);
              at += head.length;
              if (list === undefined) {
                assert.equal(line.slice(at, at + value.length), value);
                at += value.length;
                continue;
              }
              const { items, end } = elements(line, at);
              const joiner = JSON.stringify(opts.joiner).slice(1, -1);
              assert.deepEqual(
                items,
                list === 'completions'
                  ? merged.spans.map(([from, to]) => `"${row.steps.slice(from, to).join(joiner)}"`)
                  : merged.spans.map(([, to], w) =>
                      spelled(merged.labels[w]!, numbers, tokens, to - 1, opts.label),
                    ),
              );
              at = end;
            }
            const window = size === 'N' ? tokens.length : size;
            assert.equal(
              line.slice(at),
              `,"cfprm":${JSON.stringify({ row: 1, id: null, window, spans: merged.spans })}}`,
            );
            JSON.parse(line);
          });
        });
      }),
      { numRuns: 3000 },
    );
  });

  it('agrees by value with the way over trajectories', () => {
    const slow: Format = { ...trl, id: 'generic' };
    fc.assert(
      fc.property(fc.array(hostile([...LABELS, ...SOFT]), { maxLength: 4 }), request, (rows, asked) => {
        const texts = rows.map((row) => row.text);
        const fast = merge(texts, asked);
        const other = merge(texts, asked, slow);
        const values = (lines: string[][]) =>
          lines.map((block) =>
            block.map((line) => {
              const { prompt, completions, labels, cfprm } = JSON.parse(line);
              return { prompt, completions, labels, cfprm };
            }),
          );
        assert.deepEqual(values(fast.lines), values(other.lines));
        assert.deepEqual(fast.merger.blocks, other.merger.blocks);
        assert.deepEqual(fast.merger.skipped, other.merger.skipped);
      }),
      { numRuns: 500 },
    );
  });

  it('refuses exactly the rows that the format refuses, in its words', () => {
    const bad = ['2', '"1"', '1e999', '[]', '-0.5'];
    const damage = fc.constantFrom(
      '',
      '"',
      '\\',
      '{',
      ']',
      ',',
      '0',
      'null',
      'N',
      '"prompt":"again",',
      '"labels": null,',
    );
    fc.assert(
      fc.property(
        hostile([...LABELS, ...SOFT, ...bad]),
        fc.array(fc.tuple(fc.nat(), damage, fc.nat(2)), { maxLength: 2 }),
        ({ text: good }, edits) => {
          let text = good;
          for (const [at, put, cut] of edits) {
            const k = at % (text.length + 1);
            text = text.slice(0, k) + put + text.slice(k + cut);
          }
          const bytes = Buffer.from(text);
          const reading = readRow(bytes, 0, bytes.length, 1, trl);
          const accepted = new TrlRow(trl.reads).read(bytes, 0, bytes.length);
          assert.equal(accepted, reading.ok, `${text}: ${reading.ok ? '' : reading.fault.message}`);
          const { merger } = merge([text], {});
          assert.deepEqual(merger.malformed, reading.ok ? [] : [reading.fault]);
        },
      ),
      { numRuns: 6000 },
    );
  });

  it('refuses a row that is not UTF-8', () => {
    const bytes = Buffer.from('{"prompt":"p?","completions":["a"],"labels":[true]}');
    bytes[12] = 0xff;
    const sink = new ByteSink(1000, () => undefined);
    const merger = new Merger(trl, options({ max: 1 }), false, { isUtf8, sink: () => sink });
    merger.row(bytes, 0, bytes.length, 4);
    assert.equal(sink.total, 0);
    assert.equal(merger.malformed[0]?.row, 4);
    assert.match(merger.malformed[0]!.message, /not valid UTF-8/);
  });

  it('writes labels as numbers as soon as one that is written is soft, and keeps its spelling', () => {
    const row = '{"prompt":"p","completions":["a","b","c"],"labels":[5E-1,true,0]}';
    assert.match(merge([row], { max: 3, min: 3 }).texts[0]!, /"labels":\[false\]/);
    assert.match(merge([row], { max: 1 }).texts[0]!, /"labels":\[5E-1,1.0,0.0\]/);
  });

  it('puts blanks for the line breaks between tokens that the rows of an array may have', () => {
    const row =
      '{\r\n  "prompt": "a\\nb",\n  "completions": [\n "a",\n "b"\n],\n "labels": [\ntrue,\nfalse\n]\n}';
    const [line] = merge([row], { max: 2, min: 2 }).lines[0]!;
    assert.doesNotMatch(line!, /[\r\n]/);
    assert.deepEqual(JSON.parse(line!).completions, ['a\nb']);
    assert.equal(JSON.parse(line!).prompt, 'a\nb');
  });

  it('takes the id as it is spelled, and a number as text', () => {
    const ids = ['"\\u0061b"', '7.50', 'true', 'null', '"é"'].map((id) => {
      const row = `{"id":${id},"prompt":"p","completions":["a"],"labels":[true]}`;
      return /"cfprm":\{"row":1,"id":(.*),"window"/.exec(merge([row], {}).texts[0]!)![1];
    });
    assert.deepEqual(ids, ['"\\u0061b"', '"7.5"', 'null', 'null', '"é"']);
  });

  it('stops at a row that was merged before and names it', () => {
    const rows = [
      '{"prompt":"p","completions":["a"],"labels":[true]}',
      '{"prompt":"p","completions":["a"],"labels":[true],"cfpr\\u006d":1}',
    ];
    for (const format of [trl, { ...trl, id: 'generic' } as const]) {
      const { halt } = merge(rows, {}, format).merger;
      assert.ok(halt?.kind === 'fault');
      assert.equal(halt.fault.row, 2);
    }
  });

  it('counts what it leaves out, and never counts an absent label as a negative one', () => {
    const row = (labels: string) => `{"prompt":"p","completions":["a","b","c"]${labels}}`;
    const { merger, lines } = merge(
      [
        row(',"labels":[true,null,false]'),
        row(',"labels":[null,true,true]'),
        row(',"labels":null'),
        row(''),
        '{"prompt":"p","completions":[],"labels":[]}',
        'x',
      ],
      { max: 1 },
    );
    assert.deepEqual(merger.skipped, { malformed: 1, unlabelled: 3, cut: 1, empty: 1 });
    assert.equal(merger.rows, 6);
    assert.equal(merger.trajectories, 5);
    assert.equal(lines[0]!.length, 1);
    assert.deepEqual(JSON.parse(lines[0]![0]!).completions, ['a']);
  });

  it('counts windows by label, tails, and windows that hide an opposite label', () => {
    const row =
      '{"prompt":"p","completions":["1","2","3","4","5","6","7"],"labels":[true,true,true,false,true,true,false]}';
    const { merger } = merge([row], { max: 4 });
    const zero = { soft: 0, masked: 0, rows: 1 };
    assert.deepEqual(merger.blocks, [
      { ...zero, steps: 2, positive: 0, negative: 2, tails: 1, hidden: 2 },
      { ...zero, steps: 3, positive: 2, negative: 1, tails: 1, hidden: 1 },
      { ...zero, steps: 4, positive: 2, negative: 2, tails: 1, hidden: 1 },
      { ...zero, steps: 7, positive: 5, negative: 2, tails: 0, hidden: 0 },
    ]);
  });
});
