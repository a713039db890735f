import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { chmodSync, existsSync, mkdirSync, mkdtempSync, readdirSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseProfile } from '../../src/core/runs/profile';
import { fetchedName } from '../../src/runner/fetchRun';
import type { Check } from '../../src/runner/preflight';
import { cliPath, runCli, runOnTinyDisk } from '../support/cli';
import { root } from '../support/rows';
import { faultOf, RUNNER, value, Workplace } from './support';

/** A folder with programs that say what a machine with GPUs would say. */
function programs(files: Readonly<Record<string, string>>): string {
  const folder = mkdtempSync(join(tmpdir(), 'cfprm-bin-'));
  for (const [name, script] of Object.entries(files)) {
    writeFileSync(join(folder, name), `#!/bin/sh\n${script}\n`);
    chmodSync(join(folder, name), 0o755);
  }
  return folder;
}

describe('what is looked at before a run', () => {
  const places: Workplace[] = [];
  after(() => Promise.all(places.map((place) => place.close())));

  async function checks(profile: object, options: readonly string[] = []): Promise<Map<string, Check>> {
    const here = await Workplace.create(() => ({ kind: 'local', ...profile }));
    places.push(here);
    const prepared = await here.prepare();
    const wantsGpu = options.length > 0;
    const list = value(await here.runs.check({ ...prepared, wantsGpu }));
    return new Map(list.map((check) => [check.id, check]));
  }

  it('finds Python, room, and what is to be sent and installed', async () => {
    const found = await checks({});
    for (const id of ['connection', 'folder', 'upload', 'disk', 'python', 'install', 'gpu'])
      assert.notEqual(found.get(id)?.state, 'failed', JSON.stringify(found.get(id)));
    assert.match(found.get('upload')!.found, /^\d+(\.\d)? kB to send, 0 bytes there already$/u);
    assert.match(found.get('install')!.found, /PyTorch, by (pip|uv)/u);
  });

  it('says the way out of each failure', async () => {
    const failed = async (profile: object, id: string, options: readonly string[] = []) => {
      const check = (await checks(profile, options)).get(id)!;
      assert.equal(check.state, 'failed', JSON.stringify(check));
      return `${check.found} | ${check.wayOut}`;
    };
    assert.match(
      await failed({ folder: '/proc/nowhere' }, 'folder'),
      /cannot be written \| Give the profile/u,
    );
    assert.match(await failed({ python: '/no/python' }, 'python'), /does not run \| Correct/u);
    assert.match(await failed({ wheels: '/no/wheels' }, 'install'), /no folder there \| Correct/u);
    const old = join(programs({ python: 'echo 3.8.10' }), 'python');
    assert.match(
      await failed({ python: old }, 'python'),
      /is Python 3\.8\.10 \| Name a Python from 3\.10 on/u,
    );
    assert.match(await failed({}, 'gpu', ['gpu']), /no GPU.*\| .*--device cpu/u);
    const unreachable = { kind: 'ssh', host: 'no-such-host.invalid' };
    assert.match(await failed(unreachable, 'connection'), /no machine called no-such-host/u);
  });

  it('compares the CUDA of PyTorch with that of the driver', async () => {
    const bin = programs({
      'nvidia-smi': `case "$*" in
*memory.total*) echo 'NVIDIA H100 80GB HBM3, 81559 MiB, 535.1' ;;
*query*) echo H100; echo H100 ;;
*) echo '| NVIDIA-SMI 535.1    Driver Version: 535.1    CUDA Version: 12.2 |' ;;
esac`,
      python: `case "$2" in
*platform*) echo 3.12.1 ;;
*torch*) echo torch 2.13.0 13.0 no ;;
esac`,
    });
    const path = process.env.PATH;
    process.env.PATH = `${bin}:${path}`;
    try {
      const found = await checks({ python: join(bin, 'python') }, ['gpu']);
      assert.equal(found.get('gpu')?.found, '2 × NVIDIA H100 80GB HBM3, 81559 MiB, 535.1, CUDA up to 12.2');
      const { state, found: what, wayOut } = found.get('torch')!;
      assert.deepEqual([state, what], ['failed', 'PyTorch 2.13.0 for CUDA 13.0 sees no GPU']);
      assert.match(wayOut!, /goes up to CUDA 12\.2: update it/u);
    } finally {
      process.env.PATH = path;
    }
  });
});

