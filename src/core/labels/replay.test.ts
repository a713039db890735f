import assert from 'node:assert/strict';
import fc from 'fast-check';
import type { Label } from '../trajectory';
import { journalText, type LabelChange } from './journalLine';
import { Replay } from './replay';

const TIME = '2026-01-02T03:04:05.678Z';
const HASHES = ['0123456789abcdef', 'fedcba9876543210'];

/** The journal's lines as text, without line ends. */
function replayed(lines: readonly string[]): Replay {
  const replay = new Replay();
  lines.forEach((line, index) => {
    replay.line(line, index + 1);
  });
  return replay;
}

function edit(op: string, step: number, to: Label | null, more: object = {}): string {
  return JSON.stringify({ row: 3, hash: HASHES[0], step, from: null, to, time: TIME, op, ...more });
}

const undo = (op: string, target: string): string => JSON.stringify({ op, undo: target, time: TIME });
const redo = (op: string, target: string): string => JSON.stringify({ op, redo: target, time: TIME });

/** Labels of row 3 in short: '1:correct 2:null'. */
function state({ overlay }: Replay, row = 3, hash = HASHES[0]!): string {
  return overlay
    .labelsOf(row, hash)
    .map(({ step, label }) => `${step}:${label ?? null}`)
    .join(' ');
}

