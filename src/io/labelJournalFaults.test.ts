import assert from 'node:assert/strict';
import { type ChildProcess, execFileSync, spawnSync } from 'node:child_process';
import {
  appendFileSync,
  chmodSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { hostname, tmpdir } from 'node:os';
import { join } from 'node:path';
import { bundlePath, type CliRun, runBundle, runOnTinyDisk } from '../../test/support/cli';
import { labelState } from '../../test/support/labelState';
import type { LabelTarget } from '../core/labels/actions';
import { readJournalLine } from '../core/labels/journalLine';
import { Replay } from '../core/labels/replay';
import { journalPath, LabelJournal } from './labelJournal';

const HASH = '0123456789abcdef';
const NOBODY = process.getuid?.() === 0 ? { uid: 65534, gid: 65534 } : {};
const target: LabelTarget = { row: 1, hash: HASH, trajectory: 1, labels: new Array(30).fill(undefined) };

let folder: string;
let source: string;
let path: string;

const worker = (): string => bundlePath('test/support/labelWorker.ts');

async function open(): Promise<LabelJournal> {
  const opened = await LabelJournal.open(source);
  assert.ok(opened.ok, opened.ok ? '' : opened.fault.message);
  return opened.value;
}

/** The lines that a worker printed: what came of each action, and the state at the end. */
function printed({ out }: CliRun): { acts: string[]; state: string } {
  const lines = out.trimEnd().split('\n');
  return { acts: lines.slice(0, -1), state: lines.at(-1)! };
}

/** Lets a worker print its state and end. */
const proceed = (child: ChildProcess): unknown => child.stdin?.write('go\n');

describe('a label journal in several windows', () => {
  beforeEach(makeFolder);
  afterEach(removeFolder);

  it('loses no line and tears none while they write as fast as they can, and all end with one state', async () => {
    const actions = 120;
    const children: ChildProcess[] = [];
    let waiting = 2;
    const run = (seed: number) =>
      runBundle(worker(), [source, String(seed), String(actions)], {
        input: true,
        onStart: (child) => {
          children.push(child);
          let out = '';
          child.stdout?.on('data', (data) => {
            out += data;
            if (out.split('\n').length !== actions + 1) return;
            waiting--;
            if (waiting === 0) children.forEach(proceed);
          });
        },
      });
    const [one, two] = (await Promise.all([run(1), run(2)])).map(printed);
    assert.equal(one!.state, two!.state);
    const journal = await open();
    assert.equal(labelState(journal.overlay), one!.state);
    assert.equal(journal.faultCount, 0);
    const ops = assertInSequence();
    for (const { acts } of [one!, two!]) {
      assert.equal(acts.length, actions);
      for (const act of acts) assert.ok(act === '-' || act === 'back' || ops.has(act), act);
    }
    assert.deepEqual(readdirSync(folder).sort(), ['data.jsonl', 'data.jsonl.cfprm-labels.jsonl']);
  });

  it('keeps every action that was done when a process is killed, and whole actions only', async () => {
    const known = new Set<string>();
    for (let round = 0; round < 25; round++) {
      const told: string[] = [];
      await runBundle(worker(), [source, String(round), '1000000'], {
        onStart: (child) => {
          let out = '';
          child.stdout?.on('data', (data) => {
            out += data;
            const lines = out.split('\n');
            // Somewhere in the action after these.
            if (lines.length > 3 + (round % 9)) setTimeout(() => child.kill('SIGKILL'), round % 4);
            told.splice(0, told.length, ...lines.slice(0, -1));
          });
        },
      });
      for (const act of told) {
        assert.match(act, /^[\w-]+$/);
        if (act !== '-' && act !== 'back') known.add(act);
      }
    }
    const { overlay, faults } = await open();
    for (const { message } of faults) assert.match(message, /cut off|breaks off/);
    const ops = assertInSequence();
    for (const op of known) assert.ok(ops.has(op));
    // The lock of the last one that was killed does not stop anybody.
    const journal = await open();
    assert.equal(labelState(journal.overlay), labelState(overlay));
    const done = await journal.edit({ ...target, row: 99 }, { kind: 'label', step: 1, label: 'correct' });
    assert.ok(done.ok);
    assert.deepEqual(readdirSync(folder).sort(), ['data.jsonl', 'data.jsonl.cfprm-labels.jsonl']);
  });

  it('takes over the lock of a process that is gone, and waits for one that lives', async () => {
    const lock = `${path}.lock`;
    const { state } = printed(await runBundle(worker(), [source, '1', '0']));
    assert.equal(state, '{"labels":[]}');
    const journal = await open();
    const dead = spawnSync('true').pid;
    writeFileSync(lock, `${hostname()} ${dead} 0123456789abcdef`);
    assert.ok((await journal.edit(target, { kind: 'label', step: 1, label: 'correct' })).ok);
    writeFileSync(lock, `${hostname()} ${process.ppid} 0123456789abcdef`);
    let ended = false;
    const waiting = journal.undo().finally(() => {
      ended = true;
    });
    await new Promise((resolve) => setTimeout(resolve, 100));
    assert.ok(!ended);
    rmSync(lock);
    assert.ok((await waiting).ok);
    assert.ok(journal.overlay.isEmpty);
  });
});

describe('a label journal that cannot be written', () => {
  beforeEach(makeFolder);
  afterEach(removeFolder);

  it('says that the disk is full, keeps what is on it, and goes on when there is room again', async () => {
    const disk = join(folder, 'disk');
    mkdirSync(disk);
    const file = `${disk}/data.jsonl`;
    const run = (seed: number, count: number) => `node "${worker()}" "${file}" ${seed} ${count} < /dev/null`;
    // Room for the lock and little more: appends end in the middle of an action.
    const fill = `dd if=/dev/zero of="${disk}/filler" bs=1k 2>/dev/null; truncate -s -8k "${disk}/filler"`;
    const script = [`echo > "${file}"`, run(1, 20), fill, run(2, 60), `rm "${disk}/filler"`, run(3, 1)];
    const { out, err } = await runOnTinyDisk(disk, 1, `${script.join('; ')}; cat "${journalPath(file)}"`);
    assert.equal(err, '');
    const lines = out.split('\n');
    const full = lines.findIndex((line) =>
      line.includes('is full, so no label was changed. Free some space'),
    );
    assert.ok(full > 21, 'some actions fit');
    const states = lines.filter((line) => line.startsWith('{"labels"'));
    assert.equal(states.length, 3);
    const from = lines.lastIndexOf(states[2]!) + 1;
    const journal = lines.slice(from, -1);
    assert.equal(stateOf(journal), states[2]);
    const torn = journal.findIndex((line) => line.endsWith('#torn'));
    const cut = torn < 0 ? journal.length - 1 : torn;
    assert.equal(stateOf(journal.slice(0, cut)), states[1], 'in memory was what the disk said');
    assert.notEqual(states[0], states[1]);
  });

  it('says that its folder is read-only, and still reads what is there', async () => {
    const journal = await open();
    assert.ok((await journal.edit(target, { kind: 'label', step: 1, label: 'correct' })).ok);
    chmodSync(folder, 0o555);
    const run = await runBundle(worker(), [source, '1', '12'], NOBODY);
    chmodSync(folder, 0o755);
    const { acts, state } = printed(run);
    assert.ok(acts.some((act) => act.includes('permission denied. Make it and its folder writable')));
    assert.equal(state, labelState(journal.overlay));
  });

  it('says that it is a folder', async () => {
    mkdirSync(path);
    const opened = await LabelJournal.open(source);
    assert.match(opened.ok ? '' : opened.fault.message, /is a folder, but labels are kept in a file/);
    rmSync(path, { recursive: true });
    const journal = await open();
    assert.ok((await journal.edit(target, { kind: 'label', step: 1, label: 'correct' })).ok);
    rmSync(path);
    mkdirSync(path);
    const refused = await journal.edit(target, { kind: 'label', step: 2, label: 'correct' });
    assert.match(refused.ok ? '' : refused.fault.message, /is a folder/);
    assert.ok(journal.overlay.isEmpty, 'the disk holds no labels any more');
  });

  it('says that its folder is gone', async () => {
    const journal = await open();
    rmSync(folder, { recursive: true });
    const refused = await journal.edit(target, { kind: 'label', step: 2, label: 'correct' });
    assert.match(refused.ok ? '' : refused.fault.message, /folder of .* does not exist any more/);
  });

  it('does not wait for somebody to write to a pipe', async () => {
    execFileSync('mkfifo', [path]);
    const opened = await LabelJournal.open(source);
    assert.match(opened.ok ? '' : opened.fault.message, /is no regular file/);
  });

  it('does not take what was appended by hand without a line end for its own line', async () => {
    const journal = await open();
    appendFileSync(path, '{"op":"x","row":1,');
    assert.ok((await journal.edit(target, { kind: 'label', step: 1, label: 'correct' })).ok);
    assert.equal(readFileSync(path, 'utf8').split('\n')[0], '{"op":"x","row":1,#torn');
  });
});

function makeFolder(): void {
  folder = mkdtempSync(join(tmpdir(), 'cfprm-labels-'));
  chmodSync(folder, 0o755);
  source = join(folder, 'data.jsonl');
  path = journalPath(source);
  writeFileSync(source, '\n');
}

function removeFolder(): void {
  rmSync(folder, { recursive: true, force: true });
}

/** The state that lines add up to, replayed without the reader. */
function stateOf(lines: readonly string[]): string {
  const replay = new Replay();
  lines.forEach((line, index) => {
    replay.line(line, index + 1);
  });
  return labelState(replay.overlay);
}

/**
 * Goes through the journal line by line: all are whole (or marked as cut off), each action is complete (or was cut
 * off) and says as "from" what the lines before it had set, and each undo and redo came in time: nobody wrote
 * without having read. Returns the ids of the actions.
 */
function assertInSequence(): Set<string> {
  const ops = new Set<string>();
  const replay = new Replay();
  const text = readFileSync(path, 'utf8');
  assert.ok(text.endsWith('\n') || text === '');
  for (const [index, line] of text.trimEnd().split('\n').entries()) {
    const read = readJournalLine(line);
    if (read.ok && read.value.kind === 'edit') {
      const { change, op } = read.value;
      assert.equal(change.from, replay.overlay.labelAt(change)?.label, `line ${index + 1}`);
      ops.add(op);
    } else if (!read.ok) {
      assert.ok(line.endsWith('#torn'), line);
    }
    replay.line(line, index + 1);
  }
  assert.equal(replay.overtaken, 0);
  return ops;
}
