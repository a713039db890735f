import assert from 'node:assert/strict';
import { isUtf8 } from 'node:buffer';
import fc from 'fast-check';
import { mathShepherd } from '../formats/families/mathShepherd';
import { prm800k } from '../formats/families/prm800k';
import { rlhflow } from '../formats/families/rlhflow';
import { trl } from '../formats/families/trl';
import type { Format } from '../formats/format';
import { readRow } from '../jsonl/readRow';
import { ByteSink } from './byteSink';
import { Merger } from './merger';
import { type MergeRequest, resolveOptions } from './options';

const FORMATS = { trl, 'math-shepherd': mathShepherd, prm800k, rlhflow };

function merge(row: object, format: Format, request: MergeRequest) {
  const options = resolveOptions(request);
  assert.ok(options.ok);
  const parts: string[][] = options.value.sizes.map(() => []);
  const sinks = parts.map(() => new ByteSink(1e6, () => assert.fail('too much')));
  const numbers = Merger.needsNumbers(options.value);
  const merger = new Merger(format, options.value, numbers, { isUtf8, sink: (block) => sinks[block]! });
  const bytes = Buffer.from(JSON.stringify(row));
  merger.row(bytes, 0, bytes.length, 1);
  return {
    merger,
    blocks: sinks.map((sink) => Buffer.from(sink.take()).toString().split('\n').slice(0, -1)),
  };
}

/** What a line of a block says when our own reader of the target reads it. */
function readBack(line: string, format: Format) {
  const bytes = Buffer.from(line);
  const reading = readRow(bytes, 0, bytes.length, 1, format);
  assert.ok(reading.ok, line);
  const [{ problem, steps }] = reading.value as [(typeof reading.value)[0]];
  return { problem, steps: steps.map(({ text, label }) => [text, label]) };
}

/** A PRM800K row with these ratings and steps s1, s2, ... */
function rated(...ratings: (number | null)[]): object {
  const steps = ratings.map((rating, k) => {
    return { completions: [{ text: `s${k + 1}`, rating }], human_completion: null, chosen_completion: 0 };
  });
  return { question: { problem: 'P' }, label: { steps } };
}

describe('merging rows of other formats', () => {
  it('writes the default row, with the text unchanged', () => {
    const row = {
      input: 'What? Step 1: a\nb ки\nStep 2: c ки',
      label: 'What? Step 1: a\nb +\nStep 2: c -',
      task: 'x',
    };
    const { blocks } = merge(row, mathShepherd, {});
    assert.deepEqual(JSON.parse(blocks[0]![0]!), {
      prompt: 'What?',
      completions: ['Step 1: a\nb\nStep 2: c'],
      labels: [false],
      cfprm: { row: 1, id: null, window: 2, spans: [[0, 2]] },
    });
  });

  for (const [neutral, labels, counts] of [
    ['positive', [true, true, false], { positive: 2, negative: 1, soft: 0, masked: 0 }],
    ['negative', [true, false, false], { positive: 1, negative: 2, soft: 0, masked: 0 }],
    ['mask', [true, null, false], { positive: 1, negative: 1, soft: 0, masked: 1 }],
    ['half', [1, 0.5, 0], { positive: 1, negative: 1, soft: 1, masked: 0 }],
  ] as const) {
    it(`takes a neutral step as ${neutral}`, () => {
      const { merger, blocks } = merge(rated(1, 0, -1), prm800k, { max: 1, neutral });
      assert.deepEqual(JSON.parse(blocks[0]![0]!).labels, labels);
      assert.deepEqual(merger.blocks[0], { rows: 1, steps: 3, tails: 0, hidden: 0, ...counts });
    });
  }

  it('writes 1.0 and 0.0 where labels are numbers, so that the column has one type', () => {
    const { blocks } = merge(rated(1, -1, 1), prm800k, { max: 1, label: 'mean' });
    assert.match(blocks[0]![0]!, /"labels":\[1\.0,0\.0,1\.0\]/);
  });

  it('leaves masked steps out of a mean, and masks a window that holds only such', () => {
    const { blocks } = merge(rated(0, 0, 1, 0, -1, 0), prm800k, {
      sizes: '2',
      label: 'mean',
      neutral: 'mask',
    });
    assert.deepEqual(JSON.parse(blocks[0]![0]!).labels, [null, 1, 0]);
  });

  for (const to of ['math-shepherd', 'prm800k', 'rlhflow'] as const) {
    describe(`to ${to}`, () => {
      it('writes rows that our reader reads as they were', () => {
        const text = fc.constantFrom('a', 'x = \\frac{1}{2}\n+ 3 -', 'скидки 5', 'Step 2: b', '"q"', 'é😀');
        fc.assert(
          fc.property(
            fc.array(fc.tuple(text, fc.boolean()), { minLength: 1, maxLength: 8 }),
            fc.constantFrom('P?', 'Line\nline', ''),
            (steps, prompt) => {
              const row = { prompt, completions: steps.map(([s]) => s), labels: steps.map(([, l]) => l) };
              const { blocks, merger } = merge(row, trl, { max: 3, to });
              assert.deepEqual(merger.malformed, []);
              blocks.flat().forEach((line) => {
                const { cfprm } = JSON.parse(line);
                const { problem, steps: back } = readBack(line, FORMATS[to]);
                const expected = cfprm.spans.map(([from, end]: [number, number], k: number) => {
                  const joined = row.completions.slice(from, end).join('\n');
                  const has = k === 0 ? /^Step 1:/ : /^Step \d+:/;
                  const marked = to === 'prm800k' || has.test(joined) ? joined : `Step ${k + 1}: ${joined}`;
                  return [marked, row.labels[end - 1] ? 'correct' : 'incorrect'];
                });
                assert.deepEqual({ problem, steps: back }, { problem: prompt, steps: expected });
              });
            },
          ),
          { numRuns: 300 },
        );
      });

      it('ends a row before a masked window, once counted', () => {
        const { merger, blocks } = merge(rated(1, 0, 1, 0, -1), prm800k, { max: 2, to, neutral: 'mask' });
        // Size 2: [1-2] is masked (its last step is), so nothing is left; size 1 ends before step 2.
        assert.deepEqual(
          blocks.map((block) => block.length),
          [0, 1],
        );
        assert.equal(readBack(blocks[1]![0]!, FORMATS[to]).steps.length, 1);
        assert.deepEqual(JSON.parse(blocks[1]![0]!).cfprm.spans, [[0, 1]]);
        assert.deepEqual(merger.skipped, { malformed: 0, unlabelled: 0, cut: 1, empty: 0 });
      });

      it('rounds soft labels at one half and counts them as soft', () => {
        const row = { prompt: 'P', completions: ['a', 'b', 'c'], labels: [0.5, 0.49, true] };
        const { merger, blocks } = merge(row, trl, { max: 1, to });
        const labels = readBack(blocks[0]![0]!, FORMATS[to]).steps.map(([, label]) => label);
        assert.deepEqual(labels, ['correct', 'incorrect', 'correct']);
        assert.equal(merger.blocks[0]!.soft, 2);
      });
    });
  }

  it('reports a row that the target cannot hold, and writes no part of it', () => {
    const row = { prompt: 'P', completions: ['a ки b', 'c', 'd'], labels: [true, true, false] };
    const { merger, blocks } = merge(row, trl, { max: 2, to: 'math-shepherd' });
    assert.deepEqual(blocks, [[], []]);
    assert.equal(merger.malformed[0]?.row, 1);
    assert.match(merger.malformed[0]!.message, /cannot be written as Math-Shepherd/);
    assert.equal(merger.blocks[0]!.tails, 0);
  });
});
