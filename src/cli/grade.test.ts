import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { gzipSync } from 'node:zlib';
import { runCli } from '../../test/support/cli';
import { printed } from '../../test/support/terminal';
import { grade } from './grade';

const PAIRS = path.resolve(__dirname, '../../test/grading/pairs.jsonl');

function run(file: string, isJson = true, input: readonly Uint8Array[] = []) {
  return printed((terminal) => grade(file, isJson ? { json: true } : {}, terminal), input);
}

describe('cfprm grade', () => {
  let folder: string;
  before(() => {
    folder = mkdtempSync(path.join(tmpdir(), 'cfprm-grade-'));
  });
  after(() => rmSync(folder, { recursive: true }));

  function file(name: string, content: string | Uint8Array): string {
    const at = path.join(folder, name);
    writeFileSync(at, content);
    return at;
  }

  it('says of every pair, in order, whether it is equal; unequal is an answer', async () => {
    const { code, out, err } = await run(PAIRS);
    assert.deepEqual([code, err], [0, '']);
    const doc = JSON.parse(out);
    const pairs = readFileSync(PAIRS, 'utf8')
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line));
    assert.deepEqual(
      doc.rows.map(({ equal, gold, pred }: Record<string, unknown>) => ({ equal, gold, pred })),
      pairs.map(({ equal, gold, pred }) => ({ equal, gold, pred })),
    );
    assert.equal(doc.equal + doc.unequal, pairs.length);
    assert.deepEqual(doc.grader, { name: 'cfprm', version: '1' });
  });

  it('takes numbers, null for no answer, and texts that state one', async () => {
    const rows = [
      { gold: 0.5, pred: '1/2' },
      { gold: '7', pred: null },
      { gold: '3+4=7\n#### 7', pred: 'So it is \\boxed{7}. Checked.' },
      { gold: '7', pred: '' },
    ];
    const { code, out } = await run(file('kinds.json', JSON.stringify(rows)));
    const doc = JSON.parse(out);
    assert.equal(code, 0);
    assert.deepEqual(
      doc.rows.map(({ equal }: { equal: boolean }) => equal),
      [true, false, true, false],
    );
    assert.deepEqual([doc.rows[0].gold, doc.rows[1].pred], [0.5, null]);
  });

  it('calls a pair that takes too much work a finding, and counts it as unequal', async () => {
    const pair = { gold: '9^{9^{9^9}}', pred: '9^{9^{9^8}}' };
    const { code, out } = await run(file('hard.jsonl', `${JSON.stringify(pair)}\n{"gold":1,"pred":1}\n`));
    const doc = JSON.parse(out);
    assert.equal(code, 1);
    assert.deepEqual([doc.rows[0].equal, doc.rows[0].undecided, doc.rows[1].equal], [false, true, true]);
    assert.deepEqual([doc.findings[0].row, doc.findings[0].kind, doc.undecided], [1, 'undecided', 1]);
  });

  it('reports malformed rows by number and grades the rest', async () => {
    const lines = [
      '{"gold":"1","pred":"1"}',
      '',
      '{"gold":" ","pred":"1"}',
      '{"gold":"1"}',
      'x',
      '{"gold":[1],"pred":1}',
    ];
    const { code, out } = await run(file('some.jsonl', lines.join('\n')));
    const doc = JSON.parse(out);
    assert.deepEqual([code, doc.rows.length, doc.malformedRows], [1, 1, 4]);
    assert.deepEqual(
      doc.malformed.map(({ row }: { row: number }) => row),
      [3, 4, 5, 6],
    );
    assert.match(doc.malformed[0].message, /gold is blank/);
    assert.match(doc.malformed[1].message, /pred is missing/);
  });

  it('reads compressed files and standard input', async () => {
    const text = readFileSync(PAIRS);
    const direct = JSON.parse((await run(PAIRS)).out);
    const zipped = JSON.parse((await run(file('pairs.jsonl.gz', gzipSync(text)))).out);
    const piped = JSON.parse((await run('-', true, [text])).out);
    assert.deepEqual({ ...zipped, file: '' }, { ...direct, file: '' });
    assert.deepEqual({ ...piped, file: '' }, { ...direct, file: '' });
  });

  it('cannot run without a pair: nothing on standard output', async () => {
    const cases: [string, RegExp][] = [
      [path.join(folder, 'missing.jsonl'), /missing\.jsonl/],
      [file('empty.jsonl', ''), /is empty/],
      [file('other.jsonl', '{"question":"q"}\n'), /has no pair.*gold is missing/s],
    ];
    for (const [at, message] of cases) {
      const { code, out, err } = await run(at);
      assert.deepEqual([code, out], [2, ''], at);
      assert.match(err, message);
    }
  });

  it('prints the unequal pairs for people', async () => {
    const { code, out } = await run(
      file('two.jsonl', '{"gold":"1","pred":"1"}\n{"gold":"1/2","pred":"2"}\n'),
      false,
    );
    assert.equal(code, 0);
    assert.match(out, /1 of 2 equal \(grader cfprm 1\)/);
    assert.match(out, /row 2: 1\/2 against 2/);
  });

  it('is a command of the program', async () => {
    const { code, out } = await runCli(['grade', PAIRS]);
    assert.equal(code, 0);
    assert.match(out, /of \d+ equal/);
  });
});
