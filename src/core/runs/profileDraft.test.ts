import assert from 'node:assert/strict';
import fc from 'fast-check';
import { PROFILE_KINDS, parseProfile } from './profile';
import { fieldText, type ProfileDraft, type ProfileField, profileFields, withField } from './profileDraft';

const field = (kind: ProfileDraft['kind'], key: string): ProfileField =>
  profileFields(kind).find((one) => one.key === key)!;
const set = (draft: ProfileDraft, key: string, text: string) =>
  withField(draft, field(draft.kind, key), text);

describe('a profile that is edited', () => {
  it('has the fields of its kind, each of which the profile itself knows', () => {
    for (const kind of PROFILE_KINDS) {
      const keys = profileFields(kind).map(({ key }) => key);
      assert.equal(new Set(keys).size, keys.length);
      for (const key of keys) {
        const parsed = parseProfile({ kind, host: 'h', address: 'http://127.0.0.1', [key]: undefined });
        if (!parsed.ok) assert.doesNotMatch(parsed.fault.message, new RegExp(`"${key}" is no field`, 'u'));
      }
    }
  });

  it('takes what is typed, and leaves out what is emptied', () => {
    let draft: ProfileDraft = { kind: 'slurm' };
    for (const [key, text] of [
      ['header', '#SBATCH --gres=gpu:1\nmodule load cuda'],
      ['extras', 'lora, deepspeed'],
      ['folder', ' /scratch/me '],
    ] as const) {
      const next = set(draft, key, text);
      assert.ok(next.ok);
      draft = next.value;
    }
    assert.deepEqual(draft, {
      kind: 'slurm',
      header: ['#SBATCH --gres=gpu:1', 'module load cuda'],
      extras: ['lora', 'deepspeed'],
      folder: '/scratch/me',
    });
    assert.equal(fieldText(field('slurm', 'extras'), draft), 'lora, deepspeed');
    const emptied = set(draft, 'extras', '  ');
    assert.ok(emptied.ok && !('extras' in emptied.value));
  });

  it('says what a field may be, whatever else is missing', () => {
    const fault = (kind: ProfileDraft['kind'], key: string, text: string): string => {
      const next = set({ kind }, key, text);
      assert.ok(!next.ok, `${key}: ${text}`);
      return next.fault.message;
    };
    assert.match(fault('ssh', 'folder', 'runs'), /"folder" must be a whole path/u);
    assert.match(fault('ssh', 'host', '-oProxyCommand=x'), /hyphen/u);
    assert.match(fault('local', 'secrets', 'KEY=abc'), /environment variable/u);
    assert.match(fault('ray', 'workers', 'two'), /"workers" must be a whole number/u);
    assert.match(fault('ray', 'runtimeEnv', '{pip}'), /JSON/u);
    assert.match(fault('ray', 'address', '127.0.0.1:8265'), /"address" must be/u);
  });

  it('comes back from its text', () => {
    const words = fc.uniqueArray(fc.stringMatching(/^[a-z][a-z0-9-]{0,8}$/u), { minLength: 1, maxLength: 4 });
    fc.assert(
      fc.property(words, (extras) => {
        const draft: ProfileDraft = { kind: 'local', extras };
        const again = set({ kind: 'local' }, 'extras', fieldText(field('local', 'extras'), draft));
        assert.ok(again.ok);
        assert.deepEqual(again.value, draft);
      }),
    );
  });
});