describe('options that the runner would refuse', () => {
  it('are refused here, each with what it may be, before the host hears of the run', async () => {
    const here = await Workplace.create((folder) => ({ kind: 'local', folder: join(folder, 'untouched') }));
    const profiles = join(here.scratch, 'profiles.json');
    writeFileSync(profiles, JSON.stringify({ here: here.profile }));
    const before_ = { ...process.env };
    Object.assign(process.env, {
      CFPRM_RUNNER: join(root, 'runner'),
      CFPRM_DATA: join(here.scratch, 'data'),
    });
    try {
      const command = [
        'train',
        here.merge,
        '--model',
        here.model,
        '--profiles',
        profiles,
        '--profile',
        'here',
      ];
      for (const flags of [['--check'], ['--ignore-checks'], []]) {
        const { code, err, out } = await runCli([
          ...command,
          ...flags,
          '--',
          '--steps',
          '20',
          '--batch',
          '0',
        ]);
        assert.deepEqual([code, out], [2, '']);
        assert.equal(
          err,
          'cfprm train: --steps is not an option of the runner. Did you mean --max-updates? ' +
            '--batch is "0": it must be a whole number, 1 or more.\n',
        );
      }
      assert.ok(!existsSync(here.profile.folder));
      assert.ok(!existsSync(join(here.scratch, 'data/runs')));
    } finally {
      for (const name of ['CFPRM_RUNNER', 'CFPRM_DATA']) {
        if (before_[name] === undefined) delete process.env[name];
        else process.env[name] = before_[name];
      }
      await here.close();
    }
  });

  it('leave no other name for the model than that of its run, or what the options say', async () => {
    const here = await Workplace.create(() => ({ kind: 'local' }));
    try {
      const named = await here.prepare([], { name: '-a run: "7B"' });
      assert.deepEqual(named.record.options.slice(2), ['--name=-a run: "7B"', '--device', 'cpu']);
      const own = await here.prepare(['--name', 'mine']);
      assert.deepEqual(own.record.options.slice(2), ['--device', 'cpu', '--name', 'mine']);
      const { merge, model } = here;
      assert.deepEqual(own.record.request, { merge, model, options: ['--device', 'cpu', '--name', 'mine'] });
      assert.equal(fetchedName(named.record), `a-run-7B-${named.record.id}`);
      assert.equal(fetchedName({ ...own.record, name: '../../..' }), `run-${own.record.id}`);
    } finally {
      await here.close();
    }
  });
});

describe('the environment of a run', () => {
  it('is made from a folder of wheels, without a network, and once', async () => {
    const wheels = mkdtempSync(join(tmpdir(), 'cfprm-wheels-'));
    execFileSync('python3', ['-m', 'pip', 'download', '--quiet', '--dest', wheels, 'setuptools>=77']);
    const here = await Workplace.create(() => ({ kind: 'local', wheels }));
    const index = process.env.PIP_INDEX_URL;
    process.env.PIP_INDEX_URL = 'http://127.0.0.1:9/';
    try {
      const first = await here.start(['--steps', '1']);
      await here.reach(first, 'finished');
      const prepared = await here.prepare(['--steps', '1']);
      assert.match(
        value(await here.runs.check(prepared)).find(({ id }) => id === 'install')!.found,
        /the environment is there/u,
      );
      value(await here.runs.start(prepared, new Map()));
      await here.reach(prepared.record, 'finished');
    } finally {
      if (index === undefined) delete process.env.PIP_INDEX_URL;
      else process.env.PIP_INDEX_URL = index;
      await here.close();
    }
  });

  it('leaves nothing half-made behind when the installer fails', async () => {
    const wheels = mkdtempSync(join(tmpdir(), 'cfprm-wheels-'));
    const here = await Workplace.create(() => ({ kind: 'local', wheels }));
    try {
      const prepared = await here.prepare();
      const failed = faultOf(await here.runs.start(prepared, new Map()));
      assert.match(failed, /Installing what the runner needs failed.*setuptools/su);
      // No lock stands in the way of the next attempt, and nothing looks ready.
      const made = join(here.profile.folder, 'environments');
      const left = readdirSync(made);
      assert.ok(left.every((name) => !name.endsWith('.making') && !existsSync(join(made, name, 'ready'))));
      const view = await here.look(prepared.record);
      assert.match(view.words!, /not started/u);
    } finally {
      await here.close();
    }
  });
});

describe('a host whose disk is full', () => {
  it('says so, keeps what was sent, and takes the run when there is room', async () => {
    const here = await Workplace.create(() => ({ kind: 'ssh', host: 'unused' }));
    try {
      const disk = here.folder('disk');
      const profiles = join(here.scratch, 'profiles.json');
      const profile = value(parseProfile({ kind: 'local', folder: disk, python: 'python3' }));
      writeFileSync(profiles, JSON.stringify({ tiny: profile }));
      const runner = join(here.scratch, 'runner');
      execFileSync('cp', ['-r', RUNNER, runner]);
      execFileSync('dd', [
        'if=/dev/urandom',
        `of=${join(runner, 'src/large')}`,
        'bs=1M',
        'count=3',
        'status=none',
      ]);
      const command = (more: string) =>
        `CFPRM_RUNNER='${runner}' CFPRM_DATA='${here.scratch}/data' '${process.execPath}' '${cliPath()}' train ` +
        `'${here.merge}' --profiles '${profiles}' --profile tiny --model '${here.model}' ${more} -- --device cpu --steps 1`;
      const full = await runOnTinyDisk(
        disk,
        2,
        `{ ${command('--ignore-checks')}; echo "code $?"; mount -o remount,size=40m '${disk}'; ${command('--follow')}; echo "code $?"; }`,
      );
      assert.match(full.err, /the disk of this machine is full.*runs remove.*What was sent stays/su);
      assert.match(full.out, /code 2\n(?:.*\n)*finished\nexporting .*\ncode 0\n/u);
    } finally {
      await here.close();
    }
  });
});

describe('cfprm runs', () => {
  it('explains names that nobody knows', async () => {
    const folder = mkdirSync(join(mkdtempSync(join(tmpdir(), 'cfprm-none-')), 'data'), { recursive: true })!;
    process.env.CFPRM_DATA = folder;
    try {
      const { code, err, out } = await runCli(['runs', 'show', 'nothing']);
      assert.deepEqual([code, out], [2, '']);
      assert.match(err, /^cfprm runs show: No run "nothing" is known here\..*attach/u);
      const list = await runCli(['runs', '--json']);
      assert.deepEqual(JSON.parse(list.out), { runs: [], faults: [] });
      assert.ok(existsSync(folder));
    } finally {
      delete process.env.CFPRM_DATA;
    }
  });
});
