import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { runCli } from '../../test/support/cli';
import { STEP_FEATURES } from '../core/features/stepFeatures';

const ROWS = [
  '{"prompt":"What is 2 + 2?","completions":["2 + 2 = 4.","It is 4."],"labels":[true,0.25]}',
  '{"prompt":"Cut off","completions":["a"],"labels":[1,1]}',
  '{"prompt":"what is 2+2","completions":["2 + 2 = 5.","Hm.","So."],"labels":[false,null,true]}',
];

interface Line {
  readonly row: number;
  readonly trajectory: number;
  readonly id: string | null;
  readonly problem: string;
  readonly labels: readonly unknown[];
  readonly features: readonly (readonly number[])[];
}

describe('cfprm features', () => {
  let folder: string;
  let source: string;
  let out: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'cfprm-features-'));
    source = join(folder, 'data.jsonl');
    out = join(folder, 'features.jsonl');
    writeFileSync(source, `${ROWS.join('\n')}\n`);
  });
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  const run = (...flags: readonly string[]) => runCli(['features', source, '--out', out, ...flags]);
  const lines = (): unknown[] =>
    readFileSync(out, 'utf8')
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line));

  it('writes what the columns are, then a line per trajectory with labels and numbers as models get them', async () => {
    const { code, out: said } = await run();
    assert.equal(code, 1, 'a malformed row is a finding');
    assert.match(said, /5 steps of 2 trajectories \(trl\), \d+ numbers each \(cfprm-steps 1\)/);
    assert.match(said, /left out: 1 malformed rows\n {2}row 2: labels has 2 entries/);
    const [head, first, third] = lines() as [{ features: object; source: object }, Line, Line];
    const { name, version, size, names } = STEP_FEATURES;
    assert.deepEqual(head.features, { set: name, version, size, names });
    const sha256 = createHash('sha256').update(readFileSync(source)).digest('hex');
    assert.deepEqual(head.source, { name: 'data.jsonl', sha256 });
    assert.deepEqual(
      [first, third].map(({ row, trajectory, id, labels }) => ({ row, trajectory, id, labels })),
      [
        { row: 1, trajectory: 1, id: null, labels: [true, 0.25] },
        { row: 3, trajectory: 1, id: null, labels: [false, null, true] },
      ],
    );
    const solution = { problem: 'what is 2+2', steps: ['2 + 2 = 5.', 'Hm.', 'So.'] };
    assert.deepEqual(Float32Array.from(third.features.flat()), STEP_FEATURES.compute(solution));
    assert.equal(third.features.length, 3);
    // The same letters and digits are the same problem, whatever its case and punctuation.
    assert.match(first.problem, /^[0-9a-f]{16}$/);
    assert.equal(first.problem, third.problem);
  });

  it('prints one JSON document', async () => {
    writeFileSync(source, `${ROWS[0]}\n`);
    const { code, out: said, err } = await run('--json');
    assert.deepEqual([code, err], [0, '']);
    const { bytes, sha256, ...report } = JSON.parse(said);
    const { name, version, size } = STEP_FEATURES;
    assert.deepEqual(report, {
      format: 'trl',
      features: { set: name, version, size },
      rows: 1,
      trajectories: 1,
      steps: 2,
      malformed: 0,
      faults: [],
    });
    assert.equal(bytes, readFileSync(out).length);
    assert.match(sha256, /^[0-9a-f]{64}$/);
  });

  const refused: [string, (flags: string[]) => void, RegExp][] = [
    [
      'a target that is there',
      () => writeFileSync(out, 'mine'),
      /features\.jsonl (?:already )?exists.*--force/,
    ],
    ['the source as target', (flags) => flags.push('--out', source), /data\.jsonl/],
    [
      'a file without readable rows',
      () => writeFileSync(source, `${ROWS[1]}\n`),
      /none of them can be read|no row that can be read/,
    ],
    ['a set that there is not', (flags) => flags.push('--set', 'other'), /cfprm-steps/],
    ['a file that is missing', () => rmSync(source), /data\.jsonl/],
  ];
  for (const [what, prepare, expected] of refused) {
    it(`refuses ${what}, and leaves everything as it was`, async () => {
      const flags: string[] = [];
      prepare(flags);
      const before = existsSync(out) ? readFileSync(out, 'utf8') : undefined;
      const files = readdirSync(folder);
      const { code, out: said, err } = await run(...flags);
      assert.deepEqual([code, said], [2, '']);
      assert.match(err, expected);
      assert.deepEqual(readdirSync(folder), files);
      assert.equal(existsSync(out) ? readFileSync(out, 'utf8') : undefined, before);
    });
  }

  it('replaces a file with --force', async () => {
    writeFileSync(out, 'old');
    await run('--force');
    assert.equal(lines().length, 3);
  });
});
