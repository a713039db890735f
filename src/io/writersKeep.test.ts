import assert from 'node:assert/strict';
import {
  chmodSync,
  existsSync,
  linkSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  realpathSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import fc from 'fast-check';
import { bundlePath, runCli } from '../../test/support/cli';
import { holdElsewhere } from '../../test/support/lockHolder';
import { FEATURE_SETS } from '../core/features/stepFeatures';
import { formatById } from '../core/formats/registry';
import { relabellerOf } from '../core/labels/relabel/relabellers';
import { resolveOptions } from '../core/merge/options';
import type { Result } from '../core/result';
import { convertFile } from './convertFile';
import { featuresFile } from './featuresFile';
import { journalPath, LabelJournal } from './labelJournal';
import { writeLabelledCopy } from './labelledCopy';
import { mergeFile } from './mergeFile';
import { openSource } from './openSource';
import { lockPath } from './temporaryPlace';

const ROW = '{"prompt":"p","completions":["a","b","c"],"labels":[true,true,false]}';

let folder: string;

function write(name: string, content = `${ROW}\n`, mode = 0o644): string {
  const path = join(folder, name);
  mkdirSync(join(path, '..'), { recursive: true });
  writeFileSync(path, content);
  chmodSync(path, mode);
  return path;
}

/** Everything below the folder: kind, content and permissions by path. */
function tree(): Map<string, string> {
  const found = new Map<string, string>();
  const look = (at: string): void => {
    for (const entry of readdirSync(at, { withFileTypes: true })) {
      const path = join(at, entry.name);
      const mode = (lstatSync(path).mode & 0o777).toString(8);
      const name = relative(folder, path);
      if (entry.isSymbolicLink()) found.set(name, `link ${readlinkSync(path)}`);
      else if (entry.isDirectory()) {
        found.set(name, `folder ${mode}`);
        look(path);
      } else found.set(name, `file ${mode} ${readFileSync(path, 'utf8')}`);
    }
  };
  look(folder);
  return found;
}

function merge(source: string, out: string, force: boolean): Promise<Result<unknown>> {
  const options = resolveOptions({});
  assert.ok(options.ok);
  return mergeFile({ source, out, options: options.value, force });
}

async function copyLabels(source: string, out: string, force: boolean): Promise<Result<unknown>> {
  const [opened, journal] = [await openSource(source), await LabelJournal.open(source)];
  if (!opened.ok) return opened;
  if (!journal.ok) return journal;
  const relabel = relabellerOf(opened.value.format)!;
  return writeLabelledCopy({ source: opened.value, overlay: journal.value.overlay, relabel, out, force });
}

const WRITERS = {
  merge,
  convert: (source: string, out: string, force: boolean) =>
    convertFile({ source, out, force, to: formatById('processbench')! }),
  features: (source: string, out: string, force: boolean) =>
    featuresFile({ source, out, force, set: FEATURE_SETS[0]! }),
  copy: copyLabels,
};

async function refused(work: Promise<Result<unknown>>): Promise<string> {
  const before = tree();
  const done = await work;
  assert.deepEqual(tree(), before);
  return done.ok ? assert.fail('it was written') : done.fault.message;
}

describe('what a command did not write', () => {
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'cfprm-keep-'));
    chmodSync(folder, 0o755);
  });
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  it('is never replaced with a folder: --force names what would be lost, and ends with 2', async () => {
    const source = write('s.jsonl');
    write('data/thesis.tex', 'years of work');
    write('data/.git/HEAD', 'ref: refs/heads/main');
    write('data/rows.jsonl.cfprm-labels.jsonl', '');
    const before = tree();
    const { code, out, err } = await runCli(['merge', source, '--out', join(folder, 'data'), '--force']);
    assert.deepEqual([code, out], [2, '']);
    assert.match(
      err,
      /data cannot be replaced, .*: \.git\/, rows\.jsonl\.cfprm-labels\.jsonl, thesis\.tex\. Move that away/,
    );
    assert.deepEqual(tree(), before);
  });

  it('is not replaced either if it came into the folder of a merge, or a block was changed since', async () => {
    const source = write('s.jsonl');
    const out = join(folder, 'out');
    assert.ok((await merge(source, out, false)).ok);
    const block = readFileSync(join(out, 'window-2.jsonl'), 'utf8');
    write('out/window-2.features.jsonl', 'made of it');
    assert.match(await refused(merge(source, out, true)), /: window-2\.features\.jsonl\. Move/);
    rmSync(join(out, 'window-2.features.jsonl'));
    write('out/window-2.jsonl', block.replace('false', 'null '));
    assert.match(await refused(merge(source, out, true)), /: window-2\.jsonl\. Move/);
    // What was copied has other times, and is still what a merge wrote.
    write('out/window-2.jsonl', block);
    assert.ok((await merge(source, out, true)).ok);
    rmSync(join(out, 'window-2.jsonl'));
    symlinkSync(source, join(out, 'window-2.jsonl'));
    assert.match(await refused(merge(source, out, true)), /: window-2\.jsonl\. Move/);
  });

  it('is not replaced when it comes into the folder while the merge runs', async () => {
    const source = write('s.jsonl', `${ROW}\n`.repeat(5000));
    const out = join(folder, 'out');
    assert.ok((await merge(source, out, false)).ok);
    const options = resolveOptions({});
    assert.ok(options.ok);
    const late = () => write('out/notes.txt', 'while it ran');
    const done = await mergeFile({ source, out, options: options.value, force: true, onProgress: late });
    assert.match(done.ok ? '' : done.fault.message, /: notes\.txt\. Move/);
    assert.equal(readFileSync(join(out, 'notes.txt'), 'utf8'), 'while it ran');
    assert.deepEqual(readdirSync(folder).sort(), ['out', 's.jsonl']);
  });

  it('counts the source, its links and its labels, wherever they lie', async () => {
    write('real/t.jsonl');
    mkdirSync(join(folder, 'proj'));
    const link = join(folder, 'proj/t.jsonl');
    symlinkSync('../real/t.jsonl', link);
    write('proj/t.jsonl.cfprm-labels.jsonl', '');
    assert.match(
      await refused(merge(link, join(folder, 'proj'), true)),
      /proj.t\.jsonl lies in .*proj, which/,
    );
    assert.match(
      await refused(merge(link, join(folder, 'real'), true)),
      /real.t\.jsonl lies in .*real, which/,
    );
    for (const out of [link, join(folder, 'real/t.jsonl')]) {
      assert.match(await refused(WRITERS.convert(link, out, true)), /is the source itself/);
    }
    linkSync(join(folder, 'real/t.jsonl'), join(folder, 'other name.jsonl'));
    assert.match(await refused(WRITERS.copy(link, join(folder, 'other name.jsonl'), true)), /is the source/);
  });

  it('counts every journal of labels, of whatever file, and whether there is one or not', async () => {
    const source = write('s.jsonl');
    write('other.jsonl.cfprm-labels.jsonl', '{"labels":"of another file"}\n');
    symlinkSync('other.jsonl.cfprm-labels.jsonl', join(folder, 'link'));
    for (const [name, work] of Object.entries(WRITERS)) {
      for (const out of ['other.jsonl.cfprm-labels.jsonl', 'new.jsonl.CFPRM-labels.jsonl', 'link']) {
        if (name === 'merge' && out === 'link') continue;
        const message = await refused(work(source, join(folder, out), true));
        assert.match(message, /is the name of a journal of labels|is a file/, `${name} ${out}`);
      }
    }
    const { code, err } = await runCli([
      'score',
      source,
      '--out',
      journalPath(join(folder, 'other.jsonl')),
      '--force',
    ]);
    assert.equal(code, 2);
    assert.match(err, /is the name of a journal of labels/);
  });

  for (const [where, options] of [
    ['another container', ['--pid', '--fork', '--mount-proc']],
    ['another machine', ['--uts']],
  ] as const) {
    it(`is not touched while somebody in ${where} writes it, who is named`, async () => {
      const source = write('s.jsonl');
      const out = join(folder, 'out');
      const worker = bundlePath('test/support/lockWorker.ts');
      const holder = await holdElsewhere(worker, lockPath(out), options);
      write('.out.cfprm-new-0123abcd/window-2.jsonl', 'half of it');
      write('.out.cfprm-partial', 'scores so far');
      // Its heartbeats change the lock itself.
      const others = () => [...tree()].filter(([name]) => !name.includes('cfprm-lock'));
      const before = others();
      for (const [name, work] of Object.entries(WRITERS)) {
        const done = await work(source, out, true);
        assert.match(
          done.ok ? '' : done.fault.message,
          new RegExp(`out is being written by process ${holder.pid} on ${holder.host} `),
          name,
        );
        assert.deepEqual(others(), before);
      }
      await holder.kill();
    });
  }

  it('is all still there after any command on any tree', async function () {
    this.timeout(180_000);
    const names = ['a', 'b', 'c.jsonl', 'c.jsonl.cfprm-labels.jsonl', 'manifest.json', 'window-2.jsonl'];
    const path = fc.array(fc.constantFrom(...names), { minLength: 1, maxLength: 3 });
    const entry = fc.record({
      path,
      kind: fc.constantFrom('file', 'rows', 'folder', 'link', 'merge'),
      mode: fc.constantFrom(0o600, 0o640, 0o644),
      to: path,
    });
    const action = fc.record({
      by: fc.constantFrom(...(Object.keys(WRITERS) as (keyof typeof WRITERS)[])),
      source: fc.nat(9),
      out: fc.oneof(path, fc.nat(9)),
      force: fc.boolean(),
    });
    await fc.assert(
      fc.asyncProperty(
        fc.array(entry, { minLength: 2, maxLength: 9 }),
        fc.array(action, { maxLength: 3 }),
        async (entries, actions) => {
          rmSync(folder, { recursive: true, force: true });
          mkdirSync(folder);
          const source = write('source.jsonl');
          for (const it of entries) await plant(source, it);
          for (const { by, source: k, out, force } of actions) {
            const rows = [...tree()]
              .filter(([, what]) => what.includes('"completions"'))
              .map(([name]) => name);
            const from = join(folder, rows[k % rows.length]!);
            const all = [...tree().keys()];
            const place = typeof out === 'number' ? all[out % all.length]! : join(...out);
            await check(by, from, place, force);
          }
        },
      ),
      { numRuns: 40 },
    );
  });
});

