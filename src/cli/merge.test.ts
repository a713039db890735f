import assert from 'node:assert/strict';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { runCli } from '../../test/support/cli';
import { VERSION } from '../core/version';

const ROW = '{"prompt":"p","completions":["a","b","c"],"labels":[true,true,false]}';

describe('cfprm merge', () => {
  let folder: string;
  let source: string;
  let out: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'cfprm-merge-cli-'));
    source = join(folder, 'data.jsonl');
    out = join(folder, 'out');
    writeFileSync(source, `${ROW}\n`);
  });
  afterEach(() => {
    rmSync(folder, { recursive: true, force: true });
  });

  it('prints the manifest, and nothing else, with --json', async () => {
    const flags =
      '--sizes 3,1 --overlap --tail drop --label mean --neutral mask --keep-duplicates --seed 7 --joiner |';
    const run = await runCli(['merge', source, '--out', out, '--json', ...flags.split(' ')]);
    assert.deepEqual([run.code, run.err], [0, '']);
    assert.equal(run.out, readFileSync(join(out, 'manifest.json'), 'utf8'));
    const { options, seed, cfprm } = JSON.parse(run.out);
    assert.equal(seed, 7);
    assert.equal(cfprm, VERSION);
    assert.deepEqual(options, {
      max: 3,
      min: 1,
      sizes: [3, 1],
      overlap: true,
      tail: 'drop',
      label: 'mean',
      neutral: 'mask',
      blocks: 'cumulative',
      keepDuplicates: true,
      order: 'coarse-to-fine',
      joiner: '|',
      to: 'trl',
    });
  });

  it('prints a table for people', async () => {
    const run = await runCli(['merge', source, '--out', out, '--max', '3', '--min', '2']);
    assert.equal(run.code, 0);
    assert.match(run.out, /1 trajectories|1 trajectory/);
    assert.match(run.out, /window-3\.jsonl +1 +1 +0 +1 /);
    assert.match(run.out, /window-2\.jsonl +1 +2 +1 +1 /);
  });

  it('does the rest and ends with 1 when rows are malformed; unlabelled ones are no finding', async () => {
    writeFileSync(source, `${ROW}\n{"prompt": NaN}\n{"prompt":"p","completions":["a"]}\n`);
    const run = await runCli(['merge', source, '--out', out]);
    assert.equal(run.code, 1);
    assert.match(run.out, /1 malformed, 1 unlabelled/);
    assert.match(run.out, /row 2: NaN is not JSON: write null/);
    writeFileSync(source, `${ROW}\n{"prompt":"p","completions":["a"]}\n`);
    assert.equal((await runCli(['merge', source, '--out', out, '--force'])).code, 0);
  });

  it('ends with 2, writes nothing, and says what is wrong with which option', async () => {
    for (const [args, message] of [
      [['--tail', 'cut'], /tail/],
      [['--max', '0'], /max is "0"/],
      [['--min', '3'], /min is 3/],
      [['--nonsense'], /nonsense/],
      [['--format', 'nonsense'], /nonsense/],
      [['--label', 'mean', '--to', 'prm800k'], /trl/],
    ] as const) {
      const run = await runCli(['merge', source, '--out', out, ...args]);
      assert.equal(run.code, 2, args.join(' '));
      assert.match(run.err, message);
      assert.equal(run.out, '');
      assert.ok(!existsSync(out));
    }
    const none = await runCli(['merge', source]);
    assert.equal(none.code, 2);
    assert.match(none.err, /--out/);
    assert.match((await runCli(['merge', '-', '--out', out])).err, /Standard input cannot be merged/);
  });

  it('reads generic files by a mapping', async () => {
    writeFileSync(source, '{"q":"P","s":[{"t":"a","ok":true},{"t":"b","ok":false}]}\n');
    const mapping = '{"problem":"q","steps":"s[].t","labels":"s[].ok"}';
    assert.equal((await runCli(['merge', source, '--out', out])).code, 2);
    assert.equal((await runCli(['merge', source, '--out', out, '--mapping', mapping])).code, 0);
    const [line] = readFileSync(join(out, 'window-2.jsonl'), 'utf8').split('\n');
    assert.deepEqual(JSON.parse(line!), {
      prompt: 'P',
      completions: ['a\nb'],
      labels: [false],
      cfprm: { row: 1, id: null, window: 2, spans: [[0, 2]] },
    });
  });

  it('takes a format that is named', async () => {
    const run = await runCli(['merge', source, '--out', out, '--format', 'trl', '--json']);
    assert.equal(JSON.parse(run.out).source.format, 'trl');
  });

  it('explains itself', async () => {
    const help = await runCli(['merge', '--help']);
    assert.equal(help.code, 0);
    for (const flag of [
      '--max',
      '--sizes',
      '--overlap',
      '--tail',
      '--order',
      '--joiner',
      '--to',
      '--force',
    ]) {
      assert.match(help.out, new RegExp(flag));
    }
    const { version } = JSON.parse(readFileSync(join(__dirname, '../../package.json'), 'utf8'));
    assert.equal((await runCli(['--version'])).out, `${version}\n`);
  });
});
