import assert from 'node:assert/strict';
import { scorerProgram } from '../../test/support/cli';
import { modelFolder, startFault, startScorer } from '../../test/support/models';
import { providerWords } from '../core/scores/modelInfo';
import { judge, type Verification } from '../core/scores/verdict';
import { openModelFolder } from './modelFolder';
import { goldenOn, type ProbeOptions, type Verdict, type VerdictStore } from './selectProvider';

const probing = (): ProbeOptions => ({
  program: scorerProgram(),
  threads: 1,
  probeTimeoutMs: 60_000,
  textLimitMs: 20_000,
});

async function golden(name: string) {
  const model = await openModelFolder(modelFolder(name));
  assert.ok(model.ok);
  const run = await goldenOn(model.value, 'cpu', probing());
  return run.ok ? run.value.run : assert.fail(run.fault.message);
}

/** A store in memory that counts. */
class Memory implements VerdictStore {
  readonly verdicts = new Map<string, Verdict>();
  get(key: string): Verdict | undefined {
    return this.verdicts.get(key);
  }
  set(key: string, verdict: Verdict): void {
    this.verdicts.set(key, verdict);
  }
}

describe('the golden input', () => {
  for (const name of ['cfprm', 'rewards', 'qwen', 'shepherd', 'skywork', 'rlhflow', 'int8', 'int4']) {
    it(`runs padded and long enough, with its heavy operators counted: ${name}`, async () => {
      const run = await golden(name);
      assert.ok(run.longest >= 128, `${run.longest} tokens`);
      assert.ok(run.tokens < 2 * run.longest, 'one of the two is padded');
      const { heavy, reduced, fused } = run.profile;
      assert.ok(heavy.total >= 10);
      assert.equal(heavy.onProvider, heavy.total, 'all of them on the CPU');
      assert.equal(fused, false);
      // The CPU computes half precision in single precision.
      assert.equal(reduced, name.startsWith('int'));
      const perPosition = name === 'rewards' ? 1 : run.tokens / run.scores.length;
      assert.equal(perPosition, 1, 'every position that is no padding is compared');
      assert.ok(run.scores.every((score) => score > 0 && score < 1));
    });
  }

  it('is judged: the CPU agrees with itself, and another model does not pass for it', async () => {
    const [first, second, other] = [await golden('cfprm'), await golden('external'), await golden('skywork')];
    const same = judge('webgpu', { ...first, ms: 1, profile: first.profile }, { ...second, ms: 2 });
    assert.ok(same.ok);
    assert.equal(same.value.maxDifference, 0);
    assert.ok(!judge('webgpu', { ...other, ms: 1 }, { ...first, ms: 2 }).ok);
  });
});

describe('the provider', () => {
  it('is the CPU where no other proves itself, and every other is listed with its reason', async () => {
    const tried: string[] = [];
    const scorer = await startScorer(modelFolder('cfprm'), {
      provider: 'auto',
      onProbe: (provider) => tried.push(provider),
    });
    await scorer.stop();
    const { provider } = scorer.info;
    assert.equal(provider.requested, 'auto');
    if (process.platform === 'linux') assert.deepEqual(tried, ['cuda', 'webgpu']);
    for (const { provider: name, fault } of provider.rejected) {
      assert.ok(fault.message.length > 20 && fault.kind.startsWith('provider-'), `${name}: ${fault.message}`);
    }
    if (provider.used === 'cpu') {
      assert.deepEqual(
        provider.rejected.map(({ provider: name }) => name),
        tried,
      );
      assert.match(providerWords(provider), /^CPU \(\w+: /);
      return;
    }
    // A machine with a device: what is used has proved itself.
    const { heavy, tokensPerSecond, cpuTokensPerSecond } = provider.verification!;
    assert.ok(heavy.onProvider > 0 && tokensPerSecond > cpuTokensPerSecond);
    assert.match(providerWords(provider), /\(verified\)$/);
  });

  it('that was asked for by name is an error if it does not prove itself, with the native reason', async () => {
    const absent = process.platform === 'win32' ? 'coreml' : 'dml';
    const fault = await startFault(modelFolder('cfprm'), { provider: absent });
    assert.equal(fault?.kind, 'provider-not-built');
    assert.match(fault.message, new RegExp(`^${absent} with model\\.onnx: this build of onnxruntime`));
  });

  if (process.platform === 'linux' && process.arch === 'x64') {
    it('CUDA without its libraries names the one that is missing', async () => {
      const fault = await startFault(modelFolder('cfprm'), { provider: 'cuda' });
      // On a machine that has them there is nothing to see here.
      if (fault?.kind !== 'provider-library-missing') return;
      assert.match(fault.message, /cuda with model\.onnx: a library .*\.so/);
      assert.match(fault.detail!, /Failed to load library/);
    });
  }

  it('takes its verdict from the store, and keeps only what stays true', async () => {
    const verdicts = new Memory();
    const folder = modelFolder('cfprm');
    const first = await startScorer(folder, { provider: 'auto', verdicts });
    await first.stop();
    for (const verdict of verdicts.verdicts.values()) {
      // No driver, no library: that may change tomorrow.
      if (!verdict.ok)
        assert.ok(
          ['provider-slower', 'provider-partial', 'provider-wrong-result'].includes(verdict.fault.kind),
        );
    }
    const refused: Verdict = {
      ok: false,
      fault: { kind: 'provider-wrong-result', message: 'It was wrong the last time.' },
    };
    const known: VerdictStore = { get: () => refused, set: () => assert.fail('nothing was found out') };
    const second = await startScorer(folder, { provider: 'auto', verdicts: known });
    await second.stop();
    const { rejected, used } = second.info.provider;
    assert.equal(used, 'cpu');
    assert.ok(rejected.length > 0 && rejected.every(({ fault }) => fault === refused.fault));
  });

  it('that proved itself once is loaded without another trial', async () => {
    const verification: Verification = {
      maxDifference: 1e-6,
      maxScoreDifference: 0,
      heavy: { onProvider: 3, total: 3 },
      tokensPerSecond: 2,
      cpuTokensPerSecond: 1,
    };
    const known: VerdictStore = { get: () => ({ ok: true, verification }), set: () => undefined };
    // Whatever the store says: what cannot be loaded is not used, and the CPU does not take its place unasked.
    const absent = process.platform === 'win32' ? 'coreml' : 'dml';
    const fault = await startFault(modelFolder('cfprm'), { provider: absent, verdicts: known });
    assert.equal(fault?.kind, 'provider-not-built');
  });

  it('that takes too long is given up', async () => {
    const model = await openModelFolder(modelFolder('cfprm'));
    assert.ok(model.ok);
    const run = await goldenOn(model.value, 'cpu', { ...probing(), probeTimeoutMs: 1 });
    assert.ok(!run.ok);
    assert.equal(run.fault.kind, 'timeout');
    assert.match(run.fault.message, /cfprm on cpu did not answer within 0\.001 s/);
  });

  it('is not looked for any longer once that is cancelled', async () => {
    const stop = new AbortController();
    const fault = await startFault(modelFolder('cfprm'), {
      provider: 'auto',
      signal: stop.signal,
      onProbe: () => stop.abort(),
    });
    assert.equal(fault?.kind, 'cancelled');
  });
});
