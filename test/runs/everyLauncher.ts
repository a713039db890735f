import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fetchRun, modelFolder } from '../../src/runner/fetchRun';
import type { RunRecord } from '../../src/runner/record';
import { startScorer } from '../support/models';
import { faultOf, until, value, type Workplace } from './support';

/**
 * What holds wherever and however a run was started; `place` gives the workplace of the suite around it, and `trained`
 * looks at what the runner itself left.
 */
export function everyLauncher(
  place: () => Workplace,
  kill: (workplace: Workplace, id: string) => void,
  trained: (record: RunRecord) => void = () => undefined,
): void {
  it('trains to the end and brings back a model that scores', async () => {
    const here = place();
    const record = await here.train(['--max-updates', '3']);
    const view = await here.reach(record, 'finished', 3);
    assert.deepEqual([view.status?.step, view.status?.total, view.words], [3, 3, undefined]);
    const { all } = view.metrics;
    assert.deepEqual(
      all.map(({ step }) => step),
      [1, 2, 3],
    );
    assert.ok(all.every(({ loss, lr, tokensPerSecond }) => loss! > 0 && lr! >= 0 && tokensPerSecond! > 0));
    assert.ok(all.every(({ window }) => window !== undefined));
    trained(record);
    const precision = here.profile.export === 'auto' ? 'fp32' : here.profile.export;
    assert.match(
      await here.log(record),
      new RegExp(`exporting .*\\n(?:.*\\n)*.*: ${precision}, checked on`, 'u'),
    );
    const out = join(here.scratch, `fetched-${record.id}`);
    const files = value(await fetchRun(here.runs.place(record), out, {}));
    assert.ok(files.some(({ path }) => path === 'export/model.onnx'));
    // The weights stay where they are, unless they are asked for.
    assert.ok(!files.some(({ path }) => path.startsWith('model/')));
    const scorer = await startScorer(await modelFolder(out));
    try {
      const steps = ['Two and two are four.', 'So the answer is 4.'];
      const [scored] = await scorer.score([{ problem: 'What is 2 + 2?', steps }]);
      assert.ok(scored?.ok);
      assert.equal(scored.value.scores.length, 2);
      assert.ok(scored.value.scores.every((score) => score > 0 && score < 1));
    } finally {
      await scorer.stop();
    }
  });

  it('stops with a checkpoint and goes on from it', async () => {
    const here = place();
    const record = await here.start(['--steps', '12', '--hold-at', '7']);
    await here.reach(record, 'running', 7);
    assert.match(faultOf(await here.runs.resume(record, new Map())), /running already/u);
    value(await here.runs.stop(record, 'gently'));
    const stopped = await here.reach(record, 'stopped');
    assert.deepEqual([stopped.status?.step, stopped.status?.checkpoint], [7, 7]);
    assert.match(faultOf(await here.runs.stop(record, 'gently')), /is stopped/u);
    await release(here, record.id);
    await here.resume(record);
    const finished = await here.reach(record, 'finished');
    assert.match(await here.log(record), /stopped at 7\n(?:.*\n)*going on at 7\n(?:a secret.*\n)?step 8\n/u);
    assert.deepEqual(
      finished.metrics.all.map(({ step }) => step),
      Array.from({ length: 12 }, (_, k) => k + 1),
    );
  });

  it('tells that the runner was killed, and goes on from the last checkpoint', async () => {
    const here = place();
    const record = await here.start(['--steps', '12', '--hold-at', '7']);
    const { status } = await here.reach(record, 'running', 7);
    assert.equal(status?.checkpoint, 5);
    kill(here, record.id);
    const failed = await here.reach(record, 'failed');
    assert.match(failed.words!, /killed \(signal 9\).*resume/u);
    await release(here, record.id);
    await here.resume(record);
    await here.reach(record, 'finished');
    assert.match(await here.log(record), /going on at 5\n/u);
  });

  it('shows what the runner says when it fails', async () => {
    const here = place();
    const record = await here.start(['--fail-at', '3']);
    const failed = await here.reach(record, 'failed');
    assert.equal(failed.words, 'The loss is not a number. Lower --learning-rate.');
  });

  it('is taken up on another machine, which sees and stops the same run', async () => {
    const here = place();
    const record = await here.start(['--steps', '12', '--hold-at', '3']);
    const other = here.client('laptop');
    const taken = value(await other.attach('mine', here.profile, record.id));
    const { request: _, ...shared } = record;
    assert.deepEqual({ ...taken, profileName: 'test' }, shared);
    await here.reach(taken, 'running', 3, other);
    value(await other.stop(taken, 'gently'));
    await here.reach(record, 'stopped', 3);
    value(await other.remove(taken));
    assert.match(faultOf(await other.store.find(record.id)), /No run/u);
  });
}

/** Lets a run that waits at `--hold-at` go on. */
async function release(here: Workplace, id: string): Promise<void> {
  const { host, layout } = here.runs.place(value(await here.runs.store.find(id)));
  const removed = await until('the hold', async () => {
    const ran = value(await host.run(`rm -f -- '${layout.output}/hold'`));
    return ran.code === 0 ? true : undefined;
  });
  assert.ok(removed);
}

/** Kills the runner of a run with signal 9, and not the script that started it. */
export function killRunner(here: Workplace, id: string): void {
  const file = join(here.profile.folder, 'runs', id, 'output', 'status.json');
  process.kill(JSON.parse(readFileSync(file, 'utf8')).process, 'SIGKILL');
}
