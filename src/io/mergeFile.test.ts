import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Manifest } from '../core/merge/manifest';
import { type MergeRequest, resolveOptions } from '../core/merge/options';
import { type MergeJob, mergeFile } from './mergeFile';
import { previewMerge } from './previewMerge';

let folder: string;

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

async function merged(
  source: string,
  request: MergeRequest = {},
  more: Partial<MergeJob> = {},
): Promise<Manifest> {
  const out = join(folder, 'out');
  const result = await mergeFile({ source, out, options: options(request), force: true, ...more });
  assert.ok(result.ok, result.ok ? '' : result.fault.message);
  return result.value;
}

/** Every file of the output with its content. */
function contents(out = 'out'): Record<string, string> {
  const path = join(folder, out);
  return Object.fromEntries(
    readdirSync(path)
      .sort()
      .map((name) => [name, readFileSync(join(path, name), 'utf8')]),
  );
}

/** TRL rows of 1 to 9 steps, the same ones every time. */
function rows(count: number): string[] {
  return Array.from({ length: count }, (_, k) => {
    const steps = Array.from(
      { length: 1 + ((k * 7) % 9) },
      (_, s) => `row ${k} step ${s} ${'x'.repeat((k * 31 + s) % 90)}`,
    );
    return JSON.stringify({
      prompt: `problem ${k}`,
      completions: steps,
      labels: steps.map((_, s) => (k + s) % 5 !== 0),
      extra: k,
    });
  });
}

