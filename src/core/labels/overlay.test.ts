import assert from 'node:assert/strict';
import { labelsInShort } from '../../../test/support/rows';
import type { Label, Trajectory } from '../trajectory';
import { Overlay } from './overlay';
import { AnchorCheck, ReanchorPlanner } from './reanchor';

const A = 'aaaaaaaaaaaaaaaa';
const B = 'bbbbbbbbbbbbbbbb';
const C = 'cccccccccccccccc';

function trajectory(...labels: (Label | undefined)[]): Trajectory {
  const steps = labels.map((label, k) => ({ text: `s${k}`, label, place: { path: ['completions', k] } }));
  return { id: null, problem: 'p', steps };
}

/** An overlay with one label per entry: row, hash, trajectory, step, label. */
function overlayOf(...edits: [number, string, number, number, Label | undefined][]): Overlay {
  const overlay = new Overlay();
  edits.forEach(([row, hash, number, step, to], index) => {
    overlay.perform(`op${index}`, '', [{ row, hash, trajectory: number, step, from: undefined, to }]);
  });
  return overlay;
}

describe('an overlay', () => {
  const row = [trajectory('correct', undefined), trajectory('incorrect')];

  it('lays its labels over a row with the same bytes, and leaves what it was given alone', () => {
    const overlay = overlayOf([5, A, 1, 2, 'neutral'], [5, A, 2, 1, undefined]);
    const { trajectories, ...counts } = overlay.applyTo(5, () => A, row);
    assert.deepEqual(trajectories.map(labelsInShort), ['+0', '.']);
    assert.deepEqual(counts, { applied: 2, stale: 0, misplaced: 0 });
    assert.deepEqual(row.map(labelsInShort), ['+.', '-']);
    assert.deepEqual({ ...trajectories[1]!, steps: [] }, { ...row[1]!, steps: [] });
  });

  it('lays none over other bytes, and says how many labels are stale', () => {
    const overlay = overlayOf([5, A, 1, 2, 'neutral'], [5, A, 1, 2, 'correct'], [5, B, 1, 1, 'incorrect']);
    const { trajectories, ...counts } = overlay.applyTo(5, () => B, row);
    assert.deepEqual(trajectories.map(labelsInShort), ['-.', '-']);
    assert.deepEqual(counts, { applied: 1, stale: 1, misplaced: 0 });
    const other = overlay.applyTo(5, () => C, row);
    assert.deepEqual([other.trajectories, other.stale], [row, 2]);
  });

  it('counts labels for steps that this reading of the row does not have', () => {
    const overlay = overlayOf([5, A, 1, 3, 'neutral'], [5, A, 3, 1, 'neutral'], [5, A, 1, 1, 'incorrect']);
    const { trajectories, ...counts } = overlay.applyTo(5, () => A, row);
    assert.deepEqual(trajectories.map(labelsInShort), ['-.', '-']);
    assert.deepEqual(counts, { applied: 1, stale: 0, misplaced: 2 });
  });

  it('does not hash a row without edits, and gives back the very array where no label differs', () => {
    const overlay = overlayOf([5, A, 1, 1, 'correct']);
    const never = () => assert.fail('hashed');
    assert.equal(overlay.applyTo(4, never, row).trajectories, row);
    assert.equal(overlay.applyTo(5, () => A, row).trajectories, row);
    overlay.undo();
    assert.ok(overlay.isEmpty && !overlay.hasEdits(5));
    assert.equal(overlay.applyTo(5, never, row).trajectories, row);
    overlay.redo();
    assert.ok(!overlay.isEmpty && overlay.hasEdits(5));
  });
});

describe('checking the source of labels', () => {
  const overlay = overlayOf([2, A, 1, 1, 'correct'], [2, A, 1, 2, 'neutral'], [4, B, 1, 1, 'correct']);

  it('tells how many labels hold and which rows are stale', () => {
    const check = new AnchorCheck(overlay);
    assert.equal(check.lastRow, 4);
    check.see(1, () => assert.fail('row 1 has no edits'));
    check.see(2, () => A);
    check.see(4, () => C);
    const staleRows = [{ row: 4, hash: B, edits: 1 }];
    assert.deepEqual(check.report(), { holding: 2, stale: 1, staleRows });
    const empty = new AnchorCheck(overlay).report();
    assert.deepEqual([empty.holding, empty.stale, empty.staleRows.length], [0, 3, 2]);
  });

  /** Plans over a source with rows of these hashes. */
  function plan(edits: Overlay, hashes: readonly string[]) {
    const planner = new ReanchorPlanner(edits);
    hashes.forEach((hash, index) => {
      planner.see(index + 1, hash);
    });
    return planner.plan();
  }

  it('finds the one row that has the bytes now', () => {
    const { holding, moves, lost, ambiguous } = plan(overlay, [C, C, A, C, B, C]);
    assert.equal(holding, 0);
    assert.deepEqual(moves, [
      { from: 2, to: 3, hash: A, edits: 2 },
      { from: 4, to: 5, hash: B, edits: 1 },
    ]);
    assert.deepEqual([lost, ambiguous], [[], []]);
  });

  it('leaves rows alone that hold, also when rows came behind or a copy is elsewhere', () => {
    const { holding, moves, lost, ambiguous } = plan(overlay, [C, A, C, B, C, A, A]);
    assert.deepEqual([holding, moves, lost, ambiguous], [3, [], [], []]);
  });

  it('never guesses: no row is lost, several rows are ambiguous', () => {
    const hashes = [C, C, B, C, ...new Array<string>(12).fill(B)];
    const { moves, lost, ambiguous } = plan(overlay, hashes);
    assert.deepEqual(moves, []);
    assert.deepEqual(lost, [{ row: 2, hash: A, edits: 2 }]);
    const candidates = [3, 5, 6, 7, 8, 9, 10, 11, 12, 13];
    assert.deepEqual(ambiguous, [{ row: 4, hash: B, edits: 1, candidates, count: 13 }]);
  });

  it('never gives one row to the edits of two, nor to other edits than those that hold there', () => {
    const twins = overlayOf([2, A, 1, 1, 'correct'], [4, A, 1, 1, 'incorrect']);
    const gone = plan(twins, [C, C, A, C]);
    assert.deepEqual([gone.moves, gone.ambiguous.length], [[], 2]);
    const one = plan(twins, [C, A, C, C]);
    assert.deepEqual([one.holding, one.moves, one.ambiguous.map(({ row }) => row)], [1, [], [4]]);
  });
});
