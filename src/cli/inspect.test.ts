import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { gzipSync } from 'node:zlib';
import { runCli } from '../../test/support/cli';
import { hashOf } from '../../test/support/rows';
import { printed } from '../../test/support/terminal';
import { type InspectOptions, inspect } from './inspect';

const root = path.resolve(__dirname, '../..');

function run(file: string, options: InspectOptions = {}, input: readonly Uint8Array[] = []) {
  return printed((terminal) => inspect(file, options, terminal), input);
}

/** The bytes in pieces of `size`, as a pipe may deliver them. */
function pieces(bytes: Uint8Array, size: number): Uint8Array[] {
  const parts: Uint8Array[] = [];
  for (let at = 0; at < bytes.length; at += size) parts.push(bytes.subarray(at, at + size));
  return parts;
}

describe('cfprm inspect', () => {
  let folder: string;
  before(() => {
    folder = mkdtempSync(path.join(tmpdir(), 'cfprm-inspect-'));
  });
  after(() => rmSync(folder, { recursive: true }));

  function file(name: string, content: string): string {
    const at = path.join(folder, name);
    writeFileSync(at, content);
    return at;
  }

  it('prints the numbers as one JSON document', async () => {
    const { code, out, err } = await run(path.join(root, 'test/fixtures/processbench.json'), { json: true });
    assert.deepEqual([code, err], [0, '']);
    const report = JSON.parse(out);
    assert.equal(report.format, 'processbench');
    assert.deepEqual([report.rows, report.trajectories, report.problems, report.steps], [5, 5, 5, 17]);
    assert.deepEqual(report.labels, { positive: 12, neutral: 0, negative: 2, soft: 0, absent: 3 });
    assert.deepEqual([report.scores, report.malformed], [{ recorded: 0 }, []]);
  });

  it('counts what arithmetic says of the first 20,000 steps, or of so many as --check says', async () => {
    const rows = [0, 1].map((k) =>
      JSON.stringify({ prompt: 'p', completions: ['1 + 1 = 2', `${k} + 1 = 2`], labels: [true, true] }),
    );
    const at = file('sums.jsonl', rows.join('\n'));
    const { out } = await run(at, { json: true });
    const expected = { steps: 4, false: 1, true: 3, unchecked: 0, equations: 4, decided: 4 };
    assert.deepEqual(JSON.parse(out).arithmetic, expected);
    assert.match((await run(at)).out, /equations +4 \(4 decided, 1 step with a false one\)/);
    const few = await run(at, { check: 2 });
    assert.match(few.out, /equations +2 \(in the first 2 steps: 2 decided, 1 step with a false one\)/);
    assert.doesNotMatch((await run(at, { check: 0 })).out, /equations/);
  });

  it('refuses a number of steps that is none', async () => {
    const { code, err } = await runCli(['inspect', '--check', 'some', 'x.jsonl'], { cwd: folder });
    assert.equal(code, 2);
    assert.match(err, /--check.*Give a number of steps, or all\./u);
  });

  it('reports malformed rows by number, reads the rest, and exits with 1', async () => {
    const good = '{"prompt":"p","completions":["a","b"],"labels":[true,0.5]}';
    const rows = [good, '', '{"prompt":"p","completions":["a"],"labels":[1,1]}', '{"prompt":', `${good}`];
    const { code, out } = await run(file('some.jsonl', rows.join('\r\n')), { json: true });
    assert.equal(code, 1);
    const report = JSON.parse(out);
    assert.deepEqual([report.rows, report.trajectories, report.malformedRows], [4, 2, 2]);
    assert.deepEqual(
      report.malformed.map((fault: { row: number }) => fault.row),
      [3, 4],
    );
    const readable = await run(file('some.jsonl', rows.join('\n')));
    assert.match(readable.out, /rows +4 \(2 malformed\)/);
    assert.match(readable.out, /row 3: labels has 2 entries for 1 completion/);
  });

  it('counts labels as they were edited, and says where they are from; --no-edits leaves them out', async () => {
    const good = '{"prompt":"p","completions":["a","b"],"labels":[true,true]}';
    const at = file('edited.jsonl', `${good}\n`);
    const hash = hashOf(good);
    const edit = { row: 1, hash, step: 2, from: 'correct', to: 'incorrect', time: '2026-01-02T03:04:05Z' };
    const gone = { ...edit, row: 9, op: 'b' };
    const lines = `${JSON.stringify({ ...edit, op: 'a' })}\n${JSON.stringify(gone)}\n`;
    file('edited.jsonl.cfprm-labels.jsonl', lines);
    const report = JSON.parse((await run(at, { json: true })).out);
    assert.deepEqual([report.labels.positive, report.labels.negative], [1, 1]);
    assert.deepEqual(report.edits, {
      name: 'edited.jsonl.cfprm-labels.jsonl',
      sha256: createHash('sha256').update(lines).digest('hex'),
      labels: 1,
      stale: 0,
      misplaced: 1,
      faults: [],
    });
    const { code, out } = await run(at);
    assert.equal(code, 0);
    assert.match(out, /edited labels: 1, from edited\.jsonl\.cfprm-labels\.jsonl/);
    const plain = JSON.parse((await run(at, { json: true, edits: false })).out);
    assert.deepEqual([plain.labels.negative, 'edits' in plain], [0, false]);
  });

  it('reads standard input, however it is cut into pieces', async () => {
    for (const name of ['test/fixtures/processbench.json', 'test/fixtures/math-shepherd.jsonl']) {
      const bytes = readFileSync(path.join(root, name));
      const direct = JSON.parse((await run(path.join(root, name), { json: true })).out);
      for (const size of [1, 7, 1 << 16]) {
        const { code, out } = await run('-', { json: true }, pieces(bytes, size));
        assert.equal(code, 0);
        assert.deepEqual({ ...JSON.parse(out), file: '' }, { ...direct, file: '' });
      }
    }
  });

  it('reads standard input that is compressed, or laid out in any way, as the file', async () => {
    const fixture = path.join(root, 'test/fixtures/trl.jsonl');
    const text = readFileSync(fixture);
    const direct = JSON.parse((await run(fixture, { json: true })).out);
    const rows = text
      .toString()
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as object);
    const inputs: [string, Uint8Array][] = [
      ['gzip', gzipSync(text)],
      ['zstd', readFileSync(path.join(root, 'test/compressed/trl-frames.jsonl.zst'))],
      ['values', Buffer.from(rows.map((row) => JSON.stringify(row, null, 2)).join('\n'))],
      ['lists', Buffer.from(JSON.stringify({ version: 1, data: rows }))],
      ['compressed lists', gzipSync(JSON.stringify({ data: rows }, null, 2))],
    ];
    for (const [what, bytes] of inputs) {
      for (const size of [1, 7, 1 << 16]) {
        const { code, out, err } = await run('-', { json: true }, pieces(bytes, size));
        assert.deepEqual([code, err], [0, ''], what);
        assert.deepEqual({ ...JSON.parse(out), file: '' }, { ...direct, file: '' }, what);
      }
    }
  });

  it('reads what is there of compressed standard input that breaks off, and says so', async () => {
    const row = (i: number): string => `{"prompt":"p${i * i}","completions":["a"],"labels":[true]}\n`;
    const text = Array.from({ length: 1000 }, (_, i) => row(i)).join('');
    const { code, out } = await run('-', { json: true }, pieces(gzipSync(text).subarray(0, -100), 100));
    const report = JSON.parse(out);
    assert.equal(code, 1);
    assert.ok(report.trajectories > 0 && report.trajectories < 1000);
    assert.deepEqual([report.malformedRows, report.rows], [1, report.trajectories + 1]);
    assert.match(report.malformed[0].message, /^Standard input: its gzip data is cut off behind byte \d+ /);
    assert.equal(report.malformed[0].row, report.rows);
    const nothing = await run('-', {}, [gzipSync(text).subarray(0, 12)]);
    assert.equal(nothing.code, 2);
    assert.match(nothing.err, /Standard input: its gzip data is cut off behind byte 0 /);
    const archive = await run('-', {}, [Buffer.from('504b0304', 'hex')]);
    assert.deepEqual([archive.code, archive.out], [2, '']);
    assert.match(archive.err, /Standard input is a zip archive\. Unpack it/);
  });

  it('finds the format of standard input behind a row that is longer than what is read first', async () => {
    const long = JSON.stringify(
      { prompt: 'p', completions: ['x'.repeat(6_000_000)], labels: [true] },
      null,
      2,
    );
    const { code, out } = await run('-', { json: true }, pieces(Buffer.from(`${long}\n${long}`), 1 << 20));
    assert.deepEqual([code, JSON.parse(out).trajectories], [0, 2]);
  });

  it('reads a mapped file', async () => {
    const at = file('mine.jsonl', '{"q":"p","s":[{"t":"a","ok":1},{"t":"b","ok":0}]}\n');
    assert.equal((await run(at)).code, 2);
    const mapping = '{"problem":"q","steps":"s[].t","labels":"s[].ok"}';
    const { code, out } = await run(at, { mapping, json: true });
    assert.equal(code, 0);
    assert.equal(JSON.parse(out).labels.negative, 1);
  });

  it('prints nothing on standard output and exits with 2 when it cannot run, and says why', async () => {
    const trl = path.join(root, 'test/fixtures/trl.jsonl');
    const cases: [string, InspectOptions, RegExp][] = [
      [path.join(folder, 'missing.jsonl'), {}, /missing\.jsonl does not exist/],
      [folder, {}, /is a directory/],
      [file('empty.jsonl', ''), {}, /empty\.jsonl is empty/],
      [file('blank.jsonl', '\n \r\n'), {}, /blank\.jsonl is empty/],
      [file('array.json', '[]'), {}, /array\.json is empty/],
      [file('other.jsonl', '{"question":"q"}\n'), {}, /other\.jsonl: No known format fits/],
      [
        trl,
        { format: 'prm800k' },
        /no row that can be read as prm800k.*row 1: question is missing.*--format/s,
      ],
      [trl, { format: 'trll' }, /no format "trll"\. Known formats are prm800k/],
      [trl, { format: 'generic' }, /needs a field mapping: add --mapping/],
      [trl, { format: 'trl', mapping: '{}' }, /--mapping belongs to the generic format/],
      [trl, { mapping: '{"problem":"prompt"}' }, /mapping has no "steps"/],
      ['-', {}, /Standard input is empty/],
    ];
    for (const [at, options, message] of cases) {
      const { code, out, err } = await run(at, { ...options, json: true });
      assert.deepEqual([code, out], [2, ''], at);
      assert.match(err, message);
    }
  });

  it('names the input and the first fault when no row is readable', async () => {
    const { code, err } = await run('-', {}, [new TextEncoder().encode('hello\nworld\n')]);
    assert.equal(code, 2);
    assert.match(err, /Standard input has no readable row\. Row 1: /);
  });

  it('lists a truncated array once as a row and once as the file', async () => {
    const { code, out } = await run(file('cut.json', '[{"problem":"p","steps":["a"],"label":-1},{"probl'), {
      json: true,
    });
    const report = JSON.parse(out);
    assert.deepEqual([code, report.rows, report.trajectories, report.malformedRows], [1, 2, 1, 1]);
    assert.match(report.malformed[1].message, /not closed/);
  });
});
