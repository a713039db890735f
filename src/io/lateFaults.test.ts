import assert from 'node:assert/strict';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onBrokenDisk } from '../../test/support/brokenDisk';
import { formatById } from '../core/formats/registry';
import { resolveOptions } from '../core/merge/options';
import { convertFile } from './convertFile';
import { LabelJournal } from './labelJournal';
import { mergeFile } from './mergeFile';

const ROW = '{"prompt":"p","completions":["a","b","c"],"labels":[true,true,false]}';

let folder: string;
let source: string;
let out: string;

async function merge(force = false): Promise<string> {
  const options = resolveOptions({ max: force ? 3 : 2 });
  assert.ok(options.ok);
  const done = await mergeFile({ source, out, options: options.value, force });
  return done.ok ? '' : done.fault.message;
}

async function convert(): Promise<string> {
  const done = await convertFile({ source, out, to: formatById('processbench')! });
  return done.ok ? '' : done.fault.message;
}

describe('a disk that fails late', () => {
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'cfprm-late-'));
    source = join(folder, 's.jsonl');
    writeFileSync(source, `${ROW}\n`);
    out = join(folder, 'out');
  });
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  const names = (): string[] => readdirSync(folder).filter((name) => name !== 's.jsonl');
  /** The folder itself, and nothing in it. */
  const isFolder = /cfprm-late-\w+$/;

  it('behind the commit is told as that: what was written is there', async () => {
    for (const [work, ready] of [
      [merge, () => existsSync(join(out, 'manifest.json'))],
      [convert, () => existsSync(out)],
    ] as const) {
      const broken = await onBrokenDisk({ call: 'sync', path: isFolder }, async () => {
        assert.match(await work(), /out is written and complete, but then the disk reported an error \(EIO/);
      });
      assert.equal(broken, 1);
      assert.ok(ready());
      assert.deepEqual(names(), ['out']);
      rmSync(out, { recursive: true });
    }
    const broken = await onBrokenDisk({ call: 'rm', path: /\.out\.cfprm-new-/ }, async () => {
      assert.match(await convert(), /out is written and complete/);
    });
    assert.ok(broken > 0);
    assert.match(readFileSync(out, 'utf8'), /"steps"/);
  });

  it('while labels are made durable says that the label is changed', async () => {
    const journal = await LabelJournal.open(source);
    assert.ok(journal.ok);
    const target = { row: 1, hash: '0'.repeat(16), trajectory: 1, labels: [undefined] };
    const broken = await onBrokenDisk({ call: 'sync', path: /cfprm-labels\.jsonl$/ }, async () => {
      const done = await journal.value.edit(target, { kind: 'label', step: 1, label: 'correct' });
      assert.match(
        done.ok ? '' : done.fault.message,
        /The label was changed and stands in .*did not confirm/,
      );
    });
    assert.equal(broken, 1);
    assert.equal(journal.value.overlay.labelsOf(1, target.hash).length, 1);
  });

  it('between the two steps of a replacement leaves the old folder in its place', async () => {
    assert.equal(await merge(), '');
    const before = readFileSync(join(out, 'manifest.json'), 'utf8');
    const broken = await onBrokenDisk({ call: 'rename', path: /\.out\.cfprm-new-\w+ / }, async () => {
      assert.match(await merge(true), /out cannot be written: EIO/);
    });
    assert.equal(broken, 1);
    assert.equal(readFileSync(join(out, 'manifest.json'), 'utf8'), before);
    assert.deepEqual(names(), ['out']);
  });

  it('for good between these two says where the old and the new folder are, and the next merge puts it right', async () => {
    assert.equal(await merge(), '');
    const before = readFileSync(join(out, 'manifest.json'), 'utf8');
    const broken = await onBrokenDisk({ call: 'rename', path: /cfprm-(?:old|new)-/, after: 1 }, async () => {
      const message = await merge(true);
      const found = /The old folder is (\S+), the new one, complete, (\S+): rename one of them to/.exec(
        message,
      );
      assert.ok(found, message);
      assert.equal(readFileSync(join(found[1]!, 'manifest.json'), 'utf8'), before);
      assert.ok(existsSync(join(found[2]!, 'window-3.jsonl')));
      // It is in view, not hidden.
      assert.match(found[1]!, /out\.cfprm-old-\w{8}$/);
    });
    assert.equal(broken, 2);
    assert.match(await merge(), /already exists/);
    assert.equal(readFileSync(join(out, 'manifest.json'), 'utf8'), before);
    assert.deepEqual(names(), ['out']);
  });
});
