import assert from 'node:assert/strict';
import fc from 'fast-check';
import { type Anchor, RowIndex } from './rowIndex';

const MIB = 1 << 20;

/** Rows with gaps: blank lines between them, and now and then one of a few hundred kilobytes. */
const rows = fc
  .array(
    fc.record({
      bytes: fc.oneof(
        { weight: 9, arbitrary: fc.integer({ min: 2, max: 900 }) },
        fc.integer({ min: 2, max: 2 * MIB }),
      ),
      blank: fc.integer({ min: 0, max: 2 }),
    }),
    { minLength: 1, maxLength: 2000, size: 'max' },
  )
  .map((list) => {
    let offset = 0;
    let row = 0;
    return list.map(({ bytes, blank }, ordinal): Anchor => {
      const here = { offset: offset + blank, row: row + blank + 1, ordinal };
      offset = here.offset + bytes;
      row = here.row;
      return here;
    });
  });

function indexOf(known: readonly Anchor[]): RowIndex {
  const index = new RowIndex();
  for (const { offset, row } of known) index.add(offset, row);
  return index;
}

function allAnchors(index: RowIndex): Anchor[] {
  const anchors: Anchor[] = [];
  for (let at = index.anchorAt(0); at !== undefined; at = index.next(at)) anchors.push(at);
  return anchors;
}

describe('the row index', () => {
  it('keeps few anchors, each a row as it is, none further from the next than promised', () => {
    fc.assert(
      fc.property(rows, (known) => {
        const index = indexOf(known);
        const anchors = allAnchors(index);
        assert.equal(index.count, known.length);
        assert.deepEqual(anchors[0], known[0]);
        assert.deepEqual(anchors.at(-1), index.last());
        for (const [k, anchor] of anchors.entries()) {
          assert.deepEqual(anchor, known[anchor.ordinal]);
          const end = anchors[k + 1]?.ordinal ?? known.length;
          assert.ok(end - anchor.ordinal <= 256, 'at most 256 rows');
          // All rows of the segment start within a mebibyte of its anchor.
          assert.ok(known[end - 1]!.offset - anchor.offset < MIB);
          // No anchor is there without need.
          if (end === known.length) continue;
          assert.ok(end - anchor.ordinal === 256 || known[end]!.offset - anchor.offset >= MIB);
        }
      }),
      { numRuns: 50 },
    );
  });

  it('finds the last anchor before any row, by position and by number', () => {
    fc.assert(
      fc.property(rows, fc.array(fc.nat(2100), { maxLength: 40 }), (known, probes) => {
        const index = indexOf(known);
        const anchors = allAnchors(index);
        for (const probe of probes) {
          const byOrdinal = anchors.findLast((anchor) => anchor.ordinal <= probe);
          assert.deepEqual(index.anchorAt(probe), probe < known.length ? byOrdinal : undefined);
          assert.deepEqual(
            index.anchorAtRow(probe),
            anchors.findLast((anchor) => anchor.row <= probe),
          );
        }
      }),
      { numRuns: 50 },
    );
  });

  it('is the same after its end was dropped and indexed again', () => {
    fc.assert(
      fc.property(rows, rows, (known, more) => {
        const index = indexOf(known);
        const last = index.last();
        assert.deepEqual(index.dropLastAnchor(), last);
        assert.equal(index.count, last!.ordinal);
        const { offset, row } = known.at(-1)!;
        const added = more.map((it) => ({ ...it, offset: offset + 1 + it.offset, row: row + it.row }));
        const all = [...known, ...added.map((it) => ({ ...it, ordinal: known.length + it.ordinal }))];
        for (const it of all.slice(last!.ordinal)) index.add(it.offset, it.row);
        assert.equal(index.count, all.length);
        assert.deepEqual(allAnchors(index), allAnchors(indexOf(all)));
      }),
      { numRuns: 50 },
    );
  });

  it('has nothing before the first row and behind the last', () => {
    const index = new RowIndex();
    assert.deepEqual(
      [index.count, index.last(), index.anchorAt(0), index.anchorAtRow(1), index.dropLastAnchor()],
      [0, undefined, undefined, undefined, undefined],
    );
    index.add(3, 5);
    assert.equal(index.anchorAt(-1), undefined);
    assert.equal(index.anchorAt(1), undefined);
    assert.equal(index.anchorAtRow(4), undefined);
    assert.deepEqual(index.anchorAtRow(1e9), { offset: 3, row: 5, ordinal: 0 });
  });

  it('holds more anchors than it first has room for, at offsets beyond 32 bits', () => {
    const index = new RowIndex();
    for (let i = 0; i < 3000; i++) index.add(i * 64 * MIB, i + 1);
    assert.deepEqual(index.anchorAt(2999), { offset: 2999 * 64 * MIB, row: 3000, ordinal: 2999 });
    assert.equal(allAnchors(index).length, 3000);
  });
});