async function plant(
  source: string,
  it: { path: readonly string[]; kind: string; mode: number; to: readonly string[] },
): Promise<void> {
  const place = join(folder, ...it.path);
  try {
    mkdirSync(join(place, '..'), { recursive: true });
    if (it.kind === 'folder') mkdirSync(place);
    else if (it.kind === 'link') symlinkSync(join(folder, ...it.to), place);
    else if (it.kind === 'merge') await merge(source, place, false);
    else {
      writeFileSync(place, it.kind === 'rows' ? `${ROW}\n` : 'mine', { flag: 'wx' });
      chmodSync(place, it.mode);
    }
  } catch {
    // There is something else at the place already, or a file on the way to it.
  }
}

/** Runs a command; only what it says it replaces may be gone, and nothing of its own is left if it fails. */
async function check(by: keyof typeof WRITERS, source: string, place: string, force: boolean): Promise<void> {
  const before = tree();
  const out = join(folder, place);
  const real = existsSync(out) ? relative(folder, realpathSync(out)) : undefined;
  const done = await WRITERS[by](source, out, force);
  const after = tree();
  const what = `${by} ${source} to ${place}${force ? ' with force' : ''}`;
  if (!done.ok) return assert.deepEqual(after, before, `${what}: ${done.fault.message}`);
  const target = real ?? relative(folder, join(realpathSync(join(out, '..')), out.split('/').at(-1)!));
  for (const [name, content] of before) {
    const isTarget = name === target && (force || by === 'merge');
    const isBlock =
      by === 'merge' && force && /^(?:manifest\.json|window-\d\.jsonl)$/.test(relative(target, name));
    if (!isTarget && !isBlock) assert.equal(after.get(name), content, `${what}: ${name}`);
    else assert.equal(after.get(name)?.slice(0, 8), content.slice(0, 8), `${what}: permissions of ${name}`);
  }
}

