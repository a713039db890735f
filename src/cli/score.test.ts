import assert from 'node:assert/strict';
import {
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { runCli } from '../../test/support/cli';
import { EXPECTED, externalModel, modelFolder } from '../../test/support/models';

const ROWS = EXPECTED.cfprm!.rows;

/** A TRL row of the solution with this number. */
function trl(index: number): string {
  const { problem, steps } = ROWS[index % ROWS.length]!;
  return `{"prompt": ${JSON.stringify(problem)}, "n": ${index}.0, "completions": ${JSON.stringify(steps)}}`;
}

/** The scores of a written row, compared with what numpy gives for the solution with this number. */
function assertScores(line: string, index: number): void {
  const { scores } = JSON.parse(line) as { scores: number[] };
  const wanted = ROWS[index % ROWS.length]!.scores;
  assert.equal(scores.length, wanted.length);
  for (const [k, score] of scores.entries()) assert.ok(Math.abs(score - wanted[k]!) < 1e-6, line);
}

describe('cfprm score', () => {
  let folder: string;
  let model: string;
  let source: string;
  let out: string;
  before(() => {
    model = modelFolder('cfprm');
  });
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'cfprm-score-'));
    source = join(folder, 'data.jsonl');
    out = join(folder, 'out.jsonl');
    writeFileSync(source, [0, 1, 2].map((index) => `${trl(index)}\n`).join(''));
  });
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  const score = (...flags: readonly string[]) =>
    runCli([
      'score',
      source,
      '--model',
      model,
      '--out',
      out,
      '--provider',
      'cpu',
      '--threads',
      '1',
      ...flags,
    ]);
  const written = (): string[] => readFileSync(out, 'utf8').split('\n').slice(0, -1);
  const left = (): string[] => readdirSync(folder).filter((name) => name.startsWith('.'));

  it('says nothing on standard error but where the model runs, however many rows wait', async () => {
    writeFileSync(source, Array.from({ length: 60 }, (_, index) => `${trl(index)}\n`).join(''));
    const run = await score();
    assert.equal(run.code, 0);
    assert.equal(run.err, 'cfprm on CPU\n');
  });

  it('takes the demonstration model where none is named', async () => {
    const run = await runCli(['score', source, '--out', out, '--provider', 'cpu', '--threads', '1']);
    assert.deepEqual([run.code, run.err], [0, 'CFPRM demonstration model on CPU\n']);
    for (const line of written()) {
      const { scores, completions, scored_by } = JSON.parse(line);
      assert.equal(scores.length, completions.length);
      assert.ok(scores.every((score: number) => score > 0 && score < 1));
      assert.equal(scored_by.name, 'CFPRM demonstration model');
    }
  });

  it('writes the rows with the scores of numpy, and otherwise byte for byte', async () => {
    const run = await score();
    assert.equal(run.code, 0, run.err);
    const lines = written();
    assert.equal(lines.length, 3);
    for (const [index, line] of lines.entries()) {
      assertScores(line, index);
      assert.ok(line.startsWith(trl(index).slice(0, -1)));
      const { scored_by: by } = JSON.parse(line);
      assert.deepEqual([by.name, by.family, by.provider], ['cfprm', 'cfprm', 'cpu']);
      assert.match(by.fingerprint, /^[0-9a-f]{32}$/);
    }
    assert.match(run.out, /3 trajectories with 9 scores by cfprm \(trl\)/);
    assert.match(run.out, /CPU, [\d,]+ tokens per second/);
    assert.equal(run.err, 'cfprm on CPU\n');
    assert.deepEqual(left(), [], 'nothing else is left behind');
  });

  it('prints one document with --json, with the model and where it ran', async () => {
    const run = await score('--json');
    assert.deepEqual([run.code, run.err], [0, '']);
    const {
      format,
      rows,
      trajectories,
      scored,
      steps,
      failed,
      malformed,
      faults,
      bytes,
      model: info,
    } = JSON.parse(run.out);
    assert.deepEqual(
      { format, rows, trajectories, scored, steps, failed, malformed, faults },
      { format: 'trl', rows: 3, trajectories: 3, scored: 3, steps: 9, failed: 0, malformed: 0, faults: [] },
    );
    assert.equal(bytes, statSync(out).size);
    assert.deepEqual([info.name, info.provider.used, info.provider.requested], ['cfprm', 'cpu', 'cpu']);
    assert.equal(info.licence, 'MIT');
  });

  it('reports each provider that auto did not take', async () => {
    const args = ['score', source, '--model', model, '--out', out, '--json'];
    const run = await runCli(args);
    assert.equal(run.code, 0, run.err);
    const { provider } = JSON.parse(run.out).model;
    const tried = provider.rejected.map((entry: { provider: string }) => entry.provider);
    if (process.platform === 'linux' && provider.used === 'cpu') assert.deepEqual(tried, ['cuda', 'webgpu']);
    for (const { fault } of provider.rejected) assert.match(fault.message, /\w/);
  });

  it('copies malformed rows and those that cannot be scored, keeps row numbers, and ends with 1', async () => {
    const long = `{"prompt":"p","completions":["${'1 '.repeat(600)}"]}`;
    writeFileSync(source, `${trl(0)}\r\n\n{"prompt": NaN}\n${long}\n\n\n${trl(1)}`);
    const run = await score();
    assert.equal(run.code, 1);
    const lines = written();
    assert.equal(lines.length, 7);
    assertScores(lines[0]!, 0);
    assert.deepEqual([lines[1], lines[2], lines[4], lines[5]], ['', '{"prompt": NaN}', '', '']);
    const row = JSON.parse(lines[3]!);
    assert.deepEqual(row.scores, [null]);
    assert.equal(row.scored_by.faults[0].kind, 'too-long');
    assertScores(lines[6]!, 1);
    assert.match(run.out, /copied as they are: 1 malformed rows/);
    assert.match(run.out, /row 3: .*NaN is not JSON/);
    assert.match(run.out, /row 4: The solution is \d+ tokens long/);
  });

  it('reads arrays and compressed files, and writes a line per row', async () => {
    source = join(folder, 'data.json.gz');
    writeFileSync(source, gzipSync(`[${JSON.stringify(JSON.parse(trl(0)), null, 2)},\n${trl(1)}]`));
    const run = await score();
    assert.equal(run.code, 0, run.err);
    assert.equal(written().length, 2);
    written().forEach(assertScores);
  });

  it('leaves rows without texts alone', async () => {
    const row = '{"id": 3, "scores": [0.97, 0.91]}';
    writeFileSync(source, `${row}\n`);
    const run = await score();
    assert.equal(run.code, 1);
    assert.deepEqual(written(), [row]);
    assert.match(run.out, /row 1: The row holds no texts of steps/);
  });

  it('does not start a model, and writes nothing, where it cannot be done', async () => {
    writeFileSync(join(folder, 'empty.jsonl'), '');
    writeFileSync(join(folder, 'there.jsonl'), 'mine');
    const cases: [string[], RegExp][] = [
      [[join(folder, 'no.jsonl'), '--out', out], /no\.jsonl does not exist/],
      [[join(folder, 'empty.jsonl'), '--out', out], /empty/],
      [[source, '--out', source], /is the source itself/],
      [[source, '--out', `${source}.cfprm-labels.jsonl`], /is where the labels are kept/],
      [[source, '--out', join(folder, 'there.jsonl')], /already exists.*--force/],
      [['-', '--out', out], /Standard input cannot be scored/],
      [[source, '--out', out, '--threads', '0'], /threads is "0"/],
      [[source, '--out', out, '--model', folder], /prm\.json is not there/],
      [[source, '--out', out, '--provider', 'gpu'], /Allowed choices are auto, cpu/],
    ];
    for (const [args, message] of cases) {
      const run = await runCli(['score', '--model', model, '--provider', 'cpu', ...args]);
      assert.equal(run.code, 2, args.join(' '));
      assert.match(run.err, message);
      assert.equal(run.out, '');
    }
    assert.equal(readFileSync(join(folder, 'there.jsonl'), 'utf8'), 'mine');
    assert.deepEqual(readdirSync(folder).sort(), ['data.jsonl', 'empty.jsonl', 'there.jsonl']);
  });

  it('makes a provider that was asked for, and cannot be had, an error with the native reason', async () => {
    const provider = process.platform === 'win32' ? 'coreml' : 'dml';
    const run = await score('--provider', provider);
    assert.equal(run.code, 2);
    assert.match(
      run.err,
      new RegExp(`${provider} with model\\.onnx: this build of onnxruntime does not have it`),
    );
    assert.equal(existsSync(out), false);
  });

  it('replaces a file with --force, and only when the new one is complete', async () => {
    writeFileSync(out, 'old');
    const run = await score('--force');
    assert.equal(run.code, 0, run.err);
    written().forEach(assertScores);
  });

  describe('that is broken off', function () {
    this.timeout(180_000);
    const COUNT = 800;
    beforeEach(() => {
      writeFileSync(source, Array.from({ length: COUNT }, (_, k) => `${trl(k)}\n`).join(''));
    });

    /** Runs until a part of the file is written, then ends the process with this signal. */
    async function breakOff(signal: NodeJS.Signals) {
      const partial = join(folder, '.out.jsonl.cfprm-partial');
      return runCli(
        ['score', source, '--model', model, '--out', out, '--provider', 'cpu', '--threads', '1'],
        {
          onStart(child) {
            const watch = setInterval(() => {
              const size = existsSync(partial) ? statSync(partial).size : 0;
              if (size < 20_000) return;
              clearInterval(watch);
              child.kill(signal);
            }, 2);
            child.on('exit', () => clearInterval(watch));
          },
        },
      );
    }

    async function assertGoesOn(): Promise<void> {
      assert.equal(existsSync(out), false);
      const run = await score('--json');
      assert.equal(run.code, 0, run.err);
      const { resumed, rows } = JSON.parse(run.out);
      assert.ok(resumed > 50 && rows > 0, `${resumed} rows were there, ${rows} were scored`);
      assert.equal(resumed + rows, COUNT);
      const lines = written();
      assert.equal(lines.length, COUNT);
      for (const [index, line] of lines.entries()) {
        assert.equal(JSON.parse(line).n, index);
        assertScores(line, index);
      }
      assert.deepEqual(left(), []);
    }

    it('by a kill goes on where it ended: each row once, only the rest is scored', async () => {
      const run = await breakOff('SIGKILL');
      assert.equal(run.signal, 'SIGKILL');
      await assertGoesOn();
    });

    it('by Ctrl-C says so, and goes on', async () => {
      const run = await breakOff('SIGINT');
      assert.equal(run.code, 2);
      assert.match(run.err, /Stopped\. The same command .* goes on where this one ended/);
      await assertGoesOn();
    });

    it('starts over if the source is another one by then, though its size and times are the same', async () => {
      const { atime, mtime } = statSync(source);
      await breakOff('SIGKILL');
      const text = readFileSync(source, 'utf8');
      writeFileSync(source, text.replace('"n": 0', '"n": 9'));
      utimesSync(source, atime, mtime);
      const run = await score('--json');
      const { resumed, rows } = JSON.parse(run.out);
      assert.deepEqual([run.code, resumed, rows], [0, 0, COUNT]);
    });

    it('is not gone on with by other weights, which are named', async () => {
      model = externalModel('weights0123.bin');
      const data = join(model, 'weights0123.bin');
      const before = readFileSync(data);
      await breakOff('SIGKILL');
      const changed = Buffer.from(before);
      // In the middle of what is no tensor's: only its bytes tell.
      changed[changed.length - 1000]! ^= 1;
      writeFileSync(data, changed);
      const refused = await score();
      assert.equal(refused.code, 2);
      assert.match(
        refused.err,
        /was begun with other weights: external \([0-9a-f]{32}\), .* now external \([0-9a-f]{32}\)/,
      );
      assert.equal(existsSync(out), false);
      writeFileSync(data, before);
      const resumed = await score('--json');
      assert.equal(resumed.code, 0, resumed.err);
      assert.ok(JSON.parse(resumed.out).resumed > 50);
    });
  });

  it('gives a model the step features that its prm.json names', async () => {
    writeFileSync(source, '{"prompt":"How many?","completions":["3 + 4 = 7.","7 + 1 = 9.","So 9."]}\n');
    const { code } = await score('--model', modelFolder('checked'));
    assert.equal(code, 0);
    const { scores } = JSON.parse(readFileSync(out, 'utf8')) as { scores: number[] };
    // The sigmoids of 2 and -2: the model sees nothing but whether an equation is false.
    const sure = 1 / (1 + Math.exp(-2));
    for (const [k, wanted] of [sure, 1 - sure, sure].entries())
      assert.ok(Math.abs(scores[k]! - wanted) < 1e-6);
  });
});
