import assert from 'node:assert/strict';
import {
  appendFileSync,
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { labelState } from '../../test/support/labelState';
import type { LabelEdit, LabelTarget } from '../core/labels/actions';
import { Replay } from '../core/labels/replay';
import type { Label } from '../core/trajectory';
import { type JournalChange, journalPath, LabelJournal } from './labelJournal';

const HASH = '0123456789abcdef';

let folder: string;
let source: string;
let path: string;

async function open(onChange?: (change: JournalChange) => void): Promise<LabelJournal> {
  const opened = await LabelJournal.open(source, { onChange });
  assert.ok(opened.ok, opened.ok ? '' : opened.fault.message);
  return opened.value;
}

function target(row = 1, steps = 5): LabelTarget {
  return { row, hash: HASH, trajectory: 1, labels: new Array<undefined>(steps).fill(undefined) };
}

const label = (step: number, to: Label | undefined): LabelEdit => ({ kind: 'label', step, label: to });

async function done<T>(result: Promise<{ ok: true; value: T } | { ok: false; fault: { message: string } }>) {
  const made = await result;
  return made.ok ? made.value : assert.fail(made.fault.message);
}

/** The labels of a row in short: '1:correct 2:null'. */
function short({ overlay }: LabelJournal, row = 1): string {
  return overlay
    .labelsOf(row, HASH)
    .map(({ step, label: is }) => `${step}:${is ?? null}`)
    .join(' ');
}

function linesOf(): string[] {
  return readFileSync(path, 'utf8').split('\n').slice(0, -1);
}

/** The state that the whole lines of these bytes add up to, replayed without the reader. */
function stateOf(bytes: Buffer): string {
  const replay = new Replay();
  const text = bytes.subarray(0, bytes.lastIndexOf(10) + 1).toString();
  text.split('\n').forEach((line, index) => {
    if (line !== '') replay.line(line, index + 1);
  });
  return labelState(replay.overlay);
}

describe('a label journal', () => {
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'cfprm-labels-'));
    source = join(folder, 'data.jsonl');
    path = journalPath(source);
    writeFileSync(source, '{"prompt":"p","completions":["a"]}\n');
  });
  afterEach(() => {
    rmSync(folder, { recursive: true, force: true });
  });

  it('keeps edits beside the source, which stays as it is, and leaves nothing else there', async () => {
    const before = readFileSync(source);
    const journal = await open();
    assert.ok(!existsSync(path), 'opening writes nothing');
    await done(journal.edit({ ...target(12), trajectory: 2 }, label(3, 'neutral')));
    assert.deepEqual(readFileSync(source), before);
    assert.deepEqual(readdirSync(folder).sort(), ['data.jsonl', 'data.jsonl.cfprm-labels.jsonl']);
    const { op, time, ...line } = JSON.parse(linesOf()[0]!);
    assert.deepEqual(line, { row: 12, hash: HASH, trajectory: 2, step: 3, from: null, to: 'neutral' });
    assert.match(op, /^[\w-]+$/);
    assert.ok(Math.abs(Date.parse(time) - Date.now()) < 60_000 && time === new Date(time).toISOString());
  });

  it('undoes and redoes whole actions, also after a restart', async () => {
    const first = await open();
    await done(first.edit(target(), label(2, 'neutral')));
    await done(first.edit(target(), { kind: 'first-error', step: 4 }));
    assert.equal(short(first), '1:correct 2:neutral 3:correct 4:incorrect');
    const second = await open();
    assert.equal(short(second), short(first));
    const undone = await done(second.undo());
    assert.deepEqual(
      undone?.changes.map(({ step }) => step),
      [1, 3, 4],
    );
    assert.equal(short(second), '2:neutral');
    const third = await open();
    await done(third.redo());
    assert.equal(short(third), '1:correct 2:neutral 3:correct 4:incorrect');
    await done(third.undo());
    await done(third.undo());
    assert.equal(short(await open()), '');
    await done(third.edit(target(), label(5, 0.75)));
    assert.equal(await done(third.redo()), undefined, 'a new edit clears what could be redone');
  });

  it('writes nothing for what changes nothing', async () => {
    const journal = await open();
    assert.equal(await done(journal.undo()), undefined);
    assert.equal(await done(journal.redo()), undefined);
    assert.equal(await done(journal.edit(target(), label(1, undefined))), undefined);
    assert.deepEqual(readdirSync(folder), ['data.jsonl']);
    await done(journal.edit(target(), { kind: 'first-error', step: 2 }));
    const before = readFileSync(path);
    assert.equal(await done(journal.edit(target(), { kind: 'first-error', step: 2 })), undefined);
    assert.deepEqual(readFileSync(path), before);
  });

  it('undoes the last action of the file, whichever window made it', async () => {
    const [one, two] = [await open(), await open()];
    await done(one.edit(target(), label(1, 'correct')));
    await done(two.edit(target(), label(2, 'correct')));
    await done(two.edit(target(), label(1, 'neutral')));
    await done(one.undo());
    await done(one.undo());
    assert.equal(short(one), '1:correct');
    await done(two.redo());
    assert.equal(short(two), '1:correct 2:correct');
    const { from } = JSON.parse(linesOf()[2]!);
    assert.equal(from, 'correct', 'what the other window had set');
  });

  it('tells its face what changed, whoever did it', async () => {
    const seen: [string, number[]][] = [];
    const one = await open(({ kind, rows }) => seen.push([kind, [...rows]]));
    const two = await open();
    await done(two.edit(target(3), { kind: 'first-error', step: 2 }));
    await done(two.edit(target(4), label(1, 'correct')));
    await done(one.refresh());
    await done(one.refresh());
    await done(one.edit(target(5), label(1, 'correct')));
    writeFileSync(path, `${linesOf()[2]}\n`);
    assert.equal((await done(one.refresh())).kind, 'replaced');
    assert.deepEqual(seen, [
      ['grew', [3, 4]],
      ['grew', [5]],
      ['replaced', [4]],
    ]);
  });

  it('runs calls in the order they were made', async () => {
    const journal = await open();
    const calls = [1, 2, 3, 4].map((step) => journal.edit(target(), label(step, 'correct')));
    await Promise.all([...calls, journal.undo(), journal.edit(target(), label(5, 0.5))]);
    assert.equal(short(journal), '1:correct 2:correct 3:correct 5:0.5');
  });

  it('reports malformed lines with their numbers, and counts the others', async () => {
    const journal = await open();
    await done(journal.edit(target(), label(1, 'correct')));
    appendFileSync(path, `nonsense\n\n${'x'.repeat(200_000)}\n{"op":3}\r\n`);
    await done(journal.edit(target(), label(2, 'neutral')));
    assert.equal(short(journal), '1:correct 2:neutral');
    const again = await open();
    assert.equal(short(again), short(journal));
    for (const { faults } of [journal, again]) {
      assert.deepEqual(
        faults.map(({ row }) => row),
        [2, 4, 5],
      );
      assert.match(faults[1]!.message, /longer than 65536 bytes/);
    }
  });

  it('truncated at any byte, has the whole actions before it, and goes on from there', async () => {
    const journal = await open();
    await done(journal.edit(target(), label(2, 'neutral')));
    await done(journal.edit(target(2), { kind: 'first-error', step: 3 }));
    await done(journal.undo());
    await done(journal.edit(target(), { kind: 'first-error', step: 3 }));
    const whole = readFileSync(path);
    const ends = [0, 1, 4, 5, 7].map((lines) => lineEnd(whole, lines));
    const states = ends.map((end) => stateOf(whole.subarray(0, end)));
    assert.equal(new Set(states).size, 5);
    for (let length = 0; length <= whole.length; length++) {
      writeFileSync(path, whole.subarray(0, length));
      const cut = await open();
      const actions = ends.filter((end) => end <= length).length - 1;
      assert.equal(labelState(cut.overlay), states[actions], `after ${length} bytes`);
      assert.equal(cut.faultCount, 0);
      if (length % 7 !== 0 && !ends.includes(length)) continue; // an append costs a sync
      await done(cut.edit(target(9), label(5, 0.25)));
      const next = await open();
      assert.equal(labelState(next.overlay), labelState(cut.overlay));
      assert.equal(short(next, 9), '5:0.25');
      await done(next.undo());
      assert.equal(JSON.stringify(next.overlay.editedRows()), rowsIn(states[actions]!));
    }
  });

  it('does not count a last line without line end though it is whole, not even later', async () => {
    const journal = await open();
    await done(journal.edit(target(), label(1, 'correct')));
    await done(journal.edit(target(), label(2, 'correct')));
    truncateSync(path, readFileSync(path).length - 1);
    const cut = await open();
    assert.equal(short(cut), '1:correct');
    await done(cut.edit(target(), label(3, 'correct')));
    assert.equal(short(cut), '1:correct 3:correct');
    assert.equal(short(await open()), '1:correct 3:correct');
    assert.match(cut.faults[0]!.message, /cut off/);
    assert.equal(short(journal), '1:correct 2:correct');
    assert.equal((await done(journal.refresh())).kind, 'replaced');
    assert.equal(short(journal), '1:correct 3:correct');
  });

  it('says that it was deleted while it was open, follows the disk, and begins anew', async () => {
    const journal = await open();
    await done(journal.edit(target(), label(1, 'correct')));
    rmSync(path);
    const refused = await journal.edit(target(), label(2, 'correct'));
    assert.match(refused.ok ? '' : refused.fault.message, /was deleted while it was open/);
    assert.ok(journal.overlay.isEmpty);
    assert.ok(!existsSync(path));
    await done(journal.edit(target(), label(3, 'correct')));
    assert.equal(short(journal), '3:correct');
    assert.equal(linesOf().length, 1);
  });

  it('follows a journal that another one took the place of', async () => {
    const journal = await open();
    await done(journal.edit(target(), label(1, 'correct')));
    const other = JSON.stringify({ row: 1, hash: HASH, step: 2, from: null, to: 0.5, time: '', op: 'x' });
    for (const replace of [
      () => writeFileSync(path, `${other}\n`),
      () => {
        writeFileSync(`${path}.new`, `${other}\n`);
        renameSync(`${path}.new`, path);
      },
    ]) {
      replace();
      await done(journal.edit(target(), label(3, 'correct')));
      assert.equal(short(journal), '2:0.5 3:correct');
      assert.equal(linesOf().length, 2);
    }
  });

  it('moves edits as planned, survives a restart, and passes over those that are gone', async () => {
    const journal = await open();
    await done(journal.edit(target(1), label(1, 'correct')));
    await done(journal.edit(target(2), label(1, 'neutral')));
    const plan = {
      holding: 0,
      lost: [],
      ambiguous: [],
      moves: [
        { from: 1, to: 7, hash: HASH, edits: 1 },
        { from: 5, to: 6, hash: HASH, edits: 1 },
      ],
    };
    assert.equal(await done(journal.reanchor(plan)), 1);
    assert.equal(await done(journal.reanchor(plan)), 0);
    assert.equal(linesOf().length, 3);
    const { op, time, ...line } = JSON.parse(linesOf()[2]!);
    assert.deepEqual(line, { anchor: { from: 1, to: 7, hash: HASH } });
    const again = await open();
    assert.deepEqual([short(again, 1), short(again, 7)], ['', '1:correct']);
    await done(again.undo());
    assert.deepEqual([short(again, 2), short(again, 7)], ['', '1:correct']);
  });
});

function lineEnd(bytes: Buffer, lines: number): number {
  let at = 0;
  for (let k = 0; k < lines; k++) at = bytes.indexOf(10, at) + 1;
  return at;
}

function rowsIn(state: string): string {
  const { labels } = JSON.parse(state) as { labels: [number, string, unknown[]][] };
  return JSON.stringify(labels.map(([row, hash, all]) => ({ row, hash, edits: all.length })));
}
