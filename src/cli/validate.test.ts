import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { type RunOptions, runCli } from '../../test/support/cli';
import { hashOf } from '../../test/support/rows';

/** A TRL row by hand. */
const row = (prompt: string, completions: string[], labels: unknown[], more: object = {}): string =>
  JSON.stringify({ prompt, completions, labels, ...more });

const GOOD = row('How many plums?', ['6 * 12 = 72.', '72 - 9 = 63.'], [true, true]);

describe('cfprm validate', () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'cfprm-validate-cli-'));
  });
  afterEach(() => {
    rmSync(folder, { recursive: true, force: true });
  });

  function file(name: string, ...rows: string[]): string {
    const path = join(folder, name);
    writeFileSync(path, rows.map((text) => `${text}\n`).join(''));
    return path;
  }

  function validate(path: string, flags: readonly string[] = [], options: RunOptions = {}) {
    return runCli(['validate', path, ...flags], options);
  }

  async function json(path: string, flags: readonly string[] = [], options: RunOptions = {}) {
    const { code, out, err } = await validate(path, [...flags, '--json'], options);
    assert.equal(err, '');
    return { code, report: JSON.parse(out) };
  }

  it('prints one JSON document: what inspect says, and findings by row, step and kind', async () => {
    const path = file(
      'data.jsonl',
      GOOD,
      '',
      row('How many pears?', ['a', ' ', 'a', 'The answer is 5.'], [true, true, true, true], { answer: '6' }),
      '{"prompt":"p","completions":["a"],"labels":[true,false]}',
      '{"prompt": NaN}',
    );
    const { code, report } = await json(path);
    assert.equal(code, 1);
    const { why } = report;
    const nan = report.malformed[1].message;
    assert.match(nan, /NaN is not JSON: write null/);
    assert.match(why, /of \d sampled rows have/);
    assert.deepEqual(report, {
      format: 'trl',
      rows: 4,
      trajectories: 2,
      problems: 2,
      steps: 6,
      labels: { positive: 6, neutral: 0, negative: 0, soft: 0, absent: 0 },
      scores: { recorded: 0 },
      malformed: [
        {
          row: 4,
          message:
            'labels has 2 entries for 1 completion. Give one label per step, and null where there is none.',
        },
        { row: 5, column: 12, message: nan },
      ],
      malformedRows: 2,
      withError: 0,
      unlabelled: 0,
      notes: {},
      findings: [
        { row: 3, step: 2, kind: 'empty-step', message: 'The step has no text.' },
        { row: 3, step: 3, kind: 'duplicate-step', message: 'The step says the same as step 1.' },
        {
          row: 3,
          step: 4,
          kind: 'answer-contradicts-labels',
          message: 'The final answer is wrong, but no step is labelled wrong.',
        },
      ],
      findingCounts: { 'answer-contradicts-labels': 1, 'duplicate-step': 1, 'empty-step': 1 },
      file: path,
      why,
    });
  });

  it('ends with 0 and says so when nothing is found; unlabelled steps are no finding', async () => {
    const path = file('data.jsonl', GOOD, row('Q?', ['a', 'b'], [true, null]));
    const { code, out } = await validate(path);
    assert.equal(code, 0);
    assert.match(out, /findings: none\n$/);
    assert.match(out, /steps +4 \(3 positive, 1 unlabelled\)/);
  });

  it('ends with 1 for findings alone, lists five of a kind, and says where the rest is', async () => {
    const rows = Array.from({ length: 7 }, (_, k) => row(`Q${k}`, ['a', ''], [true, true]));
    const { code, out } = await validate(file('data.jsonl', ...rows));
    assert.equal(code, 1);
    assert.match(out, /findings:\n {2}empty-step: 7\n {4}row 1, step 2: The step has no text\.\n/);
    assert.match(out, /row 5, step 2: .*\n {4}and 2 more; --json lists them\n$/);
  });

  it('names the candidate where a row has several', async () => {
    const answers: string[] = ['First.\n\nThe answer is 1.', 'Same.\n\nSame.\n\nThe answer is 2.'];
    const path = file('bon.jsonl', JSON.stringify({ prompt: 'Q?', answers, label: [1, 0] }));
    const { out } = await validate(path);
    assert.match(out, /row 1, candidate 2, step 2: The step says the same as step 1\./);
    const { report } = await json(path);
    assert.deepEqual([report.findings[0].trajectory, report.findings[0].step], [2, 2]);
  });

  it('reads standard input, plain or compressed, as the file', async () => {
    const path = file('data.jsonl', GOOD, row('Q?', ['a', 'a'], [true, true]));
    const bytes = readFileSync(path);
    const direct = await json(path);
    for (const stdin of [bytes, gzipSync(bytes)]) {
      const { code, report } = await json('-', [], { stdin });
      assert.equal(code, 1);
      assert.deepEqual(report, { ...direct.report, file: '-' });
    }
  });

  it('finds problems that other files have, too, whatever the files are called', async () => {
    mkdirSync(join(folder, 'test'));
    const train = file('data.jsonl', row('How many plums?', ['a'], [true]), row('Q1', ['a'], [true]));
    const test = file('test/data.jsonl', row('how many PLUMS', ['b'], [true]));
    const other = file('other.jsonl', row('How many plums?', ['c'], [true]), row('Q2', ['c'], [true]));
    assert.equal((await validate(train)).code, 0);
    for (const [files, name] of [
      [[test], test],
      [[other], 'other.jsonl'],
      [[other, test], 'other.jsonl'],
    ] as const) {
      const { code, report } = await json(train, ['--against', ...files]);
      assert.equal(code, 1);
      assert.deepEqual(report.findings, [
        {
          row: 1,
          step: null,
          kind: 'problem-in-two-splits',
          message: `The problem also occurs in ${name}.`,
        },
      ]);
      assert.deepEqual(
        report.against.map((entry: { file: string }) => entry.file),
        files,
      );
    }
  });

  it('says what of the other files could not be compared', async () => {
    const train = file('data.jsonl', GOOD);
    const other = file('other.jsonl', row('Q2', ['c'], [true]), '{"prompt":', row('Q3', ['c'], [true]));
    const { code, report } = await json(train, ['--against', other]);
    assert.equal(code, 1);
    assert.deepEqual(report.against, [{ file: other, rows: 3, malformedRows: 1 }]);
    const { out } = await validate(train, ['--against', other]);
    assert.match(out, /compared with .*other\.jsonl: 3 rows, 1 of them malformed and not compared\n/);
    const clean = await validate(train, ['--against', file('more.jsonl', row('Q4', ['c'], [true]))]);
    assert.equal(clean.code, 0);
    assert.match(clean.out, /more\.jsonl: 1 rows\nfindings: none\n$/);
  });

  it('cannot compare a file with itself, with nothing, or with a file that has no readable row', async () => {
    const train = file('data.jsonl', GOOD);
    for (const [other, message] of [
      [train, /cannot be compared with itself\. Name another file/],
      [join(folder, 'none.jsonl'), /none\.jsonl does not exist\. Check the path/],
      [folder, /is a directory/],
      [file('empty.jsonl'), /empty\.jsonl is empty/],
    ] as const) {
      const { code, out, err } = await validate(train, ['--json', '--against', other]);
      assert.deepEqual([code, out], [2, '']);
      assert.match(err, message);
    }
  });

  it('finds problems in two splits of the column "split"', async () => {
    const rows = ['train', 'test', 'test'].map((split) => row('Q', ['a'], [true], { split }));
    const { report } = await json(file('data.jsonl', ...rows));
    assert.deepEqual(
      report.findings.map(({ row: at, message }: { row: number; message: string }) => [at, message]),
      [[2, 'The problem also occurs in split "train".']],
    );
  });

  it('reads a mapped file, the same mapping for what it is compared with', async () => {
    const mapping = '{"problem":"q","steps":"s[].t","labels":"s[].ok"}';
    const mine = file('mine.jsonl', '{"q":"Q","s":[{"t":"a","ok":1},{"t":"a","ok":0}]}');
    const other = file('other.jsonl', '{"q":"q","s":[{"t":"b","ok":1}]}');
    const { report } = await json(mine, ['--mapping', mapping, '--against', other]);
    assert.deepEqual(report.findingCounts, { 'duplicate-step': 1, 'problem-in-two-splits': 1 });
  });

  it('splits whole texts by the rule that is named', async () => {
    const path = file(
      'bon.jsonl',
      JSON.stringify({ prompt: 'Q', answers: ['One. Two.\nThree.'], label: [1] }),
    );
    for (const [rule, steps] of [
      ['whole', 1],
      ['line', 2],
      ['sentence', 3],
    ] as const)
      assert.equal((await json(path, ['--split', rule])).report.steps, steps);
    const wrong = await validate(path, ['--split', 'word']);
    assert.deepEqual([wrong.code, wrong.out], [2, '']);
    assert.match(wrong.err, /--split.*blank-line, line, step-marker, sentence, whole/s);
  });

  describe('of a file with edited labels', () => {
    const hash = hashOf(GOOD);
    const edit = (op: string, step: number, to: string, more: object = {}): string =>
      JSON.stringify({ row: 1, hash, step, from: 'correct', to, time: '2026-01-02T03:04:05Z', op, ...more });

    it('lays them over the rows, and counts those that fit no row or step', async () => {
      const path = file('data.jsonl', GOOD);
      const journal = file(
        'data.jsonl.cfprm-labels.jsonl',
        edit('a', 2, 'incorrect'),
        edit('b', 1, 'neutral', { hash: '0123456789abcdef' }),
        edit('c', 9, 'correct'),
        edit('d', 1, 'correct', { row: 5 }),
        'what is this?',
      );
      const { code, report } = await json(path);
      assert.deepEqual(report.labels, { positive: 1, neutral: 0, negative: 1, soft: 0, absent: 0 });
      const { faults, ...edits } = report.edits;
      assert.deepEqual(edits, {
        name: 'data.jsonl.cfprm-labels.jsonl',
        sha256: createHash('sha256').update(readFileSync(journal)).digest('hex'),
        labels: 1,
        stale: 1,
        misplaced: 2,
      });
      assert.deepEqual([faults.length, faults[0].row, code], [1, 5, 0]);
      const { out } = await validate(path);
      assert.match(out, /edited labels: 1, from data\.jsonl\.cfprm-labels\.jsonl \(--no-edits/);
      assert.match(out, /1 more were left out: their rows have changed since/);
      assert.match(out, /2 more were left out: there is no such row or step/);
      assert.match(out, /data\.jsonl\.cfprm-labels\.jsonl, line 5: /);
    });

    it('judges the labels as they are now, and leaves them out with --no-edits', async () => {
      const right = row('Q', ['a', 'The answer is 6.'], [true, true], { answer: '6' });
      const path = file('data.jsonl', right);
      const own = hashOf(right);
      file('data.jsonl.cfprm-labels.jsonl', edit('a', 1, 'incorrect', { hash: own }));
      const { code, report } = await json(path);
      assert.equal(code, 1);
      assert.deepEqual(report.findingCounts, { 'answer-contradicts-labels': 1 });
      const plain = await json(path, ['--no-edits']);
      assert.deepEqual([plain.code, plain.report.findings, 'edits' in plain.report], [0, [], false]);
    });
  });

  it('prints nothing on standard output and ends with 2 when it cannot run, and says why', async () => {
    const cases: [string, readonly string[], RegExp][] = [
      [join(folder, 'none.jsonl'), [], /none\.jsonl does not exist\. Check the path/],
      [folder, [], /is a directory\. Name a file in it/],
      [file('empty.jsonl'), [], /empty\.jsonl is empty/],
      [file('blank.jsonl', '', ' '), [], /blank\.jsonl is empty/],
      [file('other.jsonl', '{"a":1}'), [], /other\.jsonl: No known format fits/],
      [file('text.jsonl', 'nonsense'), [], /text\.jsonl has no readable row\. Row 1: /],
      [
        file('wrong.jsonl', row('p', ['a'], [7])),
        ['--format', 'trl'],
        /wrong\.jsonl has no row that can be read as trl\. First fault: row 1: .*--format/,
      ],
      [file('data.jsonl', GOOD), ['--format', 'none'], /no format "none"/],
      [file('data.jsonl', GOOD), ['--nonsense'], /nonsense/],
      ['-', [], /Standard input is empty/],
    ];
    for (const [path, flags, message] of cases) {
      const { code, out, err } = await validate(path, [...flags, '--json']);
      assert.deepEqual([code, out], [2, ''], path);
      assert.match(err, message);
    }
    assert.deepEqual(
      readdirSync(folder).filter((name) => !name.endsWith('.jsonl')),
      [],
    );
  });
});
