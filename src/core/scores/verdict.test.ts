import assert from 'node:assert/strict';
import { providerOrder } from './providers';
import { type GoldenRun, judge, type ProfileEvent, summarize } from './verdict';

const CPU: GoldenRun = {
  raw: [1, -2, 3],
  scores: [0.7, 0.1, 0.95],
  tokens: 200,
  longest: 140,
  ms: 100,
  profile: { heavy: { onProvider: 40, total: 40 }, fused: false, reduced: false },
};
const GPU: GoldenRun = { ...CPU, ms: 10 };

function kind(run: Partial<GoldenRun>, cpu: Partial<GoldenRun> = {}): string {
  const verdict = judge('webgpu', { ...GPU, ...run }, { ...CPU, ...cpu });
  return verdict.ok ? 'ok' : verdict.fault.kind;
}

describe('the verdict on a provider', () => {
  it('accepts one that agrees, does the work and is faster, with the figures', () => {
    const verdict = judge('webgpu', { ...GPU, raw: [1, -2, 3.0005] }, CPU);
    assert.ok(verdict.ok);
    const { maxDifference, ...rest } = verdict.value;
    assert.ok(Math.abs(maxDifference - 0.0005) < 1e-12);
    assert.deepEqual(rest, {
      maxScoreDifference: 0,
      heavy: { onProvider: 40, total: 40 },
      tokensPerSecond: 20_000,
      cpuTokensPerSecond: 2000,
    });
  });

  it('refuses outputs that differ, by the precision of the work', () => {
    const reduced = { heavy: { onProvider: 40, total: 40 }, fused: false, reduced: true };
    // The largest number is 3: 1e-3 and 5e-2 of it are allowed.
    assert.equal(kind({ raw: [1, -2, 3.0029] }), 'ok');
    assert.equal(kind({ raw: [1, -2, 3.0031] }), 'provider-wrong-result');
    assert.equal(kind({ raw: [1, -2, 3.14], profile: reduced }), 'ok');
    assert.equal(kind({ raw: [1, -2, 3.16], profile: reduced }), 'provider-wrong-result');
    assert.equal(kind({ scores: [0.7, 0.1, 0.929] }), 'provider-wrong-result');
    // The measured error of GroupQueryAttention on a software driver: 0.16.
    assert.equal(kind({ raw: [1.16, -2, 3], profile: reduced }), 'provider-wrong-result');
  });

  it('refuses NaN on either side, and another number of outputs', () => {
    assert.equal(kind({ raw: [1, -2, Number.NaN] }), 'provider-wrong-result');
    assert.equal(kind({ scores: [Number.NaN, 0.1, 0.95] }), 'provider-wrong-result');
    assert.equal(kind({}, { raw: [Number.NaN, -2, 3] }), 'provider-wrong-result');
    assert.equal(kind({ raw: [1, -2] }), 'provider-wrong-result');
    assert.equal(kind({ raw: [1, -2, Number.POSITIVE_INFINITY] }), 'provider-wrong-result');
  });

  it('refuses one that leaves the work to the CPU', () => {
    const on = (onProvider: number, total = 40, fused = false) => ({
      profile: { heavy: { onProvider, total }, fused, reduced: false },
    });
    assert.equal(kind(on(36)), 'ok');
    assert.equal(kind(on(35)), 'provider-partial');
    assert.equal(kind(on(0, 0)), 'provider-partial');
    // Taken as a whole: what is left on the CPU counts against the CPU's own 40.
    assert.equal(kind(on(0, 2, true)), 'ok');
    assert.equal(kind(on(0, 20, true)), 'provider-partial');
  });

  it('refuses one that is not faster', () => {
    assert.equal(kind({ ms: 99 }), 'ok');
    assert.equal(kind({ ms: 100 }), 'provider-slower');
    assert.equal(kind({ ms: Number.NaN }), 'provider-slower');
  });

  it('tries the providers that a platform can have, the CPU last', () => {
    for (const platform of ['linux', 'win32', 'darwin', 'freebsd']) {
      assert.equal(providerOrder(platform).at(-1), 'cpu');
    }
    assert.deepEqual(providerOrder('linux'), ['cuda', 'webgpu', 'cpu']);
  });
});

describe('a profile', () => {
  const node = (name: string, op: string, provider: string, type = 'float'): ProfileEvent => ({
    cat: 'Node',
    name,
    args: { op_name: op, provider, input_type_shape: [{ [type]: [1, 2] }] },
  });

  it('counts each heavy operator once, by where it ran', () => {
    const events = [
      node('a_kernel_time', 'MatMul', 'WebGpuExecutionProvider'),
      node('a_kernel_time', 'MatMul', 'WebGpuExecutionProvider'),
      node('b_kernel_time', 'Softmax', 'CPUExecutionProvider'),
      node('c_kernel_time', 'Shape', 'CPUExecutionProvider'),
      { cat: 'Session', name: 'model_run' },
      { cat: 'Node', name: 'b_fence_before', args: { op_name: 'Softmax' } },
    ];
    assert.deepEqual(summarize(events, 'webgpu'), {
      heavy: { onProvider: 1, total: 2 },
      fused: false,
      reduced: false,
    });
  });

  it('knows half precision and quantized work', () => {
    const one = (op: string, type: string) =>
      summarize([node('a', op, 'CPUExecutionProvider', type)], 'cpu').reduced;
    assert.equal(one('MatMul', 'float'), false);
    assert.equal(one('MatMul', 'float16'), true);
    assert.equal(one('MatMulNBits', 'float'), true);
    assert.equal(one('MatMulInteger', 'uint8'), true);
    assert.equal(one('Cast', 'float16'), false);
  });

  it('knows parts that a provider takes as a whole', () => {
    const events = [node('x', 'CoreMLExecutionProvider_CoreML_1', 'CoreMLExecutionProvider')];
    assert.equal(summarize(events, 'coreml').fused, true);
  });
});
