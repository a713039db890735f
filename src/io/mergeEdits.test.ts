import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { gzipSync } from 'node:zlib';
import fc from 'fast-check';
import { type MergeRequest, resolveOptions } from '../core/merge/options';
import type { Label } from '../core/trajectory';
import { LabelJournal } from './labelJournal';
import { mergeFile } from './mergeFile';
import { previewMerge } from './previewMerge';
import { rowHash } from './rowHash';

let folder = '';
beforeEach(() => {
  folder = mkdtempSync(path.join(os.tmpdir(), 'cfprm-edits-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

type JsonLabel = boolean | number | null;
interface Row {
  readonly prompt: string;
  readonly completions: string[];
  labels?: JsonLabel[] | null;
  readonly meta?: object;
}

function options(request: MergeRequest) {
  const resolved = resolveOptions(request);
  assert.ok(resolved.ok);
  return resolved.value;
}

async function merge(source: string, out: string, request: MergeRequest, edits = true) {
  const job = { source, out: path.join(folder, out), options: options(request), edits, force: true };
  const manifest = await mergeFile(job);
  assert.ok(manifest.ok, manifest.ok ? '' : manifest.fault.message);
  const blocks = readdirSync(job.out).filter((name) => name.endsWith('.jsonl'));
  const rows = blocks.map((name) => {
    const lines = readFileSync(path.join(job.out, name), 'utf8').trimEnd().split('\n');
    return lines.filter((line) => line !== '').map((line) => JSON.parse(line) as object);
  });
  return { manifest: manifest.value, rows };
}

async function label(
  source: string,
  row: number,
  line: string,
  edits: readonly [number, Label | undefined][],
) {
  const journal = await LabelJournal.open(source);
  assert.ok(journal.ok);
  const { completions, labels } = JSON.parse(line) as Row;
  const own = completions.map((_, k): Label | undefined => {
    const value = labels?.[k];
    if (value === null || value === undefined) return undefined;
    return value === true || value === 1
      ? 'correct'
      : value === false || value === 0
        ? 'incorrect'
        : (value as number);
  });
  const target = { row, hash: rowHash(Buffer.from(line)), trajectory: 1, labels: own };
  for (const [step, to] of edits) {
    const done = await journal.value.edit(target, { kind: 'label', step, label: to });
    assert.ok(done.ok, done.ok ? '' : done.fault.message);
  }
}

const asJson = (to: Label | undefined): JsonLabel =>
  to === undefined ? null : to === 'correct' || to === 'neutral' ? true : to === 'incorrect' ? false : to;

describe('merging a file whose labels were edited', function () {
  this.timeout(60_000);

  it('gives what merging a file with these labels gives, and leaves the other columns alone', async () => {
    const labels = fc.option(fc.constantFrom<JsonLabel[] | null>(null, [true, false, null, true, true, 1]), {
      nil: undefined,
    });
    const edit = fc.tuple(
      fc.integer({ min: 1, max: 4 }),
      fc.constantFrom<Label | undefined>('correct', 'incorrect', 'neutral', undefined, 0.25),
    );
    const rows = fc.array(fc.tuple(labels, fc.array(edit, { maxLength: 4 }), fc.boolean()), {
      minLength: 1,
      maxLength: 4,
    });
    await fc.assert(
      fc.asyncProperty(rows, fc.constantFrom('trl', 'rlhflow'), async (given, to) => {
        const source = path.join(folder, 'source.jsonl');
        const edited = path.join(folder, 'edited.jsonl');
        rmSync(`${source}.cfprm-labels.jsonl`, { force: true });
        const completions = ['a', 'b\n', 'c', 'd'];
        const lines = given.map(([own, , first], k) => {
          const column = own === undefined ? {} : { labels: own?.slice(0, 4) ?? null };
          const row = { id: `r${k}`, prompt: 'P', completions, meta: { x: 1.5 } };
          return JSON.stringify(first ? { ...column, ...row } : { ...row, ...column });
        });
        writeFileSync(source, `${lines.join('\n')}\n`);
        const wanted: string[] = [];
        for (const [k, [, edits]] of given.entries()) {
          await label(source, k + 1, lines[k]!, edits);
          const row = JSON.parse(lines[k]!) as Row;
          if (edits.length > 0) {
            row.labels = completions.map((_, step) => row.labels?.[step] ?? null);
            for (const [step, to] of edits) row.labels[step - 1] = asJson(to);
          }
          wanted.push(JSON.stringify(row));
        }
        writeFileSync(edited, `${wanted.join('\n')}\n`);
        const request = { max: 3, to } as const;
        const got = await merge(source, 'got', request);
        const expected = await merge(edited, 'expected', request);
        assert.deepEqual(got.rows, expected.rows);
        assert.deepEqual(got.manifest.skipped, expected.manifest.skipped);
      }),
      { numRuns: 60 },
    );
  });

  const line = '{"prompt": "P", "completions": ["a", "b"], "labels": [true, true], "n": 1.0}';

  it('says in the manifest which journal it used, and can be told not to', async () => {
    const source = path.join(folder, 's.jsonl');
    writeFileSync(source, `${line}\n${line}\n`);
    const plain = await merge(source, 'plain', { max: 1 });
    assert.ok(!('edits' in plain.manifest));
    await label(source, 2, line, [[2, 'incorrect']]);
    const { manifest, rows } = await merge(source, 'out', { max: 1 });
    const journal = readFileSync(`${source}.cfprm-labels.jsonl`);
    assert.deepEqual(manifest.edits, {
      name: 's.jsonl.cfprm-labels.jsonl',
      sha256: createHash('sha256').update(journal).digest('hex'),
      labels: 1,
      stale: 0,
    });
    assert.deepEqual(
      (rows[0] as Row[]).map((row) => row.labels),
      [
        [true, true],
        [true, false],
      ],
    );
    assert.match(readFileSync(path.join(folder, 'out/window-1.jsonl'), 'utf8'), /"n": 1\.0/);
    const without = await merge(source, 'without', { max: 1 }, false);
    assert.deepEqual([without.rows, without.manifest], [plain.rows, plain.manifest]);
    const preview = await previewMerge(source, options({ max: 1 }));
    assert.deepEqual(preview.ok && [preview.value.edits, preview.value.staleEdits], [1, 0]);
  });

  it('leaves out labels whose rows have changed since, and counts them', async () => {
    const source = path.join(folder, 's.jsonl');
    writeFileSync(source, `${line}\n`);
    await label(source, 1, line, [
      [1, 'incorrect'],
      [2, 'incorrect'],
    ]);
    writeFileSync(source, `${line.replace('"a"', '"A"')}\n`);
    const { manifest, rows } = await merge(source, 'out', { max: 1 });
    assert.deepEqual([manifest.edits?.labels, manifest.edits?.stale], [0, 2]);
    assert.deepEqual((rows[0] as Row[])[0]!.labels, [true, true]);
  });

  it('lays labels over the rows of a compressed file, too', async () => {
    const source = path.join(folder, 's.jsonl.gz');
    writeFileSync(source, gzipSync(`${line}\n`));
    await label(source, 1, line, [[1, 'incorrect']]);
    const { rows } = await merge(source, 'out', { max: 1 });
    assert.deepEqual((rows[0] as Row[])[0]!.labels, [false, true]);
  });

  it('keeps the labels that a second writing needs as numbers', async () => {
    const source = path.join(folder, 's.jsonl');
    writeFileSync(source, `${line}\n${line}\n`);
    await label(source, 2, line, [[1, 0.75]]);
    const { manifest, rows } = await merge(source, 'out', { max: 1 });
    assert.deepEqual(
      (rows[0] as Row[]).map((row) => row.labels),
      [
        [1, 1],
        [0.75, 1],
      ],
    );
    assert.equal(manifest.edits?.labels, 1);
  });
});
