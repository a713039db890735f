import assert from 'node:assert/strict';
import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { STEP_FEATURES } from '../../src/core/features/stepFeatures';
import { featuresFile } from '../../src/io/featuresFile';
import { runPython } from '../support/backbone';
import { PYTHON } from './backbone';
import { everyLauncher, killRunner } from './everyLauncher';
import { faultOf, value, Workplace } from './support';

describe('runs on this machine', () => {
  let here: Workplace;
  before(async () => {
    here = await Workplace.create(() => ({ kind: 'local', python: PYTHON }));
  });
  after(() => here.close());

  everyLauncher(() => here, killRunner);

  it('says lost when everything of a run is gone without a word', async () => {
    const record = await here.start(['--hold-at', '7']);
    await here.reach(record, 'running', 7);
    const pid = Number(
      readFileSync(join(here.profile.folder, 'runs', record.id, 'pid'), 'utf8').split(' ')[0],
    );
    process.kill(-pid, 'SIGKILL');
    const lost = await here.reach(record, 'lost');
    assert.match(lost.words!, /at step 7.*resume/u);
  });

  it('does not take another process with the same number for the run', async () => {
    const record = await here.start(['--hold-at', '2']);
    await here.reach(record, 'running', 2);
    const { host, layout } = here.runs.place(record);
    // As after a restart of the machine: the numbers are those of others now.
    value(
      await host.run(
        `kill -KILL -- -$(cut -d' ' -f1 < '${layout.pid}'); printf '%s %s %s\\n' ${process.pid} ${process.pid} "$(uname -n)" > '${layout.pid}'`,
      ),
    );
    await here.reach(record, 'lost');
  });

  it('ends a run at once when told so, without a new checkpoint', async () => {
    const record = await here.start(['--hold-at', '7']);
    await here.reach(record, 'running', 7);
    value(await here.runs.stop(record, 'now'));
    const stopped = await here.reach(record, 'stopped');
    assert.match(stopped.words!, /by force/u);
    assert.equal(stopped.status?.checkpoint, 5);
  });

  it('does not take what an earlier launch left for the end of the present one', async () => {
    const record = await here.start(['--hold-at', '2']);
    await here.reach(record, 'running', 2);
    value(await here.runs.stop(record, 'gently'));
    await here.reach(record, 'stopped', 2);
    const folder = join(here.profile.folder, 'runs', record.id);
    for (const name of ['ended', 'exported', 'output/exit_code', 'output/stop'])
      writeFileSync(join(folder, name), '0\n');
    await here.resume(record);
    await here.reach(record, 'running', 2);
    assert.equal((await here.look(record)).state, 'running');
    value(await here.runs.stop(record, 'now'));
    await here.reach(record, 'stopped');
  });

  it('is taken up by several at once, who see the same and stop it once', async () => {
    const record = await here.start(['--hold-at', '2']);
    await here.reach(record, 'running', 2);
    // Two share a list of runs, as two windows do; the third is another machine.
    const clients = [here.client('shared'), here.client('shared'), here.client('third')];
    const taken = await Promise.all(clients.map((runs) => runs.attach('mine', here.profile, record.id)));
    // What it was made of is known on the machine that started it alone.
    const { request: _, ...shared } = record;
    for (const one of taken) assert.deepEqual({ ...value(one), profileName: 'test' }, shared);
    const listed = value(await clients[0]!.store.list());
    assert.deepEqual([listed.runs.length, listed.faults.length], [1, 0]);
    const views = await Promise.all(clients.map((runs) => here.look(record, runs)));
    assert.deepEqual(
      views.map(({ state, status }) => [state, status?.step]),
      [
        ['running', 2],
        ['running', 2],
        ['running', 2],
      ],
    );
    const told = await Promise.all(clients.map((runs) => runs.stop(record, 'gently')));
    for (const one of told) if (!one.ok) assert.match(one.fault.message, /is stopped/u);
    await here.reach(record, 'stopped', 2);
    assert.equal((await here.log(record)).match(/stopped at 2/gu)?.length, 1);
  });

  it('starts a run once, however many ask at the same time', async () => {
    const record = await here.start(['--hold-at', '2']);
    await here.reach(record, 'running', 2);
    value(await here.runs.stop(record, 'gently'));
    await here.reach(record, 'stopped');
    const clients = [here.runs, here.client('a'), here.client('b')];
    const outcomes = await Promise.all(clients.map((runs) => runs.resume(record, new Map())));
    const refused = outcomes.flatMap((outcome) => (outcome.ok ? [] : [outcome.fault.message]));
    assert.equal(refused.length, 2, refused.join('\n'));
    for (const message of refused) assert.match(message, /being started elsewhere|already/u);
    await here.reach(record, 'running', 2);
    assert.equal((await here.log(record)).match(/going on at 2/gu)?.length, 1);
    value(await here.runs.stop(record, 'now'));
    await here.reach(record, 'stopped');
  });

  it('passes names, paths and options on as they are', async () => {
    const odd = 'a b\'c"d$(touch pwned)`touch pwned`\nline;*';
    const elsewhere = await Workplace.create((folder) => ({
      kind: 'local',
      python: PYTHON,
      folder: join(folder, odd),
    }));
    try {
      const record = await elsewhere.start(['--steps', '2', '--note', odd]);
      await elsewhere.reach(record, 'finished');
      assert.ok((await elsewhere.log(record)).startsWith(`note: ${odd}\n`));
      assert.ok(!existsSync(join(elsewhere.profile.folder, 'runs', record.id, 'pwned')));
      assert.ok(!existsSync('pwned'));
    } finally {
      await elsewhere.close();
    }
  });

  it('sends step features along, and refuses those of other rows before anything is sent', async () => {
    const block = join(here.merge, 'window-1.jsonl');
    const beside = join(here.merge, 'window-1.features.jsonl');
    const set = STEP_FEATURES;
    const refusal = async () => faultOf(await here.runs.prepare(here.request));
    try {
      value(await featuresFile({ source: block, out: beside, set }));
      const { files } = await here.prepare();
      assert.ok(files.some(({ path }) => path.endsWith('merge/window-1.features.jsonl')));
      value(
        await featuresFile({ source: join(here.merge, 'window-2.jsonl'), out: beside, set, force: true }),
      );
      assert.match(await refusal(), /made of other rows than window-1\.jsonl.*cfprm features window-1/u);
      writeFileSync(beside, 'damaged');
      assert.match(await refusal(), /made of other rows than window-1\.jsonl/u);
    } finally {
      rmSync(beside, { force: true });
    }
    const { files } = await here.prepare();
    assert.ok(!files.some(({ path }) => path.includes('features')));
  });

  it('trains a model that takes step features', async () => {
    const model = join(here.scratch, 'small');
    const beside = (size: number, end: string) => join(here.merge, `window-${size}${end}`);
    const shape = ['--width', '64', '--layers', '1', '--vocabulary', '300'];
    try {
      for (const size of [2, 1]) {
        const [source, out] = [beside(size, '.jsonl'), beside(size, '.features.jsonl')];
        value(await featuresFile({ source, out, set: STEP_FEATURES }));
      }
      const made = ['backbone', '--rows', beside(1, '.jsonl'), '--output', model, '--features', ...shape];
      runPython(['-m', 'cfprm_runner', ...made]);
      const record = await here.train(['--max-updates', '2'], { model });
      await here.reach(record, 'finished', 2);
      const exported = join(here.profile.folder, 'runs', record.id, 'output/export/prm.json');
      const { name, version, size } = STEP_FEATURES;
      assert.deepEqual(JSON.parse(readFileSync(exported, 'utf8')).features, { set: name, version, size });
    } finally {
      for (const size of [2, 1]) rmSync(beside(size, '.features.jsonl'), { force: true });
    }
  });

  it('does not train on a merge that has changed', async () => {
    const request = { ...here.request, merge: here.scratch };
    assert.match(faultOf(await here.runs.prepare(request)), /no manifest\.json.*cfprm merge/u);
  });
});
