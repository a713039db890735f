import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { PYTHON } from './backbone';
import { everyLauncher, killRunner } from './everyLauncher';
import { RayCluster } from './rayCluster';
import { expectNoTrace, keepsSecret, SECRET } from './secrets';
import { faultOf, value, Workplace } from './support';

describe('runs on a Ray cluster', () => {
  let cluster: RayCluster;
  let here: Workplace;
  before(async () => {
    cluster = await RayCluster.start();
    here = await Workplace.create(() => ({
      kind: 'ray',
      address: cluster.address,
      python: PYTHON,
      workers: 1,
      secrets: [SECRET.name],
    }));
    here.secrets = SECRET.values;
  });
  after(async () => {
    await here?.close();
    cluster?.stop();
  });

  everyLauncher(
    () => here,
    killRunner,
    (record) => {
      // Workers of the cluster trained, and got the runner by the runtime environment of the job.
      assert.ok(existsSync(join(here.profile.folder, 'runs', record.id, 'output/ray')));
      assert.ok(cluster.hasModule('cfprm_runner/ray_entry.py'));
      expectNoTrace([here.profile.folder, cluster.folder]);
    },
  );

  it('hands secrets to the run and to nothing else', async () => {
    await keepsSecret(here, [cluster.folder]);
    const jobs = await cluster.said('/api/jobs/');
    assert.match(jobs, /cfprm-/u);
    assert.ok(![...SECRET.values.values()].some((secret) => jobs.includes(secret)));
  });

  it('ends a job at once when told so', async () => {
    const record = await here.start(['--hold-at', '7']);
    await here.reach(record, 'running', 7);
    value(await here.runs.stop(record, 'now'));
    await here.reach(record, 'stopped');
  });

  it('says what to do when the cluster wants a token', async () => {
    const token = process.env.RAY_AUTH_TOKEN;
    process.env.RAY_AUTH_TOKEN = 'wrong';
    try {
      const refused = faultOf(await here.runs.start(await here.prepare(), here.secrets));
      assert.match(refused, /does not know you.*RAY_AUTH_TOKEN/u);
    } finally {
      process.env.RAY_AUTH_TOKEN = token;
    }
  });

  it('finds the cluster before anything is sent, and says when it is away', async () => {
    const scheduler = async () => {
      const checks = value(await here.runs.check(await here.prepare()));
      return checks.find(({ id }) => id === 'scheduler')!;
    };
    assert.match((await scheduler()).found, /^Ray \d+\.\d+/u);
    const record = await here.start(['--hold-at', '3']);
    await here.reach(record, 'running', 3);
    cluster.stop();
    const away = await scheduler();
    assert.equal(away.state, 'failed');
    assert.match(`${away.found} ${away.wayOut}`, /Ray does not answer.*ssh -L/u);
    const view = await here.look(record);
    assert.match(view.words!, /Ray does not answer/u);
    assert.match(faultOf(await here.runs.start(await here.prepare(), here.secrets)), /Ray does not answer/u);
  });
});
