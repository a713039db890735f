import assert from 'node:assert/strict';
import { parseProfile, parseProfiles } from './profile';

const faultOf = (value: unknown): string => {
  const profile = parseProfile(value);
  assert.ok(!profile.ok, JSON.stringify(value));
  return profile.fault.message;
};

describe('parseProfile', () => {
  it('reads every kind, with what it leaves out', () => {
    const common = { folder: '~/.cfprm', extras: [], secrets: [], export: 'auto' };
    const value = (one: unknown) => {
      const profile = parseProfile(one);
      assert.ok(profile.ok);
      return profile.value;
    };
    assert.deepEqual(value({ kind: 'local' }), { kind: 'local', ...common });
    assert.deepEqual(value({ kind: 'ssh', host: 'gpu' }), { kind: 'ssh', host: 'gpu', ...common });
    assert.deepEqual(value({ kind: 'slurm' }), { kind: 'slurm', header: [], ...common });
    assert.deepEqual(value({ kind: 'slurm', host: 'login', header: ['#SBATCH --gres=gpu:1'] }), {
      kind: 'slurm',
      login: { host: 'login' },
      header: ['#SBATCH --gres=gpu:1'],
      ...common,
    });
    assert.deepEqual(value({ kind: 'ray', address: 'http://127.0.0.1:8265/' }), {
      kind: 'ray',
      address: 'http://127.0.0.1:8265',
      addressConfirmed: false,
      runtimeEnv: {},
      ...common,
    });
  });

  const faults: readonly (readonly [string, unknown, RegExp])[] = [
    ['a kind that there is not', { kind: 'cloud' }, /one of local, ssh, slurm, ray/u],
    ['a field of another kind', { kind: 'local', host: 'gpu' }, /"host" is no field of local/u],
    ['ssh without a host', { kind: 'ssh' }, /"host" must name/u],
    ['a host that ssh would take for an option', { kind: 'ssh', host: '-oProxyCommand=evil' }, /hyphen/u],
    ['a host with a line break', { kind: 'ssh', host: 'a\nb' }, /no spaces/u],
    ['a folder that depends on where one is', { kind: 'local', folder: 'runs' }, /whole path/u],
    ['a header with a line break', { kind: 'slurm', header: ['a\nb'] }, /one line per entry/u],
    ['a secret with its value', { kind: 'local', secrets: ['KEY=abc'] }, /environment variable/u],
    ['an extra that is code', { kind: 'local', extras: ['lora]; rm'] }, /extra of the runner/u],
    ['an export that there is not', { kind: 'local', export: 'fp8' }, /"export" must be one of auto, fp32/u],
    ['Ray without an address', { kind: 'ray' }, /dashboard/u],
    ["Ray's address with a password", { kind: 'ray', address: 'http://a:b@127.0.0.1:1' }, /dashboard/u],
    ['Ray on another machine', { kind: 'ray', address: 'http://10.0.0.7:8265' }, /addressConfirmed/u],
    ['half a worker', { kind: 'ray', address: 'http://[::1]:1', workers: 1.5 }, /"workers"/u],
    [
      'modules in the place of the runner',
      { kind: 'ray', address: 'http://localhost:1', runtimeEnv: { py_modules: [] } },
      /py_modules.*working_dir/u,
    ],
    ['a name that begins like loopback', { kind: 'ray', address: 'http://127.0.0.1.evil.org' }, /Confirmed/u],
  ];
  for (const [what, value, message] of faults)
    it(`refuses ${what}`, () => assert.match(faultOf(value), message));

  it('takes an address elsewhere that was confirmed', () => {
    assert.ok(parseProfile({ kind: 'ray', address: 'http://10.0.0.7:8265', addressConfirmed: true }).ok);
  });
});

describe('parseProfiles', () => {
  it('names the profile that is wrong', () => {
    const profiles = parseProfiles({ fine: { kind: 'local' }, 'my "gpu"': { kind: 'ssh' } }, 'p.json');
    assert.ok(!profiles.ok);
    assert.match(profiles.fault.message, /^p\.json, profile "my \\"gpu\\"": "host"/u);
  });

  it('always has this machine', () => {
    const profiles = parseProfiles({ $schema: 'x' }, 'p.json');
    assert.ok(profiles.ok);
    assert.deepEqual([...profiles.value.keys()], ['local']);
  });
});