describe('replaying a journal', () => {
  it('gives the same labels as taking and restoring copies of them would', () => {
    const label = fc.constantFrom<Label | undefined>('correct', 'neutral', 'incorrect', 0.25, undefined);
    const change = fc.record({
      row: fc.integer({ min: 1, max: 3 }),
      hash: fc.constantFrom(...HASHES),
      trajectory: fc.integer({ min: 1, max: 2 }),
      step: fc.integer({ min: 1, max: 3 }),
      from: label,
      to: label,
    });
    const deed = fc.oneof(
      { weight: 3, arbitrary: fc.array(change, { minLength: 1, maxLength: 4 }) },
      { weight: 2, arbitrary: fc.constant('undo' as const) },
      { weight: 1, arbitrary: fc.constant('redo' as const) },
    );
    fc.assert(
      fc.property(fc.array(deed, { maxLength: 40 }), (deeds) => {
        const replay = new Replay();
        let labels: Record<string, string> = {};
        let before: { op: string; labels: typeof labels }[] = [];
        let after: typeof before = [];
        let number = 0;
        for (const [index, what] of deeds.entries()) {
          const op = `op${index}`;
          if (what === 'undo' || what === 'redo') {
            const [from, to] = what === 'undo' ? [before, after] : [after, before];
            const last = from.pop();
            if (last === undefined) continue;
            to.push({ op: last.op, labels });
            ({ labels } = last);
            replay.line(what === 'undo' ? undo(op, last.op) : redo(op, last.op), ++number);
          } else {
            before = [...before, { op, labels }];
            after = [];
            labels = { ...labels };
            for (const { row, hash, trajectory, step, to } of what) {
              labels[`${row} ${hash} ${trajectory} ${step}`] = String(to);
            }
            for (const [k, made] of what.entries()) {
              const lines = k === 0 && what.length > 1 ? what.length : undefined;
              replay.line(
                journalText({ kind: 'edit', op, time: TIME, change: made, lines }).trimEnd(),
                ++number,
              );
            }
          }
          assert.deepEqual(allLabels(replay), labels);
          assert.equal(replay.overlay.undoable?.id, before.at(-1)?.op);
          assert.equal(replay.overlay.redoable?.id, after.at(-1)?.op);
          assert.equal(replay.overlay.isEmpty, Object.keys(labels).length === 0);
        }
        assert.deepEqual([replay.faultCount, replay.overtaken], [0, 0]);
      }),
    );
  });

  it('clears what could be redone with a new edit, and keeps it with none', () => {
    const lines = [edit('a', 1, 'correct'), edit('b', 1, 'neutral'), undo('c', 'b')];
    assert.equal(state(replayed(lines)), '1:correct');
    assert.equal(state(replayed([...lines, redo('d', 'b')])), '1:neutral');
    const cut = replayed([...lines, edit('d', 2, 0.5), redo('e', 'b')]);
    assert.equal(state(cut), '1:correct 2:0.5');
    assert.equal(cut.overtaken, 1);
  });

  it('takes an undo that names another than the last action as one that came too late', () => {
    const twice = replayed([
      edit('a', 1, 'correct'),
      edit('b', 2, 'correct'),
      undo('c', 'b'),
      undo('d', 'b'),
    ]);
    assert.equal(state(twice), '1:correct');
    const older = replayed([edit('a', 1, 'correct'), edit('b', 2, 'correct'), undo('c', 'a')]);
    assert.equal(state(older), '1:correct 2:correct');
    assert.deepEqual([twice.overtaken, older.overtaken], [1, 1]);
  });

  it('undoes lines with one op together, also when nothing says how many there are', () => {
    const lines = [
      edit('a', 1, 'correct'),
      edit('b', 1, 'neutral'),
      edit('b', 2, 'neutral'),
      edit('b', 3, 'incorrect'),
    ];
    assert.equal(state(replayed(lines)), '1:neutral 2:neutral 3:incorrect');
    assert.equal(state(replayed([...lines, undo('c', 'b')])), '1:correct');
    assert.equal(state(replayed([...lines, undo('c', 'b'), redo('d', 'b')])), state(replayed(lines)));
  });

  it('takes lines with an op that was undone as a new action', () => {
    const again = replayed([edit('a', 1, 'correct'), undo('b', 'a'), edit('a', 2, 'correct')]);
    assert.equal(state(again), '2:correct');
    assert.equal(again.overlay.redoable, undefined);
  });

  it('reports a malformed line with its number and reason, and counts all others', () => {
    const cases: [string, RegExp][] = [
      ['nonsense', /not valid JSON/],
      ['[1]', /not a JSON object/],
      ['null', /not a JSON object/],
      ['{"row":1}', /^op is missing/],
      [edit('x', 0, 'correct'), /^step is 0/],
      [edit('x', 1.5, 'correct'), /^step is 1\.5/],
      [edit('x', 1, 'good' as Label), /^to is "good"/],
      [edit('x', 1, 1), /^to is 1/],
      [edit('x', 1, 'correct', { row: '3' }), /^row is "3"/],
      [edit('x', 1, 'correct', { hash: 'ABC' }), /^hash is "ABC"/],
      [edit('x', 1, 'correct', { from: undefined }), /^from is missing/],
      [edit('x', 1, 'correct', { trajectory: -1 }), /^trajectory is -1/],
      ['{"op":"x","undo":3}', /^undo is 3/],
      ['{"op":"x","anchor":{"from":1,"to":"2"}}', /^anchor\.to is "2"/],
      ['{"op":"x","anchor":null}', /^anchor\.from is missing/],
    ];
    for (const [line, reason] of cases) {
      const replay = replayed([edit('a', 1, 'correct'), line, edit('b', 2, 'neutral')]);
      assert.equal(state(replay), '1:correct 2:neutral', line);
      assert.equal(replay.faultCount, 1, line);
      assert.equal(replay.faults[0]!.row, 2);
      assert.match(replay.faults[0]!.message, reason);
    }
  });

  it('keeps the first thousand faults and counts all', () => {
    const replay = replayed(Array.from({ length: 1500 }, () => '{'));
    assert.deepEqual([replay.faults.length, replay.faultCount], [1000, 1500]);
  });

  it('leaves out an action that breaks off, and says where it begins', () => {
    const half = [edit('a', 1, 'correct'), edit('b', 1, 'neutral', { lines: 3 }), edit('b', 2, 'neutral')];
    assert.equal(state(replayed(half)), '1:correct');
    assert.equal(replayed(half).faultCount, 0, 'it may still be on its way');
    assert.equal(state(replayed([...half, edit('b', 3, 'incorrect')])), '1:neutral 2:neutral 3:incorrect');
    for (const next of [
      edit('c', 5, 'correct'),
      undo('c', 'a'),
      `${edit('b', 3, 'incorrect').slice(0, 9)}#torn`,
    ]) {
      const replay = replayed([...half, next]);
      assert.match(replay.faults[0]!.message, /breaks off after 2 of 3 lines/);
      assert.equal(replay.faults[0]!.row, 2);
      assert.ok(!state(replay).includes('neutral'));
    }
  });

  it('counts the other lines of an action of which one is malformed', () => {
    const replay = replayed([
      edit('b', 1, 'neutral', { lines: 3 }),
      '{"row":3,',
      edit('b', 3, 'incorrect'),
      edit('c', 4, 'correct'),
      undo('d', 'c'),
      undo('e', 'b'),
    ]);
    assert.equal(state(replay), '');
    assert.equal(replay.faultCount, 1);
    const kept = replayed([edit('b', 1, 'neutral', { lines: 3 }), '{"row":3,', edit('b', 3, 'incorrect')]);
    assert.equal(state(kept), '1:neutral 3:incorrect');
  });

  it('never counts a line that was cut off, though it may be whole JSON', () => {
    const torn = `${edit('b', 1, 'neutral')}#torn`;
    const replay = replayed([edit('a', 1, 'correct'), torn, edit('c', 2, 'correct')]);
    assert.equal(state(replay), '1:correct 2:correct');
    assert.match(replay.faults[0]!.message, /cut off while it was written/);
    assert.equal(replayed([edit('a', 1, 'correct'), '#torn']).faultCount, 0);
  });

  it('tells which rows got other labels', () => {
    const rows: number[] = [];
    const replay = new Replay((row) => rows.push(row));
    const lines = [
      edit('a', 1, 'correct'),
      edit('b', 1, 'neutral', { row: 9 }),
      undo('c', 'b'),
      undo('d', 'b'),
      JSON.stringify({ op: 'e', anchor: { from: 3, to: 4, hash: HASHES[0] }, time: TIME }),
    ];
    lines.forEach((line, index) => {
      replay.line(line, index + 1);
    });
    assert.deepEqual(rows, [3, 9, 9, 3, 4]);
  });
});

