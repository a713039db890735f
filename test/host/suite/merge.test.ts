import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import * as vscode from 'vscode';
import type { Manifest } from '../../../src/core/merge/manifest';
import type { Result } from '../../../src/core/result';
import { row, rows } from '../rows';
import { closeEditors, fixture, headers, openTrace, run, sample, scratch, scratchFolder } from './support';

/** The paper's figure: one trajectory with labels + + + - + + -. */
const FIGURE = row({
  id: 'figure',
  completions: ['s1', 's2', 's3', 's4', 's5', 's6', 's7'],
  labels: [true, true, true, false, true, true, false],
});

interface MergedRow {
  readonly completions: readonly string[];
  readonly labels: readonly boolean[];
}

describe('merging windows by command', () => {
  afterEach(closeEditors);

  it('writes a folder of one file per size and a manifest', async () => {
    const out = path.join(scratchFolder(), 'figure');
    const result = await merge(scratch('figure.jsonl', FIGURE), out, { options: { max: 4 } });
    assert.ok(result.ok, 'message' in result ? String(result.message) : '');
    assert.deepEqual(readdirSync(out).sort(), [
      'manifest.json',
      'window-1.jsonl',
      'window-2.jsonl',
      'window-3.jsonl',
      'window-4.jsonl',
    ]);
    const { completions, labels } = rowsOf(out, 'window-4.jsonl')[0]!;
    assert.deepEqual(completions, ['s1\ns2\ns3\ns4', 's5\ns6\ns7']);
    assert.deepEqual(labels, [false, false]);
    assert.deepEqual(rowsOf(out, 'window-3.jsonl')[0]!.labels, [true, true, false]);
    assert.deepEqual(rowsOf(out, 'window-2.jsonl')[0]!.labels, [true, false, true, false]);
  });

  it('returns the manifest that it writes, whose sums are those of the files', async () => {
    const out = path.join(scratchFolder(), 'sums');
    const result = await merge(sample('trl.jsonl'), out, {});
    assert.ok(result.ok);
    const written = JSON.parse(readFileSync(path.join(out, 'manifest.json'), 'utf8')) as Manifest;
    assert.deepEqual(written, JSON.parse(JSON.stringify(result.value)));
    assert.equal(written.source.sha256, sha256(sample('trl.jsonl')));
    assert.deepEqual(
      written.blocks.map((block) => block.window),
      [2, 1],
    );
    for (const block of written.blocks) assert.equal(block.sha256, sha256(path.join(out, block.file)));
  });

  it('writes what the trace view reads', async () => {
    const out = path.join(scratchFolder(), 'again');
    await merge(fixture('math-shepherd.jsonl'), out, {});
    assert.equal(headers(await openTrace(path.join(out, 'window-2.jsonl'))).length, 5);
  });

  it('leaves malformed rows out and says so', async () => {
    const out = path.join(scratchFolder(), 'left');
    const result = await merge(scratch('some.jsonl', `${rows(2)}{"broken\n`), out, {});
    assert.ok(result.ok);
    assert.equal(result.value.skipped.malformed, 1);
    assert.equal(rowsOf(out, 'window-1.jsonl').length, 2);
  });

  it('refuses an existing folder, and replaces when told to only what a merge wrote', async () => {
    const source = scratch('figure.jsonl', FIGURE);
    const out = scratchFolder();
    writeFileSync(path.join(out, 'precious.txt'), 'mine');
    const refused = await merge(source, out, {});
    assert.match(faultOf(refused), /already exists\. Choose another folder/);
    assert.deepEqual(readdirSync(out), ['precious.txt']);
    assert.match(faultOf(await merge(source, out, { force: true })), /precious\.txt/);
    assert.deepEqual(readdirSync(out), ['precious.txt']);
    rmSync(path.join(out, 'precious.txt'));
    for (const again of [1, 2]) {
      const replaced = await merge(source, out, { force: true });
      assert.ok(replaced.ok, `${again}: ${JSON.stringify(replaced)}`);
      assert.deepEqual(readdirSync(out).sort(), ['manifest.json', 'window-1.jsonl', 'window-2.jsonl']);
    }
    assert.deepEqual(
      readdirSync(path.dirname(out)).filter((name) => name.includes('cfprm-')),
      [],
    );
  });

  it('refuses what would not fit on the disk, before it reads it all', async () => {
    const source = scratch('vast.jsonl', rows(20_000));
    truncateSync(source, 6e12);
    const parent = scratchFolder();
    const result = await merge(source, path.join(parent, 'vast'), { options: { max: 8 } });
    assert.match(
      faultOf(result),
      /vast needs about 2\d TB, but its disk has [\d.]+ GB free\. Free some space/,
    );
    assert.deepEqual(readdirSync(parent), []);
  });

  const wrong: Record<string, [() => string, object, RegExp]> = {
    'an option that does not exist': [
      () => scratch('figure.jsonl', FIGURE),
      { options: { tail: 'cut' } },
      /tail is "cut": it must be keep, drop, split or extend/,
    ],
    'a source that is gone': [
      () => '/nowhere/at/all.jsonl',
      {},
      /all\.jsonl does not exist\. Check the path/,
    ],
    'an empty source': [() => scratch('empty.jsonl', ''), {}, /empty\.jsonl is empty/],
    'a source of no known format': [() => scratch('other.jsonl', '{"a": 1}'), {}, /No known format fits/],
    'a source that was merged already': [
      () => scratch('merged.jsonl', row({ cfprm: { row: 1 } })),
      {},
      /merged\.jsonl, row 1: .*cfprm/,
    ],
  };
  for (const [what, [make, more, message]] of Object.entries(wrong)) {
    it(`returns ${what} as a fault, and leaves nothing behind`, async () => {
      const parent = scratchFolder();
      const result = await merge(make(), path.join(parent, 'out'), more);
      assert.match(faultOf(result), message);
      assert.deepEqual(readdirSync(parent), []);
    });
  }

  it('returns a target in a folder that does not exist as a fault', async () => {
    const out = path.join(scratchFolder(), 'not/there');
    assert.match(faultOf(await merge(sample('trl.jsonl'), out, {})), /not does not exist\. Create it first/);
    assert.ok(!existsSync(path.dirname(out)));
  });
});

async function merge(source: string, out: string, more: object): Promise<Result<Manifest>> {
  return run<Result<Manifest>>('cfprm.mergeWindows', vscode.Uri.file(source), { out, ...more });
}

function faultOf(result: Result<unknown>): string {
  assert.ok(!result.ok, 'The merge went through.');
  return result.fault.message;
}

function rowsOf(folder: string, file: string): MergedRow[] {
  const text = readFileSync(path.join(folder, file), 'utf8');
  return text
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as MergedRow);
}

function sha256(file: string): string {
  return createHash('sha256').update(readFileSync(file)).digest('hex');
}
