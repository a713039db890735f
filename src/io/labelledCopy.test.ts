import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import {
  appendFileSync,
  existsSync,
  linkSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import fc from 'fast-check';
import { bundlePath, runBundle, runOnTinyDisk } from '../../test/support/cli';
import { hashOf, root } from '../../test/support/rows';
import { readRow } from '../core/jsonl/readRow';
import { Overlay } from '../core/labels/overlay';
import { relabellerOf } from '../core/labels/relabel/relabellers';
import type { Label } from '../core/trajectory';
import { journalPath } from './labelJournal';
import { type LabelledCopyJob, writeLabelledCopy } from './labelledCopy';
import { openSource, type Source } from './openSource';
import { rowHash } from './rowHash';
import { streamRows } from './rowStream';

let folder: string;
let path: string;
let out: string;

function write(content: string): void {
  writeFileSync(path, content);
}

async function opened(): Promise<Source> {
  const source = await openSource(path, { format: 'trl' });
  return source.ok ? source.value : assert.fail(source.fault.message);
}

/** Labels step 1 of rows; `text` is the row's text. */
function overlayOf(...rows: [number, string, Label | undefined][]): Overlay {
  const overlay = new Overlay();
  for (const [row, text, to] of rows) {
    overlay.perform(`op${row}`, '', [
      { row, hash: hashOf(text), trajectory: 1, step: 1, from: undefined, to },
    ]);
  }
  return overlay;
}

async function copy(overlay: Overlay, more: Partial<LabelledCopyJob> = {}) {
  const source = await opened();
  return writeLabelledCopy({ source, overlay, relabel: relabellerOf(source.format)!, out, ...more });
}

async function refused(overlay: Overlay, more: Partial<LabelledCopyJob> = {}): Promise<string> {
  const result = await copy(overlay, more);
  return result.ok ? assert.fail('it was copied') : result.fault.message;
}

const row = (n: number, label = 'true', pad = '') =>
  `{"prompt":"p${n}","completions":["a","b${pad}"],"labels":[${label},null]}`;

describe('a labelled copy', () => {
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'cfprm-copy-'));
    path = join(folder, 'data.jsonl');
    out = join(folder, 'out.jsonl');
  });
  afterEach(() => {
    rmSync(folder, { recursive: true, force: true });
  });

  it('has the labels of the journal, and all else of the source byte for byte', async () => {
    const end = fc.constantFrom('\n', '\r\n', '\n\n', '\n \t\n');
    const line = fc.record({
      end,
      to: fc.constantFrom<Label | undefined | 'none'>(
        'none',
        'none',
        'correct',
        'incorrect',
        0.25,
        undefined,
      ),
      pad: fc.constantFrom('', 'é😀', '\\u00e9', 'x'.repeat(3000), 'x'.repeat(700_000)),
    });
    const files = fc.record({
      lines: fc.array(line, { minLength: 1, maxLength: 8 }),
      bom: fc.boolean(),
      array: fc.boolean(),
      ended: fc.boolean(),
    });
    await fc.assert(
      fc.asyncProperty(files, async ({ lines, bom, array, ended }) => {
        let before = `${bom ? '\ufeff' : ''}${array ? ' [ ' : ''}`;
        let expected = before;
        let number = 1;
        const edits: [number, string, Label | undefined][] = [];
        for (const [k, { to, end: lineEnd, pad }] of lines.entries()) {
          const text = row(k, 'true', pad);
          const last = k === lines.length - 1;
          const rest = array ? `${last ? '' : ','}${lineEnd}` : last && !ended ? '' : lineEnd;
          before += text + rest;
          const spelled = { correct: 'true', incorrect: 'false', 0.25: '0.25', undefined: 'null' };
          expected += (to === 'none' ? text : row(k, spelled[`${to as Label}` as 'correct'], pad)) + rest;
          if (to !== 'none') edits.push([number, text, to]);
          number += array ? 1 : lineEnd.split('\n').length - 1;
        }
        write(before + (array ? ']\n' : ''));
        const result = await copy(overlayOf(...edits), { force: true });
        assert.ok(result.ok, result.ok ? '' : result.fault.message);
        const { value } = result;
        const written = readFileSync(out);
        assert.equal(written.toString(), expected + (array ? ']\n' : ''));
        assert.deepEqual(
          { ...value },
          {
            bytes: written.length,
            sha256: createHash('sha256').update(written).digest('hex'),
            relabelled: edits.length,
            labels: edits.length,
            stale: [],
            refused: [],
          },
        );
        assert.deepEqual(readdirSync(folder).sort(), ['data.jsonl', 'out.jsonl']);
      }),
      { numRuns: 60 },
    );
  });

  it('read by the format, says what the overlay says, row for row', async () => {
    const rows = Array.from({ length: 4000 }, (_, k) =>
      row(k, k % 3 === 0 ? 'false' : 'true', 'y'.repeat(k % 700)),
    );
    write(`${rows.join('\n')}\n`);
    const labels: Label[] = ['correct', 'incorrect', 0.75];
    const overlay = overlayOf(
      ...rows.flatMap((text, k): [number, string, Label][] =>
        k % 7 === 2 ? [[k + 1, text, labels[k % 3]!]] : [],
      ),
    );
    const done: number[] = [];
    const result = await copy(overlay, { onProgress: (bytes) => done.push(bytes) });
    assert.ok(result.ok);
    const { format } = await opened();
    const sides = [path, out].map((): (Label | undefined)[][] => []);
    for (const [side, file] of [path, out].entries()) {
      await streamRows(file, 'lines', {
        row(bytes, start, end, number) {
          const reading = readRow(bytes, start, end, number, format);
          assert.ok(reading.ok);
          const shown =
            side === 0
              ? overlay.applyTo(number, () => rowHash(bytes, start, end), reading.value).trajectories
              : reading.value;
          sides[side]!.push(shown[0]!.steps.map(({ label }) => label));
        },
      });
    }
    assert.deepEqual(sides[1], sides[0]);
    assert.equal(done.at(-1), readFileSync(path).length);
    assert.deepEqual(
      done,
      [...done].sort((a, b) => a - b),
    );
  });

  it('copies rows whose edits are stale or cannot be held as they are, and lists them', async () => {
    const rows = [1, 2, 3, 4].map((n) => row(n));
    write(`${rows.join('\n')}\n`);
    const overlay = overlayOf(
      [1, rows[0]!, 'neutral'],
      [2, 'other bytes', 'incorrect'],
      [3, rows[2]!, 'incorrect'],
      [9, rows[3]!, 'incorrect'],
    );
    const result = await copy(overlay);
    assert.ok(result.ok);
    const { relabelled, labels, stale, refused: faults } = result.value;
    assert.deepEqual([relabelled, labels, stale], [1, 1, [2, 9]]);
    assert.equal(faults.length, 1);
    assert.equal(faults[0]!.row, 1);
    assert.match(faults[0]!.message, /TRL cannot hold the label of step 1: neutral/);
    assert.equal(readFileSync(out, 'utf8'), `${[rows[0], rows[1], row(3, 'false'), rows[3]].join('\n')}\n`);
  });

  it('of a compressed source is not compressed, and has its rows byte for byte', async () => {
    const fixture = readFileSync(join(root, 'test/fixtures/trl.jsonl'), 'utf8');
    const text = `${row(1)}\r\n\n${row(3, 'null', '\\u00e9')}\n ${row(4)}`;
    for (const [name, bytes, content, number] of [
      ['data.jsonl.gz', gzipSync(text), text, 3],
      ['data.jsonl.zst', readFileSync(join(root, 'test/compressed/trl.jsonl.zst')), fixture, 1],
    ] as const) {
      path = join(folder, name);
      writeFileSync(path, bytes);
      const line = content.split('\n')[number - 1]!;
      const made = await copy(overlayOf([number, line, 0.25]), { force: true });
      assert.ok(made.ok, name);
      const expected = content.replace(line, line.replace(/("labels": ?\[)[^,]+/u, '$10.25'));
      assert.notEqual(expected, content);
      assert.equal(readFileSync(out, 'utf8'), expected);
      const { bytes: size, relabelled, labels, stale, refused: left } = made.value;
      assert.deepEqual([size, relabelled, labels, stale, left], [Buffer.byteLength(expected), 1, 1, [], []]);
    }
    assert.match(await refused(overlayOf(), { out: path, force: true }), /is the source itself/);
  });

  it('never overwrites the source or its journal, by whatever name, nor anything else without force', async () => {
    write(`${row(1)}\n`);
    const overlay = overlayOf([1, row(1), 'incorrect']);
    writeFileSync(journalPath(path), '');
    symlinkSync(path, join(folder, 'soft'));
    linkSync(path, join(folder, 'hard'));
    symlinkSync(folder, join(folder, 'way'));
    for (const name of ['data.jsonl', 'soft', 'hard', 'way/data.jsonl']) {
      assert.match(await refused(overlay, { out: join(folder, name), force: true }), /is the source itself/);
    }
    const journal = journalPath(path);
    assert.match(await refused(overlay, { out: journal, force: true }), /is where the labels are kept/);
    rmSync(journal);
    assert.match(await refused(overlay, { out: journal, force: true }), /is where the labels are kept/);
    writeFileSync(out, 'mine');
    assert.match(await refused(overlay), /already exists.*--force/);
    assert.equal(readFileSync(out, 'utf8'), 'mine');
    assert.match(await refused(overlay, { out: folder, force: true }), /is no file/);
    assert.match(await refused(overlay, { out: join(folder, 'no', 'out') }), /no does not exist/);
    assert.equal(readFileSync(path, 'utf8'), `${row(1)}\n`);
    assert.ok((await copy(overlay, { force: true })).ok);
    assert.equal(readFileSync(out, 'utf8'), `${row(1, 'false')}\n`);
    assert.deepEqual(readdirSync(folder).sort(), ['data.jsonl', 'hard', 'out.jsonl', 'soft', 'way']);
  });

  it('does not replace a file that appears meanwhile', async () => {
    write(`${row(1)}\n`);
    const onProgress = () => writeFileSync(out, 'mine');
    assert.match(await refused(overlayOf([1, row(1), 'incorrect']), { onProgress }), /already exists/);
    assert.equal(readFileSync(out, 'utf8'), 'mine');
    assert.deepEqual(readdirSync(folder).sort(), ['data.jsonl', 'out.jsonl']);
  });

  it('leaves nothing when it is cancelled or the source changes, and keeps the old file', async () => {
    const rows = Array.from({ length: 60_000 }, (_, k) => row(k));
    const text = `${rows.join('\n')}\n`;
    const overlay = overlayOf([30_000, rows[29_999]!, 'incorrect']);
    for (const [force, edits] of [
      [false, overlay],
      [true, new Overlay()],
    ] as const) {
      if (force) writeFileSync(out, 'mine');
      write(text);
      const stop = new AbortController();
      const cancelled = await refused(edits, { force, signal: stop.signal, onProgress: () => stop.abort() });
      assert.match(cancelled, /^Cancelled/);
      for (const change of [
        () => appendFileSync(path, 'x'),
        () => truncateSync(path, 1000),
        () => writeFileSync(path, row(7), { flag: 'r+' }),
      ]) {
        write(text);
        let once = false;
        const onProgress = () => {
          if (!once) change();
          once = true;
        };
        assert.match(await refused(edits, { force, onProgress }), /data\.jsonl changed while it was copied/);
      }
      assert.deepEqual(readdirSync(folder).sort(), force ? ['data.jsonl', 'out.jsonl'] : ['data.jsonl']);
    }
    assert.equal(readFileSync(out, 'utf8'), 'mine');
  });

  it('leaves nothing on a disk that becomes full, and says so', async () => {
    write(`${row(1, 'true', 'x'.repeat(100))}\n`.repeat(40_000));
    const disk = join(folder, 'disk');
    mkdirSync(disk);
    const script = `node "${bundlePath('test/support/copyWorker.ts')}" "${path}" "${disk}/out"; ls -A "${disk}"`;
    const { out: printed, err } = await runOnTinyDisk(disk, 2, script);
    assert.equal(err, '');
    assert.match(printed, /^\{"ok":false,.*The disk of .*out is full\. Free some space.*\}\n$/);
  });

  it('killed, leaves no half file under its name; the next copy clears up', async () => {
    write(`${row(1, 'true', 'x'.repeat(900))}\n`.repeat(200_000));
    const run = await runBundle(bundlePath('test/support/copyWorker.ts'), [path, out], {
      onStart: (child) => {
        const look = setInterval(() => {
          if (!readdirSync(folder).some((name) => name.startsWith('.out.jsonl.cfprm-new'))) return;
          clearInterval(look);
          child.kill('SIGKILL');
        }, 2);
      },
    });
    assert.equal(run.signal, 'SIGKILL');
    assert.ok(!existsSync(out));
    assert.equal(readdirSync(folder).filter((name) => name.includes('.cfprm-new-')).length, 1);
    write(`${row(1)}\n`);
    assert.ok((await copy(new Overlay())).ok);
    assert.deepEqual(readdirSync(folder).sort(), ['data.jsonl', 'out.jsonl']);
  });
});
