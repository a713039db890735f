import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { RunView } from '../../src/runner/look';
import type { RunRecord } from '../../src/runner/record';
import { PYTHON } from './backbone';
import { everyLauncher, killRunner } from './everyLauncher';
import { expectNoTrace, keepsSecret, SECRET } from './secrets';
import { SlurmCluster } from './slurmCluster';
import { SshServer } from './sshServer';
import { faultOf, until, value, Workplace } from './support';

describe('runs under Slurm', () => {
  let cluster: SlurmCluster;
  let here: Workplace;
  before(async () => {
    cluster = await SlurmCluster.start();
    here = await Workplace.create(() => ({
      kind: 'slurm',
      python: PYTHON,
      header: ['#SBATCH --partition=test', '#SBATCH --time=10', 'export CFPRM_FROM_HEADER="a b"'],
    }));
  });
  after(async () => {
    await here?.close();
    await cluster?.stop();
  });

  everyLauncher(() => here, killRunner);

  const jobOf = ({ id }: RunRecord): string =>
    readFileSync(join(here.profile.folder, 'runs', id, 'job'), 'utf8').trim();

  it('waits in the queue, and leaves it when told to stop', async () => {
    const first = await here.start(['--hold-at', '2']);
    await here.reach(first, 'running', 2);
    execFileSync('scontrol', ['update', 'NodeName=node', 'State=DRAIN', 'Reason=test']);
    try {
      const second = await here.start();
      const queued = await here.reach(second, 'queued');
      assert.match(queued.words!, /^Slurm: PENDING/u);
      value(await here.runs.stop(second, 'gently'));
      const stopped = await here.reach(second, 'stopped');
      assert.match(stopped.words!, /CANCELLED/u);
    } finally {
      execFileSync('scontrol', ['update', 'NodeName=node', 'State=RESUME']);
      value(await here.runs.stop(first, 'now'));
    }
    await here.reach(first, 'stopped');
  });

  it('tells that the scheduler cancelled the job', async () => {
    const record = await here.start(['--hold-at', '7']);
    await here.reach(record, 'running', 7);
    execFileSync('scancel', [jobOf(record)]);
    const stopped = await here.reach(record, 'stopped');
    assert.match(stopped.words!, /resume/u);
    await here.runs.remove(record);
  });

  it('keeps a run apart from a scheduler that is down for a while', async () => {
    const record = await here.start(['--hold-at', '7']);
    await here.reach(record, 'running', 7);
    await cluster.stopController();
    const watch = here.runs.watch(record);
    const blind = value(await watch.look());
    assert.equal(blind.state, 'running');
    assert.match(blind.words!, /Slurm does not answer/u);
    assert.match(faultOf(await here.runs.stop(record, 'now')), /Slurm does not answer.*[Tt]ry again/u);
    await cluster.startController();
    assert.equal(value(await watch.look()).state, 'running');
    value(await here.runs.stop(record, 'gently'));
    await here.reach(record, 'stopped', 7);
  });

  it('hears from the accounting how a job ended that the queue has forgotten', async () => {
    const record = await here.start(['--hold-at', '3']);
    await here.reach(record, 'running', 3);
    const job = jobOf(record);
    // As when its memory ran out: nobody in the job is left to write down how it ended.
    execFileSync('pkill', ['-KILL', '--full', `/job0*${job}/slurm_script`]);
    const look = async (): Promise<RunView> => value(await here.runs.watch(record).look());
    await until('the job is over', async () => ((await look()).state === 'running' ? undefined : true));
    await cluster.whenForgotten(job);
    const told = await look();
    assert.equal(told.state, 'failed');
    assert.match(told.words!, /Slurm: FAILED, 0:9/u);
    await cluster.stopAccounting();
    assert.equal((await look()).state, 'lost');
    await cluster.startAccounting();
    assert.equal((await look()).words, told.words);
    cluster.loseEnd(job);
    assert.match(execFileSync('sacct', ['--noheader', `--jobs=${job}`], { encoding: 'utf8' }), /RUNNING/u);
    assert.equal((await look()).state, 'lost', 'the queue knows better');
    await here.resume(record);
    await here.reach(record, 'running', 3);
    value(await here.runs.stop(record, 'now'));
    await here.reach(record, 'stopped');
  });

  it('hands secrets to the job and to nothing else, neither while it waits nor when it runs', async () => {
    const apart = await Workplace.create(() => ({ kind: 'slurm', python: PYTHON, secrets: [SECRET.name] }));
    apart.secrets = SECRET.values;
    try {
      execFileSync('scontrol', ['update', 'NodeName=node', 'State=DRAIN', 'Reason=test']);
      const record = await apart.start(['--steps', '2']);
      await apart.reach(record, 'queued');
      expectNoTrace([apart.profile.folder, apart.scratch, cluster.folder]);
      execFileSync('scontrol', ['update', 'NodeName=node', 'State=RESUME']);
      await apart.reach(record, 'finished');
      await keepsSecret(apart, [cluster.folder]);
    } finally {
      await apart.close();
    }
  });

  it('is reached through SSH too: a login node takes the run, its secrets and the request to stop', async () => {
    const login = await SshServer.start({ SLURM_CONF: process.env.SLURM_CONF! });
    const apart = await Workplace.create(() => ({
      kind: 'slurm',
      host: 'training-host',
      sshConfig: login.config,
      python: PYTHON,
      secrets: [SECRET.name],
    }));
    apart.secrets = SECRET.values;
    try {
      const record = await apart.start(['--steps', '12', '--hold-at', '3']);
      await apart.reach(record, 'running', 3);
      // Nobody but the login node need be there for the run to go on.
      await apart.runs.close();
      login.cut();
      value(await apart.runs.stop(record, 'gently'));
      await apart.reach(record, 'stopped', 3);
      assert.match(await apart.log(record), /a secret of 23 characters/u);
      expectNoTrace([apart.profile.folder, apart.scratch, cluster.folder]);
      await apart.resume(record);
      await apart.reach(record, 'running', 3);
      value(await apart.runs.stop(record, 'now'));
      await apart.reach(record, 'stopped', 3);
    } finally {
      await apart.close();
      await login.stop();
    }
  });

  it('says what sbatch has against the header', async () => {
    const odd = await Workplace.create(() => ({
      kind: 'slurm',
      python: PYTHON,
      header: ['#SBATCH --partition=none-such'],
    }));
    try {
      const prepared = await odd.prepare();
      const refused = faultOf(await odd.runs.start(prepared, new Map()));
      assert.match(refused, /Handing the run to Slurm failed.*invalid partition/su);
      const failed = await odd.reach(prepared.record, 'failed');
      assert.match(failed.words!, /not started.*resume/u);
    } finally {
      await odd.close();
    }
  });
});
