import assert from 'node:assert/strict';
import { execFileSync, spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Runs } from '../../src/runner/runs';
import { RunStore } from '../../src/runner/store';
import { tensorBoardProgram } from '../../src/runner/tensorBoard';
import { runCli } from '../support/cli';
import { PYTHON } from './backbone';
import { everyLauncher, killRunner } from './everyLauncher';
import { keepsSecret, SECRET } from './secrets';
import { freePort, SshServer } from './sshServer';
import { faultOf, RUNNER, until, value, Workplace } from './support';

const MEGABYTE = 1024 * 1024;

describe('runs through SSH', () => {
  let server: SshServer;
  let here: Workplace;
  before(async () => {
    server = await SshServer.start();
    here = await Workplace.create(() => ({
      kind: 'ssh',
      host: 'training-host',
      sshConfig: server.config,
      python: PYTHON,
      secrets: [SECRET.name],
      export: 'int8',
    }));
    here.secrets = SECRET.values;
  });
  after(async () => {
    await here.close();
    await server.stop();
  });

  everyLauncher(() => here, killRunner);

  /** Bytes in the host's folder of uploads, by file name. */
  function blobs(): Map<string, number> {
    const folder = join(here.profile.folder, 'blobs');
    return new Map(readdirSync(folder).map((name) => [name, statSync(join(folder, name)).size]));
  }

  it('sends what is there already not again', async () => {
    await here.start(['--steps', '1']);
    const prepared = await here.prepare(['--steps', '1']);
    const sent = value(await here.runs.start(prepared, here.secrets));
    assert.equal(sent.bytes, 0);
    assert.ok(sent.bytesThere > 1000);
    await here.reach(prepared.record, 'finished');
  });

  it('goes on after the connection was cut in the middle of an upload and of a watch', async () => {
    writeFileSync(join(here.model, 'large.bin'), randomBytes(24 * MEGABYTE));
    const prepared = await here.prepare(['--steps', '12', '--hold-at', '3']);
    let cuts = 0;
    const listener = {
      onProgress(_task: string, done: number, total: number) {
        if (cuts === 0 && done > total / 2) cuts += server.cut();
      },
    };
    value(await here.runs.start(prepared, here.secrets, listener));
    assert.ok(cuts > 0, 'nothing was cut');
    const watch = here.runs.watch(prepared.record);
    value(await watch.look());
    assert.ok(server.cut() > 0);
    // The first look may still use the connection that is gone; the run does not notice any of it.
    await until('a look', async () => ((await watch.look()).ok ? true : undefined));
    await here.reach(prepared.record, 'running', 3);
    value(await here.runs.stop(prepared.record, 'gently'));
    await here.reach(prepared.record, 'stopped', 3);
  });

  it('goes on with an upload whose client was killed', async () => {
    const large = randomBytes(64 * MEGABYTE);
    writeFileSync(join(here.model, 'large.bin'), large);
    const profiles = join(here.scratch, 'profiles.json');
    writeFileSync(profiles, JSON.stringify({ gpu: { ...here.profile, secrets: [] } }));
    const data = join(here.scratch, 'killed');
    const args = ['train', here.merge, '--profiles', profiles, '--profile', 'gpu', '--model', here.model];
    const options = ['--json', '--', '--device', 'cpu', '--steps', '1'];
    process.env.CFPRM_DATA = data;
    process.env.CFPRM_RUNNER = RUNNER;
    try {
      const killed = await runCli([...args, ...options], {
        onStart: (child) => {
          const look = () => {
            const part = [...blobs()].find(([name, size]) => name.endsWith('.part') && size > MEGABYTE);
            return part === undefined ? undefined : child.kill('SIGKILL');
          };
          void until('a part of the upload', look);
        },
      });
      assert.equal(killed.signal, 'SIGKILL');
      const before = [...blobs()].find(([name]) => name.endsWith('.part'))![1];
      assert.ok(before > 0 && before < large.length, `${before} bytes`);
      const done = await runCli([...args, ...options]);
      assert.equal(done.code, 0, done.err);
      const { id } = JSON.parse(done.out);
      const record = value(await new Runs(RUNNER, new RunStore(data)).store.find(id));
      await here.reach(record, 'finished');
      const sent = join(here.profile.folder, 'runs', id, 'input/model/large.bin');
      assert.ok(readFileSync(sent).equals(large));
      assert.ok(![...blobs().keys()].some((name) => name.endsWith('.part')));
    } finally {
      delete process.env.CFPRM_DATA;
      delete process.env.CFPRM_RUNNER;
      writeFileSync(join(here.model, 'large.bin'), '');
    }
  });

  it('hands secrets to the run and to nothing else', () => keepsSecret(here));

  it('shows its TensorBoard through a forwarded port, until the connection ends', async () => {
    const record = await here.start(['--steps', '1']);
    await here.reach(record, 'finished');
    const [port, there] = [await freePort(), await freePort()];
    const { program, args } = tensorBoardProgram(here.runs.place(record), { here: port, there });
    const child = spawn(program, args, { stdio: ['pipe', 'ignore', 'ignore'] });
    const ask = async () => {
      // A forwarded port takes connections before anybody is behind it.
      const url = `http://127.0.0.1:${port}/data/environment`;
      const answer = await fetch(url, { signal: AbortSignal.timeout(5000) }).catch(() => undefined);
      return answer?.ok ? ((await answer.json()) as { data_location: string }) : undefined;
    };
    const { data_location: shown } = await until('TensorBoard answers', ask, 90);
    assert.ok(shown.endsWith(`/runs/${record.id}/output/tensorboard`), shown);
    const isThere = () =>
      execFileSync('ps', ['-e', '-o', 'args='], { encoding: 'utf8' }).includes(`--port ${there}`);
    assert.ok(isThere());
    child.kill();
    await until('TensorBoard is gone', () => (isThere() ? undefined : true));
  });

  it('says what to do when the host key is not known, and when the machine is away', async () => {
    const record = await here.start(['--steps', '1']);
    await here.reach(record, 'finished');
    await here.runs.close();
    server.trust(false);
    const unknown = faultOf(await here.runs.watch(record).look());
    assert.match(unknown, /does not trust the host key.*ssh training-host/u);
    server.trust(true);
    await server.shut();
    const away = faultOf(await here.runs.watch(record).look());
    assert.match(away, /training-host cannot be reached: .*refused/u);
    await server.listen();
    await here.reach(record, 'finished');
  });
});