describe('merging a file', () => {
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'cfprm-merge-'));
  });
  afterEach(() => {
    rmSync(folder, { recursive: true, force: true });
  });

  it('writes the figure of the paper', async () => {
    const labels = [true, true, true, false, true, true, false];
    const completions = labels.map((_, k) => `s${k + 1}`);
    const source = write('figure.jsonl', `${JSON.stringify({ prompt: 'p', completions, labels })}\n`);
    await merged(source, { max: 4 });
    const seen = Object.entries(contents())
      .filter(([name]) => name !== 'manifest.json')
      .map(([name, text]) => {
        const row = JSON.parse(text);
        return [name, row.completions.map((c: string) => c.replaceAll('\n', ' ')), row.labels];
      });
    assert.deepEqual(seen, [
      ['window-1.jsonl', ['s1', 's2', 's3', 's4', 's5', 's6', 's7'], labels],
      ['window-2.jsonl', ['s1 s2', 's3 s4', 's5 s6', 's7'], [true, false, true, false]],
      ['window-3.jsonl', ['s1 s2 s3', 's4 s5 s6', 's7'], [true, true, false]],
      ['window-4.jsonl', ['s1 s2 s3 s4', 's5 s6 s7'], [false, false]],
    ]);
  });

  it('writes a manifest with everything in it, in the documented order', async () => {
    const text = `${rows(50).join('\n')}\nnot json\n`;
    const source = write('data.jsonl', text);
    const manifest = await merged(source, { max: 3, seed: 5 });
    const files = contents();
    assert.equal(files['manifest.json'], `${JSON.stringify(manifest, null, 2)}\n`);
    assert.deepEqual(Object.keys(manifest), [
      'cfprm',
      'source',
      'options',
      'seed',
      'blocks',
      'skipped',
      'malformed',
    ]);
    assert.deepEqual(manifest.source, {
      name: 'data.jsonl',
      bytes: text.length,
      sha256: createHash('sha256').update(text).digest('hex'),
      format: 'trl',
      rows: 51,
      trajectories: 50,
    });
    assert.deepEqual(
      manifest.blocks.map(({ window, file }) => [window, file]),
      [
        [3, 'window-3.jsonl'],
        [2, 'window-2.jsonl'],
        [1, 'window-1.jsonl'],
      ],
    );
    for (const block of manifest.blocks) {
      const content = files[block.file]!;
      assert.equal(block.bytes, Buffer.byteLength(content));
      assert.equal(block.sha256, createHash('sha256').update(content).digest('hex'));
      assert.equal(block.rows, content.split('\n').length - 1);
      assert.equal(block.steps, block.positive + block.negative + block.soft + block.masked);
    }
    assert.deepEqual(
      manifest.malformed.map(({ row }) => row),
      [51],
    );
    assert.doesNotMatch(files['manifest.json']!, new RegExp(folder));
  });

  it('gives byte-identical folders for the same input and options, in every order', async () => {
    const source = write('data.jsonl', rows(3000).join('\n'));
    for (const order of ['coarse-to-fine', 'fine-to-coarse', 'shuffled', 'fine-only']) {
      await merged(source, { max: 3, order, overlap: true });
      const first = contents();
      await merged(source, { max: 3, order, overlap: true });
      assert.deepEqual(contents(), first);
    }
  });

  it('does not care for a byte-order mark, line ends, blank lines, a missing last line end, or where a read ends', async () => {
    const lines = rows(400);
    // Rows longer than a read, and one longer than all buffers.
    for (const at of [3, 200]) lines[at] = lines[at]!.replace('step 0', `step 0 ${'é\\n'.repeat(at * 2000)}`);
    await merged(write('plain.jsonl', `${lines.join('\n')}\n`));
    const plain = contents();
    delete plain['manifest.json'];
    for (const text of [`\ufeff${lines.join('\n')}`, lines.join('\r\n'), `${lines.join('\n')}\n\n \r\n`]) {
      await merged(write('other.jsonl', text));
      const other = contents();
      delete other['manifest.json'];
      assert.deepEqual(other, plain);
    }
  });

  it('counts blank lines in the row numbers, but not as rows', async () => {
    const [a, b] = rows(2);
    const manifest = await merged(write('data.jsonl', `\n${a}\n\r\n\n${b}\n{\n`));
    assert.equal(manifest.source.rows, 3);
    assert.deepEqual(
      manifest.malformed.map(({ row }) => row),
      [6],
    );
    const numbers = contents()
      ['window-1.jsonl']!.trim()
      .split('\n')
      .map((line) => JSON.parse(line).cfprm.row);
    assert.deepEqual(numbers, [5]);
  });

  it('merges a JSON array, one line per row', async () => {
    const lines = rows(30);
    await merged(write('data.jsonl', lines.join('\n')));
    const { 'manifest.json': _, ...plain } = contents();
    const pretty = JSON.stringify(
      lines.map((line) => JSON.parse(line)),
      null,
      1,
    );
    const manifest = await merged(write('data.json', pretty));
    const { 'manifest.json': __, ...array } = contents();
    assert.equal(manifest.source.rows, 30);
    for (const [name, text] of Object.entries(plain)) {
      const values = (content: string) =>
        content
          .trim()
          .split('\n')
          .map((line) => JSON.parse(line));
      assert.deepEqual(values(array[name]!), values(text));
    }
  });

  it('writes labels as numbers in every file if a soft one shows up, even late', async () => {
    const soft = '{"prompt":"p","completions":["a"],"labels":[0.250]}';
    const source = write('data.jsonl', `${rows(5000).join('\n')}\n${soft}\n`);
    const manifest = await merged(source, { max: 2 });
    assert.equal(manifest.blocks[0]!.soft, 1);
    const { 'window-2.jsonl': two, 'window-1.jsonl': one } = contents();
    assert.doesNotMatch(two! + one!, /"labels":\[[^\]]*(true|false)/);
    assert.match(two!, /"labels":\[0\.250\]/);
    assert.equal(manifest.source.rows, 5001);
  });

  it('shuffles all rows of all blocks into one file, another way for another seed', async () => {
    const source = write('data.jsonl', rows(500).join('\n'));
    await merged(source, { max: 3 });
    const all = Object.entries(contents()).flatMap(([name, text]) =>
      name === 'manifest.json' ? [] : text.trim().split('\n'),
    );
    const manifest = await merged(source, { max: 3, order: 'shuffled', seed: 1 });
    assert.deepEqual(Object.keys(contents()), ['manifest.json', 'mixed.jsonl']);
    const mixed = contents()['mixed.jsonl']!.trim().split('\n');
    assert.deepEqual([...mixed].sort(), all.sort());
    const [block, ...others] = manifest.blocks;
    assert.deepEqual(
      [block!.window, block!.file, block!.rows, others.length],
      [null, 'mixed.jsonl', all.length, 0],
    );
    await merged(source, { max: 3, order: 'shuffled', seed: 2 });
    assert.notDeepEqual(contents()['mixed.jsonl']!.trim().split('\n'), mixed);
  });

  it('fine-only: the finest block alone and whole, repeated to at least as many rows as the coarse-to-fine set', async () => {
    const source = write('data.jsonl', rows(100).join('\n'));
    const set = await merged(source, { max: 4 });
    const total = set.blocks.reduce((sum, block) => sum + block.rows, 0);
    const manifest = await merged(source, { max: 4, order: 'fine-only' });
    assert.deepEqual(Object.keys(contents()), ['manifest.json', 'window-1.jsonl']);
    const [block] = manifest.blocks;
    assert.equal(block!.rows, 100);
    assert.equal(block!.repeat, Math.ceil(total / 100));
  });

  it('previews the counts of the whole file exactly, and of a sample as such', async () => {
    const text = rows(3000).join('\n');
    const source = write('data.jsonl', text);
    for (const request of [
      { max: 3, overlap: true },
      { max: 3, order: 'fine-to-coarse' },
      { max: 2, order: 'shuffled' },
    ]) {
      const { blocks, skipped } = await merged(source, request);
      const preview = await previewMerge(source, options(request));
      assert.ok(preview.ok);
      const withoutHash = blocks.map(({ sha256: _, ...block }) => block);
      assert.deepEqual(
        preview.value.blocks.map(({ fewer: _, ...block }) => block),
        withoutHash,
      );
      assert.deepEqual(preview.value.skipped, skipped);
      assert.equal(preview.value.whole, true);
      assert.equal(
        preview.value.estimatedBytes,
        blocks.reduce((sum, block) => sum + block.bytes, 0),
      );
    }
    const sample = await previewMerge(source, options({}), { maxBytes: 20_000 });
    assert.ok(sample.ok);
    const { whole, rows: seen, seenBytes, totalBytes, estimatedBytes } = sample.value;
    assert.equal(whole, false);
    assert.ok(seen > 10 && seen < 3000);
    assert.deepEqual([seenBytes, totalBytes], [20_000, Buffer.byteLength(text)]);
    assert.ok(Math.abs(estimatedBytes / (2.2 * totalBytes) - 1) < 0.3, `${estimatedBytes} of ${totalBytes}`);
  });

  it('lists in a preview the windows that hide a label, and says why blocks have fewer rows', async () => {
    const row = (labels: string) =>
      JSON.stringify({
        prompt: 'p',
        completions: [...labels].map((_, k) => `s${k}`),
        labels: [...labels].map((sign) => sign === '+'),
      });
    const source = write('data.jsonl', `${['++-+', '+', '--', '+-+'].map(row).join('\n')}\n`);
    const preview = await previewMerge(source, options({ max: 3, tail: 'keep' }));
    assert.ok(preview.ok);
    const { hidden, blocks, merged, firstRow } = preview.value;
    assert.deepEqual(
      hidden.map(({ row: at, trajectory, window, from, to, value, step }) =>
        [at, trajectory, window, from, to, value, step].join(' '),
      ),
      // In ++-+ the third step decides for steps 1 to 3; in +-+ steps 1 to 3 are one window.
      ['1 1 3 0 3 0 0', '1 1 2 2 4 1 2', '4 1 3 0 3 1 1', '4 1 2 0 2 0 0'],
    );
    assert.equal(
      hidden.length,
      blocks.reduce((sum, block) => sum + block.hidden, 0),
    );
    assert.deepEqual([merged, firstRow], [4, 1]);
    assert.deepEqual(
      blocks.map(({ window, rows: count, fewer }) => [window, count, fewer]),
      [
        [3, 4, { identical: 0, longest: 0, dropped: 0 }],
        [2, 2, { identical: 2, longest: 2, dropped: 0 }],
        [1, 3, { identical: 1, longest: 1, dropped: 0 }],
      ],
    );
    const dropping = await previewMerge(source, options({ max: 3, tail: 'drop' }));
    assert.ok(dropping.ok);
    for (const { rows: count, fewer } of dropping.value.blocks)
      assert.equal(count + fewer!.identical + fewer!.dropped, 4);
    assert.equal(dropping.value.blocks[0]!.fewer!.dropped, 2);
  });
});