describe('permissions', () => {
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'cfprm-keep-'));
  });
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  const modeOf = (name: string): string => (statSync(join(folder, name)).mode & 0o777).toString(8);

  for (const [by, work] of Object.entries(WRITERS)) {
    it(`of a source hold for what ${by} makes of it, and those of a target stay`, async () => {
      const secret = write('secret.jsonl', undefined, 0o600);
      const open = write('open.jsonl');
      const made = by === 'merge' ? 'out/window-2.jsonl' : 'out';
      assert.ok((await work(secret, join(folder, 'out'), false)).ok);
      assert.equal(modeOf(made), '600');
      if (by === 'merge') assert.equal(modeOf('out'), '700');
      assert.ok((await work(open, join(folder, 'out'), true)).ok);
      assert.equal(modeOf(made), '600');
      if (by === 'merge') assert.equal(modeOf('out'), '700');
      chmodSync(join(folder, made), 0o640);
      assert.ok((await work(open, join(folder, 'out'), true)).ok);
      assert.equal(modeOf(made), '640');
      assert.ok((await work(open, join(folder, 'other'), false)).ok);
      assert.equal(modeOf(made.replace('out', 'other')), (0o666 & ~process.umask()).toString(8));
    });
  }

  it('of a source hold for its labels', async () => {
    const secret = write('secret.jsonl', undefined, 0o600);
    const journal = await LabelJournal.open(secret);
    assert.ok(journal.ok);
    const target = { row: 1, hash: '0'.repeat(16), trajectory: 1, labels: [undefined] };
    const done = await journal.value.edit(target, { kind: 'label', step: 1, label: 'correct' });
    assert.ok(done.ok, done.ok ? '' : done.fault.message);
    assert.equal(modeOf('secret.jsonl.cfprm-labels.jsonl'), '600');
  });
});
