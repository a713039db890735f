import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import {
  appendFileSync,
  existsSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { fetchRun } from '../../src/runner/fetchRun';
import type { PlacedRun } from '../../src/runner/launcher';
import { RunWatch } from '../../src/runner/look';
import type { RunRecord } from '../../src/runner/record';
import { HostileSsh, writeFiles } from './hostileHost';
import { faultOf, value, Workplace } from './support';

const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex');
const CARD = '{"schema": 1}';
const STATUS = '{"state": "running", "step": 3}';
/** Milliseconds after which something counts as endless. */
const PROMPT_MS = 30_000;

/** Reproductions of what a host that lies, or is broken, can do to the one who fetches from it. */
describe('a hostile or broken host', () => {
  let here: Workplace;
  let ssh: HostileSsh;
  let record: RunRecord;
  let run: PlacedRun;
  let folder: string;
  let targets = 0;
  before(async () => {
    ssh = new HostileSsh();
    here = await Workplace.create(() => ({ kind: 'ssh', host: 'stand-in' }));
    record = (await here.prepare()).record;
    run = here.runs.place(record);
    folder = join(here.profile.folder, 'runs', record.id);
  });
  beforeEach(() => {
    ssh.behave();
    rmSync(folder, { recursive: true, force: true });
    writeFiles(folder, {
      'log.txt': 'step 1\n',
      'output/status.json': STATUS,
      'output/metrics.jsonl': '{"step":1}\n',
      'output/export/model.onnx': 'weights',
      'output/export/prm.json': CARD,
    });
  });
  after(async () => {
    await here.close();
    ssh.stop();
  });

  /** A new place to fetch to, deep enough that what leaves it stays in the scratch folder. */
  const target = (): string => join(here.folder(`a${++targets}/b/c`), 'run');
  const partial = (place: string): string => `${place}.partial-${record.id}`;
  const prompt = async <T>(work: Promise<T>): Promise<T> => {
    const began = Date.now();
    const result = await work;
    assert.ok(Date.now() - began < PROMPT_MS, 'it took as long as the host liked');
    return result;
  };

  it('gives an honest host what it has', async () => {
    const place = target();
    const files = value(await fetchRun(run, place, {}));
    assert.deepEqual(
      files.map(({ path }) => path),
      ['log.txt', 'status.json', 'metrics.jsonl', 'export/model.onnx', 'export/prm.json'],
    );
    assert.equal(readFileSync(join(place, 'export/model.onnx'), 'utf8'), 'weights');
    assert.ok(readdirSync(folder).every((name) => !name.startsWith('fetching.')));
  });

  const NAMES: readonly string[] = [
    ...['export/../../x', '../x', '/tmp/cfprm-absolute', 'export/../../../../x', 'export/..', 'export/.'],
    ...['export/..\\..\\x', 'export\\x', 'C:\\x', 'C:x', 'export/x:stream', '\\\\server\\x'],
    ...['-rf', 'export/-rf', 'export/--checkpoint=1/x', 'export//x', 'export/', '/', 'export'],
    ...['other/x', 'x', 'status.json/x', 'export/.hidden', 'export/x.', 'export/x ', 'export/a\u202eb'],
    ...['export/a\u001b[2Jb', 'export/a\rb', 'export/NUL\\x', `export/${'x'.repeat(300)}`],
    ...['export/prm.json\0x', 'checkpoints/../../../x'],
  ];
  for (const name of NAMES)
    it(`refuses a file called ${JSON.stringify(name.slice(0, 40))} by its name`, async () => {
      const place = target();
      const before_ = readdirSync(here.scratch, { recursive: true }).length;
      const lines = [`${sha256(CARD)} ${CARD.length} export/prm.json`, `${sha256('')} 0 ${name}`];
      writeFileSync(join(here.scratch, 'lines'), `${lines.join('\n')}\n`);
      ssh.lie('hold()', `cat ${here.scratch}/lines`);
      const said = faultOf(await fetchRun(run, place, { checkpoints: true }));
      assert.match(said, /does not belong to a run|in a way that CFPRM does not know/u);
      const shown = JSON.stringify(name).slice(1, 30).replace('\u202e', '\ufffd').replace(/"$/u, '');
      assert.ok(said.includes(shown.slice(0, 20)), said);
      assert.doesNotMatch(said, /[\p{Cc}\p{Cf}]/u);
      rmSync(join(here.scratch, 'lines'));
      assert.equal(readdirSync(here.scratch, { recursive: true }).length, before_);
      assert.ok(!existsSync('/tmp/cfprm-absolute'));
    });

  it('refuses sizes and checksums that are none, the same file twice, and more than the disk holds', async () => {
    for (const [lines, told] of [
      [[`${sha256('')} -1 export/x`], /does not know/u],
      [[`${sha256('')} NaN export/x`], /does not know/u],
      [[`${sha256('')} 1e400 export/x`], /does not know/u],
      [['zz 1 export/x'], /does not know/u],
      [['nonsense'], /does not know: "nonsense"/u],
      [Array(2).fill(`${sha256('')} 0 export/x`), /does not belong to a run: "export\/x"/u],
      [[`${sha256('')} ${1e15 - 1} export/x`], /has .* free\. Make room/u],
    ] as const) {
      ssh.lie('hold()', `cat <<'END'\n${lines.join('\n')}\nEND`);
      const place = target();
      assert.match(faultOf(await fetchRun(run, place, {})), told);
      assert.ok(!existsSync(place) && !existsSync(partial(place)));
    }
  });

  for (const [what, answer] of [
    ['1.5 GB in place of a few bytes', 'head -c 1500000000 /dev/zero'],
    ['output without end', 'yes'],
    ['errors without end', 'yes >&2'],
  ] as const)
    it(`is cut off when it sends ${what}; what was whole before is kept`, async () => {
      const place = target();
      ssh.lie('tail -c +1 -- "$f" | head -c 13', answer);
      const said = faultOf(await prompt(fetchRun(run, place, {})));
      assert.match(said, /sends more than the 13 bytes that .*prm\.json has|prints without end/u);
      assert.ok(!existsSync(place));
      assert.equal(readFileSync(join(partial(place), 'export/model.onnx'), 'utf8'), 'weights');
      const left = lstatSync(join(partial(place), 'export/prm.json'), { throwIfNoEntry: false });
      assert.ok((left?.size ?? 0) <= CARD.length);
      // The same again, from a host that behaves: only what is missing is fetched.
      ssh.behave();
      const moved: number[] = [];
      value(await fetchRun(run, place, {}, (done) => moved.push(done)));
      assert.equal(readFileSync(join(place, 'export/prm.json'), 'utf8'), CARD);
    });

  it('is cut off when it sends other bytes than it announced, and when it sends too few', async () => {
    for (const answer of ['printf "%013d" 0', 'printf x']) {
      ssh.lie('tail -c +1 -- "$f" | head -c 13', answer);
      assert.match(faultOf(await fetchRun(run, target(), {})), /prm\.json changed while it was fetched/u);
    }
  });

  it('is cut off when a listing, a look, a log or its own greeting has no end', async () => {
    ssh.lie('hold()', 'yes');
    assert.match(faultOf(await prompt(fetchRun(run, target(), {}))), /prints without end/u);
    ssh.lie('show status', 'yes "status AAAA"');
    const looks = await prompt(new RunWatch(run).look());
    assert.match(faultOf(looks), /prints without end/u);
    ssh.lie('head -c 1048576', 'yes');
    assert.match(faultOf(await prompt(here.runs.log(record, 0))), /prints without end/u);
    ssh.lie('show status', 'yes', 'yes');
    assert.match(faultOf(await prompt(new RunWatch(run).look())), /prints without end/u);
    ssh.lie('head -c 1048576', 'echo nonsense; echo more');
    assert.match(faultOf(await here.runs.log(record, 0)), /does not answer as it should/u);
  });

  it('is looked at in spite of a state of a gigabyte and metrics without end', async () => {
    truncateSync(join(folder, 'output/status.json'), 1e9);
    writeFileSync(join(folder, 'output/exit_code'), '1\n');
    truncateSync(join(folder, 'output/exit_code'), 1e9);
    truncateSync(join(folder, 'output/metrics.jsonl'), 1e9);
    const before_ = process.memoryUsage().rss;
    const view = value(await prompt(new RunWatch(run).look()));
    assert.equal(view.status, undefined);
    assert.ok(process.memoryUsage().rss - before_ < 300e6, 'it took the gigabyte into memory');
  });

  it('cannot put another run in the place of the one that was asked for', async () => {
    const other = { ...record, id: '20200101-000000-abcdef' };
    writeFileSync(join(folder, 'cfprm-run.json'), JSON.stringify(other));
    assert.match(
      faultOf(await here.runs.attach('mine', here.profile, record.id)),
      /is the record of another run, 20200101-000000-abcdef/u,
    );
    assert.ok(!(await here.runs.store.find(other.id)).ok);
  });

  it('gives a snapshot of a run at work, five times of five', async () => {
    rmSync(join(folder, 'output/export'), { recursive: true });
    const output = join(folder, 'output');
    let step = 0;
    const kept: string[] = [];
    const checkpoint = (): void => {
      const made = join(output, `checkpoints/checkpoint-${step}`);
      writeFiles(made, { 'state.json': JSON.stringify({ step }), 'weights.bin': 'w'.repeat(100_000) });
      kept.push(made);
      if (kept.length > 2) rmSync(kept.shift()!, { recursive: true });
    };
    // As the runner does: the log and the metrics grow, the state is replaced.
    const work = setInterval(() => {
      step += 1;
      appendFileSync(join(folder, 'log.txt'), `step ${step}\n`);
      appendFileSync(join(output, 'metrics.jsonl'), `${JSON.stringify({ step })}\n`);
      writeFileSync(join(output, '.status'), JSON.stringify({ state: 'running', step }));
      renameSync(join(output, '.status'), join(output, 'status.json'));
    }, 5);
    try {
      mkdirSync(join(output, 'checkpoints'), { recursive: true });
      checkpoint();
      for (let time = 0; time < 5; time++) {
        const place = target();
        // While the first bytes come, the checkpoints that were listed go.
        const rotate = (): void => {
          for (let more = 0; more < 3; more++) {
            step += 1;
            checkpoint();
          }
        };
        const files = value(await fetchRun(run, place, { checkpoints: true }, rotate));
        const { state } = JSON.parse(readFileSync(join(place, 'status.json'), 'utf8'));
        assert.equal(state, 'running');
        const lines = readFileSync(join(place, 'metrics.jsonl'), 'utf8').trimEnd().split('\n');
        for (const line of lines) assert.ok(JSON.parse(line).step > 0);
        const whole = files.filter(({ path }) => path.startsWith('checkpoints/'));
        assert.ok(whole.length >= 2 && whole.length % 2 === 0, JSON.stringify(whole));
      }
    } finally {
      clearInterval(work);
    }
    assert.ok(readdirSync(folder).every((name) => !name.startsWith('fetching.')));
  });
});
