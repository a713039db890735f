import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import {
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { type RunOptions, runCli } from '../../test/support/cli';
import { hashOf, root } from '../../test/support/rows';

/** A TRL row by hand. */
const row = (prompt: string, completions: string[], labels: unknown, more: object = {}): string =>
  JSON.stringify({ prompt, completions, labels, ...more });

const GOOD = row('How many?', ['Step 1: 6 * 12 = 72.', 'Step 2: 72 - 9 = 63.'], [true, false]);

describe('cfprm convert', () => {
  let folder: string;
  let out: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'cfprm-convert-cli-'));
    out = join(folder, 'out.jsonl');
  });
  afterEach(() => {
    rmSync(folder, { recursive: true, force: true });
  });

  function file(name: string, ...rows: string[]): string {
    const path = join(folder, name);
    writeFileSync(path, rows.map((text) => `${text}\n`).join(''));
    return path;
  }

  function convert(path: string, to: string, flags: readonly string[] = [], options: RunOptions = {}) {
    return runCli(['convert', path, '--to', to, '--out', out, ...flags], options);
  }

  async function json(path: string, to: string, flags: readonly string[] = []) {
    const { code, out: printed, err } = await convert(path, to, [...flags, '--json']);
    assert.equal(err, '');
    return { code, report: JSON.parse(printed) };
  }

  const written = (): unknown[] =>
    readFileSync(out, 'utf8')
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line));

  it('writes the same steps and labels in every format that can be written', async () => {
    const path = file('data.jsonl', GOOD);
    const [first, second] = ['Step 1: 6 * 12 = 72.', 'Step 2: 72 - 9 = 63.'];
    for (const [to, expected] of [
      ['trl', { prompt: 'How many?', completions: [first, second], labels: [true, false] }],
      ['processbench', { problem: 'How many?', steps: [first, second], label: 1 }],
      [
        'rlhflow',
        {
          conversations: [
            { role: 'user', content: `How many? ${first}` },
            { role: 'assistant', content: '+' },
            { role: 'user', content: second },
            { role: 'assistant', content: '-' },
          ],
        },
      ],
      [
        'math-shepherd',
        { input: `How many? ${first} ки\n${second} ки`, label: `How many? ${first} +\n${second} -` },
      ],
    ] as const) {
      assert.equal((await convert(path, to, ['--force'])).code, 0);
      const [one] = written() as Record<string, unknown>[];
      assert.deepEqual({ ...one, ...expected }, one, to);
    }
    assert.equal((await convert(path, 'prm800k', ['--force'])).code, 0);
    const [rated] = written() as {
      question: { problem: string };
      label: { steps: { completions: { text: string; rating: number }[] }[] };
    }[];
    assert.equal(rated?.question.problem, 'How many?');
    assert.deepEqual(
      rated?.label.steps.map(({ completions }) => [completions[0]?.text, completions[0]?.rating]),
      [
        [first, 1],
        [second, -1],
      ],
    );
  });

  it('prints one JSON document: formats, counts, what was lost, and the file by size and hash', async () => {
    const path = file('data.jsonl', GOOD, '', '{"prompt": NaN}', row('Q', ['a'], null));
    const { code, report } = await json(path, 'processbench');
    assert.equal(code, 1);
    const { message } = report.faults[0];
    assert.match(message, /NaN is not JSON: write null/);
    assert.deepEqual(report, {
      format: 'trl',
      to: 'processbench',
      cannotHold: [
        'soft-labels',
        'neutral-labels',
        'labels',
        'alternatives',
        'tree',
        'gold',
        'answer',
        'total-score',
        'tokens',
      ],
      rows: 3,
      trajectories: 2,
      written: 2,
      lost: {},
      malformed: 1,
      unwritable: 0,
      faults: [{ row: 3, column: 12, message }],
      bytes: statSync(out).size,
      sha256: createHash('sha256').update(readFileSync(out)).digest('hex'),
    });
  });

  it('counts what is lost, exactly: per step what steps lose, per trajectory the rest', async () => {
    // Soft 0.25 becomes the first error: itself rounded, the label behind it gone; 0.75 is rounded, too.
    const first = row('P1', ['a', 'b', 'c', 'd'], [0.75, true, 0.25, true], { answer: '5' });
    // With a gap before the end nobody knows the first error: the row has no label, and both are lost.
    const second = row('P2', ['a', 'b', 'c'], [true, null, true], { answer: '6' });
    const { code, report } = await json(file('data.jsonl', first, second), 'processbench');
    assert.equal(code, 0);
    assert.deepEqual(written(), [
      { ...(written()[0] as object), problem: 'P1', steps: ['a', 'b', 'c', 'd'], label: 2 },
      { ...(written()[1] as object), problem: 'P2', steps: ['a', 'b', 'c'], label: null },
    ]);
    assert.deepEqual(report.lost, { 'soft-labels': 2, labels: 3, gold: 2 });
  });

  it('says before writing what the target cannot hold, and afterwards what was lost', async () => {
    const path = file('data.jsonl', row('P', ['a', 'b'], [0.75, 0.25], { answer: '5' }));
    const { code, out: printed, err } = await convert(path, 'math-shepherd');
    assert.equal(code, 0);
    assert.match(err, /^Math-Shepherd cannot hold: soft labels \(rounded at 0\.5\); .*token counts\.\n$/);
    assert.match(printed, /out\.jsonl: 1 rows of Math-Shepherd, from 1 trajectories \(trl\)\n/);
    assert.match(printed, / {2}lost: 2 × soft labels \(rounded at 0\.5\)\n/);
    assert.match(printed, / {2}lost: 1 × gold answers\n/);
  });

  it('writes all labels as numbers if any is soft, wherever it stands', async () => {
    const hard = row('P', ['a', 'b'], [true, false]);
    await convert(file('hard.jsonl', hard), 'trl');
    assert.match(readFileSync(out, 'utf8'), /"labels":\[true,false\]/);
    const many = Array.from({ length: 3000 }, () => hard);
    const path = file('soft.jsonl', ...many, row('P', ['a', 'b', 'c'], [0.5, 1, null]), hard);
    const { report } = await json(path, 'trl', ['--force']);
    assert.deepEqual([report.rows, report.written, report.lost], [3002, 3002, {}]);
    const lines = readFileSync(out, 'utf8').trimEnd().split('\n');
    assert.equal(lines.length, 3002);
    const labels = new Set(lines.map((line) => /"labels":(\[.*?\])/u.exec(line)?.[1]));
    assert.deepEqual([...labels], ['[1.0,0.0]', '[0.5,1.0,null]']);
    // A format that rounds soft labels has no use for numbers.
    await convert(path, 'rlhflow', ['--force']);
    assert.match(readFileSync(out, 'utf8').trimEnd().split('\n').at(-2)!, /"\+".*"\+"/);
  });

  it('writes a row for every path of a tree and every candidate', async () => {
    const tree = await json(join(root, 'test/fixtures/math-aps--tree.jsonl'), 'trl');
    assert.deepEqual([tree.report.rows, tree.report.trajectories, tree.report.written], [3, 6, 6]);
    assert.deepEqual(tree.report.lost, { tree: 6 });
    const [whole, dead] = written() as { prompt: string; completions: string[] }[];
    assert.equal(whole?.prompt, dead?.prompt);
    assert.deepEqual([whole?.completions.length, dead?.completions[1]], [3, 'A dead end.']);
    assert.equal(whole?.completions[0], dead?.completions[0], 'the shared step is in both rows');
    const answers = Array.from({ length: 5 }, (_, k) => `One.\n\nThe answer is ${k}.`);
    const bon = file('bon.jsonl', JSON.stringify({ prompt: 'Q?', answers, label: [1, 0, 0, 0, 0] }));
    const candidates = await json(bon, 'trl', ['--force']);
    assert.deepEqual([candidates.report.rows, candidates.report.written], [1, 5]);
    const ends = (written() as { completions: string[] }[]).map(({ completions }) => completions[1]);
    assert.deepEqual(
      ends,
      [0, 1, 2, 3, 4].map((k) => `The answer is ${k}.`),
    );
  });

  it('leaves out, counts and lists what the target cannot hold, by row and candidate', async () => {
    const path = file(
      'data.jsonl',
      GOOD,
      row('P', ['a step with ки in it'], [true]),
      row('P', ['Step 1: a'], [true]),
    );
    const { code, report } = await json(path, 'math-shepherd');
    assert.equal(code, 1);
    assert.deepEqual([report.trajectories, report.written, report.unwritable], [3, 2, 1]);
    assert.equal(written().length, 2);
    assert.equal(report.faults[0].row, 2);
    assert.match(report.faults[0].message, /^The row cannot be written as Math-Shepherd: /);
    const answers = ['One.\n\nTwo.', 'One with ки.\n\nTwo.'];
    const bon = file('bon.jsonl', JSON.stringify({ prompt: 'Q?', answers, label: [1, 0] }));
    const second = await convert(bon, 'math-shepherd', ['--force']);
    assert.equal(second.code, 1);
    assert.match(second.out, /left out: 1 trajectories that Math-Shepherd cannot hold\n/);
    assert.match(second.out, / {2}row 1: Candidate 2: The row cannot be written as Math-Shepherd/);
  });

  it('does the rest and ends with 1 when rows are malformed', async () => {
    const bad = Array.from({ length: 12 }, () => '{"prompt": NaN}');
    const { code, out: printed } = await convert(file('data.jsonl', GOOD, ...bad, GOOD), 'trl');
    assert.equal(code, 1);
    assert.match(printed, /left out: 12 malformed rows\n {2}row 2: NaN is not JSON/);
    assert.match(printed, / {2}row 11: .*\n {2}and more; --json lists the first 1,000\n$/);
    assert.equal(written().length, 2);
  });

  it('reads compressed files, and those whose rows are laid out over lines', async () => {
    const text = `${GOOD}\n${GOOD}\n`;
    await convert(file('data.jsonl', GOOD, GOOD), 'rlhflow');
    const expected = readFileSync(out, 'utf8');
    const rows = [GOOD, GOOD].map((line) => JSON.parse(line) as object);
    const sources: [string, string | Uint8Array][] = [
      ['data.jsonl.gz', gzipSync(text)],
      ['array.json', JSON.stringify(rows, null, 2)],
      ['lists.json.gz', gzipSync(JSON.stringify({ data: rows }))],
    ];
    for (const [name, bytes] of sources) {
      writeFileSync(join(folder, name), bytes);
      assert.equal((await convert(join(folder, name), 'rlhflow', ['--force'])).code, 0);
      assert.equal(readFileSync(out, 'utf8'), expected, name);
    }
    const zstd = await json(join(root, 'test/compressed/trl.jsonl.zst'), 'trl', ['--force']);
    const plain = await json(join(root, 'test/fixtures/trl.jsonl'), 'trl', ['--force']);
    assert.deepEqual(zstd, plain);
  });

  it('splits whole texts by the rule that is named, and reads by a format or mapping that is given', async () => {
    const bon = file(
      'bon.jsonl',
      JSON.stringify({ prompt: 'Q', answers: ['One. Two.\nThree.'], label: [1] }),
    );
    await convert(bon, 'trl', ['--split', 'sentence']);
    assert.deepEqual((written() as { completions: string[] }[])[0]?.completions, ['One.', 'Two.', 'Three.']);
    const mapping = '{"problem":"q","steps":"s[].t","labels":"s[].ok"}';
    const mine = file('mine.jsonl', '{"q":"P","s":[{"t":"a","ok":true},{"t":"b","ok":false}]}');
    assert.equal((await json(mine, 'trl', ['--force', '--mapping', mapping])).report.format, 'generic');
    assert.equal((await convert(bon, 'trl', ['--force', '--format', 'rlhflow-bon'])).code, 0);
  });

  it('writes labels as they were edited; --no-edits writes those of the file', async () => {
    const path = file('data.jsonl', GOOD);
    const hash = hashOf(GOOD);
    const time = '2026-01-02T03:04:05Z';
    const edit = (op: string, own: string) =>
      JSON.stringify({ row: 1, hash: own, step: 1, from: 'correct', to: 'incorrect', time, op });
    const journal = file('data.jsonl.cfprm-labels.jsonl', edit('a', hash), edit('b', '0123456789abcdef'));
    const { code, report } = await json(path, 'processbench');
    assert.deepEqual((written()[0] as { label: number }).label, 0);
    // The second step's label stands behind the first error now.
    assert.deepEqual([code, report.lost], [0, { labels: 1 }]);
    assert.deepEqual(report.edits, {
      name: 'data.jsonl.cfprm-labels.jsonl',
      sha256: createHash('sha256').update(readFileSync(journal)).digest('hex'),
      labels: 1,
      stale: 1,
      misplaced: 0,
      faults: [],
    });
    const plain = await json(path, 'processbench', ['--force', '--no-edits']);
    assert.equal((written()[0] as { label: number }).label, 1);
    assert.ok(!('edits' in plain.report));
  });

  it('never writes onto the source or its labels, whether there are any yet or not', async () => {
    const path = file('data.jsonl', GOOD);
    symlinkSync(path, join(folder, 'link.jsonl'));
    const journal = `${path}.cfprm-labels.jsonl`;
    for (const [target, message] of [
      [path, /is the source itself, which is never overwritten\. Choose another name/],
      [join(folder, 'link.jsonl'), /is the source itself/],
      [journal, /is where the labels are kept, which is never overwritten/],
    ] as const) {
      const run = await runCli(['convert', path, '--to', 'trl', '--out', target, '--force', '--json']);
      assert.deepEqual([run.code, run.out], [2, '']);
      assert.match(run.err, message);
    }
    assert.equal(readFileSync(path, 'utf8'), `${GOOD}\n`);
    assert.ok(!existsSync(journal));
  });

  it('leaves an existing file alone without --force, and replaces it in one step with it', async () => {
    const path = file('data.jsonl', GOOD);
    writeFileSync(out, 'mine');
    const { code, err } = await convert(path, 'trl');
    assert.equal(code, 2);
    assert.match(err, /out\.jsonl already exists\. Choose another name, or replace it with --force/);
    assert.equal(readFileSync(out, 'utf8'), 'mine');
    const before = statSync(out).ino;
    assert.equal((await convert(path, 'trl', ['--force'])).code, 0);
    assert.notEqual(statSync(out).ino, before, 'the old file was not written to');
    assert.equal(written().length, 1);
    assert.deepEqual(readdirSync(folder).sort(), ['data.jsonl', 'out.jsonl']);
  });

  it('ends with 2 and leaves nothing when it is interrupted, the old file if there was one', async () => {
    const path = join(folder, 'data.jsonl');
    writeFileSync(path, `${GOOD}\n`.repeat(600_000));
    writeFileSync(out, 'mine');
    const { code, err } = await convert(path, 'trl', ['--force', '--json'], {
      onStart: (child) => whenWriting(folder, () => child.kill('SIGINT')),
    });
    assert.equal(code, 2);
    assert.match(err, /cfprm convert: Cancelled/);
    assert.equal(readFileSync(out, 'utf8'), 'mine');
    assert.deepEqual(readdirSync(folder).sort(), ['data.jsonl', 'out.jsonl']);
  });

  it('ends with 2, writes nothing, and says what is wrong and the way out', async () => {
    const good = file('data.jsonl', GOOD);
    const cases: [string, readonly string[], RegExp][] = [
      [join(folder, 'none.jsonl'), [], /none\.jsonl does not exist\. Check the path/],
      [folder, [], /is a directory\. Name a file in it/],
      [file('empty.jsonl'), [], /empty\.jsonl is empty/],
      [file('other.jsonl', '{"a":1}'), [], /other\.jsonl: No known format fits/],
      [file('text.jsonl', 'nonsense'), [], /text\.jsonl has no readable row\. Row 1: /],
      [
        file('wrong.jsonl', row('p', ['a'], [7])),
        ['--format', 'trl'],
        /wrong\.jsonl has no row that can be read as TRL.* Row 1: .* Choose another format with --format/,
      ],
      [good, ['--format', 'none'], /no format "none"/],
      [good, ['--nonsense'], /nonsense/],
      ['-', [], /Standard input cannot be converted.*Save it to a file/],
    ];
    for (const [path, flags, message] of cases) {
      const run = await convert(path, 'trl', [...flags, '--json']);
      assert.deepEqual([run.code, run.out], [2, ''], path);
      assert.match(run.err, message);
      assert.ok(!existsSync(out));
    }
    const held = await convert(file('held.jsonl', row('P', ['a ки'], [true])), 'math-shepherd', ['--json']);
    assert.deepEqual([held.code, held.out], [2, '']);
    assert.match(held.err, /no trajectory that Math-Shepherd can hold\. Row 1: .* Choose another format/);
    const wrong = await runCli(['convert', good, '--to', 'openr', '--out', out]);
    assert.equal(wrong.code, 2);
    assert.match(wrong.err, /--to.*trl/s);
    assert.match((await runCli(['convert', good, '--out', out])).err, /--to/);
    assert.match((await runCli(['convert', good, '--to', 'trl'])).err, /--out/);
    assert.deepEqual(
      readdirSync(folder).filter((name) => !name.endsWith('.jsonl') || name === 'out.jsonl'),
      [],
    );
  });
});

/** Calls back once the temporary file has something in it. */
function whenWriting(folder: string, then: () => void): void {
  const look = setInterval(() => {
    const made = readdirSync(folder).find((name) => name.startsWith('.out.jsonl.cfprm-new'));
    if (made === undefined || statSync(join(folder, made), { throwIfNoEntry: false })?.size === 0) return;
    clearInterval(look);
    then();
  }, 5);
}