describe('moving edits to another row', () => {
  const anchor = (op: string, from: number, to: number): string =>
    JSON.stringify({ op, anchor: { from, to, hash: HASHES[0] }, time: TIME });

  it('takes their undo and redo along', () => {
    const lines = [edit('a', 1, 'correct'), edit('b', 1, 'neutral'), undo('c', 'b'), anchor('d', 3, 8)];
    const moved = replayed(lines);
    assert.deepEqual([state(moved), state(moved, 8)], ['', '1:correct']);
    assert.ok(!moved.overlay.hasEdits(3) && moved.overlay.hasEdits(8));
    assert.equal(state(replayed([...lines, redo('e', 'b')]), 8), '1:neutral');
    assert.equal(state(replayed([...lines, undo('e', 'a')]), 8), '');
    assert.deepEqual(
      moved.overlay.undoable?.changes.map(({ row }) => row),
      [8],
    );
  });

  it('joins them with those that the row has, in the order they were made', () => {
    const lines = [
      edit('a', 1, 'correct'),
      edit('b', 1, 'incorrect', { row: 8 }),
      edit('c', 2, 'neutral'),
      anchor('d', 3, 8),
    ];
    assert.equal(state(replayed(lines), 8), '1:incorrect 2:neutral');
    assert.equal(state(replayed([...lines, undo('e', 'c')]), 8), '1:incorrect');
    assert.equal(state(replayed([...lines, undo('e', 'c'), undo('f', 'b')]), 8), '1:correct');
    const back = [...lines, undo('e', 'c'), undo('f', 'b'), redo('g', 'b'), redo('h', 'c')];
    assert.equal(state(replayed(back), 8), '1:incorrect 2:neutral');
  });

  it('leaves edits alone that were made to other bytes of the same row', () => {
    const replay = replayed([
      edit('a', 1, 'correct'),
      edit('b', 1, 'neutral', { hash: HASHES[1] }),
      anchor('c', 3, 8),
    ]);
    assert.equal(state(replay, 3, HASHES[1]), '1:neutral');
    assert.equal(state(replay, 8), '1:correct');
  });

  it('does nothing where there is nothing to move', () => {
    const replay = replayed([edit('a', 1, 'correct'), anchor('b', 4, 8), anchor('c', 3, 3)]);
    assert.equal(state(replay), '1:correct');
    assert.equal(replay.overtaken, 2);
  });
});

/** All labels in effect, as the model keeps them. */
function allLabels({ overlay }: Replay): Record<string, string> {
  const all: Record<string, string> = {};
  for (const { row, hash } of overlay.editedRows()) {
    for (const { trajectory, step, label } of overlay.labelsOf(row, hash)) {
      all[`${row} ${hash} ${trajectory} ${step}`] = String(label);
    }
  }
  return all;
}

describe('a line of a journal', () => {
  it('has the documented fields, and leaves out a first trajectory', () => {
    const change: LabelChange = {
      row: 12,
      hash: HASHES[0]!,
      trajectory: 1,
      step: 2,
      from: undefined,
      to: 0.25,
    };
    const first = journalText({ kind: 'edit', op: 'x', time: TIME, change });
    assert.equal(
      first,
      `{"row":12,"hash":"0123456789abcdef","step":2,"from":null,"to":0.25,"time":"${TIME}","op":"x"}\n`,
    );
    const second = journalText({ kind: 'edit', op: 'x', time: TIME, change: { ...change, trajectory: 4 } });
    assert.match(second, /"hash":"0123456789abcdef","trajectory":4,"step":2/);
    assert.equal(
      journalText({ kind: 'redo', op: 'y', time: TIME, target: 'x' }),
      `{"op":"y","redo":"x","time":"${TIME}"}\n`,
    );
    const move = { from: 12, to: 15, hash: HASHES[0]! };
    assert.equal(
      journalText({ kind: 'anchor', op: 'z', time: TIME, move }),
      `{"op":"z","anchor":{"from":12,"to":15,"hash":"0123456789abcdef"},"time":"${TIME}"}\n`,
    );
  });
});
