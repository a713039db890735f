import assert from 'node:assert/strict';
import fc from 'fast-check';
import type { TailRule } from './options';
import { planWindows, type WindowOptions } from './windows';

const BASE: WindowOptions = { sizes: [2, 1], overlap: false, tail: 'keep', keepDuplicates: false };

function plan(
  steps: number,
  options: Partial<WindowOptions>,
): { block: number; spans: string; tail: boolean }[] {
  return planWindows(steps, { ...BASE, ...options }).map((row) => {
    const spans: string[] = [];
    for (let k = 0; k < row.spans.length; k += 2) spans.push(`${row.spans[k]}-${row.spans[k + 1]}`);
    return { block: row.block, spans: spans.join(' '), tail: row.tail };
  });
}

const steps = fc.integer({ min: 1, max: 40 });
const width = fc.integer({ min: 1, max: 12 });
const tail = fc.constantFrom<TailRule>('keep', 'drop', 'split', 'extend');

describe('windows', () => {
  it('cuts the example of the paper', () => {
    assert.deepEqual(plan(7, { sizes: [4, 3, 2, 1] }), [
      { block: 0, spans: '0-4 4-7', tail: true },
      { block: 1, spans: '0-3 3-6 6-7', tail: true },
      { block: 2, spans: '0-2 2-4 4-6 6-7', tail: true },
      { block: 3, spans: '0-1 1-2 2-3 3-4 4-5 5-6 6-7', tail: false },
    ]);
  });

  it('cover the steps from the first on without gap or overlap; only dropping loses some, fewer than a window', () => {
    fc.assert(
      fc.property(steps, width, tail, fc.boolean(), (n, size, rule, overlap) => {
        for (const row of planWindows(n, {
          ...BASE,
          sizes: [size],
          tail: rule,
          overlap,
          keepDuplicates: true,
        })) {
          let at = 0;
          for (let k = 0; k < row.spans.length; k += 2) {
            assert.equal(row.spans[k], at);
            assert.ok(row.spans[k + 1]! > at);
            at = row.spans[k + 1]!;
          }
          if (rule === 'drop') assert.ok(n - at < size);
          else assert.equal(at, n);
        }
      }),
    );
  });

  it('are of the size asked for, but for the head and what the tail rule makes', () => {
    fc.assert(
      fc.property(steps, width, tail, (n, size, rule) => {
        const [row] = planWindows(n, { ...BASE, sizes: [size], tail: rule });
        const lengths: number[] = [];
        for (let k = 0; k < row!.spans.length; k += 2) lengths.push(row!.spans[k + 1]! - row!.spans[k]!);
        const full = Math.floor(n / size);
        const rest = n % size;
        const ends = {
          keep: rest > 0 ? [...Array<number>(full).fill(size), rest] : Array<number>(full).fill(size),
          drop: Array<number>(full).fill(size),
          split: [...Array<number>(full).fill(size), ...Array<number>(rest).fill(1)],
          extend: full > 0 ? [...Array<number>(full - 1).fill(size), size + rest] : [rest],
        };
        assert.deepEqual(lengths, ends[rule]);
        assert.equal(row!.tail, rest > 0);
      }),
    );
  });

  it('overlapping: every full window occurs exactly once, in the pass of its offset, behind a head that is kept', () => {
    fc.assert(
      fc.property(steps, width, fc.constantFrom<TailRule>('keep', 'drop', 'split'), (n, size, rule) => {
        const rows = planWindows(n, {
          ...BASE,
          sizes: [size],
          overlap: true,
          tail: rule,
          keepDuplicates: true,
        });
        assert.equal(rows.length, size);
        const full: number[] = [];
        rows.forEach((row, offset) => {
          if (offset > 0) assert.deepEqual(row.spans.slice(0, 2), [0, Math.min(offset, n)]);
          for (let k = offset > 0 ? 2 : 0; k < row.spans.length; k += 2) {
            if (size > 1 && row.spans[k + 1]! - row.spans[k]! === size) full.push(row.spans[k]!);
          }
        });
        const expected = size > 1 ? Array.from({ length: Math.max(0, n - size + 1) }, (_, k) => k) : [];
        assert.deepEqual(
          full.sort((a, b) => a - b),
          expected,
        );
      }),
    );
  });

  it('leaves out rows with the same windows, at the finer size, and nothing else', () => {
    fc.assert(
      fc.property(
        steps,
        fc.uniqueArray(width, { minLength: 1, maxLength: 5 }),
        tail,
        fc.boolean(),
        (n, list, rule, overlap) => {
          const sizes = list.sort((a, b) => b - a);
          const all = plan(n, { sizes, tail: rule, overlap, keepDuplicates: true });
          const seen = new Set<string>();
          const expected = all.filter(
            (row) => row.spans === '' || (!seen.has(row.spans) && seen.add(row.spans)),
          );
          assert.deepEqual(plan(n, { sizes, tail: rule, overlap }), expected);
        },
      ),
    );
  });

  it('takes N for the whole trajectory, in one pass', () => {
    assert.deepEqual(plan(5, { sizes: ['N', 2], overlap: true }), [
      { block: 0, spans: '0-5', tail: false },
      { block: 1, spans: '0-2 2-4 4-5', tail: true },
      { block: 1, spans: '0-1 1-3 3-5', tail: false },
    ]);
  });

  it('drops a trajectory that is shorter than the window, but says that its tail was dropped', () => {
    assert.deepEqual(plan(3, { sizes: [4], tail: 'drop' }), [{ block: 0, spans: '', tail: true }]);
  });

  it('keeps a short window that has none before it to extend', () => {
    assert.deepEqual(plan(3, { sizes: [4], tail: 'extend' }), [{ block: 0, spans: '0-3', tail: true }]);
  });
});
