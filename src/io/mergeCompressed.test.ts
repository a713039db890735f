import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import type { Manifest } from '../core/merge/manifest';
import { type MergeRequest, resolveOptions } from '../core/merge/options';
import { type MergeJob, mergeFile } from './mergeFile';
import { previewMerge } from './previewMerge';

let folder: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'cfprm-merge-'));
});
afterEach(() => {
  rmSync(folder, { recursive: true, force: true });
});

function options(request: MergeRequest) {
  const resolved = resolveOptions(request);
  assert.ok(resolved.ok);
  return resolved.value;
}

function write(name: string, content: string | Buffer): string {
  const path = join(folder, name);
  writeFileSync(path, content);
  return path;
}

async function merged(source: string, request: MergeRequest = {}, more: Partial<MergeJob> = {}) {
  const out = join(folder, 'out');
  const result = await mergeFile({ source, out, options: options(request), force: true, ...more });
  assert.ok(result.ok, result.ok ? '' : result.fault.message);
  const texts = readdirSync(out)
    .filter((name) => name !== 'manifest.json')
    .map((name) => [name, readFileSync(join(out, name), 'utf8')]);
  return { manifest: result.value, texts: Object.fromEntries(texts) as Record<string, string> };
}

function row(k: number): object {
  const steps = Array.from(
    { length: 1 + ((k * 7) % 9) },
    (_, s) => `row ${k} step ${s} ${(k * 7919) % 99991}`,
  );
  return { prompt: `problem ${k}`, completions: steps, labels: steps.map((_, s) => (k + s) % 5 !== 0) };
}

const rows = Array.from({ length: 20_000 }, (_, k) => row(k));
const text = `${rows.map((it) => JSON.stringify(it)).join('\n')}\n`;

/** The manifest without what names the file. */
function content({ source, ...rest }: Manifest): object {
  const { format, rows: count, trajectories } = source;
  return { ...rest, format, count, trajectories };
}

describe('merging a compressed file', () => {
  const requests: MergeRequest[] = [
    { max: 3 },
    { max: 2, order: 'shuffled', seed: 4 },
    { max: 2, label: 'mean' },
  ];
  for (const request of requests) {
    it(`writes what merging its content writes, with ${JSON.stringify(request)}`, async () => {
      const packed = gzipSync(text);
      const expected = await merged(write('data.jsonl', text), request);
      const found = await merged(write('data.jsonl.gz', packed), request);
      assert.deepEqual(found.texts, expected.texts);
      assert.deepEqual(content(found.manifest), content(expected.manifest));
      const { name, bytes, sha256 } = found.manifest.source;
      const digest = createHash('sha256').update(packed).digest('hex');
      assert.deepEqual([name, bytes, sha256], ['data.jsonl.gz', packed.length, digest]);
    });
  }

  it('shuffles as its content, though its size is not known at first', async () => {
    // It begins with much that compresses to little, which looks like far more content than there is.
    const uneven = `${JSON.stringify(row(1))}\n`.repeat(40_000) + text;
    const request = { max: 2, order: 'shuffled', seed: 4 };
    const expected = await merged(write('data.jsonl', uneven), request);
    const found = await merged(write('data.jsonl.gz', gzipSync(uneven)), request);
    assert.ok(found.texts['mixed.jsonl'] === expected.texts['mixed.jsonl']);
  });

  it('tells how far it is, up to the end', async () => {
    const shares: number[] = [];
    await merged(
      write('data.gz', gzipSync(text)),
      {},
      { onProgress: (done, total) => shares.push(done / total) },
    );
    assert.equal(shares.at(-1), 1);
    assert.ok(shares.every((share) => share > 0 && share <= 1));
  });

  it('previews the whole file exactly, and a sample as such', async () => {
    const source = write('data.gz', gzipSync(text));
    const { manifest } = await merged(source, { max: 2 });
    const whole = await previewMerge(source, options({ max: 2 }));
    assert.ok(whole.ok);
    assert.deepEqual(
      [whole.value.whole, whole.value.totalBytes, whole.value.rows],
      [true, text.length, manifest.source.rows],
    );
    const written = manifest.blocks.reduce((sum, block) => sum + block.bytes, 0);
    assert.equal(whole.value.estimatedBytes, written);
    const sample = await previewMerge(source, options({ max: 2 }), { maxBytes: 100_000 });
    assert.ok(sample.ok);
    const { whole: isWhole, estimatedBytes, rows: seen } = sample.value;
    assert.ok(!isWhole && seen < manifest.source.rows);
    assert.ok(
      estimatedBytes > written / 3 && estimatedBytes < written * 3,
      `${estimatedBytes} for ${written}`,
    );
  });

  it('merges what is there of a damaged file, and counts where it breaks off', async () => {
    const source = write('cut.gz', gzipSync(text).subarray(0, -100));
    const { manifest } = await merged(source);
    assert.equal(manifest.skipped.malformed, 1);
    assert.ok(manifest.source.trajectories > 19_000);
    const [fault] = manifest.malformed;
    assert.equal(fault?.row, manifest.source.trajectories + 1);
    assert.match(fault?.message ?? '', /cut\.gz: its gzip data is cut off behind byte \d+ /);
  });

  it('says that the file changed meanwhile, and stops when it is cancelled', async () => {
    const source = write('data.gz', gzipSync(text));
    mkdirSync(join(folder, 'place'));
    const out = join(folder, 'place', 'out');
    for (const order of ['coarse-to-fine', 'shuffled']) {
      const stop = new AbortController();
      stop.abort();
      const job = { source, out, options: options({ order }), signal: stop.signal };
      const cancelled = await mergeFile(job);
      assert.match(cancelled.ok ? 'merged' : cancelled.fault.message, /^Cancelled/);
    }
    let isChanged = false;
    const onProgress = (): void => {
      if (!isChanged) writeFileSync(source, gzipSync(`${text}${text}`));
      isChanged = true;
    };
    const changed = await mergeFile({ source, out, options: options({}), onProgress });
    assert.match(changed.ok ? 'merged' : changed.fault.message, /data\.gz changed while it was merged/);
    assert.deepEqual(readdirSync(join(folder, 'place')), []);
  });
});

describe('merging rows that are no lines', () => {
  it('writes what merging them as lines writes', async () => {
    const some = rows.slice(0, 500);
    const expected = await merged(
      write('data.jsonl', `${some.map((it) => JSON.stringify(it)).join('\n')}\n`),
    );
    for (const content of [
      JSON.stringify({ a: some.slice(0, 200), b: some.slice(200) }),
      some.map((it) => JSON.stringify(it)).join(' '),
    ]) {
      assert.deepEqual((await merged(write('other.json', content))).texts, expected.texts);
    }
    const pretty = await merged(
      write('pretty.json', some.map((it) => JSON.stringify(it, null, 2)).join('\n')),
    );
    const parsed = (texts: Record<string, string>): object =>
      Object.fromEntries(
        Object.entries(texts).map(([name, lines]) => [
          name,
          lines
            .trim()
            .split('\n')
            .map((line) => JSON.parse(line) as object),
        ]),
      );
    assert.deepEqual(parsed(pretty.texts), parsed(expected.texts));
  });
});
